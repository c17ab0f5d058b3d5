package iam

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/itbytes/landfall/cloud/aws/session"
	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// Made proves, by a login's key alone, that its user was made for a landing: it bears the plan's and the environment's
// tags. It answers the user's name.
func Made(ctx context.Context, login aws.Config, l plan.Landing, key plan.Login) (string, error) {
	user := userOf(key)
	got, err := iam.NewFromConfig(login).ListUserTags(ctx, &iam.ListUserTagsInput{UserName: &user})
	if err != nil && !absent(err) {
		return "", err
	}
	tags := map[string]string{}
	if err == nil {
		for _, tag := range got.Tags {
			tags[aws.ToString(tag.Key)] = aws.ToString(tag.Value)
		}
	}
	want := session.Tags(l)
	for _, name := range []string{session.PlanTag, session.EnvironmentTag} {
		if tags[name] != want[name] {
			return "", fault.New(fault.Denied, "Use a login of the organisation's management account, or name the key's account in adopt.id; then resume.",
				"nothing proves that the account of the login %q is that of %s: its user %s does not bear the tag %s=%s", key.Name, l.ID(), user, name, want[name])
		}
	}
	return user, nil
}
