package e2e

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/itbytes/landfall/simulator/kernel"
)

// cell is a boundary between two actions of a rotation at which the worker is killed: before a write is carried out, or after.
type cell struct {
	of     *credential
	proven bool // it comes after the new key was proven
	fault  string
	before int // how many writes come before it
}

// credentialsOf are the credentials of cells that are of a kind.
func credentialsOf(cells []cell, kind string) []*credential {
	var out []*credential
	for _, c := range cells {
		if c.of.kind == kind {
			out = append(out, c.of)
		}
	}
	return out
}

// stall orders, for each write that the undisturbed rotations have made since so many calls were made, two rotations of other
// credentials of that kind to stop there.
func (s *turning) stall(undisturbed []*credential, since int) []cell {
	s.Helper()
	var out []cell
	for _, c := range undisturbed {
		others := slices.DeleteFunc(slices.Clone(s.credentials), func(o *credential) bool { return o.kind != c.kind || o == c })
		for i, w := range s.whole(c, since) {
			for _, place := range []string{"before", "after"} {
				do := kernel.DoHang
				if place == "after" {
					do = kernel.DoStall
				}
				if len(others) == 0 {
					s.Fatalf("there are more boundaries in a rotation of the kind %s than credentials of it: make more", c.kind)
				}
				of := others[0]
				others = others[1:]
				of.where = fmt.Sprintf("%s %s %s %d", place, w.service, w.operation, w.nth+1)
				m := of.call
				if w.vault {
					m = kernel.Match{Cloud: "onepassword", Service: w.service, Path: of.item}
				}
				m.Operation = w.operation
				s.Logf("%s: %s", of.id, of.where)
				id := s.Sim.Kernel().Order(kernel.Fault{Match: m, Do: do, After: w.nth, Times: 1, For: kernel.Duration(time.Minute)})
				out = append(out, cell{of, w.proven, id, i})
			}
		}
	}
	return out
}

// write is a write that a rotation makes: the nth of its name, to its cloud or to the vault.
type write struct {
	service, operation string
	vault              bool
	nth                int
	proven             bool // it is made after the longest time without a write: that is when the new key is proven
}

// writes are those that a credential's rotation has made since so many calls were made, and when.
func (s *turning) writes(c *credential, since int) (out []write, at []time.Time) {
	for _, call := range s.Sim.Kernel().Calls()[since:] {
		m := c.call
		w := write{service: call.Service, operation: call.Operation, vault: call.Cloud == "onepassword"}
		if w.vault {
			m = kernel.Match{Cloud: call.Cloud, Service: call.Service, Path: c.item}
		}
		if call.Kind != "write" || call.Cloud != m.Cloud || call.Service != m.Service || m.Scope != "" && call.Scope != m.Scope || !strings.Contains(call.Path, m.Path) {
			continue
		}
		for slices.Contains(out, w) {
			w.nth++
		}
		out, at = append(out, w), append(at, call.Time)
	}
	return out, at
}

// whole are the writes of a rotation that was not disturbed.
func (s *turning) whole(c *credential, since int) []write {
	s.Helper()
	out, at := s.writes(c, since)
	if len(out) < 5 {
		s.Fatalf("the rotation of %s has made the writes %+v; want those of a whole one", c.id, out)
	}
	proof := 1
	for i := range at[1:] {
		if at[i+1].Sub(at[i]) > at[proof].Sub(at[proof-1]) {
			proof = i + 1
		}
	}
	for i := proof; i < len(out); i++ {
		out[i].proven = true
	}
	return out
}

// killWhereTheyWait kills the worker while calls wait at their boundaries, and starts it again, until each boundary has had its
// turn. Once one waits, others that are about to come have a moment; none waits for as long as a client has patience. Moved are
// the boundaries before which a kill had a write made again: the worker was killed there too, but a write earlier.
func (s *turning) killWhereTheyWait(cells []cell, since int) (kills, moved int) {
	s.Helper()
	open := slices.Clone(cells)
	waiting := func() (n int) {
		for _, c := range open {
			n += s.Sim.Kernel().Struck(c.fault)
		}
		return n
	}
	for end := time.Now().Add(6 * time.Minute); len(open) > 0; time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			var missing []string
			for _, c := range open {
				missing = append(missing, c.of.id+" "+c.of.where)
			}
			s.Fatalf("these boundaries were never come to: %v", missing)
		}
		n := waiting()
		if n == 0 {
			continue
		}
		for last, since := time.Now(), time.Now(); time.Since(last) < 5*time.Second && time.Since(since) < 11*time.Second; time.Sleep(20 * time.Millisecond) {
			if now := waiting(); now > n {
				n, last = now, time.Now()
			}
		}
		for _, c := range open {
			if made, _ := s.writes(c.of, since); s.Sim.Kernel().Struck(c.fault) > 0 && len(made) != c.before { // what waits is not told yet
				moved++
			}
		}
		s.KillWorker()
		kills++
		var hit []string
		open = slices.DeleteFunc(open, func(c cell) bool {
			if s.Sim.Kernel().Struck(c.fault) == 0 {
				return false
			}
			hit = append(hit, c.of.id)
			return s.Sim.Kernel().Lift(c.fault)
		})
		s.Logf("kill %d: %d boundaries, %d are left (%s)", kills, len(hit), len(open), strings.Join(hit, " "))
		s.StartWorker()
	}
	return kills, moved
}
