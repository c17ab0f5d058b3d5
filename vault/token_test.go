package vault_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
	"github.com/itbytes/landfall/vault"
)

// inside is the claim of a Connect token that is a secret.
const inside = "the-secret-in-the-token"

// token is a JSON web token of a body.
func token(body string) plan.Secret {
	part := base64.RawURLEncoding.EncodeToString
	return plan.NewSecret(part([]byte(`{"alg":"ES256","typ":"JWT"}`)) + "." + part([]byte(body)) + "." + part([]byte("signature")))
}

func TestATokenIsKnownByWhatItSaysOfItselfAndNeverShown(t *testing.T) {
	const jti, sub = "abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	issued, expires := time.Unix(1790000000, 0).UTC(), time.Unix(1797776000, 0).UTC()
	whole := `"1password.com/token":"` + inside + `","sub":"` + sub + `","jti":"` + jti + `"`
	for _, c := range []struct {
		name   string
		token  plan.Secret
		want   plan.TokenClaims
		prints bool // it is called by its fingerprint
	}{
		{"whole", token(`{` + whole + `,"iat":1790000000,"exp":1797776000}`), plan.TokenClaims{ID: jti, Server: sub, Issued: issued, Expires: expires}, false},
		{"with fractions", token(`{` + whole + `,"iat":1790000000.75,"exp":1797776000.0}`), plan.TokenClaims{ID: jti, Server: sub, Issued: issued, Expires: expires}, false},
		{"without an end", token(`{` + whole + `,"iat":1790000000}`), plan.TokenClaims{ID: jti, Server: sub, Issued: issued}, false},
		{"with moments that are none", token(`{` + whole + `,"iat":"yesterday","exp":-1}`), plan.TokenClaims{ID: jti, Server: sub}, false},
		{"with ids that are none", token(`{"jti":"` + inside + `","sub":7}`), plan.TokenClaims{}, true},
		{"of nothing", token(`{}`), plan.TokenClaims{}, true},
		{"of another form", plan.NewSecret("opaque-" + inside), plan.TokenClaims{Opaque: true}, true},
		{"with a body that is none", plan.NewSecret("a." + inside + ".c"), plan.TokenClaims{Opaque: true}, true},
		{"with a body that is no object", token(`"` + inside + `"`), plan.TokenClaims{Opaque: true}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := vault.New(vault.Options{Host: "http://localhost:1", Token: c.token}).Token(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if c.prints {
				if !strings.HasPrefix(got.ID, "sha256:") || len(got.ID) != len("sha256:")+16 {
					t.Errorf("it is called %q, want its fingerprint", got.ID)
				}
				got.ID = ""
			}
			if got != c.want {
				t.Errorf("got %+v, want %+v", got, c.want)
			}
			b, err := json.Marshal(got)
			if all := fmt.Sprintf("%+v %s", got, b); err != nil || strings.Contains(all, inside) || strings.Contains(all, c.token.Reveal()) {
				t.Errorf("it shows its secret: %s, %v", all, err)
			}
		})
	}
}

func TestTwoTokensThatTellNoIDAreToldApart(t *testing.T) {
	id := func(s plan.Secret) string {
		c, err := vault.New(vault.Options{Host: "http://localhost:1", Token: s}).Token(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return c.ID
	}
	if a, b := id(plan.NewSecret("one")), id(plan.NewSecret("two")); a == b {
		t.Errorf("both are called %s", a)
	}
}

func TestAWorkerWithoutATokenSaysWhatItLacks(t *testing.T) {
	_, err := vault.New(vault.Options{Host: "http://localhost:1"}).Token(t.Context())
	if fault.KindOf(err) != fault.SessionExpired || !strings.Contains(err.Error(), "no token") {
		t.Errorf("got %v, want it said that there is no token", err)
	}
}

func TestTheTokenOfTheSimulatedServerIsAsThoseOfConnectAre(t *testing.T) {
	s := raise(t, world(), vault.Options{})
	c, err := s.vault.Token(t.Context())
	if err != nil || c.Opaque || strings.HasPrefix(c.ID, "sha256:") || c.Server == "" || time.Since(c.Issued) > time.Minute || !c.Expires.IsZero() {
		t.Errorf("got %+v, %v, want one that was issued just now for ever", c, err)
	}
}

func TestAnExpiredTokenIsASessionThatHasEnded(t *testing.T) {
	w := world()
	w.Estate["onepassword"].(map[string]any)["token"] = map[string]any{"age": "721h", "expiresIn": "720h"}
	s := raise(t, w, vault.Options{})
	_, err := s.vault.Find(t.Context(), ref)
	if fault.KindOf(err) != fault.SessionExpired || strings.Contains(err.Error(), s.connect.Token()) {
		t.Errorf("got %v, want it said that the token is to be renewed", err)
	}
	if c, err := s.vault.Token(t.Context()); err != nil || c.Expires.IsZero() || c.Expires.After(time.Now()) {
		t.Errorf("got %+v, %v, want when it expired", c, err)
	}
}
