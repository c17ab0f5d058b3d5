package stage

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

// Notice is what a receiver is told, by the names of its JSON alone.
type Notice struct {
	ID, Type, Plan, Landing, Step, Login, Fault, What, Do, By, Workflow string
	Timestamp, Since                                                    time.Time
}

// Ear is a receiver of notices that believes only what is signed, new and not heard before, as the library of the scheme's
// authors judges it.
type Ear struct {
	stage   *Stage
	address string
	judge   *standardwebhooks.Webhook

	mu    sync.Mutex
	heard []Notice
}

const noticesItem = "landfall-notices"

// Listen starts a receiver, and keeps the secret that notices to it are signed by in a vault of the scenario.
func (s *Stage) Listen(vault string) *Ear {
	s.Helper()
	raw := make([]byte, 32)
	_, _ = rand.Read(raw) // it never fails
	secret := base64.StdEncoding.EncodeToString(raw)
	s.hush = append(s.hush, secret)
	judge, err := standardwebhooks.NewWebhookRaw(raw)
	if err != nil {
		s.Fatal(err)
	}
	e := &Ear{stage: s, judge: judge}
	srv := httptest.NewServer(e)
	s.Cleanup(srv.Close)
	e.address = srv.URL + "/notices"
	s.Keep(vault, noticesItem, map[string]string{"signing secret": "whsec_" + secret})
	return e
}

// ServeHTTP implements http.Handler.
func (e *Ear) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err == nil {
		err = e.judge.Verify(body, r.Header)
	}
	var n Notice
	if err == nil {
		err = json.Unmarshal(body, &n)
	}
	if err != nil || n.ID != r.Header.Get("Webhook-Id") {
		e.stage.Errorf("a notice that no receiver believes: %v %q", err, n.ID)
		http.Error(w, "not believed", http.StatusUnauthorized)
		return
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, old := range e.heard {
		if old.ID == n.ID {
			return // told twice, because an answer was lost
		}
	}
	e.heard = append(e.heard, n)
}

// Heard are the notices of a type, the oldest first; all of them where no type is given.
func (e *Ear) Heard(kind string) []Notice {
	e.mu.Lock()
	defer e.mu.Unlock()
	var out []Notice
	for _, n := range e.heard {
		if kind == "" || n.Type == kind {
			out = append(out, n)
		}
	}
	return out
}

// Plan writes a plan that tells its notices to the ear: one of the examples with some texts replaced, old and new by turns.
func (e *Ear) Plan(example, vault string, replaced ...string) string {
	s := e.stage
	s.Helper()
	return s.Write("told.yaml", s.Altered(example, replaced...)+"\n"+e.Notify(vault))
}

// Notify is the line of a plan that tells its notices to the ear.
func (e *Ear) Notify(vault string) string {
	return "notify: {webhook: \"" + e.address + "\", key: \"op://" + vault + "/" + noticesItem + "\", remind: 1m}\n"
}

// Altered is one of the examples with some texts replaced, old and new by turns.
func (s *Stage) Altered(example string, replaced ...string) string {
	s.Helper()
	b, err := os.ReadFile(Root + "/" + example)
	if err != nil {
		s.Fatal(err)
	}
	text := string(b)
	for i := 0; i < len(replaced); i += 2 {
		if !strings.Contains(text, replaced[i]) {
			s.Fatalf("%s has no %q", example, replaced[i])
		}
		text = strings.Replace(text, replaced[i], replaced[i+1], 1)
	}
	return text
}

// Write writes a file where no other test writes.
func (s *Stage) Write(name, text string) string {
	s.Helper()
	file := filepath.Join(s.TempDir(), name)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		s.Fatal(err)
	}
	return file
}
