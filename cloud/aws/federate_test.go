package aws_test

import (
	"context"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/itbytes/landfall/cloud/aws"
	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
	"github.com/itbytes/landfall/simulator/kernel"
)

const tenant = "https://sts.windows.net/33e01921-4d64-4f8c-a055-5bdaffd5e33d/"

// ofEntra and ofGoogle are trusts in identities of the other clouds.
func ofEntra() plan.Trust {
	return plan.Trust{Name: "robot-azure", Issuer: tenant, Subject: "0b1c", Audience: "api://robot"}
}

func ofGoogle() plan.Trust {
	return plan.Trust{Name: "robot-gcp", Issuer: "https://accounts.google.com", Subject: "104", Audience: "sts.amazonaws.com"}
}

// robot is an identity of production, and the landing that it lives in.
func robot(mend func(*plan.Identity)) (plan.Landing, plan.Identity) {
	l := morning("prod")
	id := plan.Identity{Name: "Robot", Cloud: plan.AWS, Roles: []string{"ReadOnlyAccess"}}
	mend(&id)
	l.Identities = append(l.Identities, id)
	return l, id
}

// carryAll carries some steps of a landing, after its account's.
func (w *world) carryAll(l plan.Landing, names ...string) map[string]plan.Outcome {
	w.t.Helper()
	out := map[string]plan.Outcome{}
	for _, name := range append([]string{"account"}, names...) {
		o, err := w.carry(l, name)
		if err != nil || o.State != plan.StepDone {
			w.t.Fatalf("%s: got %s, %v", name, o.State, err)
		}
		out[name] = o
	}
	return out
}

// task is one in a landing, with the facts of its steps.
func (w *world) task(l plan.Landing) plan.Task {
	return plan.Task{Landing: l, Facts: w.facts[l.ID()]}
}

// issued is a token of a foreign issuer.
func (w *world) issued(t plan.Trust, claims map[string]any) plan.Secret {
	w.t.Helper()
	all := map[string]any{"sub": t.Subject, "aud": t.Audience, "exp": time.Now().Add(time.Minute).Unix()}
	maps.Copy(all, claims)
	iss := t.Issuer
	if other, given := all["iss"].(string); given {
		iss = other
	}
	token, err := w.k.Sign(iss, all)
	if err != nil {
		w.t.Fatal(err)
	}
	return plan.NewSecret(token)
}

// known waits until something is known everywhere; until then it must be Propagating, and must have been at least once.
func (w *world) known(deed func() error) {
	w.t.Helper()
	kinds, end := map[fault.Kind]bool{}, time.Now().Add(5*time.Second)
	for err := deed(); err != nil; err = deed() {
		kinds[fault.KindOf(err)] = true
		if time.Now().After(end) {
			w.t.Fatal(err)
		}
		time.Sleep(20 * time.Millisecond)
	}
	if !kinds[fault.Propagating] || len(kinds) != 1 {
		w.t.Errorf("got %v before it was known, want Propagating alone", kinds)
	}
}

func TestARoleEntersByATokenOfEntraAndByOneOfGoogle(t *testing.T) {
	w := begin(t, "itbytes", atOnce)
	l, id := robot(func(id *plan.Identity) { id.Trust = []plan.Trust{ofEntra(), ofGoogle()} })
	w.carryAll(l, "identity-robot")
	nobodys := aws.New(aws.Options{Endpoint: w.url}) // a worker of another cloud has no login here
	for _, trust := range id.Trust {
		claims := map[string]any{}
		if trust.Name == "robot-gcp" {
			claims["azp"] = trust.Subject
		}
		p, err := nobodys.Enter(t.Context(), w.task(l), id, trust, w.issued(trust, claims))
		if err != nil || p.Who != "arn:aws:sts::862973411383:assumed-role/Robot/landfall-itbytes" || p.At.IsZero() {
			t.Errorf("%s: got %+v, %v; want a session of the role", trust.Name, p, err)
		}
	}
	providers := w.names("/accounts/862973411383/iam/oidcProviders/.*arn")
	if len(providers) != 1 || !strings.HasSuffix(slices.Collect(maps.Values(providers))[0], "oidc-provider/sts.windows.net/33e01921-4d64-4f8c-a055-5bdaffd5e33d/") {
		t.Errorf("got the providers %v, want Entra's alone, by its whole name", providers)
	}
	if again := w.carryAll(l, "identity-robot"); again["identity-robot"].Writes > 0 {
		t.Errorf("the second run made %d writes, want none", again["identity-robot"].Writes)
	}
}

