package stack

import (
	"context"

	"github.com/itbytes/landfall/simulator"
)

// serve puts the simulators on the wire, each at its own port.
func (s *Stack) serve(ctx context.Context) error {
	_, err := s.Sim.Listen(ctx, simulator.Addresses{
		Control: loopback(s.Ports.Sim), AWS: loopback(s.Ports.AWS), Azure: loopback(s.Ports.Azure), GCP: loopback(s.Ports.GCP),
		OnePassword: loopback(s.Ports.Connect),
	})
	return err
}
