// Package iam holds the steps that say who may act in a landing's AWS account, and the small pieces of IAM that other
// controls lean on.
package iam

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/itbytes/landfall/cloud/aws/session"
	"github.com/itbytes/landfall/cloud/step"
	"github.com/itbytes/landfall/plan"
)

// Controls lists the steps of the chapter "identity" in their order; those of each identity of the landing are the last.
func Controls(l plan.Landing) []step.Control[*session.Session] {
	out := []step.Control[*session.Session]{
		FallbackUser{},
		FallbackKey{},
	}
	for _, id := range l.Identities {
		if id.Cloud == plan.AWS {
			out = append(out, Identity{id}, Tokens{id: id, plan: l.Plan})
		}
	}
	return out
}

// absent reports whether IAM says that something is not there.
func absent(err error) bool { return session.Is(err, "NoSuchEntity", "NoSuchEntityException") }

// exists reports whether IAM says that something is there already.
func exists(err error) bool {
	return session.Is(err, "EntityAlreadyExists", "EntityAlreadyExistsException")
}

// tagsOf are a landing's tags as IAM takes them.
func tagsOf(l plan.Landing) []types.Tag {
	var out []types.Tag
	tags := session.Tags(l)
	for _, name := range session.TagNames(tags) {
		out = append(out, types.Tag{Key: aws.String(name), Value: aws.String(tags[name])})
	}
	return out
}

// ownerIn is the plan that an ownership tag names, or "".
func ownerIn(tags []types.Tag) string {
	for _, tag := range tags {
		if aws.ToString(tag.Key) == session.PlanTag {
			return aws.ToString(tag.Value)
		}
	}
	return ""
}

// attachedTo lists the policies attached to a role, by ARN.
func attachedTo(ctx context.Context, c *iam.Client, role string) (map[string]bool, error) {
	out := map[string]bool{}
	pages := iam.NewListAttachedRolePoliciesPaginator(c, &iam.ListAttachedRolePoliciesInput{RoleName: &role})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, p := range page.AttachedPolicies {
			out[aws.ToString(p.PolicyArn)] = true
		}
	}
	return out, nil
}