func TestATokenThatIsRefusedForGoodIsNamed(t *testing.T) {
	w := begin(t, "itbytes", atOnce)
	l, id := robot(func(id *plan.Identity) { id.Trust = []plan.Trust{ofEntra()} })
	w.carryAll(l, "identity-robot")
	trust := ofEntra()
	other := trust
	other.Subject = "evil"
	stranger := id
	stranger.Name = "OrganizationAccountAccessRole"
	forged := strings.Split(w.issued(trust, nil).Reveal(), ".")
	signature := strings.Split(w.issued(other, nil).Reveal(), ".")[2]
	for _, c := range []struct {
		name  string
		id    plan.Identity
		trust plan.Trust
		token plan.Secret
		kind  fault.Kind
		says  string
	}{
		{"another subject", id, trust, w.issued(other, nil), fault.Conflict, `its subject is "evil"`},
		{"another audience", id, trust, w.issued(trust, map[string]any{"aud": "api://other"}), fault.Conflict, `it is for "api://other"`},
		{"another issuer", id, trust, w.issued(trust, map[string]any{"iss": "https://evil.example"}), fault.Conflict, `its issuer is "https://evil.example"`},
		{"a forged one", id, trust, plan.NewSecret(forged[0] + "." + forged[1] + "." + signature), fault.Conflict, "does not take the token"},
		{"none", id, trust, plan.NewSecret("nonsense"), fault.Conflict, "no JSON web token"},
		{"an old one", id, trust, w.issued(trust, map[string]any{"exp": time.Now().Add(-time.Minute).Unix()}), fault.Transient, "had expired"},
		{"what AWS does not know yet", id, other, w.issued(other, nil), fault.Propagating, "not yet known everywhere"},
		{"a role that does not trust it", stranger, trust, w.issued(trust, nil), fault.Propagating, "does not trust the token of 0b1c"},
	} {
		_, err := w.cloud.Enter(t.Context(), plan.Task{Landing: l}, c.id, c.trust, c.token)
		f := fault.As(err)
		if f == nil || f.Kind != c.kind || !strings.Contains(f.Error(), c.says) || f.Hint == "" || f.OfLogin() {
			t.Errorf("%s: got %+v, want %s: %s", c.name, f, c.kind, c.says)
		}
		if err != nil && strings.Contains(err.Error(), strings.Split(c.token.Reveal()+".", ".")[1]) && c.name != "none" {
			t.Errorf("%s: the token stands in the error", c.name)
		}
	}
	for code, kind := range map[string]fault.Kind{"IDPCommunicationError": fault.Transient, "IDPRejectedClaim": fault.Conflict, "Throttling": fault.Throttled} {
		w.k.Order(kernel.Fault{Match: kernel.Match{Operation: "AssumeRoleWithWebIdentity"}, Status: 400, Code: code, Message: "no", Times: 1})
		if _, err := w.cloud.Enter(t.Context(), w.task(l), id, trust, w.issued(trust, nil)); fault.KindOf(err) != kind {
			t.Errorf("%s: got %v, want %s", code, err, kind)
		}
	}
	if _, err := w.cloud.Enter(t.Context(), plan.Task{Landing: landing("prod", sso())}, id, trust, w.issued(trust, nil)); fault.KindOf(err) != fault.Invalid {
		t.Errorf("without an account: got %v, want it said", err)
	}
}

func TestATrustThatIsMinutesOldIsPropagatingUntilItIsKnown(t *testing.T) {
	w := begin(t, "itbytes", func(s *kernel.Scenario) {
		s.Durations = map[string]kernel.Duration{"aws.iam.propagation": kernel.Duration(400 * time.Millisecond)}
	})
	l, id := robot(func(id *plan.Identity) { id.Trust = []plan.Trust{ofEntra()} })
	w.carryAll(l, "identity-robot")
	w.known(func() error {
		_, err := w.cloud.Enter(t.Context(), w.task(l), id, ofEntra(), w.issued(ofEntra(), nil))
		return err
	})
}

