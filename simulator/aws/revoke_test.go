package aws_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/guardduty"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

// session begins a session of the user whose key signs.
func (w *world) session(by sdk.Config) sdk.Config {
	w.t.Helper()
	got, err := sts.NewFromConfig(by).GetSessionToken(context.Background(), &sts.GetSessionTokenInput{})
	if err != nil {
		w.t.Fatal(err)
	}
	if left := time.Until(*got.Credentials.Expiration); left < 11*time.Hour || left > 12*time.Hour {
		w.t.Errorf("a session lasts %v, want twelve hours", left)
	}
	return w.config(*got.Credentials.AccessKeyId, *got.Credentials.SecretAccessKey, *got.Credentials.SessionToken)
}

func TestADenialOfOlderSessionsEndsThemAndNeitherNewOnesNorTheKey(t *testing.T) {
	w := begin(t, nil)
	keys := w.keyed("op://itbytes-internal/aws-prod")
	before := w.session(keys)
	list := func(c sdk.Config) error {
		_, err := guardduty.NewFromConfig(c).ListDetectors(t.Context(), &guardduty.ListDetectorsInput{})
		return err
	}
	if err := list(before); err != nil {
		t.Fatal(err)
	}
	policy := fmt.Sprintf(`{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":["*"],"Resource":["*"],"Condition":{"DateLessThan":{"aws:TokenIssueTime":%q}}}]}`,
		time.Now().UTC().Format(time.RFC3339Nano))
	_, err := iam.NewFromConfig(keys).PutUserPolicy(t.Context(), &iam.PutUserPolicyInput{UserName: sdk.String("landfall-fallback"), PolicyName: sdk.String("revoke"), PolicyDocument: &policy})
	if err != nil {
		t.Fatal(err)
	}
	refused(t, list(before), "AccessDeniedException")
	if err := errors.Join(list(keys), list(w.session(keys))); err != nil {
		t.Errorf("the key, and a session that is begun afterwards: got %v", err)
	}
}

func TestASessionWithoutASecondFactorIsClosedToIAM(t *testing.T) {
	w := begin(t, nil)
	s := w.session(w.keyed("op://itbytes-internal/aws-prod"))
	_, err := iam.NewFromConfig(s).ListUsers(t.Context(), &iam.ListUsersInput{})
	refused(t, err, "InvalidClientTokenId")
	_, err = sts.NewFromConfig(s).GetSessionToken(t.Context(), &sts.GetSessionTokenInput{})
	refused(t, err, "AccessDenied")
	if _, err := sts.NewFromConfig(s).GetCallerIdentity(t.Context(), &sts.GetCallerIdentityInput{}); err != nil {
		t.Error(err)
	}
}
