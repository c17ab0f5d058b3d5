// Package logs is the part of CloudWatch Logs that the baseline asks for: a log group that keeps a year.
package logs

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"

	"github.com/itbytes/landfall/cloud/aws/session"
	"github.com/itbytes/landfall/plan"
)

// retention is how many days are kept.
const retention = 365

// Group makes sure of a log group and of how long it keeps what it is told.
func Group(ctx context.Context, s *session.Session, l plan.Landing, name string) error {
	c := cloudwatchlogs.NewFromConfig(s.Config)
	found, err := c.DescribeLogGroups(ctx, &cloudwatchlogs.DescribeLogGroupsInput{LogGroupNamePrefix: &name})
	if err != nil {
		return err
	}
	stands := false
	for _, g := range found.LogGroups {
		if aws.ToString(g.LogGroupName) != name {
			continue
		}
		stands = true
		if aws.ToInt32(g.RetentionInDays) == retention {
			return nil
		}
	}
	if !stands {
		_, err := c.CreateLogGroup(ctx, &cloudwatchlogs.CreateLogGroupInput{LogGroupName: &name, Tags: session.Tags(l)})
		if err != nil && !session.Is(err, "ResourceAlreadyExistsException") {
			return err
		}
	}
	_, err = c.PutRetentionPolicy(ctx, &cloudwatchlogs.PutRetentionPolicyInput{LogGroupName: &name, RetentionInDays: aws.Int32(retention)})
	return err
}

// Stands reports whether there is a log group of a name.
func Stands(ctx context.Context, s *session.Session, name string) (bool, error) {
	found, err := cloudwatchlogs.NewFromConfig(s.Config).DescribeLogGroups(ctx, &cloudwatchlogs.DescribeLogGroupsInput{LogGroupNamePrefix: &name})
	if err != nil {
		return false, err
	}
	for _, g := range found.LogGroups {
		if aws.ToString(g.LogGroupName) == name {
			return true, nil
		}
	}
	return false, nil
}

// DropUnwritten deletes a log group that nothing was ever written to. One that holds logs stays, and keeps its year.
func DropUnwritten(ctx context.Context, s *session.Session, name string) error {
	c := cloudwatchlogs.NewFromConfig(s.Config)
	streams, err := c.DescribeLogStreams(ctx, &cloudwatchlogs.DescribeLogStreamsInput{LogGroupName: &name, Limit: aws.Int32(1)})
	switch {
	case session.Is(err, "ResourceNotFoundException"):
		return nil
	case err != nil || len(streams.LogStreams) > 0:
		return err
	}
	_, err = c.DeleteLogGroup(ctx, &cloudwatchlogs.DeleteLogGroupInput{LogGroupName: &name})
	if session.Is(err, "ResourceNotFoundException") {
		return nil
	}
	return err
}
