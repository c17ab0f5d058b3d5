package audit_test

import (
	"encoding/json"
	"net/http/httptest"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/sso"

	simaws "github.com/itbytes/landfall/simulator/aws"
	"github.com/itbytes/landfall/simulator/kernel"
)

// simulated is a place in the simulator, signed in to the management account of an organisation of one.
func simulated(t *testing.T) place {
	t.Helper()
	const account, role = "379047601618", "AdministratorAccess"
	k := kernel.New(kernel.Scenario{
		Name:   "journal",
		Logins: map[string]kernel.Login{"aws-sso": {Cloud: "aws", Details: map[string]string{"startUrl": "https://it4bytes.awsapps.com/start", "account": account, "role": role}}},
		Estate: map[string]any{"aws": map[string]any{"accounts": []any{map[string]any{"id": account, "name": "aws-mgmt", "email": "aws+mgmt@it4bytes.example"}}}},
	})
	cloud, err := simaws.New(k)
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(cloud.Handler())
	t.Cleanup(srv.Close)
	session, is := cloud.Session("aws-sso")
	if !is {
		t.Fatal("the simulator knows no SSO login named aws-sso")
	}
	var cache struct{ AccessToken string }
	if err := json.Unmarshal(session.Content, &cache); err != nil {
		t.Fatal(err)
	}
	portal := sso.New(sso.Options{BaseEndpoint: &srv.URL, Region: "us-east-1"})
	out, err := portal.GetRoleCredentials(t.Context(), &sso.GetRoleCredentialsInput{AccessToken: &cache.AccessToken, AccountId: aws.String(account), RoleName: aws.String(role)})
	if err != nil {
		t.Fatal(err)
	}
	c := out.RoleCredentials
	return placed(t, srv.URL, credentials.NewStaticCredentialsProvider(aws.ToString(c.AccessKeyId), aws.ToString(c.SecretAccessKey), aws.ToString(c.SessionToken)), k)
}
