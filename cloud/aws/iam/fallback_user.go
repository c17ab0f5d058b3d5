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
func (FallbackUser) Preflight(context.Context, *session.Session, plan.Task, plan.Change) error {
	return nil
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

// Owned implements step.Owned.
func (FallbackUser) Owned() bool { return true }
