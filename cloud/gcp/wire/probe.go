package wire

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"path/filepath"
	"strings"

	"cloud.google.com/go/resourcemanager/apiv3/resourcemanagerpb"
	"google.golang.org/api/googleapi"
	"google.golang.org/api/iterator"

	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// Scopes are what a person must sign in for: all of Google Cloud, to read the directory's users, and to be known by address.
func Scopes() []string {
	return []string{
		"openid", "https://www.googleapis.com/auth/userinfo.email", "https://www.googleapis.com/auth/cloud-platform",
		"https://www.googleapis.com/auth/admin.directory.user.readonly",
	}
}

// Probe signs in with a login past every token that is kept, makes one read with it, and says who that is. When a person must
// sign in again Google does not tell beforehand.
func (ls *Logins) Probe(ctx context.Context, l plan.Login) (plan.Pass, error) {
	s, err := ls.Open(ctx, plan.Task{Landing: plan.Landing{Cloud: plan.GCP, Login: l}})
	if err != nil {
		return plan.Pass{}, err
	}
	s.transport.login.forget()
	listing, done := s.Listing(ctx)
	defer done()
	_, err = s.Projects.SearchProjects(listing, &resourcemanagerpb.SearchProjectsRequest{PageSize: 1}).Next()
	if err != nil && !errors.Is(err, iterator.Done) { // who sees no project at all is in all the same
		return plan.Pass{}, s.Fault(err, "cloudresourcemanager", "SearchProjects")
	}
	return plan.Pass{Who: ls.who(ctx, s)}, nil
}

// who is the address of the one who has signed in, or the login's name where Google does not tell it to this sign-in.
func (ls *Logins) who(ctx context.Context, s *Session) string {
	email, err := ls.userinfo(ctx, &http.Client{Transport: s.transport}, "")
	if err != nil || email == "" {
		return s.login
	}
	return email
}

// userinfo asks Google for the address of the one who has signed in (OpenID Connect Core, section 5.3), which needs no role.
// Where no token is given the client brings its own.
func (ls *Logins) userinfo(ctx context.Context, client *http.Client, token string) (string, error) {
	base := ls.options.Endpoint
	if base == "" {
		base = "https://www.googleapis.com"
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, base+"/oauth2/v3/userinfo", nil)
	if err != nil {
		return "", err
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	resp, err := client.Do(r)
	if err != nil {
		return "", err
	}
	defer shut(resp.Body)
	if err := googleapi.CheckResponse(resp); err != nil {
		return "", err
	}
	var said struct {
		Email string `json:"email"`
	}
	err = json.NewDecoder(resp.Body).Decode(&said)
	return said.Email, err
}

// SignIn finds out whether a person has signed in to a login, for none can be signed in from here: Google gives no token for
// Google Cloud by its device flow (its scopes are few: https://developers.google.com/identity/protocols/oauth2/limited-input-device).
func (ls *Logins) SignIn(ctx context.Context, l plan.Login) error {
	_, err := ls.Probe(ctx, l)
	f := fault.As(err)
	if f == nil || f.Kind != fault.SessionExpired {
		return err
	}
	then := ""
	if l.Type == User {
		then = " && install -m 600 ~/.config/gcloud/application_default_credentials.json " + filepath.Join(ls.options.Sessions, l.Name+".json")
	}
	return &fault.Fault{
		Kind: fault.Invalid, Cloud: string(plan.GCP), Service: "oauth2", Operation: "signIn", Login: l.Name, Err: err,
		Message: "Google signs nobody in to Google Cloud at another screen, so that the login " + l.Name + " cannot be signed in to from here",
		Hint:    "Run on the worker: gcloud auth application-default login --scopes=" + strings.Join(Scopes(), ",") + then,
	}
}
