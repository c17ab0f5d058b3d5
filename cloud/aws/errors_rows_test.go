package aws

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials/logincreds"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/signin"
	"github.com/aws/aws-sdk-go-v2/service/ssooidc"

	"github.com/itbytes/landfall/fault"
)

func describeVpcs(ctx context.Context, c aws.Config) error {
	_, err := ec2.NewFromConfig(c).DescribeVpcs(ctx, &ec2.DescribeVpcsInput{})
	return err
}

func deleteVpc(ctx context.Context, c aws.Config) error {
	_, err := ec2.NewFromConfig(c).DeleteVpc(ctx, &ec2.DeleteVpcInput{VpcId: aws.String("vpc-1")})
	return err
}

func closeAccount(ctx context.Context, c aws.Config) error {
	_, err := organizations.NewFromConfig(c).CloseAccount(ctx, &organizations.CloseAccountInput{AccountId: aws.String("862973411383")})
	return err
}

func createToken(ctx context.Context, c aws.Config) error {
	_, err := ssooidc.NewFromConfig(c).CreateToken(ctx, &ssooidc.CreateTokenInput{ClientId: aws.String("c"), ClientSecret: aws.String("s"), GrantType: aws.String("refresh_token"), RefreshToken: aws.String("r")})
	return err
}

// The rows of what AWS is known to answer that have no line of their own elsewhere.
func TestEveryThrottleOfAWSIsAThrottle(t *testing.T) {
	var tests []answered
	for _, code := range []string{
		"Throttling", "ThrottlingException", "ThrottledException", "RequestThrottled", "RequestThrottledException", "TooManyRequestsException",
		"RequestLimitExceeded", "BandwidthLimitExceeded", "SlowDown", "EC2ThrottledException", "PriorRequestNotComplete", "ProvisionedThroughputExceededException",
	} {
		tests = append(tests, answered{code, createUser, 400, xml(code, "Rate exceeded"), fault.Throttled, code, "by itself"})
	}
	named(t, tests)
}

func TestEveryLimitOfAWSIsAQuotaThoughTheSDKTakesSomeForThrottles(t *testing.T) {
	var tests []answered
	for code, call := range map[string]call{
		"LimitExceededException": describeHub, "ServiceQuotaExceededException": describeHub, "LimitExceeded": createUser, "WAFLimitsExceededException": listWebACLs,
		"MaxNumberOfDeliveryChannelsExceededException": putChannel, "TooManyHostedZones": createZone, "ResourceQuotaExceededFault": createLogGroup, "TooManyBuckets": createBucket, "VpcLimitExceeded": describeVpcs,
	} {
		body := object(code, "the limit")
		switch code {
		case "LimitExceeded", "TooManyHostedZones":
			body = xml(code, "the limit")
		case "TooManyBuckets":
			body = `<Error><Code>TooManyBuckets</Code><Message>m</Message></Error>`
		case "VpcLimitExceeded":
			body = ec2xml(code, "The maximum number of VPCs has been reached.")
		}
		tests = append(tests, answered{code, call, 400, body, fault.Quota, code, "higher limit"})
	}
	named(t, tests)
}

// ec2xml is an error of EC2's own dialect.
func ec2xml(code, message string) string {
	return `<Response><Errors><Error><Code>` + code + `</Code><Message>` + message + `</Message></Error></Errors><RequestID>r</RequestID></Response>`
}

