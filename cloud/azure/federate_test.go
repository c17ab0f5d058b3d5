package azure_test

import (
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/itbytes/landfall/cloud/azure"
	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
	"github.com/itbytes/landfall/simulator/kernel"
)

const (
	amazon = "https://11112222-3333-4444-5555-666677778888.tokens.sts.global.api.aws"
	google = "https://accounts.google.com"
)

// consumers are identities of the other clouds, with what their own clouds say in their tokens.
func consumers() map[string]plan.Trust {
	return map[string]plan.Trust{
		"aws": {Issuer: amazon, Subject: "arn:aws:iam::111122223333:role/Robot"},
		"gcp": {Issuer: google, Subject: "112233445566778899000"},
	}
}

// trustOf is how the plan has Azure trust one of them.
func trustOf(cloud string) plan.Trust {
	c, who := consumers()[cloud], plan.Identity{Name: "Robot-" + cloud}
	t, _ := plan.TrustOf(who, plan.Azure, "itbytes", map[string]string{plan.FactIssuer(who): c.Issuer, plan.FactSubject(who): c.Subject})
	return t
}

// token is what a consumer's cloud signs for it; what changes the claims wins.
func (w *world) token(t plan.Trust, change map[string]any) plan.Secret {
	w.t.Helper()
	claims := map[string]any{"sub": t.Subject, "aud": t.Audience, "nbf": time.Now().Unix(), "exp": time.Now().Add(5 * time.Minute).Unix()}
	maps.Copy(claims, change)
	issuer := t.Issuer
	if iss, is := claims["iss"].(string); is {
		issuer = iss
	}
	token, err := w.kernel.Sign(issuer, claims)
	if err != nil {
		w.t.Fatal(err)
	}
	return plan.NewSecret(token)
}

// trusting is a world in which the identity's application stands, and the task of the step that has it trust somebody.
func trusting(t *testing.T, change func(*kernel.Scenario), who ...plan.Trust) (*world, plan.Task) {
	t.Helper()
	w := morning(t, func(s *kernel.Scenario) {
		estate(s)["applications"] = []any{map[string]any{"displayName": "itManagesO365", "uniqueName": "itManagesO365"}}
		if change != nil {
			change(s)
		}
	})
	l := landings(t)[2]
	l.Identities[0].Trust = who
	facts := map[string]string{}
	for _, step := range []string{"app-itManagesO365", "principal-itManagesO365"} {
		task := w.task(l, step)
		out, err := w.carry(task)
		if err != nil {
			t.Fatal(err)
		}
		maps.Copy(facts, out.Facts)
	}
	task := w.task(l, "federation-itManagesO365")
	task.Facts = facts
	return w, task
}

// stranger has a worker that holds no login of this cloud.
func (w *world) stranger() *azure.Cloud { return azure.New(azure.Options{Endpoint: w.url}) }

func TestAConsumerOfAnotherCloudEntersByItsOwnCloudsToken(t *testing.T) {
	for cloud := range consumers() {
		t.Run(cloud, func(t *testing.T) {
			trust := trustOf(cloud)
			w, task := trusting(t, func(s *kernel.Scenario) { s.Scale = new(float64) }, trust)
			if task.Step.Trusts != "itManagesO365" {
				t.Errorf("got a step that keeps the trust of %q", task.Step.Trusts)
			}
			if _, err := w.carry(task); err != nil {
				t.Fatal(err)
			}
			id, token := task.Landing.Identities[0], w.token(trust, nil)
			p, err := w.stranger().Enter(t.Context(), task, id, trust, token)
			if want := "itManagesO365/" + w.application()["appId"].(string); err != nil || p.Who != want || p.Key != trust.Name || p.At.IsZero() {
				t.Errorf("got %+v, %v; want %s", p, err, want)
			}
			moved := task
			moved.Facts = maps.Clone(task.Facts)
			moved.Facts["principal-itManagesO365"] = "00000000-0000-4000-8000-000000000000"
			_, err = w.stranger().Enter(t.Context(), moved, id, trust, token)
			refused(t, err, fault.Conflict)
			moved.Facts = nil
			_, err = w.stranger().Enter(t.Context(), moved, id, trust, token)
			refused(t, err, fault.Conflict)
		})
	}
}

