package e2e

import (
	"context"
	"os"
	"strings"
	"testing"

	"go.temporal.io/sdk/client"

	"github.com/itbytes/landfall/devstack/stage"
)

// broken writes a plan that differs from the paper's by one replacement.
func (s *scene) broken(old, now string) string {
	s.Helper()
	return s.Write("broken.yaml", s.Altered(paper, old, now))
}

func TestBadPlansAreRefusedInOneSentenceAndNothingIsWritten(t *testing.T) {
	s := raise(t, "itbytes.yaml")
	secret := "wJalrXUtnFEMI/K7MDENG/bPxRfiCY" + "EXAMPLEKEY"
	for _, c := range []struct{ why, old, now, want string }{
		{"an unknown field", "  slug: it4bytes", "  slugg: it4bytes", "slug"},
		{"a secret", "metadata: {name: itbytes,", "metadata: {name: itbytes, change: " + secret + ",", "secret"},
		{"overlapping ranges", "  - {cloud: aws, environment: prod,", "  - {cloud: aws, environment: prod, cidr: 10.64.0.0/12,", "overlap"},
		{"a login nobody defines", "login: gcp-admin", "login: gcp-amin", "gcp-admin"},
	} {
		t.Run(c.why, func(t *testing.T) {
			file := s.broken(c.old, c.now)
			for _, verb := range [][]string{{"validate", file}, {"migrate", file, "--approve"}, {"preview", file}} {
				code, out, errs := s.Do(verb...)
				if code != 1 {
					t.Errorf("%s: exit %d, want 1", verb[0], code)
				}
				if !strings.Contains(errs, c.want) || strings.Contains(out+errs, secret) {
					t.Errorf("%s says %q, want %q named and no secret echoed", verb[0], errs, c.want)
				}
			}
		})
	}
	if w := s.Writes(); len(w) != 0 {
		t.Errorf("bad plans wrote %v", w)
	}
}

func TestAPlanThatNamesAMissingVaultOrItemIsRefusedBeforeAnyWrite(t *testing.T) {
	s := raise(t, "itbytes.yaml")
	for _, c := range []struct{ why, old, now, want string }{
		{"a vault that is not there", "op://itbytes-internal/entra-app-itmanageso365", "op://nowhere/entra-app", "nowhere"},
		{"a login whose item is not there", "adopt: {id: \"862973411383\"}, fallback: aws-prod-keys", "adopt: {id: \"862973411383\"}, login: aws-gone-keys", "op://itbytes-internal/gone"},
	} {
		t.Run(c.why, func(t *testing.T) {
			file := s.broken(c.old, c.now)
			if c.why == "a login whose item is not there" {
				b, err := os.ReadFile(file)
				if err != nil {
					t.Fatal(err)
				}
				login := "  aws-gone-keys: {type: aws-keys, account: \"862973411383\", user: landfall-fallback, item: op://itbytes-internal/gone}\n"
				if err := os.WriteFile(file, []byte(strings.Replace(string(b), "  aws-sso: ", login+"  aws-sso: ", 1)), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			for _, verb := range [][]string{{"preview", file}, {"migrate", file, "--approve", "--wait"}} {
				code, out, errs := s.Do(verb...)
				if code != 1 || !strings.Contains(out+errs, c.want) {
					t.Errorf("%s: exit %d, %q %q; want 1 and %s named", verb[0], code, out, errs, c.want)
				}
			}
		})
	}
	if w := s.Writes(); len(w) != 0 {
		t.Errorf("refused runs wrote %v", w)
	}
}

func TestAnUnreachableTemporalIsSaidInOneSentence(t *testing.T) {
	s := scene{stage.Raise(t, stage.Options{Scenario: "itbytes.yaml", Idle: true})}
	cmd := s.Landfall(context.Background(), "migrate", paper, "--approve")
	cmd.Dir = stage.Root
	cmd.Env = append(cmd.Env, "TEMPORAL_ADDRESS=127.0.0.1:1")
	out, err := cmd.CombinedOutput()
	if err == nil || !strings.Contains(string(out), "no Temporal server answers at 127.0.0.1:1") || !strings.Contains(string(out), "TEMPORAL_ADDRESS") {
		t.Errorf("it says %q (%v), want who does not answer and what to set", out, err)
	}
}

func TestMalformedInputFromTheUIFailsTheRunWithASentence(t *testing.T) {
	s := raise(t, "itbytes.yaml")
	c := s.Dial()
	for _, in := range []struct {
		input map[string]any
		want  string
	}{
		{map[string]any{"planref": "itbytes", "plann": 1}, "plann"},
		{map[string]any{"planRef": "itbites"}, "itbytes"},
		{map[string]any{}, "planRef"},
	} {
		run, err := c.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{TaskQueue: "landfall"}, "Migrate", in.input)
		if err != nil {
			t.Fatal(err)
		}
		err = run.Get(t.Context(), nil)
		if err == nil || !strings.Contains(err.Error(), in.want) {
			t.Errorf("input %v: %v, want an error that names %q", in.input, err, in.want)
		}
	}
	if w := s.Writes(); len(w) != 0 {
		t.Errorf("malformed inputs wrote %v", w)
	}
}
