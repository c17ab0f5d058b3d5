package aws

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/itbytes/landfall/cloud/aws/session"
	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// doors is an AWS that gives out and takes SSO tokens, role credentials and keys.
func doors(t *testing.T, asked *[]string) *httptest.Server {
	t.Helper()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := r.ParseForm(); err != nil {
			t.Error(err)
		}
		key, _, _ := strings.Cut(strings.TrimPrefix(r.Header.Get("Authorization"), "AWS4-HMAC-SHA256 Credential="), "/")
		switch action := r.Form.Get("Action"); {
		case r.URL.Path == "/federation/credentials":
			*asked = append(*asked, fmt.Sprintf("sso %s/%s", r.URL.Query().Get("account_id"), r.URL.Query().Get("role_name")))
			if r.Header.Get("X-Amz-Sso_bearer_token") != "good" {
				w.Header().Set("X-Amzn-Errortype", "UnauthorizedException")
				w.WriteHeader(http.StatusUnauthorized)
				fmt.Fprint(w, `{"message":"Session token not found or invalid"}`)
				return
			}
			fmt.Fprintf(w, `{"roleCredentials":{"accessKeyId":"ASIASSO","secretAccessKey":"s","sessionToken":"t","expiration":%d}}`, time.Now().Add(time.Hour).UnixMilli())
		case action == "AssumeRole":
			*asked = append(*asked, fmt.Sprintf("%s assumes %s as %s", key, r.Form.Get("RoleArn"), r.Form.Get("RoleSessionName")))
			fmt.Fprintf(w, `<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ASIAROLE</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>%s</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`, time.Now().Add(time.Hour).Format(time.RFC3339))
		case action == "GetCallerIdentity":
			*asked = append(*asked, key+" is who")
			fmt.Fprint(w, `<GetCallerIdentityResponse><GetCallerIdentityResult><Account>862973411383</Account><Arn>arn:aws:iam::862973411383:user/u</Arn></GetCallerIdentityResult></GetCallerIdentityResponse>`)
		default:
			http.Error(w, "unknown "+r.URL.String(), http.StatusNotFound)
		}
	}))
	t.Cleanup(srv.Close)
	return srv
}

func signedIn(t *testing.T, token string, until time.Time) string {
	t.Helper()
	dir := t.TempDir()
	content := fmt.Sprintf(`{"startUrl":"https://it4bytes.awsapps.com/start","region":"us-east-1","accessToken":%q,"expiresAt":%q}`, token, until.UTC().Format(time.RFC3339))
	if err := os.WriteFile(filepath.Join(dir, "aws-sso.json"), []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

func ssoLanding(account string) plan.Landing {
	return plan.Landing{
		Plan: "itbytes", Cloud: plan.AWS, Environment: "prod", Region: "us-east-1", Adopt: plan.Adopt{ID: account},
		Login: plan.Login{Name: "aws-sso", Type: "aws-sso", StartURL: "https://it4bytes.awsapps.com/start", Account: "379047601618", Role: "AdministratorAccess", Region: "us-east-1"},
	}
}

func identify(t *testing.T, c *Cloud, l plan.Landing) error {
	t.Helper()
	s, err := c.open(t.Context(), plan.Task{Landing: l})
	if err != nil {
		return err
	}
	_, _, err = session.Caller(t.Context(), s.Config)
	return err
}

func TestAMemberIsEnteredBySSOAndTheRoleAndNothingIsAskedTwice(t *testing.T) {
	var asked []string
	c := New(Options{Endpoint: doors(t, &asked).URL, Sessions: signedIn(t, "good", time.Now().Add(time.Hour))})
	for range 2 {
		if err := identify(t, c, ssoLanding("862973411383")); err != nil {
			t.Fatal(err)
		}
	}
	got, want := strings.Join(asked, "\n"), strings.Join([]string{
		"sso 379047601618/AdministratorAccess",
		"ASIASSO assumes arn:aws:iam::862973411383:role/OrganizationAccountAccessRole as landfall-itbytes",
		"ASIAROLE is who", "ASIAROLE is who",
	}, "\n")
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestTheManagementAccountIsEnteredWithoutARole(t *testing.T) {
	var asked []string
	c := New(Options{Endpoint: doors(t, &asked).URL, Sessions: signedIn(t, "good", time.Now().Add(time.Hour))})
	if err := identify(t, c, ssoLanding("379047601618")); err != nil {
		t.Fatal(err)
	}
	if got, want := strings.Join(asked, ", "), "sso 379047601618/AdministratorAccess, ASIASSO is who"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestASessionThatEndedHoldsItsLoginAndASignInFreesIt(t *testing.T) {
	for name, dir := range map[string]string{
		"the file's own time has passed": signedIn(t, "good", time.Now().Add(-time.Hour)),
		"AWS no longer knows the token":  signedIn(t, "ended", time.Now().Add(time.Hour)),
		"nobody ever signed in":          t.TempDir(),
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("HOME", t.TempDir())
			var asked []string
			c := New(Options{Endpoint: doors(t, &asked).URL, Sessions: dir})
			f := fault.As(identify(t, c, ssoLanding("862973411383")))
			if f == nil || f.Kind != fault.SessionExpired || f.Login != "aws-sso" {
				t.Fatalf("got %+v, want SessionExpired of aws-sso", f)
			}
			again, err := os.ReadFile(filepath.Join(signedIn(t, "good", time.Now().Add(time.Hour)), "aws-sso.json"))
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(dir, "aws-sso.json"), again, 0o600); err != nil {
				t.Fatal(err)
			}
			if err := identify(t, c, ssoLanding("862973411383")); err != nil {
				t.Errorf("after the sign-in got %v, want success", err)
			}
		})
	}
}

// item is a vault of one item.
type item struct{ id, secret string }

func (i *item) Find(context.Context, string) (plan.Item, error) {
	return plan.Item{Exists: true, Fields: map[string]string{FieldKeyID: i.id}, Holds: map[string]bool{FieldSecret: i.secret != ""}}, nil
}

func (i *item) Keep(context.Context, string, plan.ItemFields) (plan.Item, error) {
	return plan.Item{}, nil
}

func (i *item) Reveal(context.Context, string, string) (plan.Secret, error) {
	return plan.NewSecret(i.secret), nil
}

func TestAFallbackKeyIsReadFromTheVault(t *testing.T) {
	var asked []string
	vault := &item{}
	c := New(Options{Endpoint: doors(t, &asked).URL, Keeper: vault})
	l := ssoLanding("862973411383")
	l.Login = plan.Login{Name: "aws-prod-keys", Type: "aws-keys", Account: "862973411383", Item: "op://itbytes-internal/aws-prod"}
	f := fault.As(identify(t, c, l))
	if f == nil || f.Kind != fault.SessionExpired || f.Login != "aws-prod-keys" || !strings.Contains(f.Hint, "op://itbytes-internal/aws-prod") {
		t.Errorf("without a key got %+v, want a hold that names the item", f)
	}
	vault.id, vault.secret = "AKIAVAULT", "s"
	if err := identify(t, c, l); err != nil {
		t.Errorf("with a key got %v, want success", err)
	}
	if got, want := strings.Join(asked, ", "), "AKIAVAULT is who"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