func TestATokenThatIsKeptOutIsNamedAndNeverQuoted(t *testing.T) {
	trust := trustOf("aws")
	w, task := trusting(t, func(s *kernel.Scenario) { s.Scale = new(float64) }, trust, plan.Trust{Name: "away", Issuer: "https://away.example", Subject: "x", Audience: trust.Audience})
	if _, err := w.carry(task); err != nil {
		t.Fatal(err)
	}
	id := task.Landing.Identities[0]
	enter := func(trust plan.Trust, token plan.Secret) (*fault.Fault, error) {
		_, err := w.stranger().Enter(t.Context(), task, id, trust, token)
		return fault.As(err), err
	}
	good, other := strings.Split(w.token(trust, nil).Reveal(), "."), strings.Split(w.token(trust, map[string]any{"jti": "2"}).Reveal(), ".")
	away, err := kernel.New(kernel.Scenario{}).Sign("https://away.example", map[string]any{"sub": "x", "aud": trust.Audience, "exp": time.Now().Add(time.Minute).Unix()})
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		trust plan.Trust
		token plan.Secret
		kind  fault.Kind
		code  string
		says  string
	}{
		"another issuer":       {trust, w.token(trust, map[string]any{"iss": amazon + "/"}), fault.Conflict, "AADSTS700211", "the token has the issuer " + amazon + "/ and the trust is in " + amazon},
		"another subject":      {trust, w.token(trust, map[string]any{"sub": "x"}), fault.Conflict, "AADSTS700213", "the token has the subject x and the trust is in " + trust.Subject},
		"another case":         {trust, w.token(trust, map[string]any{"sub": strings.ToLower(trust.Subject)}), fault.Conflict, "AADSTS7002138", "the token has the subject"},
		"another audience":     {trust, w.token(trust, map[string]any{"aud": "sts.amazonaws.com"}), fault.Conflict, "AADSTS700212", "the token has the audience sts.amazonaws.com and the trust is in " + trust.Audience},
		"expired":              {trust, w.token(trust, map[string]any{"exp": time.Now().Add(-time.Hour).Unix()}), fault.Transient, "AADSTS700024", "valid time range"},
		"forged":               {trust, plan.NewSecret(good[0] + "." + good[1] + "." + other[2]), fault.Denied, "AADSTS7000272", amazon},
		"an issuer away":       {plan.Trust{Name: "away", Issuer: "https://away.example", Subject: "x"}, plan.NewSecret(away), fault.Transient, "AADSTS90061", "External OIDC"},
		"no token":             {trust, plan.NewSecret("nothing"), fault.Invalid, "AADSTS50027", "malformed"},
		"a trust that is gone": {plan.Trust{Name: "gone", Issuer: google, Subject: "1"}, w.token(plan.Trust{Issuer: google, Subject: "1", Audience: trust.Audience}, nil), fault.Propagating, "AADSTS700211", google},
	} {
		f, err := enter(c.trust, c.token)
		if f == nil || f.Kind != c.kind || f.Code != c.code || f.Hint == "" || !strings.Contains(f.Error(), c.says) || f.OfLogin() || f.Login != "" || f.Cloud != "azure" {
			t.Errorf("%s: got %+v, want %s %s that says %q and names no login", name, f, c.kind, c.code, c.says)
		}
		if s := c.token.Reveal(); s != "nothing" && strings.Contains(fmt.Sprintf("%v %+v", err, f), strings.Split(s, ".")[2]) {
			t.Errorf("%s: the token is in the error", name)
		}
	}
	w.byHand("PATCH", "/graph/v1.0/servicePrincipals(appId='"+w.application()["appId"].(string)+"')", map[string]any{"accountEnabled": false})
	if f, err := enter(trust, w.token(trust, nil)); f == nil || f.Kind != fault.Locked || f.OfLogin() {
		t.Errorf("disabled: got %v, want the application locked and no login", err)
	}
}

func TestATrustThatIsMinutesOldIsPropagatingUntilItIsKnown(t *testing.T) {
	trust := trustOf("gcp")
	w, task := trusting(t, func(s *kernel.Scenario) {
		s.Durations = map[string]kernel.Duration{"azure.graph.replication": kernel.Duration(400 * time.Millisecond)}
	}, trust)
	if _, err := w.carry(task); err != nil {
		t.Fatal(err)
	}
	id, seen := task.Landing.Identities[0], false
	for began := time.Now(); ; time.Sleep(20 * time.Millisecond) {
		_, err := w.stranger().Enter(t.Context(), task, id, trust, w.token(trust, nil))
		if err == nil {
			break
		}
		seen = true
		if f := refused(t, err, fault.Propagating); f == nil || f.Code != "AADSTS70025" || time.Since(began) > 10*time.Second {
			t.Fatalf("got %v, want it awaited", err)
		}
	}
	if !seen {
		t.Error("nothing was awaited, want it kept out at first")
	}
}

