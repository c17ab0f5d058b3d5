package aws_test

import (
	"context"
	"strings"
	"testing"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/itbytes/landfall/simulator/kernel"
)

const maySign = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:GetWebIdentityToken","Resource":"*","Condition":{` +
	`"ForAllValues:StringEquals":{"sts:IdentityTokenAudience":["landfall:a","landfall:b"]},"Null":{"sts:IdentityTokenAudience":"false"},` +
	`"NumericLessThanEqualsIfExists":{"sts:DurationSeconds":"900"},"StringEquals":{"sts:SigningAlgorithm":"RS256"}}}]}`

// consumer is a role of production that may ask for tokens as a policy says, and the session of one who has taken it.
func (w *world) consumer(policy string) sdk.Config {
	w.t.Helper()
	ctx, cfg := context.Background(), w.inside(prod)
	api := iam.NewFromConfig(cfg)
	if _, err := api.EnableOutboundWebIdentityFederation(ctx, &iam.EnableOutboundWebIdentityFederationInput{}); err != nil {
		w.t.Fatal(err)
	}
	trust := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::` + prod + `:root"},"Action":"sts:AssumeRole"}]}`
	if _, err := api.CreateRole(ctx, &iam.CreateRoleInput{RoleName: sdk.String("consumer"), AssumeRolePolicyDocument: &trust}); err != nil {
		w.t.Fatal(err)
	}
	if _, err := api.PutRolePolicy(ctx, &iam.PutRolePolicyInput{RoleName: sdk.String("consumer"), PolicyName: sdk.String("tokens"), PolicyDocument: &policy}); err != nil {
		w.t.Fatal(err)
	}
	var got *sts.AssumeRoleOutput
	until(w.t, "the role is known", func() bool {
		var err error
		got, err = sts.NewFromConfig(cfg).AssumeRole(ctx, &sts.AssumeRoleInput{RoleArn: sdk.String("arn:aws:iam::" + prod + ":role/consumer"), RoleSessionName: sdk.String("test")})
		return err == nil
	})
	return w.config(*got.Credentials.AccessKeyId, *got.Credentials.SecretAccessKey, *got.Credentials.SessionToken)
}

func signed(cfg sdk.Config, lasts int32, audiences ...string) (*sts.GetWebIdentityTokenOutput, error) {
	in := &sts.GetWebIdentityTokenInput{Audience: audiences, SigningAlgorithm: sdk.String("RS256")}
	if lasts > 0 {
		in.DurationSeconds = &lasts
	}
	return sts.NewFromConfig(cfg).GetWebIdentityToken(context.Background(), in)
}

