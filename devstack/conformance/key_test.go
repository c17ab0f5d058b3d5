package conformance

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/xml"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

// key is an access key.
type key struct{ id, secret string }

// iam asks moto's IAM for something, signed by the key: action, then names and values.
func (k key) iam(t *testing.T, action string, params ...string) []byte {
	t.Helper()
	form := url.Values{"Action": {action}, "Version": {"2010-05-08"}}
	for i := 0; i < len(params); i += 2 {
		form.Set(params[i], params[i+1])
	}
	body := form.Encode()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, moto(t)+"/", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	sum := sha256.Sum256([]byte(body))
	creds := aws.Credentials{AccessKeyID: k.id, SecretAccessKey: k.secret}
	if err := v4.NewSigner().SignHTTP(t.Context(), creds, req, hex.EncodeToString(sum[:]), "iam", "us-east-1", time.Now()); err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("iam %s: %s %s %v", action, resp.Status, b, err)
	}
	return b
}

// engage makes a user that may do everything but what is named, and a key of theirs.
func (k key) engage(t *testing.T, user string, but ...string) key {
	t.Helper()
	k.iam(t, "CreateUser", "UserName", user)
	k.allow(t, user, but...)
	var made struct {
		ID     string `xml:"CreateAccessKeyResult>AccessKey>AccessKeyId"`
		Secret string `xml:"CreateAccessKeyResult>AccessKey>SecretAccessKey"`
	}
	if err := xml.Unmarshal(k.iam(t, "CreateAccessKey", "UserName", user), &made); err != nil || made.Secret == "" {
		t.Fatalf("iam made no access key for %s: %v", user, err)
	}
	return key{made.ID, made.Secret}
}

// allow lets a user do everything but what is named.
func (k key) allow(t *testing.T, user string, but ...string) {
	t.Helper()
	what := `"Action":"*"`
	if len(but) > 0 {
		what = `"NotAction":["` + strings.Join(but, `","`) + `"]`
	}
	k.iam(t, "PutUserPolicy", "UserName", user, "PolicyName", "may", "PolicyDocument",
		`{"Version":"2012-10-17","Statement":[{"Effect":"Allow",`+what+`,"Resource":"*"}]}`)
}

// guard empties moto and lets it check signatures and permissions from now on; it answers an administrator's key.
func guard(t *testing.T) key {
	t.Helper()
	order(t, "/moto-api/reset", "")
	order(t, "/moto-api/reset-auth", "inf")
	admin := key{"AKIAC0NF0RMANCE00000", "unchecked"}.engage(t, "admin")
	order(t, "/moto-api/reset-auth", "0")
	t.Cleanup(func() { order(t, "/moto-api/reset-auth", "inf") }) // whoever comes next is not checked
	return admin
}
