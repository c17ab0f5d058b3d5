package aws

import (
	"slices"
	"strings"

	"github.com/itbytes/landfall/fault"
)

// row names the answers of one cause. Empty conditions hold for everything; the first row that matches wins.
type row struct {
	service string // IAM's prefix of the service
	codes   []string
	ends    string // the code ends so
	says    string // the message says so, in lower case
	reasons []string
	write   bool // only of calls that change something
	kind    fault.Kind
	hint    string
	as      string // the code that the fault bears instead of the cloud's
}

func (r row) matches(a answer) bool {
	return (r.service == "" || r.service == a.service) &&
		(len(r.codes) == 0 || slices.Contains(r.codes, a.code)) &&
		(r.ends == "" || strings.HasSuffix(a.code, r.ends)) &&
		(r.says == "" || strings.Contains(strings.ToLower(a.message), r.says)) &&
		(len(r.reasons) == 0 || slices.Contains(r.reasons, a.reason)) &&
		(!r.write || a.write)
}

const (
	signIn    = "sign in" // the login is named in its place: signInWith
	newKey    = "Put a working access key into the login's vault item, or sign in again, then resume."
	wait      = "It is tried again by itself."
	raise     = "Ask AWS Support or Service Quotas for a higher limit, or remove what is not needed, then resume."
	look      = "See what stands there now, then resume."
	reopen    = "Have AWS Support reopen the account, then resume."
	mend      = "Mend what the message names in the plan, then start the run again."
	subscribe = "Finish the account's sign-up (a new account takes some minutes), then resume."
)

// table is every AWS code that a step can meet, by service first and in general after.
func table() []row { return slices.Concat(ofLogins(), ofServices(), ofAll()) }

// ofLogins are the answers of the ways in.
func ofLogins() []row {
	return []row{
		{service: "sso", codes: []string{"UnauthorizedException"}, kind: fault.SessionExpired, hint: signIn},
		{service: "sso", codes: []string{"ForbiddenException", "ResourceNotFoundException"}, kind: fault.Denied},
		{service: "sso-oauth", codes: []string{"SlowDownException"}, kind: fault.Throttled, hint: wait},
		{service: "sso-oauth", codes: []string{"InternalServerException"}, kind: fault.Transient, hint: wait},
		{service: "sso-oauth", kind: fault.SessionExpired, hint: signIn},
		{service: "signin", codes: []string{"TooManyRequestsError"}, kind: fault.Throttled, hint: wait},
		{codes: []string{"ExpiredToken", "ExpiredTokenException", "RequestExpired", "TokenRefreshRequired"}, kind: fault.SessionExpired, hint: signIn},
		{codes: []string{"InvalidClientTokenId", "UnrecognizedClientException", "InvalidAccessKeyId", "AuthFailure", "SignatureDoesNotMatch", "InvalidSignatureException", "IncompleteSignature", "MissingAuthenticationToken", "MissingAuthenticationTokenException"}, kind: fault.SessionExpired, hint: newKey},
		{codes: []string{"RequestTimeTooSkewed"}, kind: fault.Invalid, hint: "Set the worker's clock, then start the run again."},
	}
}

