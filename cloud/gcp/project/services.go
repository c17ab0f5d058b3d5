package project

import (
	"context"
	"fmt"
	"path"
	"slices"
	"strings"
	"time"

	"cloud.google.com/go/serviceusage/apiv1/serviceusagepb"

	"github.com/itbytes/landfall/cloud/gcp/names"
	"github.com/itbytes/landfall/cloud/gcp/wire"
	"github.com/itbytes/landfall/cloud/step"
	"github.com/itbytes/landfall/plan"
)

const usageService = "serviceusage"

// services are the APIs that the later steps, and what will run here, need.
type services struct{}

func (services) Describe(l plan.Landing) (plan.Step, bool) {
	after := []string{"project"}
	if l.Billing != "" {
		after = []string{"billing"}
	}
	return plan.Step{
		Name: "services", Title: "the project's APIs", Chapter: plan.Container, After: after, Inverse: plan.NoInverse, Usual: 2 * time.Minute,
	}, true
}

func (services) Want(plan.Task) plan.Fields {
	out := plan.Fields{}
	for _, api := range wanted() {
		out[api] = "ENABLED"
	}
	return out
}

func (services) Observe(ctx context.Context, s *wire.Session, t plan.Task) (plan.Observation, error) {
	running, err := s.Running(ctx, t, s.Services, usageService)
	if err != nil {
		return plan.Observation{}, err
	}
	if running {
		return plan.Observation{State: plan.Pending, Why: "the APIs of " + names.Project(t) + " are being enabled"}, nil
	}
	parent := "projects/" + names.Project(t)
	ask := &serviceusagepb.BatchGetServicesRequest{Parent: parent}
	for _, api := range wanted() {
		ask.Names = append(ask.Names, parent+"/services/"+api)
	}
	got, err := s.Services.BatchGetServices(ctx, ask)
	if err != nil {
		return plan.Observation{}, s.Fault(err, usageService, "BatchGetServices")
	}
	o := plan.Observation{State: plan.Present, ID: parent, Match: plan.BySetting, Live: plan.Fields{}}
	for _, api := range got.GetServices() {
		o.Live[path.Base(api.GetName())] = api.GetState().String()
	}
	off := disabled(o.Live)
	o.Facts = map[string]string{names.FactOff: strings.Join(off, ",")}
	o.Evidence = []string{wire.Evidence("BatchGetServices", "%d of %d enabled", len(wanted())-len(off), len(wanted()))}
	return o, nil
}

// Preflight has nothing to read.
func (services) Preflight(context.Context, *wire.Session, plan.Task, plan.Change) error { return nil }

// Apply enables what is not enabled, all or nothing.
func (services) Apply(ctx context.Context, s *wire.Session, t plan.Task, _ plan.Change, o plan.Observation, _ step.Intent) (plan.Applied, error) {
	op, err := s.Services.BatchEnableServices(ctx, &serviceusagepb.BatchEnableServicesRequest{
		Parent: "projects/" + names.Project(t), ServiceIds: disabled(o.Live),
	})
	if err != nil {
		return plan.Applied{}, s.Fault(err, usageService, "BatchEnableServices")
	}
	a := plan.Applied{ID: fmt.Sprintf("projects/%s", names.Project(t))}
	if !op.Done() {
		a.Operation = op.Name()
	}
	return a, nil
}

// Budget implements step.Budgeted: an enabled API is refused in places for minutes.
func (services) Budget() time.Duration { return 10 * time.Minute }

// wanted are at most twenty, which is what one call enables.
func wanted() []string {
	out := []string{
		"cloudresourcemanager", "compute", "dns", "iam", "iamcredentials", "logging", "monitoring", "orgpolicy", "securitycenter",
		"securitycentermanagement", "serviceusage", "sts",
	}
	for i := range out {
		out[i] += ".googleapis.com"
	}
	return out
}

func disabled(live plan.Fields) []string {
	return slices.DeleteFunc(wanted(), func(api string) bool { return live[api] == "ENABLED" })
}
