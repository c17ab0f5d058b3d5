package main

import (
	"context"
	"strings"
	"testing"
	"time"

	"go.temporal.io/api/common/v1"
	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/workflow/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/itbytes/landfall/plan"
	"github.com/itbytes/landfall/workflows"
)

// nights is a Temporal server that has looked at credentials: by the id of each look when it ended; one that has not is zero.
type nights struct {
	client.Client
	looks map[string]time.Time
	lacks bool // the namespace has no search attributes
}

func (n *nights) info(id string) *workflow.WorkflowExecutionInfo {
	at := n.looks[id]
	i := &workflow.WorkflowExecutionInfo{Execution: &common.WorkflowExecution{WorkflowId: id, RunId: "run of " + id}, Status: enums.WORKFLOW_EXECUTION_STATUS_RUNNING}
	if !at.IsZero() {
		i.Status, i.CloseTime = enums.WORKFLOW_EXECUTION_STATUS_COMPLETED, timestamppb.New(at)
	}
	return i
}

func (n *nights) DescribeWorkflowExecution(_ context.Context, id, _ string) (*workflowservice.DescribeWorkflowExecutionResponse, error) {
	if _, there := n.looks[id]; !there {
		return nil, serviceerror.NewNotFound("no " + id)
	}
	return &workflowservice.DescribeWorkflowExecutionResponse{WorkflowExecutionInfo: n.info(id)}, nil
}

// ListWorkflow knows the nights, the latest first, and not yet what ended this instant.
func (n *nights) ListWorkflow(_ context.Context, r *workflowservice.ListWorkflowExecutionsRequest) (*workflowservice.ListWorkflowExecutionsResponse, error) {
	if n.lacks || !strings.Contains(r.Query, "LandfallPlan = 'itbytes'") || !strings.Contains(r.Query, "ExecutionStatus = 'Completed'") {
		return nil, serviceerror.NewInvalidArgument("no such search attribute")
	}
	out := &workflowservice.ListWorkflowExecutionsResponse{}
	for id, at := range n.looks {
		if id != workflows.PostureID("itbytes") && !at.IsZero() && (len(out.Executions) == 0 || at.After(out.Executions[0].GetCloseTime().AsTime())) {
			out.Executions = []*workflow.WorkflowExecutionInfo{n.info(id)}
		}
	}
	return out, nil
}

func (n *nights) GetWorkflow(_ context.Context, id, _ string) client.WorkflowRun { return look{id: id} }

// look is one whose result names it.
type look struct {
	client.WorkflowRun
	id string
}

func (l look) Get(_ context.Context, into any) error {
	*into.(*workflows.Posture) = workflows.Posture{Plan: "itbytes", Credentials: []plan.CredentialReport{{ID: l.id}}}
	return nil
}

func TestAReportShowsTheLastLookWhoeverBeganIt(t *testing.T) {
	const own, first, second = "posture/itbytes", "posture/itbytes-2026-05-06T02:10:00Z", "posture/itbytes-2026-05-07T02:20:00Z"
	at := func(hours int) time.Time { return time.Date(2026, 5, 1, hours, 0, 0, 0, time.UTC) }
	for name, c := range map[string]struct {
		looks map[string]time.Time
		lacks bool
		want  string
	}{
		"nobody has looked":               {nil, false, ""},
		"two nights":                      {map[string]time.Time{first: at(1), second: at(25)}, false, second},
		"a night after somebody":          {map[string]time.Time{own: at(1), second: at(25)}, false, second},
		"somebody after a night":          {map[string]time.Time{own: at(26), second: at(25)}, false, own},
		"somebody is looking just now":    {map[string]time.Time{own: {}, second: at(25)}, false, second},
		"a night is under way":            {map[string]time.Time{first: at(1), second: {}}, false, first},
		"a namespace without attributes":  {map[string]time.Time{own: at(1), second: at(25)}, true, own},
		"nothing is known in a bare one":  {map[string]time.Time{second: at(25)}, true, ""},
		"somebody is looking in that one": {map[string]time.Time{own: {}}, true, ""},
	} {
		t.Run(name, func(t *testing.T) {
			got, when := lastPosture(t.Context(), &nights{looks: c.looks, lacks: c.lacks}, "itbytes")
			switch {
			case c.want == "" && len(got) == 0 && when.IsZero():
			case c.want == "" || len(got) != 1 || got[0].ID != c.want || !when.Equal(c.looks[c.want]):
				t.Errorf("got %v of %v, want what %q found", got, when, c.want)
			}
		})
	}
}
