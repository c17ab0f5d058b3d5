package e2e

import (
	"testing"
	"time"
)

func TestAWorkerKilledThreeTimesLeavesTheSameEndAndNothingTwice(t *testing.T) {
	s := raise(t, "itbytes.yaml")
	run := s.Begin("migrate", paper, "--approve", "--wait")
	// Three places of the run: while containers are made, while identities are, and in the midst of the baseline.
	for _, at := range []int{3, 25, 60} {
		s.Eventually(2*time.Minute, "so many writes", func() bool { return len(s.Writes()) >= at })
		s.KillWorker()
		time.Sleep(300 * time.Millisecond) // a crash is noticed, and somebody starts it again
		s.StartWorker()
	}
	out := run.Ends(0)
	s.WantDone(s.Report(paper), 9)
	s.wantEachOnce()
	before := s.Still()
	s.Must(0, "migrate", paper, "--approve", "--wait")
	s.wantNoWriteSince(before, "a run after the killed one")
	s.WantNoSecret(out)
}
