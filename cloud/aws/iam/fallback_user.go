package iam

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/itbytes/landfall/cloud/aws/session"
	"github.com/itbytes/landfall/cloud/step"
	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// FallbackUser is the IAM user that gets in when single sign-on does not.
type FallbackUser struct{}

// administrator is the policy of the fallback: it must be able to do what the login does.
const administrator = "AdministratorAccess"

// fallbackOf is a landing's fallback login, where it is an IAM user's key.
func fallbackOf(l plan.Landing) (user string, login plan.Login, wanted bool) {
	if l.Fallback == nil || l.Fallback.Type != "aws-keys" {
		return "", plan.Login{}, false
	}
	return userOf(*l.Fallback), *l.Fallback, true
}

// userOf is the IAM user of a key.
func userOf(key plan.Login) string { return cmp.Or(key.User, "landfall-fallback") }

// Describe implements step.Control.
func (FallbackUser) Describe(l plan.Landing) (plan.Step, bool) {
	user, _, wanted := fallbackOf(l)
	return plan.Step{
		Name: "fallback-user", Title: "the fallback user " + user, Chapter: plan.Identify, After: []string{"account"},
		Inverse: plan.Revert, Usual: 10 * time.Second,
	}, wanted
}

// Want implements step.Control.
func (FallbackUser) Want(plan.Task) plan.Fields {
	f := plan.Fields{}
	wantPolicies(f, []string{administrator})
	return f
}

// Observe implements step.Control.
func (FallbackUser) Observe(ctx context.Context, s *session.Session, t plan.Task) (plan.Observation, error) {
	user, _, _ := fallbackOf(t.Landing)
	c := iam.NewFromConfig(s.Config)
	got, err := c.GetUser(ctx, &iam.GetUserInput{UserName: &user})
	if absent(err) {
		return plan.Observation{State: plan.Absent, Evidence: []string{"GetUser: no user " + user + " in " + s.Account}}, nil
	}
	if err != nil {
		return plan.Observation{}, err
	}
	arns := map[string]bool{}
	pages := iam.NewListAttachedUserPoliciesPaginator(c, &iam.ListAttachedUserPoliciesInput{UserName: &user})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return plan.Observation{}, err
		}
		for _, p := range page.AttachedPolicies {
			arns[aws.ToString(p.PolicyArn)] = true
		}
	}
	tags, err := c.ListUserTags(ctx, &iam.ListUserTagsInput{UserName: &user})
	if err != nil {
		return plan.Observation{}, err
	}
	o := plan.Observation{
		State: plan.Present, ID: aws.ToString(got.User.Arn), Match: plan.ByName, Owner: ownerIn(tags.Tags), Live: plan.Fields{},
		Evidence: []string{fmt.Sprintf("GetUser: %s with %d attached policies", aws.ToString(got.User.Arn), len(arns))},
	}
	livePolicies(o.Live, t.Landing.Region, []string{administrator}, arns)
	return o, nil
}

// Preflight implements step.Control.
func (FallbackUser) Preflight(ctx context.Context, s *session.Session, t plan.Task, _ plan.Change) error {
	user, _, _ := fallbackOf(t.Landing)
	return May(ctx, s, s.ARN("iam", "user/"+user), "iam:CreateUser", "iam:TagUser", "iam:AttachUserPolicy")
}

// Apply implements step.Control.
func (FallbackUser) Apply(ctx context.Context, s *session.Session, t plan.Task, c plan.Change, o plan.Observation, _ step.Intent) (plan.Applied, error) {
	user, _, _ := fallbackOf(t.Landing)
	api := iam.NewFromConfig(s.Config)
	done := plan.Applied{ID: o.ID}
	switch c.Op {
	case plan.Create:
		made, err := api.CreateUser(ctx, &iam.CreateUserInput{UserName: &user, Tags: tagsOf(t.Landing)})
		if err != nil && !exists(err) {
			return plan.Applied{}, err
		}
		if err == nil {
			done.ID = aws.ToString(made.User.Arn)
		}
	case plan.Adopted:
		if _, err := api.TagUser(ctx, &iam.TagUserInput{UserName: &user, Tags: tagsOf(t.Landing)}); err != nil {
			return plan.Applied{}, err
		}
	}
	if o.Live[policyField(administrator)] == attached {
		return done, nil
	}
	_, err := api.AttachUserPolicy(ctx, &iam.AttachUserPolicyInput{UserName: &user, PolicyArn: aws.String(policyARN(t.Landing.Region, administrator))})
	return done, err
}

// Undo implements step.Undoer. A user that somebody has given a key is left: its key may be in use.
func (FallbackUser) Undo(ctx context.Context, s *session.Session, t plan.Task, d plan.Deed, _ plan.Observation) error {
	user, _, _ := fallbackOf(t.Landing)
	if err := standsOn(t); err != nil {
		return err
	}
	if d.Change.Op == plan.Create {
		keys, err := keysOf(ctx, s, user)
		if err != nil {
			return err
		}
		if len(keys) > 0 {
			return fault.New(fault.Conflict, "Delete its keys when nobody uses them, then resume.", "the user %s of the account %s, which this run made, has %d access keys of others", user, s.Account, len(keys))
		}
	}
	api := iam.NewFromConfig(s.Config)
	_, err := api.DetachUserPolicy(ctx, &iam.DetachUserPolicyInput{UserName: &user, PolicyArn: aws.String(policyARN(t.Landing.Region, administrator))})
	if err != nil && !absent(err) || d.Change.Op != plan.Create {
		return err
	}
	_, err = api.DeleteUserPolicy(ctx, &iam.DeleteUserPolicyInput{UserName: &user, PolicyName: aws.String(revoking)}) // a rotation may have given it
	if err != nil && !absent(err) {
		return err
	}
	if _, err = api.DeleteUser(ctx, &iam.DeleteUserInput{UserName: &user}); absent(err) {
		return nil
	}
	return err
}

// standsOn refuses to take away what the undo itself is carried by.
func standsOn(t plan.Task) error {
	user, login, _ := fallbackOf(t.Landing)
	if t.Landing.Login.Type != "aws-keys" || t.Landing.Login.Item != login.Item {
		return nil
	}
	return fault.New(fault.Conflict, "Sign in with the landing's first login, then resume.",
		"the undo is carried by the fallback %s itself: without its user %s the rest could not be undone", login.Name, user)
}

// Owned implements step.Owned.
func (FallbackUser) Owned() bool { return true }
