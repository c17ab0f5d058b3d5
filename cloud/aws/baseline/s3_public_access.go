package baseline

import (
	"context"
	"fmt"
	"maps"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3control"
	"github.com/aws/aws-sdk-go-v2/service/s3control/types"

	"github.com/itbytes/landfall/cloud/aws/iam"
	"github.com/itbytes/landfall/cloud/aws/session"
	"github.com/itbytes/landfall/cloud/step"
	"github.com/itbytes/landfall/plan"
)

// S3PublicAccess lets no bucket of the account be public, by all four of AWS's flags. It forbids nothing that Landfall asks
// for (its own buckets' policies name a service or deny, and AWS counts neither as public), so it need not be the last.
type S3PublicAccess struct{}

// Describe implements step.Control.
func (S3PublicAccess) Describe(plan.Landing) (plan.Step, bool) {
	d := described("s3-public-access", "No public S3 buckets", "AWS-O09", "O09")
	d.Inverse, d.Usual = plan.Revert, 2*time.Second
	return d, true
}

// Want implements step.Control.
func (S3PublicAccess) Want(plan.Task) plan.Fields {
	return plan.Fields{"block public acls": on, "ignore public acls": on, "block public policy": on, "restrict public buckets": on}
}

// Observe implements step.Control.
func (S3PublicAccess) Observe(ctx context.Context, s *session.Session, _ plan.Task) (plan.Observation, error) {
	out, err := s3control.NewFromConfig(s.Config).GetPublicAccessBlock(ctx, &s3control.GetPublicAccessBlockInput{AccountId: &s.Account})
	if session.Is(err, "NoSuchPublicAccessBlockConfiguration") {
		return plan.Observation{State: plan.Absent, Evidence: []string{"GetPublicAccessBlock: none for the account " + s.Account}}, nil
	}
	if err != nil {
		return plan.Observation{}, err
	}
	b := out.PublicAccessBlockConfiguration
	return plan.Observation{
		State: plan.Present, ID: s.Account, Match: plan.BySetting,
		Live: plan.Fields{
			"block public acls": onOff(aws.ToBool(b.BlockPublicAcls)), "ignore public acls": onOff(aws.ToBool(b.IgnorePublicAcls)),
			"block public policy": onOff(aws.ToBool(b.BlockPublicPolicy)), "restrict public buckets": onOff(aws.ToBool(b.RestrictPublicBuckets)),
		},
		Evidence: []string{fmt.Sprintf("GetPublicAccessBlock: acls %t/%t, policies %t/%t", aws.ToBool(b.BlockPublicAcls), aws.ToBool(b.IgnorePublicAcls), aws.ToBool(b.BlockPublicPolicy), aws.ToBool(b.RestrictPublicBuckets))},
	}, nil
}

// Preflight implements step.Control.
func (S3PublicAccess) Preflight(ctx context.Context, s *session.Session, _ plan.Task, _ plan.Change) error {
	return iam.May(ctx, s, "*", "s3:PutAccountPublicAccessBlock")
}

// Apply implements step.Control.
func (S3PublicAccess) Apply(ctx context.Context, s *session.Session, _ plan.Task, _ plan.Change, _ plan.Observation, _ step.Intent) (plan.Applied, error) {
	_, err := s3control.NewFromConfig(s.Config).PutPublicAccessBlock(ctx, &s3control.PutPublicAccessBlockInput{
		AccountId: &s.Account,
		PublicAccessBlockConfiguration: &types.PublicAccessBlockConfiguration{
			BlockPublicAcls: aws.Bool(true), IgnorePublicAcls: aws.Bool(true), BlockPublicPolicy: aws.Bool(true), RestrictPublicBuckets: aws.Bool(true),
		},
	})
	return plan.Applied{ID: s.Account}, err
}

// Undo implements step.Undoer. Flags that this run has not changed stay as they are now.
func (S3PublicAccess) Undo(ctx context.Context, s *session.Session, _ plan.Task, d plan.Deed, o plan.Observation) error {
	api := s3control.NewFromConfig(s.Config)
	if d.Change.Op == plan.Create {
		_, err := api.DeletePublicAccessBlock(ctx, &s3control.DeletePublicAccessBlockInput{AccountId: &s.Account})
		return err
	}
	flags := maps.Clone(o.Live)
	maps.Copy(flags, step.Former(d))
	_, err := api.PutPublicAccessBlock(ctx, &s3control.PutPublicAccessBlockInput{AccountId: &s.Account, PublicAccessBlockConfiguration: &types.PublicAccessBlockConfiguration{
		BlockPublicAcls: aws.Bool(flags["block public acls"] == on), IgnorePublicAcls: aws.Bool(flags["ignore public acls"] == on),
		BlockPublicPolicy: aws.Bool(flags["block public policy"] == on), RestrictPublicBuckets: aws.Bool(flags["restrict public buckets"] == on),
	}})
	return err
}
