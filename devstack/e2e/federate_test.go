package e2e

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
)

// federation is a federation as others read it: by the names of its JSON alone.
type federation struct {
	State string
	Steps []struct{ Landing, Name, Change string }
	Ways  []struct {
		Who, As, Word string
		Proofs        int
	}
	Retired time.Time
	Fault   *struct{ Message, Hint string }
}

func (s *scene) federation(out string) (f federation) {
	s.Helper()
	if err := json.Unmarshal([]byte(out), &f); err != nil {
		s.Fatalf("%v: %s", err, out)
	}
	return f
}

// crossing is the paper's plan with a robot in AWS that uses the keys of the other two clouds.
func (s *scene) crossing() string {
	return s.Write("crossing.yaml", s.Altered(paper,
		"  - {name: itManagesAWS,", "  - {name: itRuns, cloud: aws, roles: [ReadOnlyAccess]}\n  - {name: itManagesAWS,",
		"registry: {", "rotation:\n  credentials:\n    - {id: itmanagesgcp, consumers: [{name: itruns}]}\n    - {id: itmanageso365, consumers: [{name: itruns}]}\nregistry: {"))
}

func TestARoleOfOneCloudDoesWithoutTheKeysOfTheOthers(t *testing.T) {
	s := raise(t, "itbytes.yaml")
	plan := s.crossing()
	s.Must(0, "migrate", plan, "--approve", "--wait")
	for _, id := range []string{"itmanagesgcp", "itmanageso365"} {
		before := s.Still()
		looked := s.federation(s.Must(2, "federate", "preview", plan, "--credential", id, "-o", "json"))
		s.wantNoWriteSince(before, "a preview")
		if len(looked.Steps) != 2 {
			t.Errorf("%s: %+v, want a step in each of the two landings", id, looked.Steps)
		}
		out := s.Must(0, "federate", "apply", plan, "--credential", id, "--reason", "no key where a role will do")
		if !strings.Contains(out, "signed in 5 times in a row by its own token") {
			t.Errorf("%s: apply says %q, want that the role was seen to sign in", id, out)
		}
		s.Eventually(2*time.Minute, "the journal tells of it", func() bool {
			return strings.Contains(s.Must(0, "audit", "list", plan), id+": its consumers sign in without it")
		})
		before = s.Still()
		s.Must(0, "federate", "preview", plan, "--credential", id)
		s.Must(0, "migrate", plan, "--approve", "--wait")
		s.wantNoWriteSince(before, "a run of the plan, which does not name the trust")
		s.WantNoSecret(out)
	}

	// Taken back, it is as it was; what the other federation leans on stays.
	out := s.Must(0, "federate", "undo", plan, "--credential", "itmanageso365", "--reason", "the robot moves")
	if !strings.Contains(out, "taken back") {
		t.Errorf("undo says %q", out)
	}
	s.Must(2, "federate", "preview", plan, "--credential", "itmanageso365")
	s.Must(0, "federate", "preview", plan, "--credential", "itmanagesgcp")

	// The key goes last.
	gone := s.federation(s.Must(0, "federate", "retire", plan, "--credential", "itmanagesgcp", "--since", "1m", "--yes-by-word", "--reason", "the robot signs in by its own token", "-o", "json"))
	if gone.Retired.IsZero() || len(gone.Ways) != 1 || gone.Ways[0].Proofs == 0 {
		t.Errorf("%+v, want the key off, after the role was seen once more", gone)
	}
	s.Eventually(2*time.Minute, "the key is deleted", func() bool {
		var all struct{ Federations []federation }
		if err := json.Unmarshal([]byte(s.Must(0, "federate", "status", plan, "-o", "json")), &all); err != nil {
			t.Fatal(err)
		}
		for _, f := range all.Federations {
			if f.State == "done" {
				return true
			}
		}
		return false
	})
	var listed struct {
		Credentials []struct {
			ID   string
			Keys []any
		}
	}
	if err := json.Unmarshal([]byte(s.Must(0, "credentials", "list", plan, "-o", "json")), &listed); err != nil {
		t.Fatal(err)
	}
	for _, c := range listed.Credentials {
		if c.ID == "itmanagesgcp" && len(c.Keys) != 0 {
			t.Errorf("%s has %v, want no key", c.ID, c.Keys)
		}
	}
}