func TestARoleHasTokensForTheCloudsOfThePlanAndASecondRunWritesNothing(t *testing.T) {
	w := begin(t, "itbytes", atOnce)
	l, id := robot(func(id *plan.Identity) { id.TokensFor = []plan.Cloud{plan.Azure, plan.GCP} })
	before := w.stands()
	done := w.carryAll(l, "identity-robot", "tokens-robot")
	if o := done["tokens-robot"]; o.Change.Op != plan.Create || o.Writes != 2 {
		t.Errorf("got %s after %d writes, want it created by two", o.Change.Op, o.Writes)
	}
	facts := w.facts[l.ID()]
	if !strings.HasSuffix(facts[plan.FactIssuer(id)], ".tokens.sts.global.api.aws") || facts[plan.FactSubject(id)] != "arn:aws:iam::862973411383:role/Robot" || facts[plan.FactAudience(id)] != "" {
		t.Errorf("got the facts %v, want whom to trust", facts)
	}
	for _, into := range id.TokensFor {
		trust, known := plan.TrustOf(id, into, l.Plan, facts)
		if !known {
			t.Fatalf("nobody knows how %s is told to trust it: %v", into, facts)
		}
		token, err := w.cloud.Token(t.Context(), w.task(l), id, trust.Audience)
		if err != nil {
			t.Fatal(err)
		}
		claims, err := w.k.Vouched(token.Reveal())
		if err != nil || claims["iss"] != trust.Issuer || claims["sub"] != trust.Subject || claims["aud"] != trust.Audience {
			t.Errorf("%s: got %v, %v; want the token of %+v", into, claims, err, trust)
		}
	}
	if _, err := w.cloud.Token(t.Context(), w.task(l), id, "another"); fault.KindOf(err) != fault.Propagating || !strings.Contains(err.Error(), "no right to tokens for another") {
		t.Errorf("for another audience: got %v, want it refused", err)
	}
	if again := w.carryAll(l, "identity-robot", "tokens-robot"); again["tokens-robot"].Writes+again["identity-robot"].Writes > 0 {
		t.Errorf("the second run wrote, want nothing")
	}
	for name, u := range w.takeBack(l, done) {
		if name != "account" && u.State != plan.Reverted {
			t.Errorf("the undo of %s: got %s (%s), want it reverted", name, u.State, u.Why)
		}
	}
	if left := differ(before, w.stands(), `/accounts/\d+/iam/roles/AWSReservedSSO_.*`); len(left) > 0 {
		t.Errorf("not as before:\n%s", strings.Join(left, "\n"))
	}
}

func TestTokensOfOthersAreLeftOnByAnUndo(t *testing.T) {
	l, _ := robot(func(id *plan.Identity) { id.TokensFor = []plan.Cloud{plan.Azure} })
	policy := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:GetWebIdentityToken","Resource":"*"}]}`
	for name, theirs := range map[string]struct {
		before, after func(context.Context, *iam.Client) error
		on            bool
	}{
		"it was enabled before": {before: func(ctx context.Context, c *iam.Client) error {
			_, err := c.EnableOutboundWebIdentityFederation(ctx, &iam.EnableOutboundWebIdentityFederationInput{})
			return err
		}, on: true},
		"another role has come to lean on it": {after: func(ctx context.Context, c *iam.Client) error {
			_, err := c.PutRolePolicy(ctx, &iam.PutRolePolicyInput{RoleName: sdk.String("OrganizationAccountAccessRole"), PolicyName: sdk.String("landfall-tokens"), PolicyDocument: &policy})
			return err
		}, on: true},
		"somebody has disabled it": {after: func(ctx context.Context, c *iam.Client) error {
			_, err := c.DisableOutboundWebIdentityFederation(ctx, &iam.DisableOutboundWebIdentityFederationInput{})
			return err
		}},
	} {
		t.Run(name, func(t *testing.T) {
			w := begin(t, "itbytes", atOnce)
			w.carryAll(l, "identity-robot")
			api := iam.NewFromConfig(w.inside(l))
			if theirs.before != nil {
				if err := theirs.before(t.Context(), api); err != nil {
					t.Fatal(err)
				}
			}
			done := w.carryAll(l, "tokens-robot")
			if theirs.after != nil {
				if err := theirs.after(t.Context(), api); err != nil {
					t.Fatal(err)
				}
			}
			u, err := w.undo(l, "tokens-robot", done["tokens-robot"])
			if err != nil || u.State != plan.Reverted {
				t.Errorf("got %+v, %v; want it reverted", u, err)
			}
			on := len(w.names("/accounts/862973411383/iam/outboundFederation")) > 0
			if on != theirs.on || on && !strings.Contains(strings.Join(u.Evidence, "\n"), "where others may lean on it") {
				t.Errorf("enabled: %v with the evidence %v, want %v", on, u.Evidence, theirs.on)
			}
			if left := w.names("/accounts/862973411383/iam/roles/Robot/inline/.*"); len(left) > 0 {
				t.Errorf("the role's policy is left: %v", left)
			}
		})
	}
}

