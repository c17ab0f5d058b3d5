package aws

import (
	"context"
	"fmt"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/itbytes/landfall/cloud/step"
	"github.com/itbytes/landfall/fault"
)

func TestReadsAreToldFromWrites(t *testing.T) {
	for _, tt := range []struct {
		service, operation string
		want               bool
	}{
		{"IAM", "GetUser", false},
		{"IAM", "ListAccessKeys", false},
		{"EC2", "DescribeVpcs", false},
		{"S3", "HeadBucket", false},
		{"IAM", "SimulatePrincipalPolicy", false},
		{"DynamoDB", "BatchGetItem", false},
		{"DynamoDB", "Query", false},
		{"STS", "AssumeRole", false},
		{"SSO OIDC", "CreateToken", false},
		{"IAM", "CreateUser", true},
		{"EC2", "ModifyVpcAttribute", true},
		{"Config Service", "PutDeliveryChannel", true},
		{"SecurityHub", "BatchEnableStandards", true},
		{"Organizations", "MoveAccount", true},
		{"DynamoDB", "TransactWriteItems", true},
	} {
		if got := writes(tt.service, tt.operation); got != tt.want {
			t.Errorf("writes(%s, %s): got %t, want %t", tt.service, tt.operation, got, tt.want)
		}
	}
}

func TestEveryCallIsCountedOnceEvenWhenItFails(t *testing.T) {
	cfg := serving(t, func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprint(w, xml("Throttling", "Rate exceeded"))
	})
	ctx, tally := step.WithTally(t.Context())
	_ = createUser(ctx, cfg)
	_ = getUser(ctx, cfg)
	_ = callerIdentity(ctx, cfg)
	if reads, writes := tally.Calls(); reads != 2 || writes != 1 {
		t.Errorf("got %d reads and %d writes, want 2 and 1: the SDK must not retry by itself", reads, writes)
	}
}

func TestKeptCredentialsThatExpiredAreFetchedAnewOnce(t *testing.T) {
	var calls, fetched atomic.Int64
	base := serving(t, func(w http.ResponseWriter, r *http.Request) {
		calls.Add(1)
		if r.Header.Get("X-Amz-Security-Token") != "2" {
			w.WriteHeader(http.StatusForbidden)
			fmt.Fprint(w, xml("ExpiredToken", "expired"))
			return
		}
		fmt.Fprint(w, `<GetCallerIdentityResponse><GetCallerIdentityResult><Account>1</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`)
	})
	cfg := New(Options{}).with(base, "tests", "", aws.NewCredentialsCache(counting(&fetched)))
	if err := callerIdentity(t.Context(), cfg); err != nil {
		t.Errorf("got %v, want success with fresh credentials", err)
	}
	if calls.Load() != 2 || fetched.Load() != 2 {
		t.Errorf("got %d calls and %d fetches, want 2 and 2", calls.Load(), fetched.Load())
	}
}

func TestALoginThatStaysExpiredIsNotAskedAgainAndAgain(t *testing.T) {
	var calls, fetched atomic.Int64
	base := serving(t, func(w http.ResponseWriter, _ *http.Request) {
		calls.Add(1)
		w.WriteHeader(http.StatusForbidden)
		fmt.Fprint(w, xml("ExpiredToken", "expired"))
	})
	err := callerIdentity(t.Context(), New(Options{}).with(base, "tests", "", aws.NewCredentialsCache(counting(&fetched))))
	if got := fault.KindOf(err); got != fault.SessionExpired || calls.Load() != 2 {
		t.Errorf("got %s after %d calls, want %s after 2", got, calls.Load(), fault.SessionExpired)
	}
}

func TestS3ControlIsReachedAtAnAddress(t *testing.T) {
	var host string
	cfg := serving(t, func(w http.ResponseWriter, r *http.Request) {
		host = r.Host
		w.WriteHeader(http.StatusNotFound)
		fmt.Fprint(w, xml("NoSuchPublicAccessBlockConfiguration", "m"))
	})
	f := fault.As(publicAccess(t.Context(), cfg))
	if f == nil || f.Code != "NoSuchPublicAccessBlockConfiguration" || host[:13] != "862973411383." {
		t.Errorf("got %+v at %q, want an answer to the account's own host name", f, host)
	}
}

// counting gives credentials whose token is the number of times they were fetched.
func counting(n *atomic.Int64) aws.CredentialsProvider {
	return aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
		return aws.Credentials{
			AccessKeyID: "ASIATEST", SecretAccessKey: "not a secret", SessionToken: fmt.Sprint(n.Add(1)),
			CanExpire: true, Expires: time.Now().Add(time.Hour),
		}, nil
	})
}
