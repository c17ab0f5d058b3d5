// Package e2e runs the built binaries against a real Temporal server and the simulated clouds on the wire.
package e2e

import (
	"testing"

	"github.com/itbytes/landfall/devstack/stage"
)

func TestMain(m *testing.M) { stage.Main(m) }

// scene is a stage, with what these tests alone want of it.
type scene struct{ *stage.Stage }

// raise brings a stage up for one scenario.
func raise(t *testing.T, scenario string) *scene {
	t.Helper()
	return &scene{stage.Raise(t, stage.Options{Scenario: scenario})}
}

// wantNoWriteSince wants nobody to have written anything since there were so many writes, nor to do so a moment later.
func (s *scene) wantNoWriteSince(before int, what string) {
	s.Helper()
	s.Still()
	for _, w := range s.Writes()[before:] {
		s.Errorf("%s wrote: %+v", what, w)
	}
}
