package wire_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"cloud.google.com/go/resourcemanager/apiv3/resourcemanagerpb"

	"github.com/itbytes/landfall/cloud/gcp/wire"
	"github.com/itbytes/landfall/cloud/step"
	"github.com/itbytes/landfall/plan"
)

// google is a server that answers the token endpoint and, for all else, what the test says.
type google struct {
	*httptest.Server
	sessions string

	mu     sync.Mutex
	token  func(w http.ResponseWriter, form string)
	answer func(w http.ResponseWriter, r *http.Request)
	tokens int
	seen   []*http.Request
}

func newGoogle(t *testing.T) *google {
	t.Helper()
	g := &google{sessions: t.TempDir()}
	g.token = func(w http.ResponseWriter, _ string) {
		say(w, 200, `{"access_token":"ya29.secret-`+strings.Repeat("x", g.tokens)+`","expires_in":3599,"token_type":"Bearer"}`)
	}
	g.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		g.mu.Lock()
		defer g.mu.Unlock()
		if r.URL.Path == "/oauth2/token" {
			b, _ := io.ReadAll(r.Body)
			g.tokens++
			g.token(w, string(b))
			return
		}
		g.seen = append(g.seen, r)
		g.answer(w, r)
	}))
	t.Cleanup(g.Close)
	g.signIn(t, "1//0refresh")
	return g
}