func TestAnAudienceOfAnotherRunOfThePlanStaysAndAStrangersIsMended(t *testing.T) {
	w := begin(t, "itbytes", atOnce)
	l, _ := robot(func(id *plan.Identity) { id.TokensFor = []plan.Cloud{plan.Azure} })
	first := w.carryAll(l, "identity-robot", "tokens-robot")
	both, id := robot(func(id *plan.Identity) { id.TokensFor = []plan.Cloud{plan.GCP} }) // a file that names the other alone
	second := w.carryAll(both, "tokens-robot")
	if o := second["tokens-robot"]; o.Change.Op != plan.Update || !strings.Contains(strings.Join(o.Evidence, "\n"), "for api://AzureADTokenExchange too") {
		t.Errorf("got %s, %v; want one audience more, and the other said", o.Change.Op, o.Evidence)
	}
	for _, audience := range []string{"api://AzureADTokenExchange", "landfall:itbytes"} {
		if _, err := w.cloud.Token(t.Context(), w.task(l), id, audience); err != nil {
			t.Errorf("%s: got %v, want a token", audience, err)
		}
	}
	// The first run is given up: what the second has written is its own.
	if u, err := w.undo(l, "tokens-robot", first["tokens-robot"]); err != nil || u.State != plan.Reverted {
		t.Errorf("got %+v, %v; want the first run's audience gone", u, err)
	}
	if _, err := w.cloud.Token(t.Context(), w.task(l), id, "landfall:itbytes"); err != nil {
		t.Errorf("got %v, want the second run's token", err)
	}
	if _, err := w.cloud.Token(t.Context(), w.task(l), id, "api://AzureADTokenExchange"); err == nil {
		t.Error("got a token for the audience of the run that was given up")
	}

	api, name, policy := iam.NewFromConfig(w.inside(l)), "Robot", "landfall-tokens"
	got, err := api.GetRolePolicy(t.Context(), &iam.GetRolePolicyInput{RoleName: &name, PolicyName: &policy})
	if err != nil {
		t.Fatal(err)
	}
	loose := strings.Replace(strings.NewReplacer("%22", `"`, "%3A", ":", "%7B", "{", "%7D", "}", "%5B", "[", "%5D", "]", "%2C", ",", "%2A", "*").Replace(sdk.ToString(got.PolicyDocument)), `["landfall:itbytes"]`, `["landfall:itbytes","evil"]`, 1)
	if _, err := api.PutRolePolicy(t.Context(), &iam.PutRolePolicyInput{RoleName: &name, PolicyName: &policy, PolicyDocument: &loose}); err != nil {
		t.Fatal(err)
	}
	mended := w.carryAll(both, "tokens-robot")["tokens-robot"]
	if mended.Change.Op != plan.Update || mended.Change.Fields[0].Before != "for evil too" {
		t.Errorf("got %+v, want somebody's audience seen and mended", mended.Change)
	}
	if _, err := w.cloud.Token(t.Context(), w.task(l), id, "evil"); err == nil {
		t.Error("got a token for somebody's audience")
	}
	if u, err := w.undo(both, "tokens-robot", mended); err != nil || u.State != plan.Reverted {
		t.Errorf("got %+v, %v; want it as it was", u, err)
	}
}

