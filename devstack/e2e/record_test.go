package e2e

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/history/v1"
	"go.temporal.io/api/temporalproto"

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
	s.Must(0, "migrate", paper, "--approve", "--wait")
	s.Must(0, "registry", "list", paper)
	c := s.Dial()
	for _, id := range []string{
		"preview/itbytes", "migrate/itbytes", "registry/itbytes", "land/itbytes/aws/mgmt", "land/itbytes/azure/prod", "land/itbytes/gcp/mgmt",
	} {
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
		if err := os.WriteFile(filepath.Join(stage.Root, folder, strings.ReplaceAll(id, "/", "-")+".json"), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}
