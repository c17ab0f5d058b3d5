// Package apis enables a project's APIs.
package apis

import (
	"context"
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

const service = "serviceusage"

// Set is the APIs that one control enables. The control embeds it and says where it stands.
type Set struct {
	Wanted []string // at most twenty, which is what one call enables
	Later  []string // another control's, read along so that the steps before it know that they are off
}

// Want is every API enabled.
func (set Set) Want(plan.Task) plan.Fields {
	out := plan.Fields{}
	for _, api := range set.Wanted {
		out[api] = "ENABLED"
	}
	return out
}

// Observe reads the APIs of the set, and adds those that are off to what is known of others.
func (set Set) Observe(ctx context.Context, s *wire.Session, t plan.Task) (plan.Observation, error) {
	running, err := s.Running(ctx, t, s.Services, service)
	if err != nil {
		return plan.Observation{}, err
	}
	if running {
		return plan.Observation{State: plan.Pending, Why: "the APIs of " + names.Project(t) + " are being enabled"}, nil
	}
	parent := "projects/" + names.Project(t)
	ask := &serviceusagepb.BatchGetServicesRequest{Parent: parent}
	for _, api := range set.all() {
		ask.Names = append(ask.Names, parent+"/services/"+api)
	}
	got, err := s.Services.BatchGetServices(ctx, ask)
	if err != nil {
		return plan.Observation{}, s.Fault(err, service, "BatchGetServices")
	}
	o := plan.Observation{State: plan.Present, ID: parent, Match: plan.BySetting, Live: plan.Fields{}}
	for _, api := range got.GetServices() {
		o.Live[path.Base(api.GetName())] = api.GetState().String()
	}
	others := slices.DeleteFunc(names.Off(t), func(api string) bool { return slices.Contains(set.all(), api) })
	o.Facts = map[string]string{names.FactOff: strings.Join(append(others, disabled(set.all(), o.Live)...), ",")}
	o.Evidence = []string{wire.Evidence("BatchGetServices", "%d of %d enabled", len(set.Wanted)-len(disabled(set.Wanted, o.Live)), len(set.Wanted))}
	return o, nil
}

// Preflight asks for the right to enable APIs.
func (Set) Preflight(ctx context.Context, s *wire.Session, t plan.Task, _ plan.Change) error {
	return s.May(ctx, "projects/"+names.Project(t), "serviceusage.services.enable")
}

// Apply enables what is not enabled, all or nothing.
func (set Set) Apply(ctx context.Context, s *wire.Session, t plan.Task, _ plan.Change, o plan.Observation, _ step.Intent) (plan.Applied, error) {
	op, err := s.Services.BatchEnableServices(ctx, &serviceusagepb.BatchEnableServicesRequest{
		Parent: "projects/" + names.Project(t), ServiceIds: disabled(set.Wanted, o.Live),
	})
	if err != nil {
		return plan.Applied{}, s.Fault(err, service, "BatchEnableServices")
	}
	a := plan.Applied{ID: "projects/" + names.Project(t)}
	if !op.Done() {
		a.Operation = op.Name()
	}
	return a, nil
}

// Budget implements step.Budgeted: an enabled API is refused in places for minutes.
func (Set) Budget() time.Duration { return 10 * time.Minute }

func (set Set) all() []string { return slices.Concat(set.Wanted, set.Later) }

// disabled are those of the APIs that are not enabled.
func disabled(apis []string, live plan.Fields) []string {
	return slices.DeleteFunc(slices.Clone(apis), func(api string) bool { return live[api] == "ENABLED" })
}
