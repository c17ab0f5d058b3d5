package temporal_test

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"go.temporal.io/api/operatorservice/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"

	"github.com/itbytes/landfall/devstack/temporal"
)

func start(t *testing.T, file string, attributes ...string) (*temporal.Server, client.Client) {
	t.Helper()
	port, err := temporal.Free()
	if err != nil {
		t.Fatal(err)
	}
	ui, err := temporal.Free()
	if err != nil {
		t.Fatal(err)
	}
	s, err := temporal.Start(t.Context(), temporal.Options{File: file, Port: port, UIPort: ui, SearchAttributes: attributes})
	if err != nil {
		t.Fatal(err)
	}
	c, err := client.Dial(client.Options{HostPort: s.Address})
	if err != nil {
		t.Fatal(err)
	}
	return s, c
}

func attributes(t *testing.T, c client.Client) map[string]bool {
	t.Helper()
	got, err := c.OperatorService().ListSearchAttributes(t.Context(), &operatorservice.ListSearchAttributesRequest{Namespace: "default"})
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]bool{}
	for name := range got.GetCustomAttributes() {
		out[name] = true
	}
	return out
}

func TestTheNamespaceKeepsHistoriesForNinetyDaysAndAnOldFileGetsNewSearchAttributes(t *testing.T) {
	file := filepath.Join(t.TempDir(), "temporal.db")
	s, c := start(t, file, "LandfallPlan")
	ns, err := c.WorkflowService().DescribeNamespace(context.Background(), &workflowservice.DescribeNamespaceRequest{Namespace: "default"})
	if err != nil {
		t.Fatal(err)
	}
	if got := ns.GetConfig().GetWorkflowExecutionRetentionTtl().AsDuration(); got != 90*24*time.Hour {
		t.Errorf("retention = %v, want 90 days", got)
	}
	c.Close()
	s.Stop()

	s, c = start(t, file, "LandfallPlan", "LandfallCloud")
	defer s.Stop()
	defer c.Close()
	if got := attributes(t, c); !got["LandfallPlan"] || !got["LandfallCloud"] {
		t.Errorf("search attributes = %v, want LandfallPlan and LandfallCloud", got)
	}
}
