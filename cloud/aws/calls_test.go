package aws

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/configservice"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/guardduty"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/route53"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3control"
	"github.com/aws/aws-sdk-go-v2/service/securityhub"
	"github.com/aws/aws-sdk-go-v2/service/sso"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/aws-sdk-go-v2/service/wafv2"
)

// call asks one thing of a service through its SDK.
type call func(context.Context, aws.Config) error

func createUser(ctx context.Context, c aws.Config) error {
	_, err := iam.NewFromConfig(c).CreateUser(ctx, &iam.CreateUserInput{UserName: aws.String("u")})
	return err
}

func getUser(ctx context.Context, c aws.Config) error {
	_, err := iam.NewFromConfig(c).GetUser(ctx, &iam.GetUserInput{UserName: aws.String("u")})
	return err
}

func attachPolicy(ctx context.Context, c aws.Config) error {
	_, err := iam.NewFromConfig(c).AttachUserPolicy(ctx, &iam.AttachUserPolicyInput{UserName: aws.String("u"), PolicyArn: aws.String("arn:aws:iam::aws:policy/ReadOnlyAccess")})
	return err
}

func callerIdentity(ctx context.Context, c aws.Config) error {
	_, err := sts.NewFromConfig(c).GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	return err
}

func assumeRole(ctx context.Context, c aws.Config) error {
	_, err := sts.NewFromConfig(c).AssumeRole(ctx, &sts.AssumeRoleInput{RoleArn: aws.String("arn:aws:iam::862973411383:role/r"), RoleSessionName: aws.String("landfall-x")})
	return err
}

func withToken(ctx context.Context, c aws.Config) error {
	_, err := sts.NewFromConfig(c).AssumeRoleWithWebIdentity(ctx, &sts.AssumeRoleWithWebIdentityInput{RoleArn: aws.String("arn:aws:iam::862973411383:role/r"), RoleSessionName: aws.String("landfall-x"), WebIdentityToken: aws.String("x.y.z")})
	return err
}

func askToken(ctx context.Context, c aws.Config) error {
	_, err := sts.NewFromConfig(c).GetWebIdentityToken(ctx, &sts.GetWebIdentityTokenInput{Audience: []string{"a"}, SigningAlgorithm: aws.String("RS256")})
	return err
}

func enableTokens(ctx context.Context, c aws.Config) error {
	_, err := iam.NewFromConfig(c).EnableOutboundWebIdentityFederation(ctx, &iam.EnableOutboundWebIdentityFederationInput{})
	return err
}

func createAccount(ctx context.Context, c aws.Config) error {
	_, err := organizations.NewFromConfig(c).CreateAccount(ctx, &organizations.CreateAccountInput{AccountName: aws.String("n"), Email: aws.String("a@b.example")})
	return err
}

func describeOrganization(ctx context.Context, c aws.Config) error {
	_, err := organizations.NewFromConfig(c).DescribeOrganization(ctx, &organizations.DescribeOrganizationInput{})
	return err
}

func putChannel(ctx context.Context, c aws.Config) error {
	_, err := configservice.NewFromConfig(c).StartConfigurationRecorder(ctx, &configservice.StartConfigurationRecorderInput{ConfigurationRecorderName: aws.String("x")})
	return err
}

func describeHub(ctx context.Context, c aws.Config) error {
	_, err := securityhub.NewFromConfig(c).DescribeHub(ctx, &securityhub.DescribeHubInput{})
	return err
}

func enableHub(ctx context.Context, c aws.Config) error {
	_, err := securityhub.NewFromConfig(c).EnableSecurityHub(ctx, &securityhub.EnableSecurityHubInput{})
	return err
}

func createDetector(ctx context.Context, c aws.Config) error {
	_, err := guardduty.NewFromConfig(c).CreateDetector(ctx, &guardduty.CreateDetectorInput{Enable: aws.Bool(true), ClientToken: aws.String("x")})
	return err
}

func listWebACLs(ctx context.Context, c aws.Config) error {
	_, err := wafv2.NewFromConfig(c).ListWebACLs(ctx, &wafv2.ListWebACLsInput{Scope: "REGIONAL"})
	return err
}

func createZone(ctx context.Context, c aws.Config) error {
	_, err := route53.NewFromConfig(c).CreateHostedZone(ctx, &route53.CreateHostedZoneInput{Name: aws.String("z.example"), CallerReference: aws.String("r")})
	return err
}

func createLogGroup(ctx context.Context, c aws.Config) error {
	_, err := cloudwatchlogs.NewFromConfig(c).CreateLogGroup(ctx, &cloudwatchlogs.CreateLogGroupInput{LogGroupName: aws.String("g")})
	return err
}

func createTable(ctx context.Context, c aws.Config) error {
	_, err := dynamodb.NewFromConfig(c).DescribeTable(ctx, &dynamodb.DescribeTableInput{TableName: aws.String("t")})
	return err
}

func createBucket(ctx context.Context, c aws.Config) error {
	_, err := s3.NewFromConfig(c, func(o *s3.Options) { o.UsePathStyle = true }).CreateBucket(ctx, &s3.CreateBucketInput{Bucket: aws.String("bucket-of-tests")})
	return err
}

func publicAccess(ctx context.Context, c aws.Config) error {
	_, err := s3control.NewFromConfig(c).GetPublicAccessBlock(ctx, &s3control.GetPublicAccessBlockInput{AccountId: aws.String("862973411383")})
	return err
}

func roleCredentials(ctx context.Context, c aws.Config) error {
	_, err := sso.NewFromConfig(c).GetRoleCredentials(ctx, &sso.GetRoleCredentialsInput{AccessToken: aws.String("t"), AccountId: aws.String("379047601618"), RoleName: aws.String("r")})
	return err
}
