package gcp_test

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/itbytes/landfall/cloud/gcp"
	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
	"github.com/itbytes/landfall/simulator/kernel"
)

// The robot of another cloud, as its issuer speaks of it.
const (
	robotIssuer  = "https://0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9.tokens.sts.global.api.aws"
	robotSubject = "arn:aws:iam::123456789012:role/robot"
)

// robots is the trust in the robot, as the facts of its own cloud make it.
func robots(t *testing.T) plan.Trust {
	t.Helper()
	who := plan.Identity{Name: "Robot", Cloud: plan.AWS}
	tr, known := plan.TrustOf(who, plan.GCP, "itbytes", map[string]string{plan.FactIssuer(who): robotIssuer, plan.FactSubject(who): robotSubject})
	if !known {
		t.Fatal("the facts tell no trust")
	}
	return tr
}

// federated is the management landing with an identity that has tokens for the other clouds and trusts some more.
func federated(t *testing.T, trust ...plan.Trust) (plan.Landing, plan.Identity) {
	t.Helper()
	l := landing(t, "mgmt")
	l.Identities = slices.Clone(l.Identities)
	id := &l.Identities[0]
	id.TokensFor, id.Trust = []plan.Cloud{plan.AWS, plan.Azure}, append(slices.Clone(id.Trust), trust...)
	return l, *id
}

// shows is a token that the robot's cloud has signed for it, with other claims where some are given.
func (w *world) shows(t *testing.T, claims map[string]any) plan.Secret {
	t.Helper()
	all := map[string]any{"sub": robotSubject, "aud": "landfall:itbytes", "iat": time.Now().Unix(), "exp": time.Now().Add(5 * time.Minute).Unix()}
	maps.Copy(all, claims)
	issuer, _ := all["iss"].(string)
	if issuer == "" {
		issuer = robotIssuer
	}
	token, err := w.kernel.Sign(issuer, all)
	if err != nil {
		t.Fatal(err)
	}
	w.kernel.Mint(kernel.Secret{Cloud: "aws", ID: "token of the robot", Value: token})
	return plan.NewSecret(token)
}

// robot carries the landing to where the identity trusts the robot, and is what it takes to enter.
func (w *world) robot(t *testing.T) (plan.Task, plan.Identity, plan.Trust) {
	t.Helper()
	l, id := federated(t, robots(t))
	return plan.Task{Landing: l, Facts: facts(w.land(t, l, "federation-itmanagesgcp"))}, id, robots(t)
}

