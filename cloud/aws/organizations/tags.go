package organizations

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/organizations/types"

	"github.com/itbytes/landfall/cloud/aws/session"
	"github.com/itbytes/landfall/cloud/step"
	"github.com/itbytes/landfall/plan"
)

// Tags puts the plan's tags and the ownership tag on the account. Other tags are left alone.
type Tags struct{}

// Describe implements step.Control.
func (Tags) Describe(l plan.Landing) (plan.Step, bool) {
	return plan.Step{
		Name: "account-tags", Title: "The account's tags", Chapter: plan.Container, After: after(l, "account"),
		Outside: true, Login: l.Login.Name, Inverse: plan.Revert, Usual: time.Second,
	}, true
}

// Want implements step.Control.
func (Tags) Want(t plan.Task) plan.Fields { return plan.Fields(session.Tags(t.Landing)) }

// Observe implements step.Control.
func (Tags) Observe(ctx context.Context, s *session.Session, t plan.Task) (plan.Observation, error) {
	account := accountOf(t)
	if account == "" {
		return plan.Observation{State: plan.Absent, Evidence: []string{"the account is not made yet"}}, nil
	}
	tags, err := tagsOf(ctx, s, account)
	if err != nil {
		return plan.Observation{}, err
	}
	state := plan.Present
	if tags[session.PlanTag] == "" && t.Landing.Adopt.Empty() {
		state = plan.Absent // a new account, which nobody adopts
	}
	return plan.Observation{
		State: state, ID: account, Match: plan.ByPlan, Live: plan.Fields(tags), Owner: tags[session.PlanTag],
		Evidence: []string{fmt.Sprintf("ListTagsForResource: %s has %d tags, %s=%q", account, len(tags), session.PlanTag, tags[session.PlanTag])},
	}, nil
}

// Preflight implements step.Control.
func (Tags) Preflight(context.Context, *session.Session, plan.Task, plan.Change) error { return nil }

// Apply implements step.Control.
func (Tags) Apply(ctx context.Context, s *session.Session, t plan.Task, _ plan.Change, o plan.Observation, _ step.Intent) (plan.Applied, error) {
	account, want := accountOf(t), session.Tags(t.Landing)
	in := &organizations.TagResourceInput{ResourceId: &account}
	for _, name := range session.TagNames(want) {
		if o.Live[name] != want[name] {
			in.Tags = append(in.Tags, types.Tag{Key: aws.String(name), Value: aws.String(want[name])})
		}
	}
	_, err := client(s).TagResource(ctx, in)
	return plan.Applied{ID: account}, err
}

// Owned implements step.Owned: an account that stood before is adopted by its ownership tag.
func (Tags) Owned() bool { return true }
