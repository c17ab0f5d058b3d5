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

const (
	issuer  = "https://issuer.example/tenant/"
	subject = "robot"
	client  = "api://robot"
)

// robot is a role of production that trusts a subject of a foreign issuer.
func (w *world) robot(trust string) {
	w.t.Helper()
	ctx, api := context.Background(), iam.NewFromConfig(w.inside(prod))
	if _, err := api.CreateOpenIDConnectProvider(ctx, &iam.CreateOpenIDConnectProviderInput{Url: sdk.String(issuer), ClientIDList: []string{client}}); err != nil {
		w.t.Fatal(err)
	}
	if _, err := api.CreateRole(ctx, &iam.CreateRoleInput{RoleName: sdk.String("robot"), AssumeRolePolicyDocument: &trust}); err != nil {
		w.t.Fatal(err)
	}
}

// trusting is a trust policy of one statement.
func trusting(principal, conditions string) string {
	return `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Federated":"` + principal + `"},"Action":"sts:AssumeRoleWithWebIdentity","Condition":` + conditions + `}]}`
}

func ofIssuer(conditions string) string {
	return trusting("arn:aws:iam::"+prod+":oidc-provider/issuer.example/tenant/", conditions)
}

const both = `{"StringEquals":{"issuer.example/tenant/:aud":"api://robot","issuer.example/tenant/:sub":"robot"}}`

// token is signed by an issuer; claims come on top of what every token of the robot says.
func (w *world) token(iss string, claims map[string]any) string {
	w.t.Helper()
	all := map[string]any{"sub": subject, "aud": client, "exp": time.Now().Add(time.Minute).Unix()}
	for k, v := range claims {
		all[k] = v
	}
	out, err := w.k.Sign(iss, all)
	if err != nil {
		w.t.Fatal(err)
	}
	return out
}

// enter exchanges a token for a session of a role of production, signed by nobody.
func (w *world) enter(role, token string) (*sts.AssumeRoleWithWebIdentityOutput, error) {
	cfg := w.config("", "", "")
	cfg.Credentials = nil
	return sts.NewFromConfig(cfg).AssumeRoleWithWebIdentity(context.Background(), &sts.AssumeRoleWithWebIdentityInput{
		RoleArn: sdk.String("arn:aws:iam::" + prod + ":role/" + role), RoleSessionName: sdk.String("test"), WebIdentityToken: &token,
	})
}

func atOnce(s *kernel.Scenario) { s.Scale = new(float64) }

func TestATokenOfATrustedIssuerOpensTheRoleAndNothingElseDoes(t *testing.T) {
	w := begin(t, atOnce)
	w.robot(ofIssuer(both))
	good := w.token(issuer, nil)
	in, err := w.enter("robot", good)
	if err != nil {
		t.Fatal(err)
	}
	if sdk.ToString(in.AssumedRoleUser.Arn) != "arn:aws:sts::"+prod+":assumed-role/robot/test" || sdk.ToString(in.Audience) != client || sdk.ToString(in.Provider) != issuer || sdk.ToString(in.SubjectFromWebIdentityToken) != subject {
		t.Errorf("got %v, %s, %s, %s; want the role's own session", in.AssumedRoleUser, *in.Audience, *in.Provider, *in.SubjectFromWebIdentityToken)
	}
	c := in.Credentials
	who, err := sts.NewFromConfig(w.config(*c.AccessKeyId, *c.SecretAccessKey, *c.SessionToken)).GetCallerIdentity(context.Background(), &sts.GetCallerIdentityInput{})
	if err != nil || sdk.ToString(who.Account) != prod {
		t.Errorf("got %v, %v; want a session in %s", who, err, prod)
	}
	parts, others := strings.Split(good, "."), strings.Split(w.token(issuer, map[string]any{"sub": "evil"}), ".")
	for _, c := range []struct{ name, role, token, code string }{
		{"another subject", "robot", w.token(issuer, map[string]any{"sub": "evil"}), "AccessDenied"},
		{"an audience that the provider does not take", "robot", w.token(issuer, map[string]any{"aud": "other"}), "InvalidIdentityToken"},
		{"an azp that it does not take", "robot", w.token(issuer, map[string]any{"azp": "other"}), "InvalidIdentityToken"},
		{"an issuer without a provider", "robot", w.token("https://issuer.example/other", nil), "InvalidIdentityToken"},
		{"the issuer without its slash", "robot", w.token("https://issuer.example/tenant", nil), "InvalidIdentityToken"},
		{"expired", "robot", w.token(issuer, map[string]any{"exp": time.Now().Add(-time.Second).Unix()}), "ExpiredTokenException"},
		{"a forged signature", "robot", parts[0] + "." + others[1] + "." + parts[2], "InvalidIdentityToken"},
		{"no token", "robot", "nonsense", "InvalidIdentityToken"},
		{"no role", "nobody", good, "AccessDenied"},
		{"a role that trusts its account alone", "OrganizationAccountAccessRole", good, "AccessDenied"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := w.enter(c.role, c.token)
			refused(t, err, c.code)
		})
	}
}

