// Package judge holds what others published up against the simulators: documents that say what a cloud answers.
package judge
