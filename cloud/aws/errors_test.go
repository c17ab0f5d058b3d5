package aws

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/credentials/ssocreds"

	"github.com/itbytes/landfall/fault"
)

// xml is an error of the query protocol, object one of the JSON protocols, rest one that names itself in a header.
func xml(code, message string) string {
	return fmt.Sprintf(`<ErrorResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><Error><Type>Sender</Type><Code>%s</Code><Message>%s</Message></Error><RequestId>r</RequestId></ErrorResponse>`, code, message)
}

func object(code, message string, more ...string) string {
	return fmt.Sprintf(`{"__type":"%s","Message":"%s","message":"%s"%s}`, code, message, message, strings.Join(more, ""))
}

func constraint(reason string) string {
	return object("ConstraintViolationException", "You have exceeded it.", `,"Reason":"`+reason+`"`)
}

// answered is what a service answers to a call, and the fault that it should be.
type answered struct {
	name   string
	call   call
	status int
	body   string
	want   fault.Kind
	code   string
	hint   string
}

// named wants every answer to become its fault, over HTTP and through the SDK.
func named(t *testing.T, tests []answered) {
	t.Helper()
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			cfg := serving(t, func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Content-Type", "text/xml")
				if strings.HasPrefix(tt.body, "{") {
					w.Header().Set("Content-Type", "application/x-amz-json-1.1")
					w.Header().Set("X-Amzn-Errortype", strings.Split(tt.body, `"`)[3])
				}
				w.WriteHeader(tt.status)
				fmt.Fprint(w, tt.body)
			})
			err := tt.call(t.Context(), cfg)
			f := fault.As(err)
			if f == nil {
				t.Fatalf("got %v, want a fault", err)
			}
			if f.Kind != tt.want || f.Code != tt.code {
				t.Errorf("got %s %s (%s), want %s %s", f.Kind, f.Code, f.Message, tt.want, tt.code)
			}
			if !strings.Contains(f.Hint, tt.hint) || f.Hint == "" {
				t.Errorf("got the hint %q, want one with %q", f.Hint, tt.hint)
			}
			if f.Login != "tests" || f.Cloud != "aws" || f.Service == "" || f.Operation == "" {
				t.Errorf("got %+v, want login, cloud, service and operation named", f)
			}
			if f.Kind == fault.Locked && (f.Scope == "" || f.OfLogin()) {
				t.Errorf("got %+v, want the account locked, not the login", f)
			}
		})
	}
}

