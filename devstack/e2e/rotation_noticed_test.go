package e2e

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/iam"
)

// The control of the tests beside this one: a consumer that could not notice would never have failed.
func TestAConsumerNoticesThatItsKeyIsTakenAway(t *testing.T) {
	t.Parallel()
	s := raiseTurning(t, 1, "")
	s.watch(s.credentials)
	for _, c := range s.credentials {
		s.Eventually(20*time.Second, c.id+" signs its consumer in", func() bool { return s.canary.Seen(c.id).Probes > 2 })
		if seen := s.canary.Seen(c.id); seen.Failures != 0 {
			t.Fatalf("the consumer of %s failed %d times, first %s; want no failure yet", c, seen.Failures, seen.First)
		}
	}
	for _, c := range s.credentials {
		s.takeAway(c)
		s.Eventually(20*time.Second, "the consumer of "+c.id+" notices", func() bool { return s.canary.Seen(c.id).Failures > 2 })
		if seen := s.canary.Seen(c.id); seen.MaxGap < time.Second || seen.First == "" {
			t.Errorf("the consumer of %s was %v without a sign-in, first %q; want more than a second, and why", c, seen.MaxGap, seen.First)
		}
	}
}

// takeAway takes a credential's current key away in its cloud, behind Landfall's back.
func (s *turning) takeAway(c *credential) {
	s.Helper()
	id, kept := s.current(c), s.Kept(vault, c.id)
	graph := func(method, path string, body any) {
		s.Helper()
		s.ask(method, s.Setting("LANDFALL_AZURE_ENDPOINT")+"/graph/v1.0/applications/"+c.call.Path+path, s.entraToken(), body)
	}
	switch c.kind {
	case "aws-access-key":
		endpoint := s.Setting("LANDFALL_AWS_ENDPOINT")
		api := iam.New(iam.Options{
			Region: "us-east-1", BaseEndpoint: &endpoint, Credentials: credentials.NewStaticCredentialsProvider(id, kept["secret access key"], ""),
		})
		if _, err := api.DeleteAccessKey(s.Context(), &iam.DeleteAccessKeyInput{AccessKeyId: &id}); err != nil {
			s.Fatal(err)
		}
	case "entra-secret":
		graph(http.MethodPost, "/removePassword", map[string]string{"keyId": id})
	case "entra-certificate":
		graph(http.MethodPatch, "", map[string]any{"keyCredentials": []any{}})
	case "gcp-key":
		s.ask(http.MethodPost, s.Setting("LANDFALL_GCP_ENDPOINT")+"/iam/v1/projects/"+kept["project"]+"/serviceAccounts/"+kept["client email"]+"/keys/"+id+":disable", s.googleToken(), map[string]any{})
	}
}

// entraToken signs the tenant's administrator in.
func (s *turning) entraToken() string {
	s.Helper()
	var session struct{ TenantID, ClientID, RefreshToken string }
	s.session("azure-admin", &session)
	return s.redeem(s.Setting("LANDFALL_AZURE_ENDPOINT")+"/entra/"+session.TenantID+"/oauth2/v2.0/token", url.Values{
		"grant_type": {"refresh_token"}, "client_id": {session.ClientID}, "refresh_token": {session.RefreshToken}, "scope": {"https://graph.microsoft.com/.default"},
	})
}

// googleToken signs the organisation's administrator in.
func (s *turning) googleToken() string {
	s.Helper()
	var session struct {
		ID      string `json:"client_id"`
		Secret  string `json:"client_secret"`
		Refresh string `json:"refresh_token"`
	}
	s.session("gcp-admin", &session)
	return s.redeem(s.Setting("LANDFALL_GCP_ENDPOINT")+"/oauth2/token", url.Values{
		"grant_type": {"refresh_token"}, "client_id": {session.ID}, "client_secret": {session.Secret}, "refresh_token": {session.Refresh},
	})
}

// session reads the session that a login's person left.
func (s *turning) session(login string, into any) {
	s.Helper()
	for _, one := range s.Sim.Sessions() {
		if one.Login == login {
			if err := json.Unmarshal(one.Content, into); err != nil {
				s.Fatal(err)
			}
			return
		}
	}
	s.Fatalf("nobody is signed in to %s", login)
}

// redeem has an access token given for a form.
func (s *turning) redeem(at string, form url.Values) string {
	s.Helper()
	resp, err := http.PostForm(at, form) //nolint:noctx,gosec,forbidigo // a test's own server
	if err != nil {
		s.Fatal(err)
	}
	defer resp.Body.Close() //nolint:errcheck // it was read
	var got struct {
		Token string `json:"access_token"`
	}
	if err := json.NewDecoder(resp.Body).Decode(&got); err != nil || got.Token == "" {
		s.Fatalf("%s: %s, no token: %v", at, resp.Status, err)
	}
	return got.Token
}

// ask makes a call by a token and wants it to be done.
func (s *turning) ask(method, at, token string, body any) {
	s.Helper()
	b, err := json.Marshal(body)
	if err != nil {
		s.Fatal(err)
	}
	r, err := http.NewRequestWithContext(s.Context(), method, at, bytes.NewReader(b))
	if err != nil {
		s.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(r) //nolint:forbidigo // a test's own server
	if err != nil {
		s.Fatal(err)
	}
	defer resp.Body.Close() //nolint:errcheck // nothing of it is read
	if resp.StatusCode >= http.StatusMultipleChoices {
		s.Fatalf("%s %s: %s", method, at, resp.Status)
	}
}