// enters tries until the robot is let in, as ProveFederation does.
func (w *world) enters(t *testing.T, c *gcp.Cloud, task plan.Task, id plan.Identity, tr plan.Trust) plan.Proof {
	t.Helper()
	for range 200 {
		p, err := c.Enter(t.Context(), task, id, tr, w.shows(t, nil))
		if err == nil {
			w.hear(p)
			return p
		}
		w.hear(err.Error())
		if f := fault.As(err); f == nil || f.Kind != fault.Propagating || f.Hint == "" || f.Login != "" {
			t.Fatalf("got %+v, want it Propagating at most", f)
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatal("nobody was ever let in")
	return plan.Proof{}
}

func (w *world) email() string { return "itmanagesgcp@it4bytes-mgmt-core.iam.gserviceaccount.com" }

func (w *world) pathOfAccount() string {
	return "/iam/v1/projects/it4bytes-mgmt-core/serviceAccounts/" + w.email()
}

func TestWhomToTrustIsToldAndNothingIsWritten(t *testing.T) {
	w := newWorld(t, nil)
	l, id := federated(t)
	s := stepNamed(t, w, l, "tokens-itmanagesgcp")
	if s.Signs != id.Name || s.Inverse != plan.NoInverse || !slices.Equal(s.After, []string{"account-itmanagesgcp"}) {
		t.Errorf("got %+v, want it to sign for %s", s, id.Name)
	}
	outs := w.land(t, l, s.Name)
	unique, _ := w.ask(t, w.pathOfAccount())["uniqueId"].(string)
	o := outs[s.Name]
	if o.Facts[plan.FactIssuer(id)] != "https://accounts.google.com" || o.Facts[plan.FactSubject(id)] != unique || unique == "" || o.Facts[plan.FactAudience(id)] != "" {
		t.Errorf("got %v, want Google's account %s and no audience", o.Facts, unique)
	}
	if o.Change.Op != plan.None || o.Writes != 0 || o.Receipt.ID != w.email() || !strings.Contains(strings.Join(o.Evidence, "\n"), unique) {
		t.Errorf("got %s with %d writes of %s, %v; want it already so", o.Change.Op, o.Writes, o.Receipt.ID, o.Evidence)
	}
	if tr, known := plan.TrustOf(id, plan.AWS, l.Plan, o.Facts); !known || tr.Audience != "sts.amazonaws.com" || tr.Subject != unique {
		t.Errorf("got %+v, want a trust", tr)
	}
	for _, p := range w.Preview(t.Context(), l).Outcomes {
		if p.Step == s.Name && (p.Change.Op != plan.None || p.Facts[plan.FactSubject(id)] != unique) {
			t.Errorf("preview: got %s, %v; want it already so", p.Change.Op, p.Facts)
		}
	}
	if u := w.undo(t, l, outs)[s.Name]; u.State != plan.Left || u.Writes != 0 {
		t.Errorf("undo: got %s with %d writes, want it left", u.State, u.Writes)
	}
	plain := landing(t, "mgmt")
	if slices.ContainsFunc(w.Steps(plain), func(s plan.Step) bool { return s.Signs != "" }) {
		t.Error("an identity that needs no tokens has the step too")
	}
}

func TestATokenIsSignedByTheAccountsOwnKeyWhereTheVaultHoldsOne(t *testing.T) {
	w := newWorld(t, nil)
	l, id := federated(t)
	task := plan.Task{Landing: l, Facts: facts(w.land(t, l, "key-itmanagesgcp"))}
	var token plan.Secret
	for tries := 0; token.Empty(); tries++ {
		var err error
		if token, err = w.Token(t.Context(), task, id, "sts.amazonaws.com"); err != nil && (fault.KindOf(err) != fault.Propagating || tries > 100) {
			t.Fatalf("got %v, want it Propagating at most", err)
		}
		time.Sleep(10 * time.Millisecond)
	}
	claims, err := w.kernel.Vouched(token.Reveal())
	if err != nil || claims["sub"] != task.Fact(plan.FactSubject(id)) || claims["iss"] != task.Fact(plan.FactIssuer(id)) || claims["aud"] != "sts.amazonaws.com" {
		t.Errorf("got %v, %v; want what the facts told, for that audience", claims, err)
	}
	if w.calls("", "generateIdToken") != 0 {
		t.Error("the login was asked to speak for it")
	}
	w.noSecretCameUp(t)
}

func TestAKeyThatSignsNothingAnyMoreIsNamed(t *testing.T) {
	b := newBench(t, nil)
	_, id := federated(t)
	task := plan.Task{Landing: b.c.Landing}
	key := b.account() + "/keys/" + b.keeper.items[credential].Plain["key id"]
	recall := kernel.Act{Cloud: "gcp", Do: "recallKey", With: map[string]string{"key": b.keysOf(t)[0], "made": time.Now().Add(-time.Hour).UTC().Format(time.RFC3339)}}
	if err := b.kernel.Perform(recall); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		off, on, hint string
		kind          fault.Kind
	}{
		{key + ":disable", key + ":enable", "Rotate the credential of itManagesGCP", fault.Invalid},
		{b.account() + ":disable", b.account() + ":enable", "gcloud iam service-accounts enable", fault.Locked},
	} {
		b.post(t, c.off, `{}`)
		_, err := b.Token(t.Context(), task, id, "sts.amazonaws.com")
		if f := fault.As(err); f == nil || f.Kind != c.kind || !strings.Contains(f.Hint, c.hint) || f.OfLogin() {
			t.Errorf("%s: got %+v, want it %s: %s", c.off, f, c.kind, c.hint)
		}
		b.post(t, c.on, `{}`)
	}
}

func TestWithoutAKeyTheLoginSpeaksForTheAccountWhereItMay(t *testing.T) {
	w := newWorld(t, nil)
	l, id := federated(t)
	l.Identities[0].Credential, id.Credential = "", ""
	task := plan.Task{Landing: l, Facts: facts(w.land(t, l, "tokens-itmanagesgcp"))}
	_, err := w.Token(t.Context(), task, id, "api://AzureADTokenExchange")
	f := fault.As(err)
	if f == nil || f.Kind != fault.Denied || !strings.Contains(f.Hint, "grant the login gcp-admin roles/iam.serviceAccountOpenIdTokenCreator on "+w.email()) || !strings.Contains(f.Hint, "resume with done") {
		t.Fatalf("got %+v, want it Denied, and what lets it", f)
	}
	w.post(t, w.pathOfAccount()+":setIamPolicy", `{"policy":{"bindings":[{"role":"roles/iam.serviceAccountOpenIdTokenCreator","members":["user:admin@it4bytes.example"]}]}}`)
	pause()
	token, err := w.Token(t.Context(), task, id, "api://AzureADTokenExchange")
	if err != nil {
		t.Fatal(err)
	}
	claims, err := w.kernel.Vouched(token.Reveal())
	if err != nil || claims["sub"] != task.Fact(plan.FactSubject(id)) || claims["aud"] != "api://AzureADTokenExchange" || claims["email"] != nil {
		t.Errorf("got %v, %v; want Google's token for that audience", claims, err)
	}
	if got := w.calls("write", "generateIdToken"); got != 0 {
		t.Errorf("to ask for a token counts as a write: %d", got)
	}
}

func TestAnotherCloudsRobotEntersByItsTokenWithoutALogin(t *testing.T) {
	w := newWorld(t, nil)
	task, id, tr := w.robot(t)
	if s := stepNamed(t, w, task.Landing, "federation-itmanagesgcp"); s.Trusts != id.Name {
		t.Errorf("the step keeps the trust of %q, want %s", s.Trusts, id.Name)
	}
	task.Landing.Login = plan.Login{}
	bare := gcp.New(gcp.Options{Endpoint: w.endpoint, HTTP: &http.Client{Transport: w.wire}})
	if p := w.enters(t, bare, task, id, tr); p.Who != w.email() || p.At.IsZero() || p.Key != "" {
		t.Errorf("got %+v, want the account", p)
	}
	for _, c := range w.kernel.Calls() {
		if (c.Service == "sts" || c.Service == "iamcredentials") && (c.Login != "" || c.Kind != "read") {
			t.Errorf("%s is a %s of the login %q, want it nobody's", c.Operation, c.Kind, c.Login)
		}
	}
	if again := w.land(t, withLogin(task.Landing), "federation-itmanagesgcp")["federation-itmanagesgcp"]; again.Change.Op != plan.None || again.Writes != 0 {
		t.Errorf("the second run: got %s with %d writes, want it already so", again.Change.Op, again.Writes)
	}
	w.noSecretCameUp(t)
}

func TestATrustThatIsNotYetKnownEverywhereIsPropagating(t *testing.T) {
	for late, code := range map[string]string{"gcp.sts.propagation": "invalid_target", "gcp.iam.propagation": "PERMISSION_DENIED"} {
		w := newWorld(t, func(s *kernel.Scenario, _ map[string]any) {
			s.Durations = map[string]kernel.Duration{late: kernel.Duration(time.Hour)}
		})
		task, id, tr := w.robot(t)
		var f *fault.Fault
		for tries := 0; tries == 0 || f.Code != code && tries < 200; tries++ { // the other one is late as well, for a moment
			_, err := w.Enter(t.Context(), task, id, tr, w.shows(t, nil))
			if f = fault.As(err); f == nil || f.Kind != fault.Propagating || !strings.HasPrefix(f.Hint, "Wait; ") || f.Login != "" {
				t.Fatalf("%s: got %+v, want it Propagating", late, f)
			}
			time.Sleep(10 * time.Millisecond)
		}
		if f.Code != code {
			t.Errorf("%s: got %+v, want %s", late, f, code)
		}
	}
}

// withLogin gives a landing its login back.
func withLogin(l plan.Landing) plan.Landing {
	l.Login = plan.Login{Name: "gcp-admin", Type: "gcp-user"}
	return l
}

func TestATokenThatIsRefusedForGoodIsNamedSoThatAPersonKnowsWhatToDo(t *testing.T) {
	w := newWorld(t, nil)
	task, id, tr := w.robot(t)
	w.enters(t, w.Cloud, task, id, tr)
	elsewhere := kernel.New(kernel.Scenario{})
	forged, err := elsewhere.Sign(robotIssuer, map[string]any{"sub": robotSubject, "aud": tr.Audience, "iat": time.Now().Unix(), "exp": time.Now().Add(time.Minute).Unix()})
	if err != nil {
		t.Fatal(err)
	}
	other := tr
	other.Name = "somebody"
	for what, c := range map[string]struct {
		trust plan.Trust
		token plan.Secret
		kind  fault.Kind
		hint  string
	}{
		"another subject":           {tr, w.shows(t, map[string]any{"sub": robotSubject + "-2"}), fault.Invalid, "admits " + robotSubject + " alone"},
		"another audience":          {tr, w.shows(t, map[string]any{"aud": "landfall:other"}), fault.Invalid, "a token for landfall:itbytes"},
		"another issuer":            {tr, w.shows(t, map[string]any{"iss": "https://other.example"}), fault.Invalid, "admits " + robotIssuer + " alone"},
		"one that is over":          {tr, w.shows(t, map[string]any{"exp": time.Now().Add(-time.Hour).Unix()}), fault.Invalid, "ask for a new token"},
		"one that another signed":   {tr, plan.NewSecret(forged), fault.Invalid, "it was not " + robotIssuer},
		"no token at all":           {tr, plan.NewSecret("robot"), fault.Invalid, "a token of " + robotIssuer},
		"a provider that is no one": {other, w.shows(t, nil), fault.Propagating, "oidc-somebody"},
	} {
		_, err := w.Enter(t.Context(), task, id, c.trust, c.token)
		f := fault.As(err)
		if f == nil || f.Kind != c.kind || !strings.Contains(f.Hint, c.hint) || f.Service != "sts" || f.Code == "" || f.Login != "" {
			t.Errorf("%s: got %+v, want it %s: %s", what, f, c.kind, c.hint)
		}
		if err != nil && strings.Contains(err.Error()+f.Hint, c.token.Reveal()) && what != "no token at all" {
			t.Errorf("%s: the error tells the token", what)
		}
	}
	unknown := task
	unknown.Facts = map[string]string{}
	if _, err := w.Enter(t.Context(), unknown, id, tr, w.shows(t, nil)); fault.KindOf(err) != fault.Invalid || !strings.Contains(fault.As(err).Hint, "landfall migrate itbytes") {
		t.Errorf("without the project's number: got %v, want it Invalid", err)
	}
	w.post(t, w.pathOfAccount()+":setIamPolicy", `{"policy":{"bindings":[]}}`)
	_, err = w.Enter(t.Context(), task, id, tr, w.shows(t, nil))
	if f := fault.As(err); f == nil || f.Kind != fault.Propagating || !strings.Contains(f.Hint, "landfall migrate itbytes") || !strings.Contains(f.Hint, robotSubject) {
		t.Errorf("whom the account's policy does not name: got %+v, want it said", f)
	}
	w.post(t, "/serviceusage/v1/projects/it4bytes-mgmt-core/services/sts.googleapis.com:disable", `{}`)
	pause()
	_, err = w.Enter(t.Context(), task, id, tr, w.shows(t, nil))
	if f := fault.As(err); f == nil || f.Kind != fault.Propagating || f.Code != "SERVICE_DISABLED" || f.Service != "sts" {
		t.Errorf("where the API is off: got %+v, want it named", f)
	}
}

func TestWhatFailsPassinglyOnTheWayInIsTriedAgain(t *testing.T) {
	w := newWorld(t, nil)
	task, id, tr := w.robot(t)
	w.enters(t, w.Cloud, task, id, tr)
	for _, service := range []string{"sts", "iamcredentials"} {
		for name, f := range map[string]kernel.Fault{
			"Throttled": {Status: http.StatusTooManyRequests, Code: "RESOURCE_EXHAUSTED", Message: "Too many requests."}, "Transient": {Status: http.StatusServiceUnavailable, Code: "UNAVAILABLE"},
			"reset": {Do: kernel.DoReset},
		} {
			f.Match = kernel.Match{Service: service}
			ordered := w.kernel.Order(f)
			_, err := w.Enter(t.Context(), task, id, tr, w.shows(t, nil))
			w.kernel.Lift(ordered)
			want := map[string]fault.Kind{"Throttled": fault.Throttled, "Transient": fault.Transient, "reset": fault.Transient}[name]
			if f := fault.As(err); f == nil || f.Kind != want || f.Login != "" {
				t.Errorf("%s %s: got %v, want it %s", service, name, err, want)
			}
		}
	}
}

func TestTrustsThatThePlanDoesNotNameAreLeftAndTold(t *testing.T) {
	w := newWorld(t, nil)
	plain := landing(t, "mgmt")
	w.land(t, plain, "federation-itmanagesgcp")
	pool := "/iam/v1/projects/" + plain.Name + "/locations/global/workloadIdentityPools/itmanagesgcp"
	w.post(t, pool+"/providers?workloadIdentityPoolProviderId=theirs", `{"oidc":{"issuerUri":"https://theirs.example"},"attributeMapping":{"google.subject":"assertion.sub"},"attributeCondition":"assertion.sub == 'them'"}`)
	policy := w.policyOf(t)
	const them = "principal://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/theirs/subject/them"
	w.post(t, w.pathOfAccount()+":setIamPolicy", `{"policy":{"bindings":[{"role":"roles/iam.workloadIdentityUser","members":["`+strings.Join(append(policy, them), `","`)+`"]}]}}`)
	pause()

	l, _ := federated(t, robots(t))
	outs := w.land(t, l, "federation-itmanagesgcp")
	o := outs["federation-itmanagesgcp"]
	evidence := strings.Join(o.Evidence, "\n")
	if o.Change.Op != plan.Update || !strings.Contains(evidence, "theirs is not in the plan, and is left: https://theirs.example where assertion.sub == 'them'") || !strings.Contains(evidence, them+" may use it, is not in the plan, and is left") {
		t.Errorf("got %s and %s, want the robot's added and theirs told", o.Change.Op, evidence)
	}
	if got := w.policyOf(t); len(got) != len(policy)+2 || !slices.Contains(got, them) {
		t.Errorf("got %v, want all who might use it, and the robot", got)
	}
	audience := w.ask(t, pool+"/providers/oidc-robot")["oidc"].(map[string]any)["allowedAudiences"]
	if got := string(mustJSON(t, audience)); got != `["landfall:itbytes"]` {
		t.Errorf("got the audiences %s, want the trust's alone", got)
	}
	writes := w.calls("write", "")
	if again := w.land(t, l, "federation-itmanagesgcp")["federation-itmanagesgcp"]; again.Change.Op != plan.None || w.calls("write", "") != writes {
		t.Errorf("the second run: got %s, want nothing written", again.Change.Op)
	}
	u := w.undo(t, l, outs)["federation-itmanagesgcp"]
	if u.State != plan.Reverted {
		t.Errorf("got %s (%s), want it reverted", u.State, u.Why)
	}
	w.call(t, "GET", pool+"/providers/theirs", "")
	after := w.still(t, plain.Name)
	if !strings.Contains(after, `"oidc-robot"`) || strings.Count(after, `"DELETED"`) != 1 {
		t.Errorf("got %s, want the robot's provider deleted alone", after)
	}
	if got := w.policyOf(t); len(got) != len(policy)+1 || !slices.Contains(got, them) {
		t.Errorf("got %v, want those of before", got)
	}
	if u := w.undo(t, l, outs)["federation-itmanagesgcp"]; u.Writes != 0 {
		t.Errorf("the second undo wrote %d times", u.Writes)
	}
}

// policyOf are those who may use the account by a token.
func (w *world) policyOf(t *testing.T) []string {
	t.Helper()
	var out []string
	for _, b := range w.everythingIn(t, "it4bytes-mgmt-core").ServiceAccounts[w.email()].IAM {
		for _, m := range listOf(b.(map[string]any)["members"]) {
			out = append(out, m.(string))
		}
	}
	slices.Sort(out)
	return out
}

func TestATrustWhoseAnswersWereLostIsMadeOnceAndLetsIn(t *testing.T) {
	w := newWorld(t, nil)
	once := []string{"workloadIdentityPools.create", "workloadIdentityPools.providers.create", "serviceAccounts.setIamPolicy"}
	for _, op := range once {
		w.kernel.Order(kernel.Fault{Match: kernel.Match{Operation: op}, Do: kernel.DoLose, Times: 1})
	}
	task, id, tr := w.robot(t)
	for _, op := range once {
		if w.calls("write", op) == 0 {
			t.Errorf("%s was never asked for, so that nothing of it was lost", op)
		}
	}
	if got := w.policyOf(t); len(got) != 2 {
		t.Errorf("got %v, want two who may use it", got)
	}
	w.enters(t, w.Cloud, task, id, tr)
}

// What was undone is entered by nobody, and a trust that is made again under the same name is the one that is wanted.
func TestATrustThatWasUndoneLetsNobodyInUntilItIsMadeAgain(t *testing.T) {
	w := newWorld(t, nil)
	w.land(t, landing(t, "mgmt"), "federation-itmanagesgcp")
	task, id, tr := w.robot(t)
	w.enters(t, w.Cloud, task, id, tr)
	l, _ := federated(t, tr)
	outs := w.land(t, l, "federation-itmanagesgcp")
	d := plan.Deed{Change: plan.Change{Op: plan.Update, Fields: []plan.FieldDiff{
		{Field: "oidc-robot.state", After: "ACTIVE"},
		{Field: "oidc-robot.issuer", After: tr.Issuer},
		{Field: "oidc-robot.subject", After: "assertion.sub"},
		{Field: "oidc-robot.condition", After: "assertion.sub == '" + tr.Subject + "'"},
		{Field: "oidc-robot.audience", After: tr.Audience},
		{Field: "oidc-robot.member", Before: "may not use it", After: "may use it"},
	}}, Receipt: plan.Receipt{ID: outs["federation-itmanagesgcp"].Receipt.ID, Inverse: plan.Neutralise}}
	s := stepNamed(t, w, l, "federation-itmanagesgcp")
	if u := w.take(t, plan.Task{Landing: l, Step: s, Key: "k", Facts: facts(outs)}, d); u.State != plan.Reverted {
		t.Fatalf("got %s (%s), want it reverted", u.State, u.Why)
	}
	if _, err := w.Enter(t.Context(), task, id, tr, w.shows(t, nil)); fault.KindOf(err) != fault.Propagating || fault.As(err).Code != "invalid_target" {
		t.Errorf("got %v, want nobody let in", err)
	}
	moved := tr
	moved.Subject = robotSubject + "-moved"
	l, _ = federated(t, moved)
	w.land(t, l, "federation-itmanagesgcp")
	pause()
	p, err := w.Enter(t.Context(), task, id, moved, w.shows(t, map[string]any{"sub": moved.Subject}))
	if err != nil || p.Who != w.email() {
		t.Errorf("got %+v, %v; want the robot let in by its new subject", p, err)
	}
	if _, err := w.Enter(t.Context(), task, id, moved, w.shows(t, nil)); fault.KindOf(err) != fault.Invalid {
		t.Errorf("by its old one: got %v, want it refused", err)
	}
}

func TestATrustThatCannotBeIsRefusedBeforeTheFirstWrite(t *testing.T) {
	long := robots(t)
	long.Subject += strings.Repeat("x", 128-len(long.Subject))
	barred := func(rule map[string]any) func(*testing.T, *world) {
		return func(t *testing.T, w *world) {
			t.Helper()
			w.post(t, "/orgpolicy/v2/"+organization+"/policies", `{"name":"`+organization+`/policies/iam.workloadIdentityPoolProviders","spec":{"rules":[`+string(mustJSON(t, rule))+`]}}`)
		}
	}
	allowed := func(values ...string) map[string]any {
		return map[string]any{"values": map[string]any{"allowedValues": values}}
	}
	for what, c := range map[string]struct {
		trust plan.Trust
		world func(*testing.T, *world)
		kind  fault.Kind
		hint  string
	}{
		"a subject of 128 bytes":       {long, func(*testing.T, *world) {}, fault.Invalid, "a shorter name"},
		"an issuer that is not listed": {robots(t), barred(allowed("https://token.actions.githubusercontent.com")), fault.Entitlement, "allow the issuer " + robotIssuer + " in it4bytes-mgmt-core"},
		"no issuer at all":             {robots(t), barred(map[string]any{"denyAll": true}), fault.Entitlement, "constraints/iam.workloadIdentityPoolProviders"},
		"one that is listed":           {robots(t), barred(allowed("https://token.actions.githubusercontent.com", robotIssuer+"/")), "", ""},
	} {
		w := newWorld(t, nil)
		l, _ := federated(t, c.trust)
		known := w.before(t, l, "federation-itmanagesgcp")
		c.world(t, w)
		writes := w.calls("write", "")
		_, err := w.carry(t.Context(), l, stepNamed(t, w, l, "federation-itmanagesgcp"), known, false)
		f := fault.As(err)
		switch {
		case c.kind == "":
			if err != nil {
				t.Errorf("%s: got %v, want it made", what, err)
			}
		case f == nil || f.Kind != c.kind || !strings.Contains(f.Hint, c.hint):
			t.Errorf("%s: got %+v, want it %s: %s", what, f, c.kind, c.hint)
		case w.calls("write", "") != writes:
			t.Errorf("%s: something was written", what)
		}
	}
}
