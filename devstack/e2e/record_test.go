package e2e

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/history/v1"
	"go.temporal.io/api/temporalproto"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"

	"github.com/itbytes/landfall/devstack/stage"
)

// Records the histories that workflows/replay_test.go replays: LANDFALL_RECORD=workflows/testdata/history make e2e.
func TestRecordHistories(t *testing.T) {
	folder := os.Getenv("LANDFALL_RECORD")
	if folder == "" {
		t.Skip("LANDFALL_RECORD names no folder to record histories to")
	}
	s := raise(t, "itbytes.yaml")
	s.Must(2, "preview", paper)
	s.Login("aws-sso", "expired")
	s.Must(3, "migrate", paper, "--approve", "--wait")
	s.Login("aws-sso", "ok")
	s.Must(0, "resume", paper, "--login", "aws-sso", "--decision", "retry", "--reason", "signed in again")
	s.Eventually(2*time.Minute, "every landing is done", func() bool { return s.Report(paper).State == "done" })
	s.Must(0, "registry", "list", paper)
	s.Eventually(2*time.Minute, "the journal is sealed", func() bool { code, _, _ := s.Do("audit", "verify", paper); return code == 0 })
	s.Must(0, "credentials", "list", paper)
	s.Must(0, "schedule", "apply", paper)
	night := s.Dial().ScheduleClient().GetHandle(t.Context(), "landfall/itbytes/posture")
	if err := night.Trigger(t.Context(), client.ScheduleTriggerOptions{}); err != nil {
		t.Fatal(err)
	}
	s.Eventually(2*time.Minute, "a night has told what it found", func() bool { _, out, _ := s.Do("schedule", "list", paper); return strings.Contains(out, "completed") })
	s.Must(0, "rotate", paper, "--credential", "itmanagesgcp", "--reason", "to record it")
	crossing := s.crossing()
	s.Must(0, "migrate", crossing, "--approve", "--wait")
	s.Must(0, "federate", "apply", crossing, "--credential", "itmanageso365", "--reason", "to record it")
	s.Must(0, "federate", "retire", crossing, "--credential", "itmanageso365", "--since", "1m", "--yes-by-word", "--reason", "to record it")
	s.Eventually(2*time.Minute, "the key is gone", func() bool { return strings.Contains(s.Must(0, "federate", "status", crossing), ": done") })
	record(t, s, folder, "federate/itbytes/itmanageso365", "federate/itbytes/itmanageso365/aws/mgmt", "federate/itbytes/itmanageso365/azure/mgmt")
	record(t, s, folder, "preview/itbytes", "migrate/itbytes", "registry/itbytes", "land/itbytes/aws/mgmt", "land/itbytes/aws/prod",
		"land/itbytes/azure/prod", "land/itbytes/gcp/mgmt", "login/aws-sso", "journal/itbytes", "audit/itbytes/", "posture/itbytes", "posture/itbytes-",
		"rotations/itbytes/", "rotate/itbytes/itmanagesgcp")

	s = raise(t, "greenfield.yaml")
	const green = "examples/greenfield.yaml"
	s.Must(0, "migrate", green, "--approve")
	s.Eventually(time.Minute, "the run is half-way", func() bool { return len(s.Writes()) >= 120 })
	s.Must(0, "abort", green, "--reason", "to record it", "--wait")
	record(t, s, folder, "migrate/greenfield", "land/greenfield/aws/mgmt", "land/greenfield/azure/prod")
}

// record writes the histories of workflows, by their ids or by what those begin with: up to a / or, of those that a schedule
// began, up to the - before the time.
func record(t *testing.T, s *scene, folder string, ids ...string) {
	t.Helper()
	c := s.Dial()
	for _, id := range ids {
		name := strings.ReplaceAll(strings.TrimSuffix(id, "/"), "/", "-")
		if strings.HasSuffix(id, "-") {
			name += "scheduled"
		}
		if strings.HasSuffix(id, "/") || strings.HasSuffix(id, "-") {
			found, err := c.ListWorkflow(t.Context(), &workflowservice.ListWorkflowExecutionsRequest{Query: "WorkflowId STARTS_WITH '" + id + "'", PageSize: 1})
			if err != nil || len(found.GetExecutions()) == 0 {
				t.Fatalf("no workflow's id begins with %s: %v", id, err)
			}
			id = found.GetExecutions()[0].GetExecution().GetWorkflowId()
		}
		h := &history.History{}
		for events := c.GetWorkflowHistory(t.Context(), id, "", false, enums.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT); events.HasNext(); {
			e, err := events.Next()
			if err != nil {
				t.Fatal(err)
			}
			h.Events = append(h.Events, e)
		}
		b, err := temporalproto.CustomJSONMarshalOptions{}.Marshal(h)
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range s.Secrets() {
			if strings.Contains(string(b), v) {
				t.Fatalf("the history of %s holds a secret", id)
			}
		}
		if err := os.WriteFile(filepath.Join(stage.Root, folder, name+".json"), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}
