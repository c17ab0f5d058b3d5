package temporal

import (
	"errors"
	"math/rand/v2"
	"net"
)

// Ports below the range from which systems take the near ends of outgoing connections (32768 and up on Linux): one that is
// free now is not taken by somebody's connection a moment later, which the server would end the process over.
const (
	lowest  = 20_000
	highest = 32_000
)

// Free is a port of the loopback that nobody listens on, chosen at random so that processes that ask at the same time are
// not given the same.
func Free() (int, error) {
	for range 200 {
		port := lowest + rand.IntN(highest-lowest) //nolint:gosec // no secret rests on it
		l, err := net.Listen("tcp", address(port))
		if err != nil {
			continue
		}
		return port, l.Close()
	}
	return 0, errors.New("no free port between 20000 and 32000 on the loopback")
}