func TestALoginThatMayNotSpeakForARoleIsToldWhatWouldLetIt(t *testing.T) {
	w := begin(t, "itbytes", atOnce, func(s *kernel.Scenario) {
		a := account(s, "862973411383")
		a["roles"] = []any{map[string]any{"name": "Robot", "trusts": "config.amazonaws.com", "policies": []any{"ReadOnlyAccess"}}}
	})
	l, id := robot(func(id *plan.Identity) { id.TokensFor = []plan.Cloud{plan.GCP}; id.Trust = []plan.Trust{ofGoogle()} })
	w.carryAll(l, "identity-robot", "tokens-robot")
	_, err := w.cloud.Token(t.Context(), w.task(l), id, "landfall:itbytes")
	if f := fault.As(err); f == nil || f.Kind != fault.Denied || !strings.Contains(f.Hint, "arn:aws:iam::862973411383:root may sts:AssumeRole") || !strings.Contains(f.Hint, "resume with done") {
		t.Errorf("got %+v, want it denied and what would let it", f)
	}
	id.Name = "Nobody"
	_, err = w.cloud.Token(t.Context(), plan.Task{Landing: l}, id, "landfall:itbytes")
	if fault.KindOf(err) != fault.Conflict {
		t.Errorf("a role that is not there: got %v, want a Conflict", err)
	}
}

func TestARightToTokensThatIsMinutesOldIsPropagatingUntilItIsKnown(t *testing.T) {
	w := begin(t, "itbytes", func(s *kernel.Scenario) {
		s.Durations = map[string]kernel.Duration{"aws.iam.propagation": kernel.Duration(400 * time.Millisecond)}
	})
	l, id := robot(func(id *plan.Identity) { id.TokensFor = []plan.Cloud{plan.GCP} })
	w.carryAll(l, "identity-robot", "tokens-robot")
	w.known(func() error { _, err := w.cloud.Token(t.Context(), w.task(l), id, "landfall:itbytes"); return err })
}

func TestALostAnswerOfTheTokensStepIsFoundAndTakenBackWithTheRest(t *testing.T) {
	for _, operation := range []string{"EnableOutboundWebIdentityFederation", "PutRolePolicy"} {
		w := begin(t, "itbytes", atOnce)
		l, _ := robot(func(id *plan.Identity) { id.TokensFor = []plan.Cloud{plan.GCP} })
		w.carryAll(l, "identity-robot")
		w.k.Order(kernel.Fault{Match: kernel.Match{Operation: operation}, Do: kernel.DoLose, Times: 1})
		marks := []string{}
		all := w.cloud.Steps(l)
		i := slices.IndexFunc(all, func(s plan.Step) bool { return s.Name == "tokens-robot" })
		task := plan.Task{Landing: l, Step: all[i], Key: "itbytes/aws/prod/tokens-robot", Facts: w.facts[l.ID()]}
		if _, err := w.cloud.Carry(t.Context(), task, func(m string) { marks = append(marks, m) }); fault.KindOf(err) != fault.Transient {
			t.Fatalf("%s: got %v, want the answer lost", operation, err)
		}
		lost, told := plan.LostIn(marks[0])
		if !told {
			t.Fatalf("%s: got the mark %q, want what was about to be done", operation, marks[0])
		}
		done, err := w.carry(l, "tokens-robot", func(t *plan.Task) { t.Again, t.Lost = true, &lost })
		if err != nil || done.State != plan.StepDone || done.Change.Op != plan.Create {
			t.Fatalf("%s: got %s %s, %v; want it done and made by this run", operation, done.State, done.Change.Op, err)
		}
		if u, err := w.undo(l, "tokens-robot", done); err != nil || u.State != plan.Reverted {
			t.Errorf("%s: got %+v, %v; want it reverted", operation, u, err)
		}
		if on := w.names("/accounts/862973411383/iam/(outboundFederation|roles/Robot/inline/.*)"); len(on) > 0 {
			t.Errorf("%s: %v is left", operation, on)
		}
	}
}

