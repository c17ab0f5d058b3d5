package plan

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

func connect() Connect {
	return Connect{Plan: "acme", Owner: "ops@acme.example", MaxAge: 90 * day, Vaults: []string{"acme internal", "robots"}}
}

// claims are those of a token that was made so long ago for ninety days.
func claims(age time.Duration) TokenClaims {
	return TokenClaims{ID: "jti1", Server: "SRV1", Issued: ago(age), Expires: ago(age - 90*day)}
}

func TestAConnectTokenIsRemindedOfAtEachMarkAndSaidToBeUnknownWhereItIsSilent(t *testing.T) {
	with := func(change func(*TokenClaims)) TokenClaims {
		c := claims(10 * day)
		change(&c)
		return c
	}
	for _, c := range []struct {
		name   string
		claims TokenClaims
		want   string // kinds, and the marks of those that have one
	}{
		{"young", claims(10 * day), ""},
		{"thirty-one days before its end", claims(59 * day), ""},
		{"thirty days before its end", claims(60 * day), "expiring 30"},
		{"ten days before its end", claims(80 * day), "expiring 14"},
		{"six days before its end", claims(84 * day), "expiring 7"},
		{"a day before its end", claims(89 * day), "expiring 1"},
		{"at its end", claims(90 * day), "expired"},
		{"after it", claims(91 * day), "expired, over-age"},
		{"old and of a long life", with(func(c *TokenClaims) { c.Issued, c.Expires = ago(100*day), ago(-200*day) }), "over-age"},
		{"soon old and of a long life", with(func(c *TokenClaims) { c.Issued, c.Expires = ago(80*day), ago(-200*day) }), "due-soon"},
		{"of no end", with(func(c *TokenClaims) { c.Expires = time.Time{} }), "untold"},
		{"of no end and old", with(func(c *TokenClaims) { c.Expires, c.Issued = time.Time{}, ago(100*day) }), "untold, over-age"},
		{"of no beginning", with(func(c *TokenClaims) { c.Issued = time.Time{} }), "untold"},
		{"of no form", TokenClaims{ID: "sha256:0a1b", Opaque: true}, "untold"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got []string
			for _, f := range connect().Report(c.claims, noon).Findings {
				text := string(f.Kind)
				if f.Mark > 0 {
					text += " " + strconv.Itoa(f.Mark)
				}
				got = append(got, text)
			}
			if all := strings.Join(got, ", "); all != c.want {
				t.Errorf("findings %q, want %q", all, c.want)
			}
		})
	}
}

func TestWhatToDoNamesTheVeryTokenServerAndVaults(t *testing.T) {
	r := connect().Report(claims(85*day), noon)
	if len(r.Findings) != 1 {
		t.Fatalf("findings %+v, want the one", r.Findings)
	}
	for _, want := range []string{
		"op connect token create landfall-2026-12-01 --server SRV1 --vault 'acme internal' --vault robots --expires-in 90d",
		"OP_CONNECT_TOKEN", "landfall credentials list acme", "op connect token delete jti1 --server SRV1",
	} {
		if !strings.Contains(r.Findings[0].Do, want) {
			t.Errorf("do %q, want %q in it", r.Findings[0].Do, want)
		}
	}
	if got := connect().Report(TokenClaims{ID: "sha256:0a1b", Opaque: true}, noon).Findings[0].Do; !strings.Contains(got, "delete TOKEN --server SERVER") {
		t.Errorf("do %q, want it to leave open what nobody knows", got)
	}
	if r.ID != ConnectTokenID || r.Kind != ConnectToken || r.Owner != "ops@acme.example" || r.Age != 85*day || !r.Expires.Equal(ago(-5*day)) || r.Item != "OP_CONNECT_TOKEN" {
		t.Errorf("it is %+v", r)
	}
	if k := r.Keys[0]; len(r.Keys) != 1 || k.ID != "jti1" || k.State != KeyActive || k.Slot != Current {
		t.Errorf("its keys are %+v", r.Keys)
	}
}

func TestATokenIsOfEveryPlanThatKeepsSomethingInAVaultAndMayHaveAnOwnerOfItsOwn(t *testing.T) {
	p := mustParse(t, strings.Replace(sound, "{id: keys, observe: 12h}", "{id: Connect-Token, owner: vault-team, maxAge: 180d}", 1))
	c, needs := p.Connect()
	if !needs || c.Owner != "vault-team" || c.MaxAge != 180*day || !slices.Equal(c.Vaults, []string{"acme"}) {
		t.Errorf("%+v, %v", c, needs)
	}
	if c, needs := (Plan{}).Connect(); needs {
		t.Errorf("%+v of a plan that keeps nothing", c)
	}
}

func TestAFindingIsCalledTheSameAtEveryLookAndNothingElseIs(t *testing.T) {
	uid := func(planName, id string, f Finding) string {
		r := CredentialReport{ID: id}
		r.Found(planName, f)
		return r.Findings[0].UID
	}
	one := uid("p", "robot", Finding{Kind: OverAge, Key: "K1", What: "91 days"})
	if again := uid("p", "robot", Finding{Kind: OverAge, Key: "K1", What: "92 days", Mark: 7}); again != one || len(one) != 32 {
		t.Errorf("%q and %q, want them the same", again, one)
	}
	for _, other := range []string{
		uid("q", "robot", Finding{Kind: OverAge, Key: "K1"}), uid("p", "robo", Finding{Kind: OverAge, Key: "K1"}),
		uid("p", "robot", Finding{Kind: DueSoon, Key: "K1"}), uid("p", "robot", Finding{Kind: OverAge, Key: "K2"}),
	} {
		if other == one {
			t.Errorf("another finding is called %q too", other)
		}
	}
	if b, err := json.Marshal(Finding{UID: one}); err != nil || !strings.Contains(string(b), `"uid":"`+one+`"`) {
		t.Errorf("%s, %v", b, err)
	}
}
