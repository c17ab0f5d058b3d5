package clients_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	credentials "cloud.google.com/go/iam/credentials/apiv1"
	"cloud.google.com/go/iam/credentials/apiv1/credentialspb"
	serviceusage "cloud.google.com/go/serviceusage/apiv1"
	"cloud.google.com/go/serviceusage/apiv1/serviceusagepb"
	"github.com/googleapis/gax-go/v2/apierror"
	"golang.org/x/oauth2"
	"golang.org/x/oauth2/google/externalaccount"
	"google.golang.org/api/iam/v1"
	"google.golang.org/protobuf/types/known/durationpb"
)

const otherIssuer, otherRobot = "https://sts.windows.net/5c1d1f2e-0000-4000-8000-123456789abc/", "9b2f5a3c-1111-4222-8333-abcdefabcdef"

// handed is a subject token that somebody holds already.
type handed string

func (h handed) SubjectToken(context.Context, externalaccount.SupplierOptions) (string, error) {
	return string(h), nil
}

func TestGooglesClientsLetAnotherCloudsRobotIn(t *testing.T) {
	w, ctx := open(t), t.Context()
	makeProject(ctx, t, w)
	payAndEnable(ctx, t, w)
	services, err := serviceusage.NewRESTClient(ctx, w.at("serviceusage")...)
	if err != nil {
		t.Fatal(err)
	}
	op, err := services.EnableService(ctx, &serviceusagepb.EnableServiceRequest{Name: project + "/services/sts.googleapis.com"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := op.Wait(ctx); err != nil {
		t.Fatal(err)
	}
	provider, account := trustRobot(ctx, t, w)
	token, err := w.k.Sign(otherIssuer, map[string]any{"sub": otherRobot, "aud": "api://robot", "iat": time.Now().Unix(), "exp": time.Now().Add(time.Hour).Unix()})
	if err != nil {
		t.Fatal(err)
	}
	source, err := externalaccount.NewTokenSource(ctx, externalaccount.Config{
		Audience: "//iam.googleapis.com/" + provider, SubjectTokenType: "urn:ietf:params:oauth:token-type:jwt", TokenURL: w.url + "/sts/v1/token",
		ServiceAccountImpersonationURL: w.url + "/iamcredentials/v1/projects/-/serviceAccounts/" + account + ":generateAccessToken",
		Scopes:                         []string{"https://www.googleapis.com/auth/cloud-platform"}, SubjectTokenSupplier: handed(token),
	})
	if err != nil {
		t.Fatal(err)
	}
	var got *oauth2.Token
	for tries := 0; got == nil; tries++ {
		if got, err = source.Token(); err != nil && tries > 400 {
			t.Fatal(err)
		}
		time.Sleep(10 * time.Millisecond)
	}
	if !got.Valid() || got.TokenType != "Bearer" {
		t.Errorf("got a %s token until %s, want a session", got.TokenType, got.Expiry)
	}
	w.tokens = oauth2.StaticTokenSource(got)
	tokens, err := credentials.NewIamCredentialsRESTClient(ctx, w.at("iamcredentials")...)
	if err != nil {
		t.Fatal(err)
	}
	_, err = tokens.GenerateAccessToken(ctx, &credentialspb.GenerateAccessTokenRequest{
		Name: "projects/-/serviceAccounts/" + account, Scope: []string{"https://www.googleapis.com/auth/cloud-platform"}, Lifetime: durationpb.New(time.Minute),
	})
	var said *apierror.APIError
	if !errors.As(err, &said) || said.Reason() != "IAM_PERMISSION_DENIED" {
		t.Errorf("as itself: got %v, want that it may not act as itself", err)
	}
}

// trustRobot makes an account that trusts another cloud's robot, and is the provider's resource name and the account's address.
func trustRobot(ctx context.Context, t *testing.T, w world) (provider, account string) {
	t.Helper()
	service, err := iam.NewService(ctx, w.at("iam/")...)
	if err != nil {
		t.Fatal(err)
	}
	a, err := service.Projects.ServiceAccounts.Create(project, &iam.CreateServiceAccountRequest{AccountId: "robot-one"}).Context(ctx).Do()
	if err != nil {
		t.Fatal(err)
	}
	pools := service.Projects.Locations.WorkloadIdentityPools
	if _, err := pools.Create(project+"/locations/global", &iam.WorkloadIdentityPool{}).WorkloadIdentityPoolId("robot-one").Context(ctx).Do(); err != nil {
		t.Fatal(err)
	}
	var pool *iam.WorkloadIdentityPool
	for pool == nil {
		time.Sleep(10 * time.Millisecond)
		pool, _ = pools.Get(project + "/locations/global/workloadIdentityPools/robot-one").Context(ctx).Do() // in the making, it is not there
	}
	_, err = pools.Providers.Create(pool.Name, &iam.WorkloadIdentityPoolProvider{
		Oidc: &iam.Oidc{IssuerUri: otherIssuer, AllowedAudiences: []string{"api://robot"}}, AttributeMapping: map[string]string{"google.subject": "assertion.sub"},
		AttributeCondition: "assertion.sub == '" + otherRobot + "'",
	}).WorkloadIdentityPoolProviderId("oidc-robot").Context(ctx).Do()
	if err != nil {
		t.Fatal(err)
	}
	_, err = service.Projects.ServiceAccounts.SetIamPolicy(a.Name, &iam.SetIamPolicyRequest{Policy: &iam.Policy{Bindings: []*iam.Binding{{
		Role: "roles/iam.workloadIdentityUser", Members: []string{"principal://iam.googleapis.com/" + pool.Name + "/subject/" + otherRobot},
	}}}}).Context(ctx).Do()
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(pool.Name, "it4bytes") {
		t.Errorf("the pool is named %s, want the project's number in it", pool.Name)
	}
	return pool.Name + "/providers/oidc-robot", a.Email
}
