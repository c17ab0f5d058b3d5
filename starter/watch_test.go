package main

import (
	"slices"
	"testing"

	"github.com/itbytes/landfall/plan"
)

func TestNewsAreOnlyWhatHasChanged(t *testing.T) {
	w := &watcher{seen: map[string]plan.LandingState{}}
	s := standing{}
	s.Landings = map[string]plan.LandingState{"aws/prod": plan.LandingRunning, "gcp/prod": plan.LandingTodo}
	for _, c := range []struct {
		why    string
		change func()
		want   []string
	}{
		{"what is to do is no news", func() {}, []string{"aws/prod       running"}},
		{"nothing has changed", func() {}, nil},
		{"a landing and the registry", func() { s.Landings["gcp/prod"] = plan.LandingHeld; s.Registry.State = plan.StepRunning }, []string{"gcp/prod       held", "registry       running"}},
		{"a landing that goes on", func() { s.Landings["gcp/prod"] = plan.LandingRunning }, []string{"gcp/prod       running"}},
	} {
		c.change()
		if got := w.news(s); !slices.Equal(got, c.want) {
			t.Errorf("%s: got %q, want %q", c.why, got, c.want)
		}
	}
}