// ofServices are the answers that mean something in one service alone.
func ofServices() []row {
	return []row{
		{service: "organizations", reasons: []string{"ACCOUNT_CREATION_RATE_LIMIT_EXCEEDED", "CLOSE_ACCOUNT_REQUESTS_LIMIT_EXCEEDED"}, kind: fault.Throttled, hint: wait},
		{service: "organizations", reasons: []string{"ACCOUNT_CREATION_NOT_COMPLETE"}, kind: fault.Propagating, hint: wait},
		{service: "organizations", reasons: []string{"WAIT_PERIOD_ACTIVE"}, kind: fault.PendingApproval, hint: "Resume when the waiting period that AWS set has passed."},
		{service: "organizations", reasons: []string{"MEMBER_ACCOUNT_PAYMENT_INSTRUMENT_REQUIRED", "MASTER_ACCOUNT_PAYMENT_INSTRUMENT_REQUIRED"}, kind: fault.Entitlement, hint: "Give the account a valid means of payment, then resume."},
		{service: "organizations", reasons: []string{"ACCOUNT_NUMBER_LIMIT_EXCEEDED", "CLOSE_ACCOUNT_QUOTA_EXCEEDED", "OU_NUMBER_LIMIT_EXCEEDED", "OU_DEPTH_LIMIT_EXCEEDED", "MAX_TAG_LIMIT_EXCEEDED"}, kind: fault.Quota, hint: raise},
		{service: "organizations", codes: []string{"FinalizingOrganizationException"}, kind: fault.Propagating, hint: wait},
		{service: "organizations", codes: []string{"ConcurrentModificationException", "SourceParentNotFoundException", "DuplicateAccountException"}, kind: fault.Transient, hint: wait},
		{service: "organizations", codes: []string{"AWSOrganizationsNotInUseException"}, kind: fault.Propagating, hint: "Let the management landing make the organisation, or sign in to the account that has one, then resume."},
		{service: "organizations", codes: []string{"ConstraintViolationException"}, kind: fault.Conflict, hint: look},
		{service: "iam", codes: []string{"LimitExceeded", "LimitExceededException"}, kind: fault.Quota, hint: raise},
		{service: "iam", codes: []string{"ConcurrentModification", "ConcurrentModificationException"}, kind: fault.Transient, hint: wait},
		{service: "iam", codes: []string{"EntityTemporarilyUnmodifiable"}, kind: fault.Propagating, hint: wait},
		{service: "iam", codes: []string{"NoSuchEntity"}, says: "not attachable", kind: fault.Invalid, hint: "Name a managed policy that AWS has in the identity's roles."},
		{service: "iam", codes: []string{"NoSuchEntity"}, write: true, kind: fault.Propagating, hint: wait},
		{service: "iam", codes: []string{"MalformedPolicyDocument"}, says: "invalid principal", kind: fault.Propagating, hint: wait},
		{service: "iam", codes: []string{"EntityAlreadyExists", "DeleteConflict", "NoSuchEntity", "FeatureEnabled", "FeatureDisabled"}, kind: fault.Conflict, hint: look},
		{service: "sts", codes: []string{"OutboundWebIdentityFederationDisabledException"}, kind: fault.Propagating, hint: wait},
		{service: "sts", codes: []string{"IDPCommunicationError"}, kind: fault.Transient, hint: wait},
		{service: "sts", codes: []string{"InvalidIdentityToken", "IDPRejectedClaim"}, kind: fault.Conflict, hint: "See what the token's issuer signs, and whom the role trusts, then resume."},
		{service: "sts", codes: []string{"SessionDurationEscalationException"}, kind: fault.Conflict, hint: "Ask for the token early in the session, or for a shorter time."},
		{service: "config", codes: []string{"InsufficientDeliveryPolicyException", "InvalidRoleException", "NoSuchBucketException"}, kind: fault.Propagating, hint: wait},
		{service: "config", codes: []string{"NoAvailableDeliveryChannelException", "NoAvailableConfigurationRecorderException", "NoSuchConfigurationRecorderException"}, kind: fault.Propagating, hint: wait},
		{service: "dynamodb", codes: []string{"LimitExceededException", "TransactionInProgressException"}, kind: fault.Throttled, hint: wait},
		{service: "dynamodb", codes: []string{"ConditionalCheckFailedException", "TransactionCanceledException", "ResourceInUseException", "TransactionConflictException"}, kind: fault.Conflict, hint: look},
		{service: "securityhub", codes: []string{"InvalidAccessException"}, write: true, kind: fault.Propagating, hint: wait},
		{service: "securityhub", codes: []string{"InvalidAccessException"}, kind: fault.Entitlement, hint: "Enable AWS Security Hub in this account and region, then resume."},
		{service: "guardduty", codes: []string{"BadRequestException"}, says: "already exists", kind: fault.Conflict, hint: look},
		{service: "wafv2", codes: []string{"WAFOptimisticLockException"}, kind: fault.Transient, hint: wait},
		{service: "wafv2", codes: []string{"WAFUnavailableEntityException"}, kind: fault.Propagating, hint: wait},
		{service: "wafv2", codes: []string{"WAFDuplicateItemException", "WAFAssociatedItemException"}, kind: fault.Conflict, hint: look},
		{service: "wafv2", codes: []string{"WAFSubscriptionNotFoundException"}, kind: fault.Entitlement, hint: "Subscribe to the rule group in AWS Marketplace, then resume."},
		{service: "wafv2", codes: []string{"WAFInternalErrorException"}, kind: fault.Transient, hint: wait},
		{service: "ec2", codes: []string{"Blocked"}, kind: fault.Locked, hint: "Have AWS Support unblock the account, then resume."},
		{service: "ec2", codes: []string{"PendingVerification"}, kind: fault.PendingApproval, hint: "Resume when AWS has verified the account (up to four hours)."},
		{service: "ec2", codes: []string{"IncorrectState", "DependencyViolation"}, kind: fault.Propagating, hint: wait},
		{service: "ec2", codes: []string{"InvalidVpcID.NotFound", "InvalidSubnetID.NotFound", "InvalidRouteTableID.NotFound", "InvalidGroup.NotFound"}, write: true, kind: fault.Propagating, hint: wait},
		{service: "s3", codes: []string{"OperationAborted"}, kind: fault.Transient, hint: wait},
		{service: "s3", codes: []string{"NoSuchBucket"}, write: true, kind: fault.Propagating, hint: wait},
		{service: "s3", codes: []string{"BucketAlreadyExists"}, kind: fault.Conflict, hint: look},
		{service: "s3", codes: []string{"TooManyBuckets"}, kind: fault.Quota, hint: raise},
		{service: "s3", codes: []string{"AllAccessDisabled", "AccountProblem"}, kind: fault.Locked, hint: reopen},
		{service: "route53", codes: []string{"TooManyHostedZones", "DelegationSetNotAvailable"}, kind: fault.Quota, hint: raise},
		{service: "route53", codes: []string{"HostedZoneAlreadyExists", "ConflictingDomainExists"}, kind: fault.Conflict, hint: look},
	}
}

