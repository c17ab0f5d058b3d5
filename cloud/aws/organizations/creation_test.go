package organizations

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/organizations/types"

	"github.com/itbytes/landfall/cloud/aws/session"
	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

func TestEveryReasonForWhichAWSMadeNoAccountIsNamed(t *testing.T) {
	want := map[types.CreateAccountFailureReason]fault.Kind{
		"EMAIL_ALREADY_EXISTS": fault.Conflict, "GOVCLOUD_ACCOUNT_ALREADY_EXISTS": fault.Conflict, "FAILED_BUSINESS_VALIDATION": fault.Conflict,
		"INVALID_IDENTITY_FOR_BUSINESS_VALIDATION": fault.Conflict, "UNKNOWN_BUSINESS_VALIDATION": fault.Conflict,
		"UPDATE_EXISTING_RESOURCE_POLICY_WITH_TAGS_NOT_SUPPORTED": fault.Conflict,
		"ACCOUNT_LIMIT_EXCEEDED":                                  fault.Quota,
		"CONCURRENT_ACCOUNT_MODIFICATION":                         fault.Transient, "INTERNAL_FAILURE": fault.Transient,
		"MISSING_PAYMENT_INSTRUMENT": fault.Entitlement, "INVALID_PAYMENT_INSTRUMENT": fault.Entitlement,
		"PENDING_BUSINESS_VALIDATION": fault.PendingApproval, "MISSING_BUSINESS_VALIDATION": fault.PendingApproval,
		"INVALID_EMAIL": fault.Invalid, "INVALID_ADDRESS": fault.Invalid,
	}
	for _, reason := range types.CreateAccountFailureReason("").Values() {
		srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/x-amz-json-1.1")
			fmt.Fprintf(w, `{"CreateAccountStatus":{"Id":"car-1","State":"FAILED","FailureReason":%q}}`, reason)
		}))
		s := &session.Session{Login: aws.Config{BaseEndpoint: &srv.URL, Region: "us-east-1", Credentials: credentials.NewStaticCredentialsProvider("AKIATEST", "not a secret", "")}}
		l := plan.Landing{Cloud: plan.AWS, Environment: "prod", Name: "aws-prod", Email: "aws+prod@it4bytes.example", Login: plan.Login{Type: "aws-sso"}}
		_, err := Account{}.Observe(t.Context(), s, plan.Task{Landing: l, Begun: &plan.Begun{Operation: "car-1"}})
		srv.Close()
		f := fault.As(err)
		kind, listed := want[reason]
		if f == nil || !listed || f.Kind != kind || f.Code != string(reason) || f.Hint == "" || f.Message == "" {
			t.Errorf("%s: got %+v, %v, want %q", reason, f, err, kind)
		}
	}
}
