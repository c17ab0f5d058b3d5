package project

import (
	"context"
	"maps"
	"slices"

	"cloud.google.com/go/resourcemanager/apiv3/resourcemanagerpb"
	"cloud.google.com/go/serviceusage/apiv1/serviceusagepb"

	"github.com/itbytes/landfall/cloud/gcp/names"
	"github.com/itbytes/landfall/cloud/gcp/orgpolicy"
	"github.com/itbytes/landfall/cloud/gcp/wire"
	"github.com/itbytes/landfall/plan"
)

// quarantine is the field that says whether a project is closed since a run was given up: none, or what its label says.
const (
	quarantine = "quarantine"
	none       = "none"
)

func quarantined(p *resourcemanagerpb.Project) string {
	if label, is := p.GetLabels()[names.LabelQuarantined]; is {
		return label
	}
	return none
}

// closed reports whether a project is in quarantine and nobody has asked for it back.
func closed(label string) bool { return label != "" && label != none && label != names.Release }

// closures are the constraints that close a project: nothing new is made anywhere in it, nothing in it can be reached from
// outside, and nobody in it becomes another. No step of the catalogue sets any of them. The two former list values.
func closures() (lists, flags []string) {
	return []string{"gcp.resourceLocations", "compute.vmExternalIpAccess"}, []string{"iam.disableServiceAccountCreation"}
}

// closeOff puts the project into quarantine. It keeps its billing, so that nothing of it is lost. The label comes last: it
// proves the rest.
func closeOff(ctx context.Context, s *wire.Session, t plan.Task, as string) error {
	on, err := policyAPI(ctx, s, t)
	if err != nil || !on {
		return err
	}
	lists, flags := closures()
	for _, c := range lists {
		if err := orgpolicy.Close(ctx, s, t, c); err != nil {
			return err
		}
	}
	for _, c := range flags {
		if err := orgpolicy.Enforce(ctx, s, t, c); err != nil {
			return err
		}
	}
	return label(ctx, s, t, func(all map[string]string) { all[names.LabelQuarantined] = as })
}

// release brings a project back. The label goes last, so that what fails in between is done again.
func release(ctx context.Context, s *wire.Session, t plan.Task) error {
	lists, flags := closures()
	for _, c := range slices.Concat(lists, flags) {
		if err := orgpolicy.Remove(ctx, s, t, c); err != nil {
			return err
		}
	}
	return label(ctx, s, t, func(all map[string]string) { delete(all, names.LabelQuarantined) })
}

// policyAPI reports whether the project's policies can be written. A run that was given up early may not have enabled their
// API yet: it is enabled then, and looked at again.
func policyAPI(ctx context.Context, s *wire.Session, t plan.Task) (on bool, err error) {
	const api = "orgpolicy.googleapis.com"
	parent := "projects/" + names.Project(t)
	got, err := s.Services.GetService(ctx, &serviceusagepb.GetServiceRequest{Name: parent + "/services/" + api})
	if err != nil {
		return false, s.Fault(err, "serviceusage", "GetService")
	}
	if got.GetState() == serviceusagepb.State_ENABLED {
		return true, nil
	}
	_, err = s.Services.BatchEnableServices(ctx, &serviceusagepb.BatchEnableServicesRequest{Parent: parent, ServiceIds: []string{api}})
	return false, s.Fault(err, "serviceusage", "BatchEnableServices")
}

// label changes the project's labels as they stand.
func label(ctx context.Context, s *wire.Session, t plan.Task, change func(map[string]string)) error {
	_, err := relabel(ctx, s, t, change)
	return err
}

// copied is a copy that can be written to.
func copied(m map[string]string) map[string]string {
	out := map[string]string{}
	maps.Copy(out, m)
	return out
}
