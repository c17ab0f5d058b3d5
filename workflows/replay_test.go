package workflows_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"github.com/itbytes/landfall/workflows"
)

// The histories were recorded from real runs of the paper's migration (LANDFALL_RECORD=… make e2e). A change that cannot
// replay them would break the runs that are held when it is rolled out.
func TestRecordedHistoriesReplay(t *testing.T) {
	files, err := filepath.Glob("testdata/history/*.json")
	if err != nil {
		t.Fatal(err)
	}
	replayed := map[string]bool{}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".json"), func(t *testing.T) {
			f, err := os.Open(file)
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			h, err := client.HistoryFromJSON(f, client.HistoryJSONOptions{})
			if err != nil {
				t.Fatal(err)
			}
			r := worker.NewWorkflowReplayer()
			for name, w := range runbook() {
				r.RegisterWorkflowWithOptions(w, workflow.RegisterOptions{Name: name})
			}
			if err := r.ReplayWorkflowHistory(nil, h); err != nil {
				t.Error(err)
			}
			replayed[h.GetEvents()[0].GetWorkflowExecutionStartedEventAttributes().GetWorkflowType().GetName()] = true
		})
	}
	for name := range runbook() {
		if !replayed[name] {
			t.Errorf("no recorded history of %s", name)
		}
	}
}

// runbook is every workflow type.
func runbook() map[string]any {
	return map[string]any{
		workflows.MigrateType: workflows.Migrate, workflows.LandType: workflows.Land, workflows.KeepLoginType: workflows.KeepLogin,
		workflows.JournalType: workflows.Journal, workflows.ShowRegistryType: workflows.ShowRegistry, workflows.ShowJournalType: workflows.ShowJournal,
		workflows.RotateCredentialType: workflows.RotateCredential, workflows.RotateCredentialsType: workflows.RotateCredentials,
		workflows.CheckPostureType: workflows.CheckPosture, workflows.FederateType: workflows.Federate,
	}
}