func TestATrustThatStandsUnderAnotherNameIsAdoptedAndNobodyElsesIsTouched(t *testing.T) {
	trust := trustOf("aws")
	w, task := trusting(t, nil, trust)
	by := func(name, subject, audience string) {
		w.byHand("POST", application+"/federatedIdentityCredentials", map[string]any{"name": name, "issuer": trust.Issuer, "subject": subject, "audiences": []string{audience}})
	}
	by("theirs", "somebody", trust.Audience)
	out, err := w.carry(task)
	if err != nil || out.Change.Op != plan.Create || out.Writes != 1 || !strings.Contains(fmt.Sprint(out.Evidence), "trust theirs: "+trust.Issuer+" somebody; the plan does not name it, and it is left") {
		t.Fatalf("got %s with %d writes and %q, %v; want it created beside theirs", out.Change.Op, out.Writes, out.Evidence, err)
	}
	if u, err := w.undo(carried{task, plan.Deed{Change: out.Change, Receipt: out.Receipt}}); err != nil || u.State != plan.Reverted {
		t.Errorf("undo: got %s %s %v", u.State, u.Why, err)
	}
	if got := list(w.application()["federatedIdentityCredentials"]); len(got) != 1 || object(got[0])["name"] != "theirs" {
		t.Errorf("got %v, want theirs alone", got)
	}
	by("before", trust.Subject, trust.Audience)
	again, err := w.carry(task)
	if err != nil || again.Change.Op != plan.None || again.Writes != 0 || !strings.Contains(fmt.Sprint(again.Evidence), "trust before: "+trust.Issuer+" "+trust.Subject+"; it is "+trust.Name+" of the plan") {
		t.Errorf("got %s with %d writes and %q, %v; want the one before adopted", again.Change.Op, again.Writes, again.Evidence, err)
	}
	w.byHand("PATCH", application+"/federatedIdentityCredentials(name='before')", map[string]any{"audiences": []string{"api://other"}})
	since := len(w.kernel.Calls())
	_, err = w.carry(task)
	if f := refused(t, err, fault.Conflict); f != nil && !strings.Contains(f.Error(), "as before and for the audience api://other") {
		t.Errorf("got %q, want what stands in the way named", f.Error())
	}
	if got := w.writes(since); len(got) != 0 {
		t.Errorf("it wrote %v", got)
	}
}

func TestATrustForWhichThereIsNoRoomIsAskedForBeforeAnythingIsWritten(t *testing.T) {
	w, task := trusting(t, nil, trustOf("aws"), trustOf("gcp"))
	for i := range 19 {
		w.byHand("POST", application+"/federatedIdentityCredentials", map[string]any{"name": fmt.Sprint("n", i), "issuer": google, "subject": fmt.Sprint(i), "audiences": []string{"a"}})
	}
	since := len(w.kernel.Calls())
	_, err := w.carry(task)
	if f := refused(t, err, fault.Quota); f != nil && !strings.Contains(f.Error(), "would trust 21, and Entra allows 20") {
		t.Errorf("got %q, want the number said", f.Error())
	}
	if got := w.writes(since); len(got) != 0 {
		t.Errorf("it wrote %v", got)
	}
}

func TestATrustWhoseAnswerWasLostIsTheRunsOwnAndMadeOnce(t *testing.T) {
	w, task := trusting(t, nil, trustOf("aws"))
	id := w.kernel.Order(kernel.Fault{Match: kernel.Match{Operation: "federatedIdentityCredentials.upsert"}, Do: kernel.DoLose})
	out, err := w.carryMarked(task, func() { w.kernel.Lift(id) })
	if err != nil || out.Change.Op != plan.Create {
		t.Fatalf("got %s %v, want created", out.Change.Op, err)
	}
	if u, err := w.undo(carried{task, plan.Deed{Change: out.Change, Receipt: out.Receipt}}); err != nil || u.State != plan.Reverted || len(list(w.application()["federatedIdentityCredentials"])) != 0 {
		t.Errorf("got %s %s %v, want it taken away", u.State, u.Why, err)
	}
}

// spoken is a bench whose identity's application has its own identifier URI, and the task in which its facts are.
func spoken(t *testing.T, kind plan.CredentialKind, change ...func(*kernel.Scenario)) (*bench, plan.Task) {
	t.Helper()
	b := newBench(t, kind, change...)
	task := b.step.task
	task.Landing.Identities[0].TokensFor = []plan.Cloud{plan.AWS, plan.GCP}
	task = b.named(task, "tokens-itmanageso365")
	out, err := b.carry(task)
	if err != nil || out.State != plan.StepDone {
		t.Fatalf("got %s %v", out.State, err)
	}
	task.Facts = maps.Clone(task.Facts)
	maps.Copy(task.Facts, out.Facts)
	return b, task
}