// ofAll are the answers that mean the same everywhere.
func ofAll() []row {
	return []row{
		{says: "explicit deny in a service control policy", kind: fault.Denied},
		{says: "account is suspended", kind: fault.Locked, hint: reopen},
		{says: "account has been suspended", kind: fault.Locked, hint: reopen},
		{codes: []string{
			"Throttling", "ThrottlingException", "ThrottledException", "RequestThrottled", "RequestThrottledException",
			"TooManyRequestsException", "RequestLimitExceeded", "BandwidthLimitExceeded", "SlowDown", "EC2ThrottledException",
			"PriorRequestNotComplete", "ProvisionedThroughputExceededException", "TransactionInProgressException",
		}, kind: fault.Throttled, hint: wait},
		{codes: []string{"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "AuthorizationError", "AuthorizationErrorException", "NotAuthorized", "Forbidden"}, kind: fault.Denied},
		{codes: []string{"SubscriptionRequiredException", "OptInRequired", "NotSignedUp"}, kind: fault.Entitlement, hint: subscribe},
		{codes: []string{"LimitExceededException", "LimitExceeded", "ServiceQuotaExceededException", "WAFLimitsExceededException", "ResourceLimitExceeded", "ResourceQuotaExceededFault"}, kind: fault.Quota, hint: raise},
		{ends: "LimitExceeded", kind: fault.Quota, hint: raise},
		{ends: "LimitExceededException", kind: fault.Quota, hint: raise},
		{ends: "ExceededException", kind: fault.Quota, hint: raise},
		{codes: []string{"InternalFailure", "InternalError", "InternalServiceError", "InternalServerError", "InternalException", "InternalServerException", "ServiceFailure", "ServiceFailureException", "ServiceException", "ServiceUnavailable", "ServiceUnavailableException", "Unavailable", "RequestTimeout", "RequestTimeoutException"}, kind: fault.Transient, hint: wait},
		{codes: []string{"IdempotentParameterMismatch", "IdempotentParameterMismatchException"}, kind: fault.Conflict, hint: look},
		{codes: []string{"ConflictException", "ResourceConflictException", "ResourceAlreadyExistsException", "OperationAbortedException", "ResourceNotFoundException"}, kind: fault.Conflict, hint: look},
		{codes: []string{"UnknownOperationException", "UnsupportedOperation", "UnsupportedOperationException", "NotImplemented", "InvalidAction", "UnknownOperation"}, kind: fault.Invalid, as: "Unsupported", hint: "Ask an endpoint that serves this operation."},
		{ends: "ValidationException", kind: fault.Invalid, hint: mend},
		{codes: []string{"ValidationError", "InvalidInput", "InvalidInputException", "InvalidParameterValue", "InvalidParameterException", "InvalidParameter", "MalformedPolicyDocument", "MalformedPolicy"}, kind: fault.Invalid, hint: mend},
	}
}
