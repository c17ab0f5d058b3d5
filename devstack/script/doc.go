// Package script drives the built command line as people and their scripts do: each file of testdata is a session at a shell.
package script