func TestAnAccountSignsTokensForARoleAndForItsAudiencesAlone(t *testing.T) {
	w := begin(t, atOnce)
	consumer := w.consumer(maySign)
	info, err := iam.NewFromConfig(w.inside(prod)).GetOutboundWebIdentityFederationInfo(context.Background(), &iam.GetOutboundWebIdentityFederationInfoInput{})
	if err != nil || !info.JwtVendingEnabled || !strings.HasSuffix(sdk.ToString(info.IssuerIdentifier), ".tokens.sts.global.api.aws") {
		t.Fatalf("got %+v, %v; want it enabled", info, err)
	}
	got, err := signed(consumer, 900, "landfall:a")
	if err != nil {
		t.Fatal(err)
	}
	claims, err := w.k.Vouched(*got.WebIdentityToken)
	if err != nil || claims["iss"] != *info.IssuerIdentifier || claims["sub"] != "arn:aws:iam::"+prod+":role/consumer" || claims["aud"] != "landfall:a" {
		t.Errorf("got %v, %v; want it about the role", claims, err)
	}
	if left := time.Until(*got.Expiration); left < 14*time.Minute || left > 15*time.Minute {
		t.Errorf("got a token for %s, want 15 minutes", left)
	}
	minted := false
	for _, s := range w.k.Secrets() {
		minted = minted || s.Value == *got.WebIdentityToken
	}
	if !minted {
		t.Error("the token is none of the secrets that leak tests look for")
	}
	if _, err := signed(consumer, 0, "landfall:a", "landfall:b"); err != nil {
		t.Errorf("for both audiences and the default time: got %v", err)
	}
	for _, c := range []struct {
		name, code string
		lasts      int32
		audiences  []string
	}{
		{"for another audience too", "AccessDenied", 300, []string{"landfall:a", "other"}},
		{"for longer than the policy says", "AccessDenied", 901, []string{"landfall:a"}},
		{"for too short a time", "ValidationError", 59, []string{"landfall:a"}},
	} {
		_, err := signed(consumer, c.lasts, c.audiences...)
		t.Run(c.name, func(t *testing.T) { refused(t, err, c.code) })
	}
	_, err = signed(w.inside(prod), 3600, "anything") // its hour has begun
	refused(t, err, "SessionDurationEscalationException")
	_, err = signed(w.inside(dti), 300, "anything")
	refused(t, err, "OutboundWebIdentityFederationDisabledException")
	_, err = w.enter("consumer", *got.WebIdentityToken)
	refused(t, err, "InvalidIdentityToken")

	api := iam.NewFromConfig(w.inside(prod))
	if _, err := api.DisableOutboundWebIdentityFederation(context.Background(), &iam.DisableOutboundWebIdentityFederationInput{}); err != nil {
		t.Fatal(err)
	}
	_, err = signed(consumer, 300, "landfall:a")
	refused(t, err, "OutboundWebIdentityFederationDisabledException")
	_, err = api.GetOutboundWebIdentityFederationInfo(context.Background(), &iam.GetOutboundWebIdentityFederationInfoInput{})
	refused(t, err, "FeatureDisabled")
}

func TestAPolicyWhoseConditionIsNotWeighedAllowsNoToken(t *testing.T) {
	for name, policy := range map[string]string{
		"an unknown key":            strings.Replace(maySign, "sts:SigningAlgorithm", "aws:SourceVpc", 1),
		"an unknown operator":       strings.Replace(maySign, `"StringEquals"`, `"ArnEquals"`, 1),
		"an audience of somebody's": strings.Replace(maySign, "landfall:a", "other", 1),
		"denied by its lifetime":    strings.Replace(maySign, `"Statement":[`, `"Statement":[{"Effect":"Deny","Action":"sts:*","Resource":"*","Condition":{"NumericLessThanEquals":{"sts:DurationSeconds":"600"}}},`, 1),
	} {
		t.Run(name, func(t *testing.T) {
			w := begin(t, atOnce)
			_, err := signed(w.consumer(policy), 300, "landfall:a")
			refused(t, err, "AccessDenied")
		})
	}
}

func TestTheFeatureAndTheRightToATokenAreNotKnownAtOnce(t *testing.T) {
	w := begin(t, func(s *kernel.Scenario) {
		s.Durations = map[string]kernel.Duration{"aws.iam.propagation": kernel.Duration(200 * time.Millisecond)}
	})
	consumer := w.consumer(maySign)
	api := iam.NewFromConfig(w.inside(prod))
	until(t, "a token is signed", func() bool { _, err := signed(consumer, 300, "landfall:a"); return err == nil })
	if _, err := api.PutRolePolicy(context.Background(), &iam.PutRolePolicyInput{RoleName: sdk.String("consumer"), PolicyName: sdk.String("tokens"), PolicyDocument: sdk.String(maySign)}); err != nil {
		t.Fatal(err)
	}
	_, err := signed(consumer, 300, "landfall:a")
	refused(t, err, "AccessDenied")
	until(t, "the new policy is known", func() bool { _, err := signed(consumer, 300, "landfall:a"); return err == nil })
	for _, deed := range []func() error{
		func() error {
			_, err := api.DisableOutboundWebIdentityFederation(context.Background(), &iam.DisableOutboundWebIdentityFederationInput{})
			return err
		},
		func() error {
			_, err := api.EnableOutboundWebIdentityFederation(context.Background(), &iam.EnableOutboundWebIdentityFederationInput{})
			return err
		},
	} {
		if err := deed(); err != nil {
			t.Fatal(err)
		}
		_, err := signed(consumer, 300, "landfall:a")
		refused(t, err, "OutboundWebIdentityFederationDisabledException")
	}
}
