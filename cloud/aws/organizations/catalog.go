// Package organizations holds the steps that make and place a landing's AWS account.
package organizations

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/organizations/types"

	"github.com/itbytes/landfall/cloud/aws/session"
	"github.com/itbytes/landfall/cloud/step"
	"github.com/itbytes/landfall/plan"
)

// Controls lists the steps of the chapter "container" in their order. What names the landing's login needs the
// organisation's management account, which no fallback of a member signs in to: it is the management landing's alone.
func Controls() []step.Control[*session.Session] {
	return []step.Control[*session.Session]{
		Organization{},
		Account{},
	}
}

// Siblings lists the steps of the chapter "organisation": what the management landing does for the accounts of all AWS
// landings, so that a member goes on by its fallback when the organisation's login is lost.
func Siblings() []step.Control[*session.Session] {
	return []step.Control[*session.Session]{
		Placement{},
		Tags{},
	}
}

// client asks AWS Organizations as the login does: in the account that it signs in to.
func client(s *session.Session) *organizations.Client { return organizations.NewFromConfig(s.Login) }

// accountOf is the landing's account as far as it is known.
func accountOf(t plan.Task) string {
	if id := t.Fact(plan.FactContainer); id != "" {
		return id
	}
	return t.Landing.Adopted("account", t.Landing.Adopt.ID)
}

// after is what a step of this chapter comes after: the organisation is made by the management landing alone.
func after(l plan.Landing, steps ...string) []string {
	if l.Management {
		return append([]string{"organization"}, steps...)
	}
	return slices.Clone(steps)
}

// tagsOf reads the tags of an account.
func tagsOf(ctx context.Context, s *session.Session, account string) (map[string]string, error) {
	tags := map[string]string{}
	pages := organizations.NewListTagsForResourcePaginator(client(s), &organizations.ListTagsForResourceInput{ResourceId: &account})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, tag := range page.Tags {
			tags[aws.ToString(tag.Key)] = aws.ToString(tag.Value)
		}
	}
	return tags, nil
}

// stateOf is an account's state; AWS names it State now and Status before 2026.
func stateOf(a types.Account) string {
	if a.State != "" {
		return string(a.State)
	}
	return string(a.Status)
}
