package failing

// aws is how Amazon Web Services says it: the errors of each service's API reference, in the families that its protocols
// make. AWS has no answer by which an operation says that it is retired, and none that its SDK cannot read but one that is
// not AWS's at all.
func aws() []row {
	ec2, s3, organizations := []string{"ec2"}, []string{"s3"}, []string{"organizations"}
	xml := []string{"iam", "sts", "route53", "s3", "s3control"} // those that have query's and REST XML's codes
	rest := []string{"guardduty", "securityhub"}
	const busy, broken = "Rate exceeded", "The request processing has failed because of an unknown error, exception or failure."
	const notAllowed = "User: arn:aws:iam::{scope}:user/landfall is not authorized to perform: {service}:{operation} because no identity-based policy allows the {service}:{operation} action"
	return []row{
		{kind: throttled, services: ec2, times: passes, status: 503, code: "RequestLimitExceeded", message: "Request limit exceeded."},
		{kind: throttled, services: s3, times: passes, status: 503, code: "SlowDown", message: "Please reduce your request rate."},
		{kind: throttled, services: xml, times: passes, status: 400, code: "Throttling", message: busy},
		{kind: throttled, services: []string{"guardduty", "securityhub", "organizations", "sso"}, times: passes, status: 429, code: "TooManyRequestsException", message: busy},
		{kind: throttled, times: passes, status: 400, code: "ThrottlingException", message: busy},

		{kind: transient, services: ec2, times: passes, status: 500, code: "InternalError", message: "An internal error has occurred"},
		{kind: transient, services: s3, times: passes, status: 500, code: "InternalError", message: "We encountered an internal error. Please try again."},
		{kind: transient, services: organizations, times: passes, status: 500, code: "ServiceException", message: broken},
		{kind: transient, services: []string{"wafv2"}, times: passes, status: 500, code: "WAFInternalErrorException", message: broken},
		{kind: transient, services: rest, times: passes, status: 500, code: "InternalServerErrorException", message: broken},
		{kind: transient, times: passes, status: 500, code: "InternalFailure", message: broken},

		{kind: propagating, services: ec2, only: writes, times: passes, status: 400, code: "InvalidVpcID.NotFound", message: "The vpc ID does not exist"},
		{kind: propagating, services: []string{"iam"}, only: writes, times: passes, status: 404, code: "NoSuchEntity", message: "The role cannot be found."},
		{kind: propagating, services: s3, only: writes, times: passes, status: 404, code: "NoSuchBucket", message: "The specified bucket does not exist"},
		{kind: propagating, services: []string{"config"}, only: writes, times: passes, status: 400, code: "InsufficientDeliveryPolicyException", message: "Insufficient delivery policy to s3 bucket, unable to write to bucket."},
		{kind: propagating, services: []string{"securityhub"}, only: writes, times: passes, status: 401, code: "InvalidAccessException", message: "Account {scope} is not subscribed to AWS Security Hub"},
		{kind: propagating, services: []string{"wafv2"}, only: writes, times: passes, status: 400, code: "WAFUnavailableEntityException", message: "AWS WAF couldn't retrieve a resource that you specified for this operation. Retry your request."},
		{kind: propagating, services: organizations, only: writes, times: passes, status: 400, code: "FinalizingOrganizationException", message: "AWS Organizations is finalizing the creation of your organization. Try again later."},

		{kind: denied, services: ec2, status: 403, code: "UnauthorizedOperation", message: "You are not authorized to perform this operation. " + notAllowed},
		{kind: denied, services: xml, status: 403, code: "AccessDenied", message: notAllowed},
		{kind: denied, services: []string{"sso"}, status: 403, code: "ForbiddenException", message: "No access"},
		{kind: denied, services: rest, status: 403, code: "AccessDeniedException", message: notAllowed},
		{kind: denied, status: 400, code: "AccessDeniedException", message: notAllowed},

		{kind: entitlement, services: ec2, status: 401, code: "OptInRequired", message: "You are not subscribed to this service. Please go to http://aws.amazon.com to subscribe."},
		{kind: entitlement, services: s3, status: 403, code: "NotSignedUp", message: "Your account is not signed up for the Amazon S3 service. You must sign up before you can use Amazon S3."},
		{kind: entitlement, services: xml, status: 403, code: "OptInRequired", message: "The AWS Access Key Id needs a subscription for the service"},
		{kind: entitlement, services: []string{"wafv2"}, only: writes, status: 400, code: "WAFSubscriptionNotFoundException", message: "You tried to use a managed rule group that's available by subscription, but you aren't subscribed to it yet."},
		{kind: entitlement, status: 400, code: "SubscriptionRequiredException", message: "The AWS Access Key Id needs a subscription for the service"},

		{kind: pendingApproval, services: ec2, only: writes, status: 400, code: "PendingVerification", message: "Your request for accessing resources in this region is being validated, and you will not be able to launch additional resources in this region until the validation is complete. While most requests are validated within minutes, please allow up to 4 hours for this process to complete."},
		{kind: pendingApproval, services: organizations, only: writes, status: 400, code: "ConstraintViolationException", message: "You cannot perform this operation while a waiting period is active.", members: map[string]string{"Reason": "WAIT_PERIOD_ACTIVE"}},

		{kind: quota, services: ec2, begins: []string{"CreateVpcEndpoint"}, status: 400, code: "VpcEndpointLimitExceeded", message: "The maximum number of VPC endpoints has been reached."},
		{kind: quota, services: ec2, begins: []string{"CreateVpc"}, status: 400, code: "VpcLimitExceeded", message: "The maximum number of VPCs has been reached."},
		{kind: quota, services: ec2, begins: []string{"CreateSubnet"}, status: 400, code: "SubnetLimitExceeded", message: "The maximum number of subnets for this VPC has been reached."},
		{kind: quota, services: ec2, begins: []string{"CreateRouteTable"}, status: 400, code: "RouteTableLimitExceeded", message: "The maximum number of route tables has been reached."},
		{kind: quota, services: ec2, begins: []string{"CreateSecurityGroup"}, status: 400, code: "SecurityGroupLimitExceeded", message: "The maximum number of security groups has been reached."},
		{kind: quota, services: ec2, begins: []string{"CreateFlowLogs"}, status: 400, code: "FlowLogsLimitExceeded", message: "You've reached the limit on the number of flow logs you can create."},
		{kind: quota, services: ec2, begins: []string{"CreateTags"}, status: 400, code: "TagLimitExceeded", message: "You've reached the limit on the number of tags that you can assign to the specified resource."},
		{kind: quota, services: []string{"iam"}, only: writes, status: 409, code: "LimitExceeded", message: "Cannot exceed quota: {operation}"},
		{kind: quota, services: s3, begins: []string{"CreateBucket"}, status: 400, code: "TooManyBuckets", message: "You have attempted to create more buckets than allowed"},
		{kind: quota, services: []string{"route53"}, begins: []string{"CreateHostedZone"}, status: 400, code: "TooManyHostedZones", message: "Limits Exceeded: MAX_HOSTED_ZONES_BY_OWNER - Cannot create more hosted zones."},
		{kind: quota, services: organizations, only: writes, status: 400, code: "ConstraintViolationException", message: "You have exceeded the allowed number of AWS accounts.", members: map[string]string{"Reason": "ACCOUNT_NUMBER_LIMIT_EXCEEDED"}},
		{kind: quota, services: []string{"config"}, begins: []string{"PutConfigurationRecorder"}, status: 400, code: "MaxNumberOfConfigurationRecordersExceededException", message: "Failed to put configuration recorder because the maximum number of configuration recorders: 1 is reached."},
		{kind: quota, services: []string{"config"}, begins: []string{"PutDeliveryChannel"}, status: 400, code: "MaxNumberOfDeliveryChannelsExceededException", message: "Failed to put delivery channel because the maximum number of delivery channels: 1 is reached."},
		{kind: quota, services: []string{"wafv2"}, only: writes, status: 400, code: "WAFLimitsExceededException", message: "AWS WAF couldn't perform the operation because you exceeded your resource limit."},
		{kind: quota, services: []string{"securityhub"}, only: writes, status: 429, code: "LimitExceededException", message: "The request was rejected because it attempted to create resources beyond the current account limits."},
		{kind: quota, services: []string{"logs"}, only: writes, status: 400, code: "LimitExceededException", message: "Resource limit exceeded."},

		{kind: conflict, services: ec2, only: writes, status: 400, code: "IdempotentParameterMismatch", message: "The request uses the same client token as a previous, but non-identical request."},
		{kind: conflict, services: []string{"iam"}, only: writes, status: 409, code: "EntityAlreadyExists", message: "An entity with that name already exists."},
		{kind: conflict, services: s3, only: writes, status: 409, code: "BucketAlreadyExists", message: "The requested bucket name is not available. The bucket namespace is shared by all users of the system. Please select a different name and try again."},
		{kind: conflict, services: []string{"route53"}, only: writes, status: 409, code: "HostedZoneAlreadyExists", message: "A hosted zone has already been created with the specified caller reference."},
		{kind: conflict, services: organizations, only: writes, status: 400, code: "ConstraintViolationException", message: "The organization must have all features enabled.", members: map[string]string{"Reason": "ORGANIZATION_NOT_IN_ALL_FEATURES_MODE"}},
		{kind: conflict, services: []string{"guardduty"}, only: writes, status: 400, code: "BadRequestException", message: "The request is rejected because a detector already exists for the current account."},
		{kind: conflict, services: []string{"wafv2"}, only: writes, status: 400, code: "WAFDuplicateItemException", message: "AWS WAF couldn't perform the operation because some resource in your request is a duplicate of an existing one."},
		{kind: conflict, services: []string{"logs"}, only: writes, status: 400, code: "ResourceAlreadyExistsException", message: "The specified resource already exists."},
		{kind: conflict, services: []string{"securityhub"}, only: writes, status: 409, code: "ResourceConflictException", message: "Account is already subscribed to Security Hub"},
		{kind: conflict, services: []string{"config"}, only: writes, status: 400, code: "ConflictException", message: "For {operation}, you are trying to change a recorder that another service manages."},

		{kind: invalid, services: ec2, status: 400, code: "InvalidParameterValue", message: "Value for a parameter of {operation} is invalid."},
		{kind: invalid, services: []string{"iam", "sts"}, status: 400, code: "ValidationError", message: "1 validation error detected: a value at {operation} failed to satisfy constraint"},
		{kind: invalid, services: []string{"s3", "s3control"}, status: 400, code: "InvalidRequest", message: "The request is not valid."},
		{kind: invalid, services: []string{"route53"}, status: 400, code: "InvalidInput", message: "The input is not valid."},
		{kind: invalid, services: []string{"guardduty"}, status: 400, code: "BadRequestException", message: "The request is rejected because an input parameter has an invalid value."},
		{kind: invalid, services: []string{"organizations", "securityhub"}, status: 400, code: "InvalidInputException", message: "You provided invalid values for one or more of the request parameters."},
		{kind: invalid, services: []string{"wafv2"}, status: 400, code: "WAFInvalidParameterException", message: "The operation failed because AWS WAF didn't recognize a parameter in the request."},
		{kind: invalid, services: []string{"logs"}, status: 400, code: "InvalidParameterException", message: "A parameter is specified incorrectly."},
		{kind: invalid, status: 400, code: "ValidationException", message: "1 validation error detected: a value at {operation} failed to satisfy constraint"},
	}
}
