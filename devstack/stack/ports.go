package stack

import (
	"fmt"
	"net"
	"strconv"

	"github.com/itbytes/landfall/devstack/temporal"
)

// Ports of the stack on the loopback.
type Ports struct {
	Temporal, UI, Sim, AWS, Azure, GCP, Connect int
}

// usual are the ports people know: Temporal's own, and a row of ours.
func usual() Ports {
	return Ports{Temporal: 7233, UI: 8233, Sim: 7300, AWS: 7301, Azure: 7302, GCP: 7303, Connect: 7304}
}

// choose takes the usual ports, and a free one for each that somebody has taken; moved says which, for people. With any it
// takes free ones throughout, so that stacks which come up at the same time do not choose the same.
func choose(any bool) (p Ports, moved []string, err error) {
	p = usual()
	for _, port := range []struct {
		name string
		at   *int
	}{
		{"Temporal", &p.Temporal},
		{"the Temporal UI", &p.UI},
		{"/sim", &p.Sim},
		{"AWS", &p.AWS},
		{"Azure", &p.Azure},
		{"GCP", &p.GCP},
		{"1Password Connect", &p.Connect},
	} {
		if !any && free(*port.at) {
			continue
		}
		was := *port.at
		if *port.at, err = temporal.Free(); err != nil {
			return p, nil, err
		}
		if !any {
			moved = append(moved, fmt.Sprintf("port %d is taken: %s is at %d", was, port.name, *port.at))
		}
	}
	return p, moved, nil
}

func free(port int) bool {
	l, err := net.Listen("tcp", loopback(port))
	if err != nil {
		return false
	}
	_ = l.Close() // it was only asked whether it can be had
	return true
}

func loopback(port int) string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(port)) }
