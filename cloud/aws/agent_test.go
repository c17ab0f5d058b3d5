package aws_test

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/itbytes/landfall/cloud/aws"
	"github.com/itbytes/landfall/plan"
)

func TestEveryCallSaysForWhichStepItIsMade(t *testing.T) {
	w := begin(t, "itbytes")
	var mu sync.Mutex
	var agents []string
	heard := httptest.NewServer(http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
		mu.Lock()
		agents = append(agents, r.UserAgent())
		mu.Unlock()
		w.aws.Handler().ServeHTTP(out, r)
	}))
	t.Cleanup(heard.Close)
	c := aws.New(aws.Options{Haste: 1e6, Endpoint: heard.URL, Sessions: w.dir, Keeper: w.vault})
	l := morning("prod")
	all := c.Steps(l)
	i := slices.IndexFunc(all, func(s plan.Step) bool { return s.Name == "flow-logs" })
	if _, err := c.Carry(t.Context(), plan.Task{Landing: l, Step: all[i], Key: "k", Facts: map[string]string{plan.FactContainer: l.Adopt.ID}}, func(string) {}); err != nil {
		t.Fatal(err)
	}
	if len(agents) < 5 {
		t.Fatalf("got %d calls, want those of a step", len(agents))
	}
	for _, a := range agents {
		if !strings.HasPrefix(a, "aws-sdk-go-v2/") || !strings.HasSuffix(a, " landfall-step/aws.prod.flow-logs") {
			t.Errorf("got the User-Agent %q, want the SDK's with the step after it", a)
		}
	}
}
