package e2e

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// soon lets a rotation come to its end within the test: the stage's pace makes four seconds of it.
const soon = "rotation: {grace: 6h, observe: 6h}\n"

// The crash matrix: each write of a rotation, to a cloud and to the vault, as a rotation that nobody disturbed has made them, is
// stalled in a rotation of its own, once before it is carried out and once after. The worker is killed while they wait for their
// answers, as many of them as wait at a time.
func TestNoRotationLosesACredentialWhereverItsWorkerIsKilled(t *testing.T) {
	t.Parallel()
	const each = 18 // credentials of a kind: two for every boundary of the kind that has the most
	s := raiseTurning(t, each, soon)
	first := s.of(1)
	s.watch(first)
	most, since, began := s.most(), len(s.Sim.Kernel().Calls()), time.Now()
	s.rotate(first)
	s.ended(first)
	s.sound(first, most())
	s.wantJournalled(first)
	t.Logf("one rotation of each kind, undisturbed: %.1f s", time.Since(began).Seconds())

	began = time.Now()
	cells := s.stall(first, since)
	var struck []*credential
	for _, c := range cells {
		struck = append(struck, c.of)
	}
	s.watch(struck)
	most, since = s.most(), len(s.Sim.Kernel().Calls())
	var ends []func() error
	kills, moved := 0, 0
	for _, half := range []bool{false, true} { // those that wait for their proof are not disturbed by the kills before it
		in := slices.DeleteFunc(slices.Clone(cells), func(c cell) bool { return c.proven != half })
		for _, kind := range kinds() {
			end, err := s.begin(t.Context(), fmt.Sprintf("%s-%t", kind, half), credentialsOf(in, kind))
			if err != nil {
				t.Fatal(err)
			}
			ends = append(ends, end)
		}
		k, m := s.killWhereTheyWait(in, since)
		kills, moved = kills+k, moved+m
	}
	for _, end := range ends {
		if err := end(); err != nil {
			t.Error(err)
		}
	}
	s.ended(struck)
	s.sound(struck, most())
	s.wantJournalled(struck)
	t.Logf("%d boundaries, %d of them after a write that was made again, %d kills: %.1f s", len(cells), moved, kills, time.Since(began).Seconds())
	if moved > len(cells)/4 {
		t.Errorf("%d of %d boundaries were come to after a write that was made again, want most of them where they are", moved, len(cells))
	}
}

// A hundred rotations in a row, twice that of each credential, while the worker is killed whenever the dice say so.
func TestAHundredRotationsWithRandomKillsLoseNothing(t *testing.T) {
	t.Parallel()
	const each, rounds = 13, 2
	seed := uint64(time.Now().UnixNano())
	if given, err := strconv.ParseUint(os.Getenv("LANDFALL_SEED"), 10, 64); err == nil {
		seed = given
	}
	t.Logf("the dice are LANDFALL_SEED=%d", seed)
	dice := rand.New(rand.NewPCG(seed, 1)) //nolint:gosec // dice, not a secret
	s := raiseTurning(t, each, soon)
	s.watch(s.credentials)
	most, began := s.most(), time.Now()
	group, stop := context.WithCancel(t.Context())
	defer stop()
	var turning sync.WaitGroup
	done := make(chan struct{})
	for i := range each { // one of each kind goes together
		of := slices.DeleteFunc(slices.Clone(s.credentials), func(c *credential) bool { return !strings.HasSuffix(c.id, fmt.Sprintf("-k%02d", i)) })
		pause := time.Duration(dice.IntN(20_000)) * time.Millisecond
		turning.Go(func() {
			time.Sleep(pause)
			for round := range rounds {
				end, err := s.begin(group, fmt.Sprintf("%d-%d", i, round), of)
				if err == nil {
					err = end()
				}
				if err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	go func() { turning.Wait(); close(done) }()
	kills, patience, pause := 0, time.After(8*time.Minute), 2*time.Second+time.Duration(dice.IntN(4_000))*time.Millisecond
	for under := true; under; {
		select {
		case <-done:
			under = false
		case <-patience:
			stop()
			t.Fatal("the rotations have come to no end")
		case <-time.After(pause):
			pause = 6*time.Second + time.Duration(dice.IntN(12_000))*time.Millisecond // what the last kill cut short is taken up again within fifteen
			s.KillWorker()
			time.Sleep(time.Duration(dice.IntN(2000)) * time.Millisecond)
			s.StartWorker()
			kills++
		}
	}
	s.ended(s.credentials)
	s.sound(s.credentials, most())
	s.Eventually(time.Minute, "the journal keeps the end of each rotation", func() bool { return s.rotated() >= rounds*len(s.credentials) })
	s.wantJournalled(s.credentials)
	if n := s.rotated(); n != rounds*len(s.credentials) || kills < 3 {
		t.Errorf("%d rotations were done and the worker killed %d times, want %d and some kills", n, kills, rounds*len(s.credentials))
	}
	t.Logf("%d rotations, %d kills: %.1f s", rounds*len(s.credentials), kills, time.Since(began).Seconds())
}
