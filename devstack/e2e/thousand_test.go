package e2e

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"

	"github.com/itbytes/landfall/devstack/stage"
)

// Temporal's limits are 51,200 events and 50 MB a history; it suggests to continue as new from 4,096 events on.
const (
	eventsAtMost = 10_000
	bytesAtMost  = 10 << 20
)

func TestAThousandLandingsArePreviewedAndStartWithinTemporalsLimits(t *testing.T) {
	if testing.Short() {
		t.Skip("a thousand landings take a minute: not with -short")
	}
	s := raise(t, "thousand.yaml")
	file := s.thousand()
	began := time.Now()
	s.Must(0, "validate", file)
	s.Must(2, "preview", file)
	t.Logf("1,002 landings validated and previewed in %.1f s", time.Since(began).Seconds())
	if took := time.Since(began); took > 30*time.Second {
		t.Errorf("validating and previewing took %v; it should take under 10 s on an idle machine", took)
	}
	if w := s.Writes(); len(w) != 0 {
		t.Fatalf("the preview wrote %d times", len(w))
	}
	c := s.Dial()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var doc map[string]any
	if err := yaml.Unmarshal(text, &doc); err != nil {
		t.Fatal(err)
	}
	// A worker that holds AWS's credentials alone: the landings of the other clouds begin and wait for theirs. With a window
	// wider than the plan all are under way at once, which is the most that a history can be asked to hold.
	s.KillWorker()
	s.StartWorker("--clouds", "aws")
	_, err = c.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{ID: "migrate/thousand", TaskQueue: "landfall"}, "Migrate",
		map[string]any{"plan": doc, "mode": "apply", "approval": "given", "window": 1200})
	if err != nil {
		t.Fatal(err)
	}
	begun := 0
	s.Eventually(3*time.Minute, "every landing begun", func() bool {
		n, err := c.CountWorkflow(t.Context(), &workflowservice.CountWorkflowExecutionsRequest{Query: "WorkflowType = 'Land'"})
		begun = int(n.GetCount())
		return err == nil && begun == 1002
	})
	for _, id := range []string{"migrate/thousand", "preview/thousand", "land/thousand/aws/mgmt", "land/thousand/gcp/mgmt"} {
		d, err := c.DescribeWorkflowExecution(t.Context(), id, "")
		if err != nil {
			t.Fatal(err)
		}
		i := d.GetWorkflowExecutionInfo()
		t.Logf("%s: %d events, %d bytes", id, i.GetHistoryLength(), i.GetHistorySizeBytes())
		if i.GetHistoryLength() > eventsAtMost || i.GetHistorySizeBytes() > bytesAtMost {
			t.Errorf("%s has %d events and %d bytes", id, i.GetHistoryLength(), i.GetHistorySizeBytes())
		}
	}
}

// thousand is the greenfield with 334 environments.
func (s *scene) thousand() string {
	s.Helper()
	b, err := os.ReadFile(stage.Root + "/examples/greenfield.yaml")
	if err != nil {
		s.Fatal(err)
	}
	var envs []string
	for i := range 333 {
		envs = append(envs, fmt.Sprintf("e%03d", i))
	}
	text := regexp.MustCompile(`environments: \[.*\]`).ReplaceAllString(string(b), "environments: ["+strings.Join(envs, ", ")+", mgmt]")
	text = strings.Replace(text, "name: greenfield", "name: thousand", 1)
	text = regexp.MustCompile(`(?s)landings:\n.*?identities:`).ReplaceAllString(text, "network: {cidr: 10.0.0.0/8}\nidentities:")
	text = regexp.MustCompile(`(?m)^  aws-(prod|dti)-keys:.*\n`).ReplaceAllString(text, "")
	return s.Write("thousand.yaml", text)
}