func TestTheOtherRowsOfTheTable(t *testing.T) {
	named(t, []answered{
		{"EC2's word for an expired session", describeVpcs, 400, ec2xml("RequestExpired", "Request has expired."), fault.SessionExpired, "RequestExpired", "landfall login tests"},
		{"EC2's word for an unknown key", describeVpcs, 401, ec2xml("AuthFailure", "AWS was not able to validate the provided access credentials"), fault.SessionExpired, "AuthFailure", "access key"},
		{"an unknown key of a JSON service", describeOrganization, 400, object("UnrecognizedClientException", "The security token included in the request is invalid."), fault.SessionExpired, "UnrecognizedClientException", "access key"},
		{"a refresh token that ended", createToken, 400, object("InvalidGrantException", "Invalid refresh token provided"), fault.SessionExpired, "InvalidGrantException", "landfall login tests"},
		{"a device code that ended", createToken, 400, object("ExpiredTokenException", "expired"), fault.SessionExpired, "ExpiredTokenException", "landfall login tests"},
		{"a portal that is asked too fast", createToken, 400, object("SlowDownException", "slow"), fault.Throttled, "SlowDownException", ""},
		{"what is still in use", createUser, 409, xml("DeleteConflict", "Cannot delete entity, must detach all policies first."), fault.Conflict, "DeleteConflict", ""},
		{"two writers of IAM", createUser, 409, xml("ConcurrentModification", "m"), fault.Transient, "ConcurrentModification", ""},
		{"an entity in the middle of a change", createUser, 409, xml("EntityTemporarilyUnmodifiable", "m"), fault.Propagating, "EntityTemporarilyUnmodifiable", ""},
		{"accounts are closed too fast", closeAccount, 400, constraint("CLOSE_ACCOUNT_REQUESTS_LIMIT_EXCEEDED"), fault.Throttled, "ConstraintViolationException", ""},
		{"as many accounts were closed as may be", closeAccount, 400, constraint("CLOSE_ACCOUNT_QUOTA_EXCEEDED"), fault.Quota, "ConstraintViolationException", "limit"},
		{"another constraint", closeAccount, 400, constraint("CANNOT_CLOSE_MANAGEMENT_ACCOUNT"), fault.Conflict, "ConstraintViolationException", ""},
		{"a region that the account has not opted into", describeVpcs, 401, ec2xml("OptInRequired", "You are not subscribed to this service."), fault.Entitlement, "OptInRequired", "sign-up"},
		{"a policy of the organisation that allows nothing", createLogGroup, 400, object("AccessDeniedException", "User: u is not authorized to perform: logs:CreateLogGroup because no service control policy allows the logs:CreateLogGroup action"), fault.Denied, "AccessDeniedException", "service control policies"},
		{"EC2's denial", describeVpcs, 403, ec2xml("UnauthorizedOperation", "You are not authorized to perform this operation. User: u is not authorized to perform: ec2:DescribeVpcs with an explicit deny in a service control policy"), fault.Denied, "UnauthorizedOperation", "service control policies"},
		{"Security Hub is on already", enableHub, 409, object("ResourceConflictException", "Account is already subscribed to Security Hub"), fault.Conflict, "ResourceConflictException", ""},
		{"a firewall's entity just made", listWebACLs, 400, object("WAFUnavailableEntityException", "m"), fault.Propagating, "WAFUnavailableEntityException", ""},
		{"a firewall's name is taken", listWebACLs, 400, object("WAFDuplicateItemException", "m"), fault.Conflict, "WAFDuplicateItemException", ""},
		{"a firewall in use", listWebACLs, 400, object("WAFAssociatedItemException", "m"), fault.Conflict, "WAFAssociatedItemException", ""},
		{"a rule group that must be bought", listWebACLs, 400, object("WAFSubscriptionNotFoundException", "m"), fault.Entitlement, "WAFSubscriptionNotFoundException", "Marketplace"},
		{"what others still lean on", deleteVpc, 400, ec2xml("DependencyViolation", "The vpc 'vpc-1' has dependencies and cannot be deleted."), fault.Propagating, "DependencyViolation", ""},
		{"an account that EC2 has blocked", describeVpcs, 403, ec2xml("Blocked", "This account is currently blocked and not recognized as a valid account."), fault.Locked, "Blocked", "AWS Support"},
		{"an account that is suspended, in words", describeHub, 403, object("AccessDeniedException", "Your account has been suspended"), fault.Locked, "AccessDeniedException", "AWS Support"},
		{"an account that EC2 still verifies", describeVpcs, 400, ec2xml("PendingVerification", "Your request for accessing resources in this region is being validated."), fault.PendingApproval, "PendingVerification", "four hours"},
		{"a clock that is wrong", createBucket, 403, `<Error><Code>RequestTimeTooSkewed</Code><Message>m</Message></Error>`, fault.Invalid, "RequestTimeTooSkewed", "clock"},
	})
}

// The session of `aws login` ends as a denied access: whoever reads the code alone asks for a right that nobody lacks.
func TestTheSessionOfAWSLoginThatEndedNeedsAPerson(t *testing.T) {
	for word, want := range map[string]fault.Kind{"TOKEN_EXPIRED": fault.SessionExpired, "USER_CREDENTIALS_CHANGED": fault.SessionExpired, "INSUFFICIENT_PERMISSIONS": fault.Denied} {
		t.Run(word, func(t *testing.T) {
			cfg := serving(t, func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Content-Type", "application/json")
				w.Header().Set("X-Amzn-Errortype", "AccessDeniedException")
				w.WriteHeader(http.StatusForbidden)
				fmt.Fprintf(w, `{"error":%q,"message":"m"}`, word)
			})
			file := filepath.Join(t.TempDir(), "login.json")
			if err := os.WriteFile(file, []byte(cachedLogin(t)), 0o600); err != nil {
				t.Fatal(err)
			}
			cfg.Credentials = logincreds.New(signin.NewFromConfig(cfg), file)
			f := fault.As(createUser(t.Context(), cfg))
			if f == nil || f.Kind != want || f.Login != "tests" || f.Hint == "" {
				t.Errorf("got %+v, want %s", f, want)
			}
		})
	}
}

// cachedLogin is what `aws login` leaves on the disk, ended.
func cachedLogin(t *testing.T) string {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf(`{"accessToken":{"accessKeyId":"ASIATEST","secretAccessKey":"not a secret","sessionToken":"t","accountId":"379047601618","expiresAt":%q},"tokenType":"aws_sigv4","refreshToken":"r","clientId":"arn:aws:signin:::devtools/same-device","dpopKey":%q}`,
		time.Now().Add(-time.Hour).UTC().Format(time.RFC3339), pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: der}))
}
