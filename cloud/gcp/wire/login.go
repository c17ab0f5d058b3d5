// Package wire is the way to Google Cloud: logins and their tokens, the transport that carries and counts calls, one set of
// REST clients a login, and the naming of what goes wrong.
package wire

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"

	"cloud.google.com/go/auth"
	"cloud.google.com/go/auth/credentials"

	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// Types of login.
const (
	User    = "gcp-user"    // what gcloud auth application-default login leaves, in the folder of sessions
	Default = "gcp-default" // application default credentials as Google's libraries find them
)

// login turns what a person's sign-in left into access tokens. A token is kept until it expires, the sign-in is
// replaced, or Google refuses it; no token is ever written anywhere.
type login struct {
	name, kind string
	file       string // of a User
	tokenURL   string // empty: Google's own
	http       *http.Client

	mu    sync.Mutex
	creds *auth.Credentials
	since time.Time   // the file's, when creds were read from it
	last  *auth.Token // the one handed out last
}

func newLogin(l plan.Login, o Options) *login {
	out := &login{name: l.Name, kind: l.Type, file: filepath.Join(o.Sessions, l.Name+".json"), http: o.HTTP}
	if o.Endpoint != "" {
		out.tokenURL = o.Endpoint + "/oauth2/token"
	}
	return out
}

// token is an access token and the project that its calls are charged to. One caller at a time asks Google for one.
func (l *login) token(ctx context.Context) (*auth.Token, string, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.open(); err != nil {
		return nil, "", err
	}
	tok, err := l.creds.Token(ctx)
	if err != nil {
		l.creds = nil
		return nil, "", Name(err, Call{Login: l.name, Service: "oauth2", Operation: "token"})
	}
	l.last = tok
	project, err := l.creds.QuotaProjectID(ctx)
	return tok, project, err
}

// spoil forgets a token that Google has refused.
func (l *login) spoil(refused *auth.Token) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.last == refused {
		l.creds = nil
	}
}

// forget has the sign-in read and a token fetched anew.
func (l *login) forget() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.creds = nil
}

// open reads the sign-in, where it has not been read or a newer one has taken its place.
func (l *login) open() error {
	o := &credentials.DetectOptions{
		Scopes:              []string{"https://www.googleapis.com/auth/cloud-platform", "https://www.googleapis.com/auth/admin.directory.user.readonly"},
		TokenURL:            l.tokenURL,
		Client:              l.http,
		DisableAsyncRefresh: true,
		Logger:              slog.New(slog.DiscardHandler), // the library would log tokens
	}
	var err error
	if l.kind == Default {
		if l.creds == nil {
			l.creds, err = credentials.DetectDefault(o)
		}
		return l.unreadable(err)
	}
	at, err := os.Stat(l.file)
	if err != nil {
		return l.unreadable(err)
	}
	if l.creds != nil && at.ModTime().Equal(l.since) {
		return nil
	}
	b, err := os.ReadFile(l.file)
	if err != nil {
		return l.unreadable(err)
	}
	l.creds, err = credentials.NewCredentialsFromJSON(credentials.AuthorizedUser, b, o)
	l.since = at.ModTime()
	return l.unreadable(err)
}

// unreadable says that there is no sign-in to use. Its text never quotes the file.
func (l *login) unreadable(err error) error {
	if err == nil {
		return nil
	}
	f := fault.New(fault.SessionExpired, hint(signIn, l.name, "", ""), "the login %s has no sign-in that can be read", l.name)
	if errors.Is(err, fs.ErrNotExist) {
		f.Message = "nobody has signed in as " + l.name
	}
	f.Cloud, f.Service, f.Login = string(plan.GCP), "oauth2", l.name
	return f
}