func TestAnIdentitysOwnCredentialHasEntraSignATokenThatOthersCanVerify(t *testing.T) {
	for _, kind := range kinds() {
		t.Run(string(kind), func(t *testing.T) {
			b, task := spoken(t, kind)
			id := task.Landing.Identities[0]
			trust, _ := plan.TrustOf(id, plan.AWS, "itbytes", task.Facts)
			token, err := b.azure.Token(t.Context(), task, id, trust.Audience)
			if err != nil {
				t.Fatal(err)
			}
			claims, err := b.kernel.Vouched(token.Reveal())
			if err != nil || claims["iss"] != trust.Issuer || claims["sub"] != trust.Subject || claims["aud"] != trust.Audience {
				t.Errorf("got %v, %v; want what the facts have others trust: %+v", claims, err, trust)
			}
			other, err := b.azure.Token(t.Context(), task, id, trust.Audience)
			if err != nil || other.Reveal() == token.Reveal() {
				t.Errorf("got the same token twice, %v; want no cache", err)
			}
			_, err = b.stranger().Enter(t.Context(), task, id, plan.Trust{Name: "x", Issuer: trust.Issuer, Subject: trust.Subject, Audience: trust.Audience}, token)
			refused(t, err, fault.Propagating) // nobody here trusts it
		})
	}
}

func TestATokenThatCannotBeHadSaysWhatWouldLetIt(t *testing.T) {
	b, task := spoken(t, plan.EntraSecret)
	id := task.Landing.Identities[0]
	trust, _ := plan.TrustOf(id, plan.AWS, "itbytes", task.Facts)
	token := func(id plan.Identity, audience string) *fault.Fault {
		got, err := b.azure.Token(t.Context(), task, id, audience)
		if err == nil || !got.Empty() {
			t.Errorf("%s: got a token and %v, want none", audience, err)
		}
		return fault.As(err)
	}
	federated := id
	federated.Credential = ""
	if f := token(federated, trust.Audience); f == nil || f.Kind != fault.Denied || !strings.Contains(f.Hint, "resume with done") {
		t.Errorf("without a credential: got %+v, want it denied, and that only the consumer can", f)
	}
	if f := token(id, "api://nobody"); f == nil || f.Kind != fault.Propagating || f.Code != "AADSTS500011" || f.Hint == "" {
		t.Errorf("a URI that is not known: got %+v, want it awaited", f)
	}
	app := "applications/" + b.app()["id"].(string)
	b.graph("PATCH", app, `{"api":{"requestedAccessTokenVersion":2}}`)
	if f := token(id, trust.Audience); f == nil || f.Kind != fault.Conflict || !strings.Contains(f.Error(), "is signed by https://login.microsoftonline.com/"+tenant+"/v2.0, and the other cloud was told to trust "+trust.Issuer) {
		t.Errorf("of another version since: got %+v, want the conflict said", f)
	}
	b.graph("PATCH", app, `{"api":{"requestedAccessTokenVersion":null}}`)
	principal := "servicePrincipals(appId='" + b.app()["appId"].(string) + "')"
	b.graph("PATCH", principal, `{"appRoleAssignmentRequired":true}`)
	if f := token(id, trust.Audience); f == nil || f.Kind != fault.Denied || f.Code != "AADSTS501051" || f.OfLogin() {
		t.Errorf("where an assignment is required: got %+v, want it denied, and no login's", f)
	}
	b.graph("PATCH", principal, `{"appRoleAssignmentRequired":false}`)
	bare := azure.New(azure.Options{Endpoint: b.url, Sessions: b.sessions})
	_, err := bare.Token(t.Context(), task, id, trust.Audience)
	refused(t, err, fault.Invalid)
}

func TestATokenIsAwaitedWhileTheURIIsNotKnownEverywhere(t *testing.T) {
	b, task := spoken(t, plan.EntraSecret, func(s *kernel.Scenario) {
		s.Durations = map[string]kernel.Duration{"azure.graph.replication": kernel.Duration(400 * time.Millisecond)}
	})
	id := task.Landing.Identities[0]
	trust, _ := plan.TrustOf(id, plan.GCP, "itbytes", task.Facts)
	if _, err := b.azure.Token(t.Context(), task, id, trust.Audience); fault.KindOf(err) != fault.Propagating {
		t.Errorf("added just now: got %v, want it awaited", err)
	}
	b.until("it is known", func() error { _, err := b.azure.Token(t.Context(), task, id, trust.Audience); return err })
}
