package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"go.temporal.io/sdk/client"
)

// rotate rotates credentials by the command line, which follows them until each new key is current.
func (s *turning) rotate(all []*credential) {
	s.Helper()
	args := []string{"rotate", s.plan, "--reason", "it is time"}
	for _, c := range all {
		args = append(args, "--credential", c.id)
	}
	s.Must(0, args...)
}

// begin begins to rotate credentials as whoever starts a workflow does, and says how their end is waited for: by itself no more
// than some rotations begin at once.
func (s *turning) begin(ctx context.Context, name string, all []*credential) (end func() error, err error) {
	var ids []string
	for _, c := range all {
		ids = append(ids, c.id)
	}
	run, err := s.temporal.ExecuteWorkflow(ctx, client.StartWorkflowOptions{ID: "rotations/" + s.name + "/" + name, TaskQueue: "landfall"}, "RotateCredentials",
		map[string]any{"plan": s.document, "credentials": ids, "operator": "maria", "reason": "it is time"})
	if err != nil {
		return nil, err
	}
	return func() error {
		if err := run.Get(ctx, nil); err != nil {
			return err
		}
		for _, c := range all {
			if err := s.temporal.GetWorkflow(ctx, "rotate/"+s.name+"/"+c.id, "").Get(ctx, nil); err != nil {
				return fmt.Errorf("%s: %w", c, err)
			}
		}
		return nil
	}, nil
}

// ended waits until each rotation has come to its end, and wants it to be done without one failure of its own canary.
func (s *turning) ended(all []*credential) {
	s.Helper()
	ctx, cancel := context.WithTimeout(s.Context(), 5*time.Minute)
	defer cancel()
	for _, of := range all {
		var r struct {
			State  string
			Canary struct {
				Probes, Failures int
				Last             string
			}
		}
		if err := s.temporal.GetWorkflow(s.Context(), "rotate/"+s.name+"/"+of.id, "").Get(ctx, &r); err != nil {
			s.Errorf("%s: %v", of, err)
		}
		if r.State != "done" || r.Canary.Probes == 0 || r.Canary.Failures != 0 {
			s.Errorf("%s is %s, its own canary signed in %d times and failed %d times (%s); want done, and no failure", of, r.State, r.Canary.Probes, r.Canary.Failures, r.Canary.Last)
		}
	}
}

// sound wants each identity to have one key that works, the one that the vault holds as current, and never to have had more
// than may be; every consumer to have been able to sign in at every moment; and nothing to be found wrong.
func (s *turning) sound(all []*credential, most map[string]int) {
	s.Helper()
	keys, err := s.keys()
	if err != nil {
		s.Fatal(err)
	}
	for _, c := range all {
		current := s.current(c)
		if got := keys[c.id]; !maps.Equal(got, map[string]bool{current: true}) {
			s.Errorf("%s has the keys %v, want %s alone, which the vault gives to its consumers", c, got, current)
		}
		limit := 3 // the old one, the new one, and until it is found one whose answer was lost
		if c.kind == "aws-access-key" {
			limit = 2 // IAM allows no third
		}
		if most[c.id] > limit || most[c.id] < 2 {
			s.Errorf("%s had %d keys at a time, want two, and %d at most", c, most[c.id], limit)
		}
		if seen := s.canary.Seen(c.id); seen.Probes == 0 || seen.Failures != 0 {
			s.Errorf("the consumer of %s signed in %d times and failed %d times, first %s; want no failure", c, seen.Probes, seen.Failures, seen.First)
		}
	}
	s.wantNoFinding(all)
}

// wantNoFinding wants the command line to find nothing wrong with credentials.
func (s *turning) wantNoFinding(all []*credential) {
	s.Helper()
	var report struct {
		Credentials []struct {
			ID       string
			Findings []struct{ What string }
			Fault    *struct{ Message string }
		}
	}
	s.json(&report, "credentials", "list", s.plan, "-o", "json")
	for _, c := range all {
		i := slices.IndexFunc(report.Credentials, func(r struct {
			ID       string
			Findings []struct{ What string }
			Fault    *struct{ Message string }
		},
		) bool {
			return r.ID == c.id
		})
		if i < 0 {
			s.Errorf("credentials list does not know %s", c)
			continue
		}
		if r := report.Credentials[i]; len(r.Findings) > 0 || r.Fault != nil {
			s.Errorf("credentials list says of %s %v %v, want nothing", c, r.Findings, r.Fault)
		}
	}
}

// current is the id of the key that the vault gives to consumers.
func (s *turning) current(c *credential) string {
	s.Helper()
	for _, f := range s.Fields(vault, c.id) {
		if f.Section == "" && (f.Label == "key id" || f.Label == "access key id") {
			return f.Value
		}
	}
	s.Fatalf("%s holds no current key", c)
	return ""
}

// entry is a record of the journal, by the names of its JSON alone.
type entry struct{ Kind, What, Why string }

// entries are those that the journal keeps, the oldest first. None is one whose words were withheld.
func (s *turning) entries() []entry {
	s.Helper()
	var journal struct {
		Records []struct{ Entry entry }
	}
	s.json(&journal, "audit", "list", s.plan, "-o", "json")
	var out []entry
	for _, r := range journal.Records {
		if strings.Contains(r.Entry.What, "withheld") {
			s.Errorf("the journal has refused an entry: %+v", r.Entry)
		}
		out = append(out, r.Entry)
	}
	return out
}

// told is what the journal keeps of the ends of rotations, by credential, the oldest first.
func (s *turning) told() map[string][]string {
	s.Helper()
	out := map[string][]string{}
	for _, e := range s.entries() {
		if id, done := strings.CutSuffix(e.What, ": the rotation is done"); done && e.Kind == "rotation" {
			out[id] = append(out[id], e.Why)
		}
	}
	return out
}

// wantJournalled wants the journal to keep what the canary of each rotation has seen: that it never failed.
func (s *turning) wantJournalled(all []*credential) {
	s.Helper()
	var found map[string][]string
	s.Eventually(time.Minute, "the journal keeps the end of every rotation", func() bool {
		found = s.told()
		return !slices.ContainsFunc(all, func(c *credential) bool { return len(found[c.id]) == 0 })
	})
	for _, c := range all {
		for _, why := range found[c.id] {
			var probes, failures int
			if _, err := fmt.Sscanf(why, "canary: %d sign-ins, %d failures", &probes, &failures); err != nil || probes == 0 || failures != 0 {
				s.Errorf("%s: the journal keeps %q, want a canary that never failed", c, why)
			}
		}
	}
}

// rotated is how many rotations have ended by what the journal keeps.
func (s *turning) rotated() (n int) {
	s.Helper()
	for _, ends := range s.told() {
		n += len(ends)
	}
	return n
}

// json runs the command line and reads the JSON that it answers.
func (s *turning) json(into any, args ...string) {
	s.Helper()
	if out := s.Must(0, args...); json.Unmarshal([]byte(out), into) != nil {
		s.Fatalf("landfall %s: no JSON: %s", strings.Join(args, " "), out)
	}
}
