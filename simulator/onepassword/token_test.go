package onepassword_test

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/itbytes/landfall/simulator/kernel"
	"github.com/itbytes/landfall/simulator/onepassword"
)

// issued raises a server whose world was given a token that was made so long ago for so long.
func issued(t *testing.T, age, expiresIn string) stand {
	t.Helper()
	e := map[string]any{"vaults": []any{map[string]any{"name": "v"}, map[string]any{"name": "closed", "closed": true}}}
	if expiresIn != "" {
		e["token"] = map[string]any{"age": age, "expiresIn": expiresIn}
	}
	k := kernel.New(kernel.Scenario{Name: "token", Estate: map[string]any{"onepassword": e}})
	v, err := onepassword.New(k)
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(v.Handler())
	t.Cleanup(srv.Close)
	return stand{k, v, srv.URL}
}

// with asks for the vaults by a token.
func (s stand) with(t *testing.T, value string) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.url+"/v1/vaults", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+value)
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	var out struct{ Message string }
	_ = json.NewDecoder(resp.Body).Decode(&out) // a list has no message
	return resp.StatusCode, out.Message
}

func TestATokenHasTheClaimsOfAConnectToken(t *testing.T) {
	s := issued(t, "48h", "720h")
	parts := strings.Split(s.vault.Token(), ".")
	if len(parts) != 3 {
		t.Fatalf("the token has %d parts", len(parts))
	}
	var head, body map[string]any
	for i, into := range []*map[string]any{&head, &body} {
		b, err := base64.RawURLEncoding.DecodeString(parts[i])
		if err != nil || json.Unmarshal(b, into) != nil {
			t.Fatalf("part %d: %v", i, err)
		}
	}
	if head["alg"] != "ES256" || head["typ"] != "JWT" || head["kid"] == "" {
		t.Errorf("its head is %v", head)
	}
	for _, claim := range []string{"1password.com/auuid", "1password.com/token", "1password.com/fts", "aud", "sub", "iss", "jti"} {
		if body[claim] == nil {
			t.Errorf("it has no %s", claim)
		}
	}
	iat, _ := body["iat"].(float64)
	exp, _ := body["exp"].(float64)
	if exp-iat != (720*time.Hour).Seconds() || time.Since(time.Unix(int64(iat), 0)) < 47*time.Hour {
		t.Errorf("it was issued at %v and expires at %v", body["iat"], body["exp"])
	}
	if grants, _ := body["1password.com/vts"].([]any); len(grants) != 1 {
		t.Errorf("it is for %v, want the one vault that it was given", body["1password.com/vts"])
	}
	inner, _ := body["1password.com/token"].(string)
	if !slices.ContainsFunc(s.kernel.Secrets(), func(m kernel.Secret) bool { return m.Value == inner }) {
		t.Error("the secret inside it is not among those that leak tests look for")
	}
}

func TestATokenIsRefusedOnceItsTimeIsOverOrItIsRevoked(t *testing.T) {
	over := issued(t, "721h", "720h")
	if status, said := over.with(t, over.vault.Token()); status != 401 || said != "Invalid bearer token" {
		t.Errorf("an expired token: %d %q", status, said)
	}
	s := issued(t, "", "")
	if status, said := s.with(t, s.vault.Token()); status != 200 {
		t.Errorf("a token without an end: %d %q", status, said)
	}
	for value, want := range map[string]string{"": "Invalid bearer token", "opaque": "Invalid bearer token", "a.b.c": "Invalid token signature"} {
		if status, said := s.with(t, value); status != 401 || said != want {
			t.Errorf("the token %q: %d %q, want 401 %q", value, status, said, want)
		}
	}
	act := func(do string, with map[string]string) error {
		return s.kernel.Perform(kernel.Act{Cloud: "onepassword", Do: do, With: with})
	}
	if err := act("createToken", map[string]string{"name": "next", "expiresIn": "720h"}); err != nil {
		t.Fatal(err)
	}
	secrets := s.kernel.Secrets()
	next := secrets[len(secrets)-2].Value
	if err := act("deleteToken", map[string]string{"token": "landfall"}); err != nil {
		t.Fatal(err)
	}
	if status, said := s.with(t, s.vault.Token()); status != 401 || said != "Invalid bearer token" {
		t.Errorf("a revoked token: %d %q", status, said)
	}
	if status, said := s.with(t, next); status != 200 {
		t.Errorf("the token made instead: %d %q", status, said)
	}
	for _, c := range []struct {
		do   string
		with map[string]string
	}{
		{"createToken", map[string]string{"name": "next"}},
		{"createToken", map[string]string{"name": "other", "expiresIn": "soon"}},
		{"deleteToken", map[string]string{"token": "landfall"}},
	} {
		if err := act(c.do, c.with); err == nil {
			t.Errorf("%s %v was done", c.do, c.with)
		}
	}
}

func TestTheStateShowsTokensWithoutTheirValues(t *testing.T) {
	s := issued(t, "1h", "720h")
	b, err := json.Marshal(s.kernel.State())
	if err != nil || !strings.Contains(string(b), `"name":"landfall"`) || strings.Contains(string(b), s.vault.Token()) {
		t.Errorf("%v: the state is %s", err, b)
	}
}