// signIn leaves what a person's sign-in leaves.
func (g *google) signIn(t *testing.T, refresh string) {
	t.Helper()
	adc := `{"type":"authorized_user","client_id":"c","client_secret":"d","refresh_token":"` + refresh + `","quota_project_id":"q-1"}`
	file := filepath.Join(g.sessions, "gcp-admin.json")
	if err := os.WriteFile(file, []byte(adc), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(file, time.Time{}, time.Now().Add(time.Duration(len(refresh))*time.Second)); err != nil {
		t.Fatal(err)
	}
}

func (g *google) open(t *testing.T, facts map[string]string) *wire.Session {
	t.Helper()
	l := wire.NewLogins(wire.Options{Haste: 1e6, Endpoint: g.URL + "/", Sessions: g.sessions, HTTP: g.Client()})
	s, err := l.Open(t.Context(), plan.Task{
		Key: "k", Facts: facts, Landing: plan.Landing{Cloud: plan.GCP, Login: plan.Login{Name: "gcp-admin", Type: wire.User}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func say(w http.ResponseWriter, status int, body string) {
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, body)
}

func getProject(ctx context.Context, s *wire.Session) error {
	_, err := s.Projects.GetProject(ctx, &resourcemanagerpb.GetProjectRequest{Name: "projects/p-1"})
	return s.Fault(err, "cloudresourcemanager", "GetProject")
}

func TestATokenIsFetchedOnceAndSignsEveryCall(t *testing.T) {
	g := newGoogle(t)
	g.answer = func(w http.ResponseWriter, _ *http.Request) { say(w, 200, `{"name":"projects/42","projectId":"p-1"}`) }
	s := g.open(t, nil)
	for range 3 {
		if err := getProject(t.Context(), s); err != nil {
			t.Fatal(err)
		}
	}
	if g.tokens != 1 {
		t.Errorf("the token endpoint was asked %d times, want once", g.tokens)
	}
	r := g.seen[2]
	if got, want := r.Header.Get("Authorization"), "Bearer ya29.secret-x"; got != want {
		t.Errorf("Authorization: got %q, want %q", got, want)
	}
	if got, want := r.Header.Get("X-Goog-User-Project"), "q-1"; got != want {
		t.Errorf("X-Goog-User-Project: got %q, want %q", got, want)
	}
	if got, want := r.URL.Path, "/cloudresourcemanager/v3/projects/p-1"; got != want {
		t.Errorf("path: got %q, want %q", got, want)
	}
}

func TestARefusedTokenIsReplacedAndTheCallSentOnceMore(t *testing.T) {
	g := newGoogle(t)
	g.answer = func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") == "Bearer ya29.secret-x" {
			say(w, 401, `{"error":{"code":401,"message":"Request had invalid authentication credentials.","status":"UNAUTHENTICATED"}}`)
			return
		}
		say(w, 200, `{"name":"operations/cp.1"}`)
	}
	s := g.open(t, nil)
	_, err := s.Projects.CreateProject(t.Context(), &resourcemanagerpb.CreateProjectRequest{Project: &resourcemanagerpb.Project{ProjectId: "p-1"}})
	if err != nil {
		t.Fatalf("the call with a new token: %v", err)
	}
	if len(g.seen) != 2 || g.tokens != 2 {
		t.Errorf("got %d calls and %d tokens, want 2 and 2", len(g.seen), g.tokens)
	}
}

func TestANewSignInIsReadWithoutStartingAgain(t *testing.T) {
	g := newGoogle(t)
	g.answer = func(w http.ResponseWriter, _ *http.Request) { say(w, 200, `{"name":"projects/42"}`) }
	g.token = func(w http.ResponseWriter, form string) {
		if strings.Contains(form, "newer") {
			say(w, 200, `{"access_token":"ya29.new","expires_in":3599,"token_type":"Bearer"}`)
			return
		}
		say(w, 400, `{"error":"invalid_grant","error_description":"reauth related error (invalid_rapt)","error_subtype":"invalid_rapt"}`)
	}
	s := g.open(t, nil)
	if err := getProject(t.Context(), s); err == nil {
		t.Fatal("a call went through without a session")
	}
	g.signIn(t, "1//0refresh-newer")
	if err := getProject(t.Context(), s); err != nil {
		t.Errorf("after signing in again: %v", err)
	}
}

func TestCallsAreCountedForTheirStep(t *testing.T) {
	g := newGoogle(t)
	pages := 0
	g.answer = func(w http.ResponseWriter, r *http.Request) {
		switch {
		case strings.HasSuffix(r.URL.Path, ":search") && pages == 0:
			pages++
			say(w, 200, `{"projects":[{"projectId":"a"}],"nextPageToken":"2"}`)
		case r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/projects"):
			say(w, 200, `{"name":"operations/cp.1"}`)
		default:
			say(w, 200, `{}`)
		}
	}
	s := g.open(t, nil)
	ctx, tally := step.WithTally(t.Context())
	listing, done := s.Listing(ctx)
	it := s.Projects.SearchProjects(listing, &resourcemanagerpb.SearchProjectsRequest{Query: "id:x"})
	for {
		if _, err := it.Next(); err != nil {
			break
		}
	}
	done()
	if _, err := s.IAM.Projects.ServiceAccounts.GetIamPolicy("projects/p-1/serviceAccounts/a").Context(ctx).Do(); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Projects.CreateProject(ctx, &resourcemanagerpb.CreateProjectRequest{Project: &resourcemanagerpb.Project{ProjectId: "p-1"}}); err != nil {
		t.Fatal(err)
	}
	if err := s.Security.Ask(ctx, "p-1", "web-security-scanner", "ENABLED"); err != nil {
		t.Fatal(err)
	}
	if reads, writes := tally.Calls(); reads != 3 || writes != 2 {
		t.Errorf("got %d reads and %d writes, want 3 (two pages, one policy) and 2", reads, writes)
	}
	for _, r := range g.seen {
		if r.Header.Get("X-Landfall-Call") != "" {
			t.Errorf("%s %s left the process with our own header", r.Method, r.URL.Path)
		}
	}
}

func TestEveryCallSaysForWhichStepItIsMade(t *testing.T) {
	g := newGoogle(t)
	g.answer = func(w http.ResponseWriter, _ *http.Request) { say(w, 200, `{}`) }
	cat := &step.Catalog[*wire.Session]{
		Controls: func(plan.Landing) []step.Control[*wire.Session] { return []step.Control[*wire.Session]{looking{}} },
		Open:     func(context.Context, plan.Task) (*wire.Session, error) { return g.open(t, nil), nil },
	}
	l := plan.Landing{Cloud: plan.GCP, Environment: "prod"}
	if _, err := cat.Carry(t.Context(), plan.Task{Landing: l, Step: plan.Step{Name: "looking"}}, func(string) {}); err != nil {
		t.Fatal(err)
	}
	if len(g.seen) < 4 {
		t.Fatalf("got %d calls, want one of each of Google's clients", len(g.seen))
	}
	for _, r := range g.seen {
		if got := r.Header.Get("User-Agent"); !strings.HasSuffix(got, "landfall-step/gcp.prod.looking") {
			t.Errorf("%s %s: got the User-Agent %q", r.Method, r.URL.Path, got)
		}
	}
}

// looking is a step that makes one call through each of Google's clients.
type looking struct{ step.Control[*wire.Session] }

func (looking) Describe(plan.Landing) (plan.Step, bool) { return plan.Step{Name: "looking"}, true }
func (looking) Want(plan.Task) plan.Fields              { return nil }
func (looking) Observe(ctx context.Context, s *wire.Session, t plan.Task) (plan.Observation, error) {
	for _, call := range through {
		if err := call(ctx, s); err != nil {
			return plan.Observation{}, err
		}
	}
	listing, done := s.Listing(ctx)
	defer done()
	_, _ = s.Projects.SearchProjects(listing, &resourcemanagerpb.SearchProjectsRequest{}).Next() // what it answers is of no account
	return plan.Observation{State: plan.Present}, nil
}

func TestAListIsCancelledWithItsContext(t *testing.T) {
	g := newGoogle(t)
	ctx, cancel := context.WithCancel(t.Context())
	g.answer = func(_ http.ResponseWriter, r *http.Request) { cancel(); <-r.Context().Done() }
	s := g.open(t, nil)
	listing, done := s.Listing(ctx)
	defer done()
	began := time.Now()
	_, err := s.Projects.SearchProjects(listing, &resourcemanagerpb.SearchProjectsRequest{}).Next()
	if err == nil || time.Since(began) > 20*time.Second {
		t.Errorf("the list went on for %s, err %v", time.Since(began), err)
	}
}