func TestAFeatureThatThisRunEnabledAgainIsAskedAboutWhereOthersLeanOnIt(t *testing.T) {
	w := begin(t, "itbytes", atOnce)
	l, id := robot(func(id *plan.Identity) { id.TokensFor = []plan.Cloud{plan.Azure} })
	w.carryAll(l, "identity-robot", "tokens-robot")
	ctx, api := t.Context(), iam.NewFromConfig(w.inside(l))
	other, policy := "OrganizationAccountAccessRole", "landfall-tokens"
	_, err := api.DisableOutboundWebIdentityFederation(ctx, &iam.DisableOutboundWebIdentityFederationInput{})
	if err != nil {
		t.Fatal(err)
	}
	done := w.carryAll(l, "tokens-robot")["tokens-robot"]
	if done.Change.Op != plan.Update || done.Writes != 1 {
		t.Fatalf("got %s after %d writes, want the feature enabled again and nothing else written", done.Change.Op, done.Writes)
	}
	if _, err := api.PutRolePolicy(ctx, &iam.PutRolePolicyInput{RoleName: &other, PolicyName: &policy, PolicyDocument: sdk.String(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:GetWebIdentityToken","Resource":"*"}]}`)}); err != nil {
		t.Fatal(err)
	}
	_, err = w.undo(l, "tokens-robot", done)
	if f := fault.As(err); f == nil || f.Kind != fault.Conflict || !strings.Contains(f.Message, other) || f.Hint == "" {
		t.Errorf("got %v, want a Conflict that names who leans on it", err)
	}
	if _, err := api.DeleteRolePolicy(ctx, &iam.DeleteRolePolicyInput{RoleName: &other, PolicyName: &policy}); err != nil {
		t.Fatal(err)
	}
	if u, err := w.undo(l, "tokens-robot", done); err != nil || u.State != plan.Reverted {
		t.Errorf("got %+v, %v; want it as it was", u, err)
	}
	if left := w.names("/accounts/862973411383/iam/(outboundFederation|roles/Robot/inline/.*)"); len(left) != 1 {
		t.Errorf("got %v, want the policy, which stood before, and the feature off", left)
	}
	if _, err := w.cloud.Token(ctx, w.task(l), id, "api://AzureADTokenExchange"); fault.KindOf(err) != fault.Propagating || !strings.Contains(err.Error(), "does not sign tokens for others") {
		t.Errorf("got %v, want it said that the account signs none", err)
	}
}

func TestWhoMayNotGiveTheRightToTokensIsToldBeforeAnythingIsWritten(t *testing.T) {
	w := begin(t, "itbytes", atOnce)
	l, _ := robot(func(id *plan.Identity) { id.TokensFor = []plan.Cloud{plan.GCP} })
	w.carryAll(l, "identity-robot")
	api, entry := iam.NewFromConfig(w.inside(l)), "OrganizationAccountAccessRole"
	if _, err := api.PutRolePolicy(t.Context(), &iam.PutRolePolicyInput{RoleName: &entry, PolicyName: sdk.String("no"), PolicyDocument: sdk.String(
		`{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"iam:EnableOutboundWebIdentityFederation","Resource":"*"}]}`)}); err != nil {
		t.Fatal(err)
	}
	before := len(w.writes())
	_, err := w.carry(l, "tokens-robot")
	if f := fault.As(err); f == nil || f.Kind != fault.Denied || !strings.Contains(f.Hint, "iam:EnableOutboundWebIdentityFederation") {
		t.Errorf("got %v, want the missing right named", err)
	}
	if made := w.writes()[before:]; len(made) > 0 {
		t.Errorf("got the writes %v, want none", made)
	}
}

func TestAnIssuerThatAnotherStepWasQuickerToEnableIsTaken(t *testing.T) {
	w := begin(t, "itbytes", atOnce)
	l, id := robot(func(id *plan.Identity) { id.TokensFor = []plan.Cloud{plan.GCP} })
	w.carryAll(l, "identity-robot")
	w.k.Order(kernel.Fault{Match: kernel.Match{Operation: "GetOutboundWebIdentityFederationInfo"}, Status: 404, Code: "FeatureDisabled", Message: "no", Times: 1})
	if _, err := iam.NewFromConfig(w.inside(l)).EnableOutboundWebIdentityFederation(t.Context(), &iam.EnableOutboundWebIdentityFederationInput{}); err != nil {
		t.Fatal(err)
	}
	w.carryAll(l, "tokens-robot")
	if !strings.HasSuffix(w.facts[l.ID()][plan.FactIssuer(id)], ".tokens.sts.global.api.aws") {
		t.Errorf("got the facts %v, want the issuer", w.facts[l.ID()])
	}
}
