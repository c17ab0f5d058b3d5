package aws_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http/httptest"
	"testing"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/sso"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"

	"github.com/itbytes/landfall/simulator/aws"
	"github.com/itbytes/landfall/simulator/kernel"
)

const (
	mgmt = "379047601618"
	prod = "862973411383"
	dti  = "104862917517"
)

// world is the estate of itbytes behind a real HTTP server.
type world struct {
	t     *testing.T
	k     *kernel.Kernel
	cloud *aws.Cloud
	url   string
	vault map[string]map[string]string
}

// begin serves the estate of itbytes; change may alter the scenario first.
func begin(t *testing.T, change func(*kernel.Scenario)) *world {
	t.Helper()
	s, err := kernel.Load("../../devstack/scenario/itbytes.yaml")
	if err != nil {
		t.Fatal(err)
	}
	scale := 0.0005
	s.Scale = &scale
	if change != nil {
		change(&s)
	}
	w := &world{t: t, k: kernel.New(s), vault: map[string]map[string]string{}}
	w.k.Keep(func(ref string, fields map[string]string) error { w.vault[ref] = fields; return nil })
	if w.cloud, err = aws.New(w.k); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(w.cloud.Handler())
	t.Cleanup(server.Close)
	w.url = server.URL
	return w
}

func (w *world) config(key, secret, token string) sdk.Config {
	return sdk.Config{
		BaseEndpoint: &w.url, Region: "us-east-1", Credentials: credentials.NewStaticCredentialsProvider(key, secret, token),
		RetryMaxAttempts: 1,
	}
}

// signedIn are the credentials of the SSO login in the management account.
func (w *world) signedIn() sdk.Config {
	w.t.Helper()
	session, ok := w.cloud.Session("aws-sso")
	if !ok {
		w.t.Fatal("aws-sso is no login of SSO")
	}
	var cache struct{ AccessToken string }
	if err := json.Unmarshal(session.Content, &cache); err != nil {
		w.t.Fatal(err)
	}
	out, err := sso.NewFromConfig(w.config("", "", "")).GetRoleCredentials(context.Background(), &sso.GetRoleCredentialsInput{
		AccessToken: &cache.AccessToken, AccountId: sdk.String(mgmt), RoleName: sdk.String("AdministratorAccess"),
	})
	if err != nil {
		w.t.Fatal(err)
	}
	c := out.RoleCredentials
	return w.config(*c.AccessKeyId, *c.SecretAccessKey, *c.SessionToken)
}

// inside are the credentials of the entry role of a member account.
func (w *world) inside(account string) sdk.Config {
	w.t.Helper()
	out, err := sts.NewFromConfig(w.signedIn()).AssumeRole(context.Background(), &sts.AssumeRoleInput{
		RoleArn: sdk.String("arn:aws:iam::" + account + ":role/OrganizationAccountAccessRole"), RoleSessionName: sdk.String("test"),
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return w.config(*out.Credentials.AccessKeyId, *out.Credentials.SecretAccessKey, *out.Credentials.SessionToken)
}

// keyed are the credentials of the fallback user whose key was delivered to an item.
func (w *world) keyed(item string) sdk.Config {
	w.t.Helper()
	f := w.vault[item]
	if f["access key id"] == "" || f["secret access key"] == "" {
		w.t.Fatalf("no key was delivered to %s, only to %v", item, w.vault)
	}
	return w.config(f["access key id"], f["secret access key"], "")
}

// refused fails the test unless err bears the code.
func refused(t *testing.T, err error, code string) {
	t.Helper()
	var api smithy.APIError
	switch {
	case err == nil:
		t.Errorf("got success, want %s", code)
	case !errors.As(err, &api):
		t.Errorf("got %v, which is no error of the API, want %s", err, code)
	case api.ErrorCode() != code:
		t.Errorf("got %s, want %s", api.ErrorCode(), code)
	}
}

// until waits for something that takes its time.
func until(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(5 * time.Second); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		if holds() {
			return
		}
	}
	t.Fatalf("%s: it never came", what)
}
