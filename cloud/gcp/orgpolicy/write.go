package orgpolicy

import (
	"context"
	"strings"

	"cloud.google.com/go/orgpolicy/apiv2/orgpolicypb"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	"github.com/itbytes/landfall/cloud/gcp/names"
	"github.com/itbytes/landfall/cloud/gcp/wire"
	"github.com/itbytes/landfall/plan"
)

// attempts is how often a policy is read and written again when somebody else writes it in between.
const attempts = 5

// Enforce sets a constraint of the yes-or-no kind in the project.
func Enforce(ctx context.Context, s *wire.Session, t plan.Task, constraint string) error {
	return put(ctx, s, t, constraint, &orgpolicypb.PolicySpec{Rules: []*orgpolicypb.PolicySpec_PolicyRule{{Kind: &orgpolicypb.PolicySpec_PolicyRule_Enforce{Enforce: true}}}})
}

// Close sets a constraint of the kind that lists values in the project, so that it allows none.
func Close(ctx context.Context, s *wire.Session, t plan.Task, constraint string) error {
	return put(ctx, s, t, constraint, &orgpolicypb.PolicySpec{Rules: []*orgpolicypb.PolicySpec_PolicyRule{{Kind: &orgpolicypb.PolicySpec_PolicyRule_DenyAll{DenyAll: true}}}})
}

// Restore puts the project's own policies back as a deed found them; a project that had none of its own inherits again.
func Restore(ctx context.Context, s *wire.Session, t plan.Task, d plan.Deed) error {
	for _, f := range d.Change.Fields {
		if f.After != On {
			continue
		}
		var err error
		if strings.HasPrefix(f.Before, Off+": ") {
			err = put(ctx, s, t, f.Field, specOf(f.Before))
		} else {
			err = Remove(ctx, s, t, f.Field)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// Remove takes the project's own policy of a constraint away, where it has one, so that what stands above holds.
func Remove(ctx context.Context, s *wire.Session, t plan.Task, constraint string) error {
	return again(s, func() (operation string, err error) {
		p, err := s.Policies.GetPolicy(ctx, &orgpolicypb.GetPolicyRequest{Name: name(t, constraint)})
		switch {
		case wire.NotFound(err):
			return "", nil
		case err != nil:
			return "GetPolicy", err
		}
		err = s.Policies.DeletePolicy(ctx, &orgpolicypb.DeletePolicyRequest{Name: p.GetName(), Etag: p.GetEtag()})
		if wire.NotFound(err) {
			return "", nil
		}
		return "DeletePolicy", err
	})
}

// put makes the project's policy of a constraint, or gives the one that stands another spec; its dry run stays.
func put(ctx context.Context, s *wire.Session, t plan.Task, constraint string, spec *orgpolicypb.PolicySpec) error {
	return again(s, func() (operation string, err error) {
		p, err := s.Policies.GetPolicy(ctx, &orgpolicypb.GetPolicyRequest{Name: name(t, constraint)})
		switch {
		case wire.NotFound(err):
			_, err = s.Policies.CreatePolicy(ctx, &orgpolicypb.CreatePolicyRequest{
				Parent: "projects/" + names.Number(t), Policy: &orgpolicypb.Policy{Name: name(t, constraint), Spec: spec},
			})
			return "CreatePolicy", err
		case err != nil:
			return "GetPolicy", err
		}
		if spec != nil {
			spec.Etag = p.GetSpec().GetEtag()
		}
		_, err = s.Policies.UpdatePolicy(ctx, &orgpolicypb.UpdatePolicyRequest{
			Policy: &orgpolicypb.Policy{Name: p.GetName(), Etag: p.GetEtag(), Spec: spec}, UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"policy.spec"}},
		})
		return "UpdatePolicy", err
	})
}

// again reads and writes as often as somebody else writes in between: each write carries the etag of what was read.
func again(s *wire.Session, write func() (operation string, err error)) error {
	var err error
	operation := ""
	for range attempts {
		if operation, err = write(); !wire.Changed(err) && !wire.Exists(err) {
			break
		}
	}
	return s.Fault(err, Service, operation)
}
