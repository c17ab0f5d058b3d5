package aws

// managedPolicy is a policy that AWS keeps.
type managedPolicy struct {
	name    string
	path    string
	reads   bool     // whether it allows every read
	actions []string // what else it allows
}

func (p managedPolicy) arn() string { return "arn:aws:iam::aws:policy" + p.path + p.name }

// managedPolicies lists those that can be attached; AWS has some thousand more, which this simulator does not know.
func managedPolicies() []managedPolicy {
	return []managedPolicy{
		{name: "AdministratorAccess", path: "/", actions: []string{"*"}},
		{name: "PowerUserAccess", path: "/", reads: true, actions: []string{"ec2:*", "s3:*", "dynamodb:*", "logs:*", "guardduty:*", "config:*", "securityhub:*", "wafv2:*", "route53:*"}},
		{name: "ReadOnlyAccess", path: "/", reads: true},
		{name: "SecurityAudit", path: "/", reads: true},
		{name: "ViewOnlyAccess", path: "/job-function/", reads: true},
		{name: "IAMReadOnlyAccess", path: "/", actions: []string{"iam:Get*", "iam:List*"}},
		{name: "IAMFullAccess", path: "/", actions: []string{"iam:*"}},
		{name: "AWSOrganizationsReadOnlyAccess", path: "/", actions: []string{"organizations:Describe*", "organizations:List*"}},
		{name: "AmazonDynamoDBFullAccess", path: "/", actions: []string{"dynamodb:*"}},
		{name: "AmazonDynamoDBReadOnlyAccess", path: "/", actions: []string{"dynamodb:Get*", "dynamodb:List*", "dynamodb:Describe*", "dynamodb:Query", "dynamodb:Scan"}},
		{name: "AmazonEC2ReadOnlyAccess", path: "/", actions: []string{"ec2:Describe*", "ec2:Get*"}},
		{name: "AmazonEC2FullAccess", path: "/", actions: []string{"ec2:*"}},
		{name: "AmazonS3ReadOnlyAccess", path: "/", actions: []string{"s3:Get*", "s3:List*", "s3:HeadBucket", "s3control:Get*"}},
		{name: "AmazonS3FullAccess", path: "/", actions: []string{"s3:*", "s3control:*"}},
		{name: "AmazonRoute53FullAccess", path: "/", actions: []string{"route53:*"}},
		{name: "AmazonRoute53ReadOnlyAccess", path: "/", actions: []string{"route53:Get*", "route53:List*"}},
		{name: "AmazonGuardDutyReadOnlyAccess", path: "/", actions: []string{"guardduty:Get*", "guardduty:List*"}},
		{name: "AWSSecurityHubReadOnlyAccess", path: "/", actions: []string{"securityhub:Get*", "securityhub:Describe*"}},
		{name: "AWS_ConfigRole", path: "/service-role/", reads: true},
		{name: "AWSConfigServiceRolePolicy", path: "/aws-service-role/", reads: true},
		{name: "CloudWatchLogsFullAccess", path: "/", actions: []string{"logs:*"}},
		{name: "CloudWatchLogsReadOnlyAccess", path: "/", actions: []string{"logs:Describe*", "logs:Get*", "logs:List*"}},
	}
}
