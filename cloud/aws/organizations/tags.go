package organizations

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/organizations/types"

	"github.com/itbytes/landfall/cloud/aws/iam"
	"github.com/itbytes/landfall/cloud/aws/session"
	"github.com/itbytes/landfall/cloud/step"
	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// Tags puts the plan's tags and the ownership tag on the accounts of all AWS landings. Other tags are left alone.
type Tags struct{}

// Describe implements step.Control.
func (Tags) Describe(l plan.Landing) (plan.Step, bool) {
	return plan.Step{
		Name: "account-tags", Title: "the accounts' tags", Chapter: plan.Organise, After: after(l, "account"),
		Outside: true, Login: l.Login.Name, Inverse: plan.Revert, Usual: 2 * time.Second,
	}, l.Management && len(l.Siblings) > 0
}

// Want implements step.Control.
func (Tags) Want(t plan.Task) plan.Fields {
	want := plan.Fields{}
	for _, s := range t.Landing.Siblings {
		tags := session.Tags(tagged(t.Landing, s))
		want[s.Environment] = text(tags, tags)
	}
	return want
}

// Observe implements step.Control. An account that bears another plan's ownership tag is that plan's.
func (c Tags) Observe(ctx context.Context, s *session.Session, t plan.Task) (plan.Observation, error) {
	siblings, err := look(ctx, s, t)
	if err != nil {
		return plan.Observation{}, err
	}
	ours, found := 0, 0 // accounts that bear the ownership tag, and accounts that the plan adopts without it
	r, err := call(siblings, c.Want(t), func(sib sibling) (string, string, error) {
		tags, err := tagsOf(ctx, s, sib.account)
		if err != nil {
			return "", "", err
		}
		switch owner := tags[session.PlanTag]; {
		case owner == t.Landing.Plan:
			ours++
		case owner != "":
			return "", "", fault.New(fault.Conflict, "Remove the landfall-plan tag if that plan has given it up, then resume.",
				"the account %s of %s belongs to the plan %q", sib.account, sib.Environment, owner)
		case sib.adopted():
			found++
		}
		said := fmt.Sprintf("ListTagsForResource: %s (%s) has %d tags, %s=%q", sib.account, sib.Environment, len(tags), session.PlanTag, tags[session.PlanTag])
		return text(tags, session.Tags(tagged(t.Landing, sib.Sibling))), said, nil
	})
	if err != nil {
		return plan.Observation{}, err
	}
	o := r.observed(t)
	switch {
	case o.State != plan.Present || found > 0:
	case ours == 0 && !(r.idle() && len(r.missing) == 0):
		o.State = plan.Absent // new accounts, which nobody adopts
	default:
		o.Owner = t.Landing.Plan
	}
	return o, nil
}

// Preflight implements step.Control. The landings make their accounts by themselves, each when it can; whether the
// organisation has room for all that the plan still makes is seen from here, before the last of them would meet it.
func (Tags) Preflight(ctx context.Context, s *session.Session, t plan.Task, _ plan.Change) error {
	if err := iam.May(ctx, s.AsLogin(), "*", "organizations:TagResource"); err != nil {
		return err
	}
	siblings, err := look(ctx, s, t)
	if err != nil {
		return err
	}
	missing := map[string]string{}
	for _, sib := range siblings {
		if sib.account == "" && sib.ID == "" && sib.Called == "" {
			missing[sib.Name] = plan.Landing{Cloud: t.Landing.Cloud, Environment: sib.Environment}.ID()
		}
	}
	if len(missing) == 0 {
		return nil
	}
	return roomFor(ctx, s, missing)
}

// Apply implements step.Control. It tags the accounts that are there.
func (c Tags) Apply(ctx context.Context, s *session.Session, t plan.Task, _ plan.Change, o plan.Observation, _ step.Intent) (plan.Applied, error) {
	siblings, err := look(ctx, s, t)
	if err != nil {
		return plan.Applied{}, err
	}
	want := c.Want(t)
	for _, sib := range siblings {
		if sib.account == "" || sib.closed != "" || o.Live[sib.Environment] == want[sib.Environment] {
			continue
		}
		in := &organizations.TagResourceInput{ResourceId: &sib.account}
		tags := session.Tags(tagged(t.Landing, sib.Sibling))
		for _, name := range session.TagNames(tags) {
			in.Tags = append(in.Tags, types.Tag{Key: aws.String(name), Value: aws.String(tags[name])})
		}
		if _, err := client(s).TagResource(ctx, in); err != nil {
			return plan.Applied{}, err
		}
	}
	return plan.Applied{}, nil
}

// Undo implements step.Undoer. It touches the plan's own tags alone; an account in quarantine keeps them, so that everybody
// sees whose it is.
func (Tags) Undo(ctx context.Context, s *session.Session, t plan.Task, d plan.Deed, o plan.Observation) error {
	siblings, err := look(ctx, s, t)
	if err != nil {
		return err
	}
	former := step.Former(d)
	for _, sib := range siblings {
		before, changed := former[sib.Environment]
		if !changed || sib.account == "" || sib.closed != "" || o.Live[sib.Environment] == before {
			continue
		}
		names := session.TagNames(session.Tags(tagged(t.Landing, sib.Sibling)))
		tags := untext(before, names)
		in, out := &organizations.TagResourceInput{ResourceId: &sib.account}, &organizations.UntagResourceInput{ResourceId: &sib.account}
		for _, name := range names {
			if v, was := tags[name]; was {
				in.Tags = append(in.Tags, types.Tag{Key: aws.String(name), Value: &v})
			} else {
				out.TagKeys = append(out.TagKeys, name)
			}
		}
		if len(in.Tags) > 0 {
			if _, err := client(s).TagResource(ctx, in); err != nil {
				return err
			}
		}
		if len(out.TagKeys) > 0 {
			if _, err := client(s).UntagResource(ctx, out); err != nil {
				return err
			}
		}
	}
	return nil
}

// PutBack implements step.Lenient.
func (Tags) PutBack(o plan.Observation, f plan.FieldDiff) bool {
	return o.Live[closedField(f.Field)] != ""
}

// Owned implements step.Owned: an account that stood before is adopted by its ownership tag.
func (Tags) Owned() bool { return true }
