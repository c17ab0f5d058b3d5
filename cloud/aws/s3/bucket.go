// Package s3 is the part of Amazon S3 that the baseline asks for: a bucket that AWS services deliver to.
package s3

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/itbytes/landfall/cloud/aws/session"
	"github.com/itbytes/landfall/fault"
)

func client(s *session.Session) *s3.Client {
	return s3.NewFromConfig(s.Config, func(o *s3.Options) { o.UsePathStyle = true })
}

// Bucket makes sure of a private bucket with a policy. Every call of it is repeatable.
func Bucket(ctx context.Context, s *session.Session, name, policy string) error {
	stands, err := standing(ctx, s, name)
	if err != nil {
		return err
	}
	if !stands {
		in := &s3.CreateBucketInput{Bucket: &name}
		if s.Config.Region != "us-east-1" {
			in.CreateBucketConfiguration = &types.CreateBucketConfiguration{LocationConstraint: types.BucketLocationConstraint(s.Config.Region)}
		}
		if _, err := client(s).CreateBucket(ctx, in); err != nil && !session.Is(err, "BucketAlreadyOwnedByYou") {
			return err
		}
	}
	_, err = client(s).PutPublicAccessBlock(ctx, &s3.PutPublicAccessBlockInput{Bucket: &name, PublicAccessBlockConfiguration: &types.PublicAccessBlockConfiguration{
		BlockPublicAcls: aws.Bool(true), BlockPublicPolicy: aws.Bool(true), IgnorePublicAcls: aws.Bool(true), RestrictPublicBuckets: aws.Bool(true),
	}})
	if err != nil {
		return err
	}
	_, err = client(s).PutBucketPolicy(ctx, &s3.PutBucketPolicyInput{Bucket: &name, Policy: &policy})
	return err
}

// standing reports whether the bucket is there and this account's: bucket names belong to all of AWS.
func standing(ctx context.Context, s *session.Session, name string) (bool, error) {
	_, err := client(s).HeadBucket(ctx, &s3.HeadBucketInput{Bucket: &name, ExpectedBucketOwner: &s.Account})
	switch {
	case err == nil:
		return true, nil
	case session.Is(err, "NotFound", "NoSuchBucket"):
		return false, nil
	case fault.KindOf(err) == fault.Denied:
		return false, fault.New(fault.Conflict, "Free the bucket's name, or grant the login's role s3:ListBucket on it; then resume.",
			"the bucket %s stands already, and is closed to the account %s", name, s.Account)
	}
	return false, err
}
