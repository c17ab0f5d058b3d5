package gcp_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/itbytes/landfall/cloud/gcp"
	"github.com/itbytes/landfall/cloud/gcp/names"
	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// alien is a Google Cloud that answers as a test says, for what the simulated one never does.
type alien struct {
	*httptest.Server

	mu   sync.Mutex
	seen []string // verb, path and body
}

func newAlien(t *testing.T, answer func(call string) string) *alien {
	t.Helper()
	a := &alien{}
	a.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		a.mu.Lock()
		defer a.mu.Unlock()
		a.seen = append(a.seen, r.Method+" "+r.URL.Path+" "+string(body))
		w.Header().Set("Content-Type", "application/json")
		if r.URL.Path == "/oauth2/token" {
			_, _ = io.WriteString(w, `{"access_token":"ya29.x","expires_in":3599,"token_type":"Bearer"}`)
			return
		}
		_, _ = io.WriteString(w, answer(r.Method+" "+r.URL.Path))
	}))
	t.Cleanup(a.Close)
	return a
}

// heard is the first call to a path, or "".
func (a *alien) heard(path string) string {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, call := range a.seen {
		if strings.Contains(call, path) {
			return call
		}
	}
	return ""
}

func TestASessionThatIsAnothersIsAConflict(t *testing.T) {
	a := newAlien(t, func(call string) string {
		switch {
		case strings.HasSuffix(call, "/sts/v1/token"):
			return `{"access_token":"ya29.federated","issued_token_type":"urn:ietf:params:oauth:token-type:access_token","token_type":"Bearer","expires_in":300}`
		case strings.HasSuffix(call, ":generateAccessToken"):
			return `{"accessToken":"ya29.impersonated","expireTime":"2099-01-01T00:00:00Z"}`
		}
		return `{"email":"somebody@p-1.iam.gserviceaccount.com"}`
	})
	l, id := federated(t)
	task := plan.Task{Landing: l, Facts: map[string]string{plan.FactContainer: "p-1", names.FactNumber: "123"}}
	_, err := gcp.New(gcp.Options{Endpoint: a.URL}).Enter(t.Context(), task, id, robots(t), plan.NewSecret("the.robots.token"))
	if f := fault.As(err); f == nil || f.Kind != fault.Conflict || !strings.Contains(f.Error(), "signs in as somebody@p-1.iam.gserviceaccount.com, and should as itmanagesgcp@p-1.iam.gserviceaccount.com") {
		t.Errorf("got %+v, want a Conflict that names both", f)
	}
	for path, want := range map[string]string{
		"/sts/v1/token":        "audience=%2F%2Fiam.googleapis.com%2Fprojects%2F123%2Flocations%2Fglobal%2FworkloadIdentityPools%2Fitmanagesgcp%2Fproviders%2Foidc-robot",
		"v1/token ":            "subject_token_type=urn%3Aietf%3Aparams%3Aoauth%3Atoken-type%3Ajwt",
		":generateAccessToken": `"lifetime":"600s","scope":["https://www.googleapis.com/auth/userinfo.email"]`,
	} {
		if got := a.heard(path); !strings.Contains(got, want) {
			t.Errorf("%s: got %s, want %s in it", path, got, want)
		}
	}
	if got := a.heard("/oauth2/token"); got != "" {
		t.Errorf("a login was used: %s", got)
	}
}

// Whoever switches IAM on has this API with it; where it was switched off since, it is on again, and the facts are told all the same.
func TestWhereTheAPIOfTokensIsOffItIsSwitchedOn(t *testing.T) {
	state := "DISABLED"
	a := newAlien(t, func(call string) string {
		switch {
		case strings.HasSuffix(call, "/services:batchGet"):
			return fmt.Sprintf(`{"services":[{"name":"projects/123/services/iamcredentials.googleapis.com","state":"%s"}]}`, state)
		case strings.HasSuffix(call, "/services:batchEnable"):
			state = "ENABLED"
			return `{"name":"operations/acat.p2-123-1","done":true,"response":{"@type":"type.googleapis.com/google.api.serviceusage.v1.BatchEnableServicesResponse"}}`
		case strings.HasSuffix(call, ":testIamPermissions"):
			return `{"permissions":["serviceusage.services.enable"]}`
		}
		return `{"name":"projects/p-1/serviceAccounts/x","email":"itmanagesgcp@p-1.iam.gserviceaccount.com","uniqueId":"104"}`
	})
	sessions := t.TempDir()
	if err := os.WriteFile(filepath.Join(sessions, "gcp-admin.json"), []byte(`{"type":"authorized_user","client_id":"c","client_secret":"d","refresh_token":"r"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	w := &world{Cloud: gcp.New(gcp.Options{Endpoint: a.URL, Sessions: sessions})}
	l, id := federated(t)
	known := map[string]string{plan.FactContainer: "p-1", names.FactNumber: "123", names.FactOff: "compute.googleapis.com"}
	out, err := w.carry(t.Context(), l, stepNamed(t, w, l, "tokens-itmanagesgcp"), known, false)
	if err != nil || out.State != plan.StepDone || out.Change.Op != plan.Update || out.Facts[plan.FactSubject(id)] != "104" {
		t.Fatalf("got %s %+v %v, %v; want the API switched on and the facts told", out.State, out.Change, out.Facts, err)
	}
	if got := a.heard(":batchEnable"); !strings.Contains(got, `["iamcredentials.googleapis.com"]`) {
		t.Errorf("got %s, want that API alone", got)
	}
	if got := out.Facts[names.FactOff]; got != "compute.googleapis.com" {
		t.Errorf("got %q off, want what was off before", got)
	}
}

func TestWhomToTrustIsNotToldWhereItCannotBeRead(t *testing.T) {
	l, _ := federated(t)
	w := newWorld(t, nil)
	strikeEach(t, l, stepNamed(t, w, l, "tokens-itmanagesgcp"), []asked{{"serviceAccounts.get", http.StatusOK}, {"BatchGetServices", http.StatusOK}})
	known := w.before(t, l, "account-itmanagesgcp")
	pause()
	out, err := w.Carry(t.Context(), plan.Task{Landing: l, Step: stepNamed(t, w, l, "tokens-itmanagesgcp"), Key: "k", Facts: known}, func(string) {})
	if err != nil || out.State != plan.StepPending || !strings.Contains(out.Wait.For, "waits for the service account") {
		t.Errorf("before there is an account: got %s, %v; want it waited for", out.State, err)
	}
}