func TestEveryAnswerOfAWSBecomesItsFault(t *testing.T) {
	s3xml := func(code string) string {
		return `<?xml version="1.0"?><Error><Code>` + code + `</Code><Message>m</Message></Error>`
	}
	html := `<!doctype html><html lang=en><title>404 Not Found</title><h1>Not Found</h1>`
	named(t, []answered{
		{"an expired token needs a person", callerIdentity, 403, xml("ExpiredToken", "The security token included in the request is expired"), fault.SessionExpired, "ExpiredToken", "aws sso login"},
		{"an expired token of a JSON service too", describeOrganization, 400, object("ExpiredTokenException", "expired"), fault.SessionExpired, "ExpiredTokenException", "aws sso login"},
		{"an unknown key needs a new one", callerIdentity, 403, xml("InvalidClientTokenId", "The security token included in the request is invalid."), fault.SessionExpired, "InvalidClientTokenId", "access key"},
		{"an SSO session that ended needs a person", roleCredentials, 401, object("UnauthorizedException", "Session token not found or invalid"), fault.SessionExpired, "UnauthorizedException", "aws sso login"},
		{"an SSO user without the role is denied", roleCredentials, 403, object("ForbiddenException", "No access"), fault.Denied, "ForbiddenException", "permission set"},
		{"a missing permission is named", createUser, 403, xml("AccessDenied", "User: arn:aws:sts::1:assumed-role/r/s is not authorized to perform: iam:TagUser on resource: u because no identity-based policy allows it"), fault.Denied, "AccessDenied", "iam:TagUser"},
		{"a denial without a sentence names the call", createLogGroup, 400, object("AccessDeniedException", ""), fault.Denied, "AccessDeniedException", "logs:CreateLogGroup"},
		{"an organisation's policy has its own owner", createUser, 403, xml("AccessDenied", "User: u is not authorized to perform: iam:CreateUser with an explicit deny in a service control policy"), fault.Denied, "AccessDenied", "service control policies"},
		{"a role that lets nobody in is named", assumeRole, 403, xml("AccessDenied", "User: u is not authorized to perform: sts:AssumeRole on resource: r"), fault.Denied, "AccessDenied", "sts:AssumeRole"},
		{"a token's issuer that cannot be reached passes", withToken, 400, xml("IDPCommunicationError", "m"), fault.Transient, "IDPCommunicationError", ""},
		{"a token that is not taken is a conflict", withToken, 400, xml("InvalidIdentityToken", "m"), fault.Conflict, "InvalidIdentityToken", "whom the role trusts"},
		{"a token whose issuer has taken it back too", withToken, 403, xml("IDPRejectedClaim", "m"), fault.Conflict, "IDPRejectedClaim", "whom the role trusts"},
		{"tokens were just enabled", askToken, 403, xml("OutboundWebIdentityFederationDisabledException", "m"), fault.Propagating, "OutboundWebIdentityFederationDisabledException", ""},
		{"a token does not outlast its session", askToken, 403, xml("SessionDurationEscalationException", "m"), fault.Conflict, "SessionDurationEscalationException", "shorter"},
		{"tokens are enabled already", enableTokens, 409, xml("FeatureEnabled", "m"), fault.Conflict, "FeatureEnabled", ""},
		{"a throttle is a throttle", createUser, 400, xml("Throttling", "Rate exceeded"), fault.Throttled, "Throttling", ""},
		{"organisations say it otherwise", createAccount, 400, object("TooManyRequestsException", "slow"), fault.Throttled, "TooManyRequestsException", ""},
		{"Route 53 has a word of its own", createZone, 400, xml("PriorRequestNotComplete", "wait"), fault.Throttled, "PriorRequestNotComplete", ""},
		{"IAM's limit is a quota", createUser, 409, xml("LimitExceeded", "Cannot exceed quota for UsersPerAccount: 5000"), fault.Quota, "LimitExceeded", "Service Quotas"},
		{"a log group's limit is a quota, which the SDK takes for a throttle", createLogGroup, 400, object("LimitExceededException", "Resource limit exceeded."), fault.Quota, "LimitExceededException", "Service Quotas"},
		{"DynamoDB's limit is a throttle", createTable, 400, object("com.amazonaws.dynamodb.v20120810#LimitExceededException", "too many at once"), fault.Throttled, "LimitExceededException", ""},
		{"a firewall's limit is a quota", listWebACLs, 400, object("WAFLimitsExceededException", "m"), fault.Quota, "WAFLimitsExceededException", ""},
		{"too many recorders is a quota", putChannel, 400, object("MaxNumberOfConfigurationRecordersExceededException", "m"), fault.Quota, "MaxNumberOfConfigurationRecordersExceededException", ""},
		{"too many zones is a quota", createZone, 400, xml("TooManyHostedZones", "m"), fault.Quota, "TooManyHostedZones", ""},
		{"the organisation is full", createAccount, 400, constraint("ACCOUNT_NUMBER_LIMIT_EXCEEDED"), fault.Quota, "ConstraintViolationException", "limit"},
		{"accounts are made too fast", createAccount, 400, constraint("ACCOUNT_CREATION_RATE_LIMIT_EXCEEDED"), fault.Throttled, "ConstraintViolationException", ""},
		{"an account is not complete yet", createAccount, 400, constraint("ACCOUNT_CREATION_NOT_COMPLETE"), fault.Propagating, "ConstraintViolationException", ""},
		{"a waiting period is waited for", createAccount, 400, constraint("WAIT_PERIOD_ACTIVE"), fault.PendingApproval, "ConstraintViolationException", ""},
		{"a card is missing", createAccount, 400, constraint("MEMBER_ACCOUNT_PAYMENT_INSTRUMENT_REQUIRED"), fault.Entitlement, "ConstraintViolationException", "payment"},
		{"an organisation that is being set up is waited for", createAccount, 400, object("FinalizingOrganizationException", "m"), fault.Propagating, "FinalizingOrganizationException", ""},
		{"two writers at once try again", createAccount, 400, object("ConcurrentModificationException", "m"), fault.Transient, "ConcurrentModificationException", ""},
		{"a user just made is not everywhere", attachPolicy, 404, xml("NoSuchEntity", "The user with name u cannot be found."), fault.Propagating, "NoSuchEntity", ""},
		{"a policy that AWS does not have is a mistake of the plan", attachPolicy, 404, xml("NoSuchEntity", "Policy arn:aws:iam::aws:policy/Reader does not exist or is not attachable."), fault.Invalid, "NoSuchEntity", "roles"},
		{"what a read does not find is no propagation", getUser, 404, xml("NoSuchEntity", "The user with name u cannot be found."), fault.Conflict, "NoSuchEntity", ""},
		{"a principal just made is not everywhere", createUser, 400, xml("MalformedPolicyDocument", "Invalid principal in policy: \"AWS\":\"x\""), fault.Propagating, "MalformedPolicyDocument", ""},
		{"a policy that is no policy is ours to mend", createUser, 400, xml("MalformedPolicyDocument", "Syntax errors in policy."), fault.Invalid, "MalformedPolicyDocument", ""},
		{"what exists is a conflict", createUser, 409, xml("EntityAlreadyExists", "m"), fault.Conflict, "EntityAlreadyExists", ""},
		{"a detector exists", createDetector, 400, object("BadRequestException", "The request is rejected because a detector already exists for the current account."), fault.Conflict, "BadRequestException", ""},
		{"Security Hub is off", describeHub, 401, object("InvalidAccessException", "Account 1 is not subscribed to AWS Security Hub"), fault.Entitlement, "InvalidAccessException", "Enable"},
		{"Security Hub was just enabled", enableHub, 401, object("InvalidAccessException", "Account 1 is not subscribed to AWS Security Hub"), fault.Propagating, "InvalidAccessException", ""},
		{"a web ACL was changed in between", listWebACLs, 400, object("WAFOptimisticLockException", "m"), fault.Transient, "WAFOptimisticLockException", ""},
		{"an account without a subscription", describeHub, 403, object("SubscriptionRequiredException", "The AWS Access Key Id needs a subscription for the service"), fault.Entitlement, "SubscriptionRequiredException", "sign-up"},
		{"a bucket's name is somebody's", createBucket, 409, s3xml("BucketAlreadyExists"), fault.Conflict, "BucketAlreadyExists", ""},
		{"the account is suspended", createBucket, 403, s3xml("AccountProblem"), fault.Locked, "AccountProblem", "AWS Support"},
		{"no block is a definite absence", publicAccess, 404, xml("NoSuchPublicAccessBlockConfiguration", "The public access block configuration was not found"), fault.Conflict, "NoSuchPublicAccessBlockConfiguration", ""},
		{"a breakdown passes", createUser, 500, xml("ServiceFailure", "m"), fault.Transient, "ServiceFailure", ""},
		{"a breakdown without words passes", describeHub, 503, "", fault.Transient, "UnknownError", ""},
		{"what an emulator lacks is unsupported", describeHub, 404, html, fault.Invalid, "Unsupported", "endpoint"},
		{"what an emulator of JSON lacks is unsupported", describeOrganization, 404, html, fault.Invalid, "Unsupported", "endpoint"},
		{"what an emulator of XML lacks is unsupported", createUser, 404, html, fault.Invalid, "Unsupported", "endpoint"},
		{"what nobody named and nobody can do is invalid", createUser, 400, xml("SomethingNew", "m"), fault.Invalid, "SomethingNew", ""},
		{"a refusal nobody named is a denial", describeHub, 403, object("SomethingNewException", "m"), fault.Denied, "SomethingNewException", "securityhub:DescribeHub"},
	})
}

