package e2e

import (
	"bytes"
	"context"
	"testing"
	"time"
)

func TestAWorkerKilledThreeTimesLeavesTheSameEndAndNothingTwice(t *testing.T) {
	s := raise(t, "itbytes.yaml")
	ctx, cancel := context.WithTimeout(context.Background(), 4*time.Minute)
	defer cancel()
	run := s.Landfall(ctx, "migrate", paper, "--approve", "--wait")
	run.Dir = root
	var out bytes.Buffer
	run.Stdout, run.Stderr = &out, &out
	if err := run.Start(); err != nil {
		t.Fatal(err)
	}
	// Three places of the run: while containers are made, while identities are, and in the midst of the baseline.
	for _, at := range []int{3, 25, 60} {
		s.eventually(2*time.Minute, "so many writes", func() bool { return len(s.writes()) >= at })
		s.worker.Kill()
		time.Sleep(300 * time.Millisecond) // a crash is noticed, and somebody starts it again
		s.startWorker()
	}
	if err := run.Wait(); err != nil {
		t.Fatalf("migrate: %v\n%s", err, out.String())
	}
	s.wantDone(s.report(paper), 9)
	s.wantEachOnce()
	before := len(s.writes())
	s.must(0, "migrate", paper, "--approve", "--wait")
	for _, w := range s.writes()[before:] {
		t.Errorf("a run after the killed one wrote: %+v", w)
	}
	s.wantNoSecret(out.String())
}
