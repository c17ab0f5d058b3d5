// Package ec2 is the part of Amazon EC2 that the baseline asks for, in a few functions, so that its heavy SDK is compiled
// in one place.
package ec2

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/itbytes/landfall/cloud/aws/session"
	"github.com/itbytes/landfall/plan"
)

func client(s *session.Session) *ec2.Client { return ec2.NewFromConfig(s.Config) }

// tagged are the tags of something that is made, with its name.
func tagged(l plan.Landing, kind types.ResourceType, name string) []types.TagSpecification {
	return []types.TagSpecification{{ResourceType: kind, Tags: tagsOf(l, name)}}
}

func tagsOf(l plan.Landing, name string) []types.Tag {
	var out []types.Tag
	if name != "" {
		out = append(out, types.Tag{Key: aws.String("Name"), Value: &name})
	}
	tags := session.Tags(l)
	for _, k := range session.TagNames(tags) {
		out = append(out, types.Tag{Key: aws.String(k), Value: aws.String(tags[k])})
	}
	return out
}

func tag(tags []types.Tag, name string) string {
	for _, t := range tags {
		if aws.ToString(t.Key) == name {
			return aws.ToString(t.Value)
		}
	}
	return ""
}

// filter asks for one value of one property.
func filter(name string, values ...string) types.Filter {
	return types.Filter{Name: &name, Values: values}
}
