// Package network holds the simulator's networks against Microsoft's own client and models. It is apart because that client is
// the heaviest of all to compile.
package network