func TestTheConditionsOfATrustAreWeighed(t *testing.T) {
	w := begin(t, atOnce)
	w.robot(ofIssuer(both))
	api := iam.NewFromConfig(w.inside(prod))
	for conditions, opens := range map[string]bool{
		`{"StringLike":{"issuer.example/tenant/:sub":"ro*t"}}`:                                                            true,
		`{"StringLike":{"issuer.example/tenant/:sub":["x","?obot"]}}`:                                                     true,
		`{"StringEquals":{"issuer.example/tenant/:sub":"ro*"}}`:                                                           false,
		`{"StringEquals":{"issuer.example/tenant/:aud":"other"}}`:                                                         false,
		`{"StringEquals":{"issuer.example/tenant/:sub":"robot","issuer.example/tenant/:aud":"other"}}`:                    false,
		`{"StringEquals":{"issuer.example/tenant/:sub":"robot"},"Bool":{"aws:MultiFactorAuthPresent":"true"}}`:            false,
		`{"StringEqualsIfExists":{"issuer.example/tenant/:email":"robot"}}`:                                               false,
		`{"Null":{"issuer.example/tenant/:sub":"false"},"StringEqualsIgnoreCase":{"issuer.example/tenant/:sub":"ROBOT"}}`: true,
		`{"StringEquals":{"issuer.example/tenant/:sub":"robot"}},"Sid":"x"},{"Effect":"Deny","Principal":{"Federated":"arn:aws:iam::` + prod + `:oidc-provider/issuer.example/tenant/"},"Action":"sts:*"`: false,
	} {
		policy := ofIssuer(conditions)
		if _, err := api.UpdateAssumeRolePolicy(context.Background(), &iam.UpdateAssumeRolePolicyInput{RoleName: sdk.String("robot"), PolicyDocument: &policy}); err != nil {
			t.Fatalf("%s: %v", policy, err)
		}
		if _, err := w.enter("robot", w.token(issuer, nil)); (err == nil) != opens {
			t.Errorf("%s: got %v, want it to open: %v", conditions, err, opens)
		}
	}
}

func TestGoogleIsKnownWithoutAProviderByItsOwnKeys(t *testing.T) {
	w := begin(t, atOnce)
	claims := map[string]any{"aud": "landfall", "azp": "104", "sub": "104"}
	for conditions, opens := range map[string]bool{
		`{"StringEquals":{"accounts.google.com:oaud":"landfall","accounts.google.com:sub":"104"}}`:                                 true,
		`{"StringEquals":{"accounts.google.com:oaud":"landfall","accounts.google.com:aud":"104","accounts.google.com:sub":"104"}}`: true,
		`{"StringEquals":{"accounts.google.com:aud":"landfall","accounts.google.com:sub":"104"}}`:                                  false, // the azp is meant
		`{"StringEquals":{"accounts.google.com:oaud":"104","accounts.google.com:sub":"104"}}`:                                      false,
	} {
		name := "google" + kernel.Random(4)
		if _, err := iam.NewFromConfig(w.inside(prod)).CreateRole(context.Background(), &iam.CreateRoleInput{
			RoleName: &name, AssumeRolePolicyDocument: sdk.String(trusting("accounts.google.com", conditions)),
		}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.enter(name, w.token("https://accounts.google.com", claims)); (err == nil) != opens {
			t.Errorf("%s: got %v, want it to open: %v", conditions, err, opens)
		}
	}
}

func TestANewTrustANewProviderAndANewAudienceAreNotKnownAtOnce(t *testing.T) {
	lag := 300 * time.Millisecond
	w := begin(t, func(s *kernel.Scenario) {
		s.Durations = map[string]kernel.Duration{"aws.iam.propagation": kernel.Duration(lag)}
	})
	w.robot(ofIssuer(both))
	opens := func(token string) func() bool {
		return func() bool { _, err := w.enter("robot", token); return err == nil }
	}
	_, err := w.enter("robot", w.token(issuer, nil))
	refused(t, err, "InvalidIdentityToken")
	until(t, "the provider and the role are known", opens(w.token(issuer, nil)))

	ctx, api := context.Background(), iam.NewFromConfig(w.inside(prod))
	other := ofIssuer(strings.ReplaceAll(both, `"robot"`, `"other"`))
	if _, err := api.UpdateAssumeRolePolicy(ctx, &iam.UpdateAssumeRolePolicyInput{RoleName: sdk.String("robot"), PolicyDocument: &other}); err != nil {
		t.Fatal(err)
	}
	another := w.token(issuer, map[string]any{"sub": "other"})
	_, err = w.enter("robot", another)
	refused(t, err, "AccessDenied")
	if !opens(w.token(issuer, nil))() {
		t.Error("the former trust is not known any more, and the new one not yet")
	}
	until(t, "the new trust is known", opens(another))
	_, err = w.enter("robot", w.token(issuer, nil))
	refused(t, err, "AccessDenied")

	if _, err := api.AddClientIDToOpenIDConnectProvider(ctx, &iam.AddClientIDToOpenIDConnectProviderInput{
		OpenIDConnectProviderArn: sdk.String("arn:aws:iam::" + prod + ":oidc-provider/issuer.example/tenant/"), ClientID: sdk.String("late"),
	}); err != nil {
		t.Fatal(err)
	}
	_, err = w.enter("robot", w.token(issuer, map[string]any{"aud": "late"}))
	refused(t, err, "InvalidIdentityToken")
	until(t, "the new audience is known", func() bool {
		_, err := w.enter("robot", w.token(issuer, map[string]any{"aud": "late"}))
		return err != nil && strings.Contains(err.Error(), "AccessDenied") // by the trust, which does not name it
	})
}