func TestTheServerSaysWhenToComeBack(t *testing.T) {
	cfg := serving(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "7")
		w.WriteHeader(http.StatusTooManyRequests)
		fmt.Fprint(w, object("ThrottlingException", "slow"))
	})
	f := fault.As(describeOrganization(t.Context(), cfg))
	if f == nil || f.Kind != fault.Throttled || f.After != 7*time.Second {
		t.Errorf("got %+v, want a throttle for 7 s", f)
	}
}

func TestAConnectionThatBreaksIsTransient(t *testing.T) {
	cut := serving(t, func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	reset := serving(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "1000")
		fmt.Fprint(w, "<CreateUserResponse>")
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		time.Sleep(50 * time.Millisecond) // the head has arrived
		_ = conn.(*net.TCPConn).SetLinger(0)
		conn.Close()
	})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody := cut.Copy()
	nobody.BaseEndpoint = aws.String("http://" + l.Addr().String())
	l.Close()
	for name, cfg := range map[string]aws.Config{"cut": cut, "reset within the answer": reset, "refused": nobody} {
		if got := fault.KindOf(createUser(t.Context(), cfg)); got != fault.Transient {
			t.Errorf("%s: got %s, want %s", name, got, fault.Transient)
		}
	}
}

func TestCredentialsThatCannotBeFetchedNameThemselves(t *testing.T) {
	for name, tt := range map[string]struct {
		err  error
		want fault.Kind
		code string
	}{
		"an SSO file that ended":         {&ssocreds.InvalidTokenError{}, fault.SessionExpired, "InvalidToken"},
		"an SSO file that nobody wrote":  {&ssocreds.InvalidTokenError{Err: errors.New("failed to read cached SSO token file")}, fault.SessionExpired, "InvalidToken"},
		"a refresh that was turned away": {errors.New("refresh cached SSO token failed, x"), fault.SessionExpired, "InvalidToken"},
		"aws login that ended":           {errors.New("login session has expired, please reauthenticate"), fault.SessionExpired, "TOKEN_EXPIRED"},
		"aws login with a new password":  {errors.New("login session password has changed, please reauthenticate"), fault.SessionExpired, "TOKEN_EXPIRED"},
		"a fault named before":           {fault.New(fault.Quota, "h", "m"), fault.Quota, ""},
	} {
		t.Run(name, func(t *testing.T) {
			cfg := serving(t, func(http.ResponseWriter, *http.Request) { t.Error("the call was sent without credentials") })
			cfg.Credentials = aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) { return aws.Credentials{}, tt.err })
			f := fault.As(createUser(t.Context(), cfg))
			if f == nil || f.Kind != tt.want || f.Code != tt.code {
				t.Errorf("got %+v, want %s %s", f, tt.want, tt.code)
			}
		})
	}
}

// serving is a configuration whose every call a handler answers.
func serving(t *testing.T, h http.HandlerFunc) aws.Config {
	t.Helper()
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	c := New(Options{Endpoint: srv.URL})
	base, err := c.bare(t.Context(), "us-east-1", "tests")
	if err != nil {
		t.Fatal(err)
	}
	base.Credentials = credentials.NewStaticCredentialsProvider("AKIATEST", "not a secret", "")
	return base
}
