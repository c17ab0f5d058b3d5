package azure_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/itbytes/landfall/plan"
	"github.com/itbytes/landfall/simulator/kernel"
)

// shape is how many of everything stand in a tenant, without the ids that differ from world to world.
func (w *world) shape() string {
	w.t.Helper()
	var out []string
	var walk func(path string, v any)
	walk = func(path string, v any) {
		switch v := v.(type) {
		case map[string]any:
			out = append(out, fmt.Sprintf("%s holds %d", path, len(v)))
			for k, x := range v {
				if path == "/blobs" || len(k) == 36 && strings.Count(k, "-") == 4 {
					k = "one"
				}
				walk(path+"/"+k, x)
			}
		case []any:
			out = append(out, fmt.Sprintf("%s lists %d", path, len(v)))
			for _, x := range v {
				walk(path+"/one", x)
			}
		}
	}
	walk("", w.stands("azure"))
	slices.Sort(out)
	return strings.Join(out, "\n")
}

func TestALostAnswerToAnyWriteEndsWithExactlyOneThing(t *testing.T) {
	mgmt := func() plan.Landing {
		l := landingsOf(t, "greenfield.yaml")[2]
		l.Parent = "green"
		return l
	}
	for _, kind := range []string{"secret", "certificate"} {
		plain := hasty(t)
		l := mgmt()
		l.Identities[0].CredentialType = kind
		l.Identities[0].Trust = []plan.Trust{{Name: "ci", Issuer: "https://token.actions.githubusercontent.com", Subject: "repo:green/platform"}}
		if _, err := plain.run(l); err != nil {
			t.Fatal(err)
		}
		want := plain.shape()
		writes := map[kernel.Match]int{}
		for _, c := range plain.writes(0) {
			writes[kernel.Match{Service: c.Service, Operation: c.Operation}]++
		}
		if len(writes) < 18 {
			t.Errorf("got %d kinds of writes, want those of a whole landing", len(writes))
		}
		places := make(chan struct{}, 2) // two worlds at a time
		for match, times := range writes {
			if kind == "certificate" && match.Service != "graph" {
				continue // the same as with a secret
			}
			for passed := range min(times, 2) {
				t.Run(fmt.Sprintf("%s: %s number %d", kind, match.Operation, passed+1), func(t *testing.T) {
					t.Parallel()
					places <- struct{}{}
					defer func() { <-places }()
					w := hasty(t)
					w.kernel.Order(kernel.Fault{Match: match, After: passed, Times: 1, Do: kernel.DoLose})
					if _, err := w.run(l); err != nil {
						t.Fatal(err)
					}
					if !slices.ContainsFunc(w.writes(0), func(c kernel.Record) bool { return c.Status == http.StatusBadGateway }) {
						t.Error("no answer was lost")
					}
					for _, line := range differing(w.shape(), want) {
						t.Error(line)
					}
				})
			}
		}
	}
}
