package aws_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/organizations"

	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// takeBack undoes what a landing's steps have done, as an abort does: what denies first, then the last step first.
func (w *world) takeBack(l plan.Landing, done map[string]plan.Outcome) map[string]plan.Undoing {
	w.t.Helper()
	steps := w.cloud.Steps(l)
	slices.Reverse(steps)
	slices.SortStableFunc(steps, func(a, b plan.Step) int {
		switch {
		case a.Deny && !b.Deny:
			return -1
		case b.Deny && !a.Deny:
			return 1
		}
		return 0
	})
	out := map[string]plan.Undoing{}
	for _, s := range steps {
		if o, carried := done[s.Name]; carried {
			u, err := w.undo(l, s.Name, o)
			if err != nil {
				w.t.Errorf("undo of %s of %s: %v", s.Name, l.ID(), err)
			}
			out[s.Name] = u
		}
	}
	return out
}

// undo takes back one step as far as it goes.
func (w *world) undo(l plan.Landing, name string, o plan.Outcome) (plan.Undoing, error) {
	w.t.Helper()
	all := w.cloud.Steps(l)
	i := slices.IndexFunc(all, func(s plan.Step) bool { return s.Name == name })
	task := plan.Task{Landing: l, Step: all[i], Key: l.Plan + "/" + l.ID() + "/" + name, Facts: w.facts[l.ID()]}
	begun := false
	for range 5 {
		u, err := w.cloud.Undo(w.t.Context(), task, plan.Deed{Change: o.Change, Receipt: o.Receipt}, begun)
		if err != nil || u.State != plan.UndoPending {
			return u, err
		}
		begun = u.Begun
		time.Sleep(50 * time.Millisecond)
	}
	w.t.Errorf("the undo of %s of %s is pending for ever", name, l.ID())
	return plan.Undoing{}, nil
}

// stands is the simulator's whole state, as paths and values.
func (w *world) stands() map[string]string {
	w.t.Helper()
	b, err := json.Marshal(w.k.State()["aws"])
	if err != nil {
		w.t.Fatal(err)
	}
	var v any
	if err := json.Unmarshal(b, &v); err != nil {
		w.t.Fatal(err)
	}
	out := map[string]string{}
	flatten("", v, out)
	return out
}

func flatten(path string, v any, out map[string]string) {
	switch x := v.(type) {
	case map[string]any:
		for k, e := range x {
			flatten(path+"/"+k, e, out)
		}
	case []any:
		for i, e := range x {
			if m, is := e.(map[string]any); is && m["id"] != nil {
				flatten(fmt.Sprintf("%s/%v", path, m["id"]), e, out)
				continue
			}
			flatten(fmt.Sprintf("%s/%d", path, i), e, out)
		}
	default:
		out[path] = fmt.Sprint(v)
	}
}

// differ lists what two states differ in, but for what may.
func differ(before, after map[string]string, may ...string) []string {
	allowed := make([]*regexp.Regexp, len(may))
	for i, m := range may {
		allowed[i] = regexp.MustCompile("(?s)^" + m + "$")
	}
	var out []string
	all := maps.Clone(before)
	maps.Copy(all, after)
	for path := range all {
		was, stood := before[path]
		now, stands := after[path]
		line := path + "=" + now
		if stood == stands && was == now || stands && slices.ContainsFunc(allowed, func(r *regexp.Regexp) bool { return r.MatchString(line) }) {
			continue
		}
		out = append(out, fmt.Sprintf("%s: %q, was %q", path, now, was))
	}
	slices.Sort(out)
	return out
}

// neutral is what may be left in an account: switched off, or history.
func neutral() []string {
	return []string{
		`/accounts/\d+/regions/us-east-1/guardduty/.*/status=DISABLED`, `/accounts/\d+/regions/us-east-1/guardduty/.*/tags/.*`,
		`/accounts/\d+/regions/us-east-1/config/recording=false`, `/accounts/\d+/regions/us-east-1/config/(recorder|role|bucket|group/.*)=.*`,
		`/accounts/\d+/regions/us-east-1/securityhub/tags/.*`,
		`/accounts/\d+/s3/landfall-config-.*`, `/accounts/\d+/iam/roles/AWSReservedSSO_.*`, `/accounts/\d+/iam/roles/AWSServiceRoleForConfig/.*`,
	}
}

func TestAnAbortLeavesNothingLiveButQuarantinedAccounts(t *testing.T) {
	for name, first := range map[string]string{"the member's landing is given up first": "prod", "the management landing is": "mgmt"} {
		t.Run(name, func(t *testing.T) {
			w := begin(t, "greenfield", atOnce)
			landings := map[string]plan.Landing{"prod": green("prod"), "mgmt": holding("prod")}
			mgmt := landings["mgmt"]
			mgmt.Adopt, mgmt.Siblings[1].ID = plan.Adopt{}, "" // nothing of it is adopted, so that all is undone
			mgmt.Email, mgmt.Siblings[1].Email = "root@greenfield.example", "root@greenfield.example"
			landings["mgmt"] = mgmt
			order := []string{first, map[string]string{"prod": "mgmt", "mgmt": "prod"}[first]}
			before := w.stands()
			done := map[string]map[string]plan.Outcome{}
			for _, env := range []string{"prod", "mgmt"} {
				done[env] = w.land(landings[env])
			}
			account := w.facts[landings["prod"].ID()][plan.FactContainer]
			for _, env := range order {
				for step, u := range w.takeBack(landings[env], done[env]) {
					if u.State == plan.UndoFailed || u.State == plan.UndoPending || u.Why == "" {
						t.Errorf("%s of %s: got %+v, want it undone, or left with the reason", step, env, u)
					}
				}
			}
			at, any := "/accounts/"+account, `/accounts/\d+`
			left := differ(before, w.stands(), append(neutral(),
				any+"/(name|email|status)=.*", any+"/ou=landfall-quarantine", any+"/tags/landfall-quarantined=itbytes", any+"/iam/rootMFA=.*",
				any+"/iam/roles/OrganizationAccountAccessRole/.*", at+"/tags/(landfall-|owner|organisation).*",
				`/accounts/\d+/regions/us-east-1/ec2/ebsEncryptionByDefault=false`, `/accounts/\d+/regions/us-east-1/ec2/(vpcs|subnets|routeTables|securityGroups)/[^/]+/(cidr|default|dnsHostNames|vpc|publicAddresses|zone|main|subnets/0|name|rules)=.*`,
				`/organization/creations/.*`, `/organization/units/ou-.*/(id|name|parent)=.*`, `/organization/policies/landfall-quarantine/.*`)...)
			if len(left) > 0 {
				t.Errorf("left of the run:\n%s", strings.Join(left, "\n"))
			}
			if now := w.stands(); now[at+"/ou"] != "landfall-quarantine" || now[at+"/tags/landfall-quarantined"] != "itbytes" {
				t.Errorf("got the account in %q, want it in quarantine", now[at+"/ou"])
			}
			if units := slices.DeleteFunc(slices.Collect(maps.Values(w.names("/organization/units/.*/name"))), func(n string) bool { return n == "landfall-quarantine" }); len(units) > 0 {
				t.Errorf("got the units %v left, want the quarantine's alone", units)
			}

			writes := len(w.writes())
			for _, env := range order {
				w.takeBack(landings[env], done[env])
			}
			if made := w.writes()[writes:]; len(made) > 0 {
				t.Errorf("the second undo wrote %v, want nothing", made)
			}
		})
	}
}

// names are the values of the state's paths that fit a pattern.
func (w *world) names(pattern string) map[string]string {
	r, out := regexp.MustCompile("^"+pattern+"$"), map[string]string{}
	for path, v := range w.stands() {
		if r.MatchString(path) {
			out[path] = v
		}
	}
	return out
}

func TestAQuarantinedAccountIsClosedToEverybodyAndComesBackWhenItIsMovedOut(t *testing.T) {
	w := begin(t, "greenfield", atOnce)
	l := green("prod")
	done := w.land(l)
	somebody := w.administrator(l, "somebody")
	w.takeBack(l, done)
	if err := identified(t.Context(), somebody); err == nil || !strings.Contains(err.Error(), "explicit deny in a service control policy") {
		t.Errorf("an administrator of the account: got %v, want them kept out", err)
	}
	account := w.facts[l.ID()][plan.FactContainer]
	_, err := w.carry(l, "account")
	f := fault.As(err)
	if f == nil || f.Kind != fault.Locked || f.Scope != account || f.OfLogin() || !strings.Contains(f.Message, "quarantine") || !strings.Contains(f.Message, "MoveAccount") {
		t.Fatalf("got %+v, want the account locked as its scope, and what brings it back", f)
	}
	err = identified(t.Context(), w.inside(l))
	if err != nil {
		t.Errorf("the landing's own role: got %v, want it let in", err)
	}

	cfg := w.config(l)
	org := organizations.NewFromConfig(cfg)
	parents, err := org.ListParents(t.Context(), &organizations.ListParentsInput{ChildId: &account})
	if err != nil {
		t.Fatal(err)
	}
	roots, err := org.ListRoots(t.Context(), &organizations.ListRootsInput{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := org.MoveAccount(t.Context(), &organizations.MoveAccountInput{AccountId: &account, SourceParentId: parents.Parents[0].Id, DestinationParentId: roots.Roots[0].Id}); err != nil {
		t.Fatal(err)
	}
	clear(w.facts)
	if _, err := w.carry(l, "account", func(t *plan.Task) { t.Again = true }); err != nil { // what was shared of the organisation is forgotten
		t.Fatal(err)
	}
	for name, o := range w.land(l) {
		if o.State != plan.StepDone {
			t.Errorf("%s after the account came back: got %s, want done", name, o.State)
		}
	}
}

// config acts as the landing's login.
func (w *world) config(l plan.Landing) sdk.Config {
	w.t.Helper()
	l.Adopt.ID = l.Login.Account
	cfg, err := w.cloud.Config(w.t.Context(), l)
	if err != nil {
		w.t.Fatal(err)
	}
	return cfg
}

// inside acts in a landing's own account, by its role.
func (w *world) inside(l plan.Landing) sdk.Config {
	w.t.Helper()
	l.Adopt.ID = w.facts[l.ID()][plan.FactContainer]
	cfg, err := w.cloud.Config(w.t.Context(), l)
	if err != nil {
		w.t.Fatal(err)
	}
	return cfg
}

func TestWhatStoodBeforeIsLeftByAnAbort(t *testing.T) {
	w := begin(t, "itbytes")
	before := w.stands()
	done := map[string]map[string]plan.Outcome{}
	for _, env := range environments() {
		done[env] = w.land(morning(env))
	}
	landed := w.stands()
	for _, env := range environments() {
		for step, u := range w.takeBack(morning(env), done[env]) {
			op := done[env][step].Change.Op
			if touched := op == plan.Create || op == plan.Update; !touched && u.State != plan.Left || u.Why == "" {
				t.Errorf("%s of %s, which was %s: got %+v, want it left", step, env, op, u)
			}
		}
	}
	after := w.stands()
	for path, was := range landed {
		if strings.Contains(path, "/vpcs/") && after[path] != was {
			t.Errorf("the adopted network: %s is %q, was %q after the run", path, after[path], was)
		}
	}
	left := differ(before, after, `/accounts/\d+/.*tags/.*`, `/accounts/\d+/iam/roles/AWSReservedSSO_.*`)
	if len(left) > 0 {
		t.Errorf("but for ownership tags the abort leaves:\n%s", strings.Join(left, "\n"))
	}
	for _, env := range environments() {
		for name, o := range w.land(morning(env)) {
			if was := done[env][name].Change.Op; o.State != plan.StepDone || was == plan.Create && o.Change.Op != plan.Create {
				t.Errorf("%s of %s in a run after the abort: got %s, %s, want it made again", name, env, o.State, o.Change.Op)
			}
		}
	}
}

func TestSomebodysChangeSinceTheRunIsLeft(t *testing.T) {
	w := begin(t, "greenfield", atOnce)
	l := green("prod")
	done := w.land(l)
	api := iam.NewFromConfig(w.inside(l))
	user := "landfall-fallback"
	if _, err := api.CreateAccessKey(t.Context(), &iam.CreateAccessKeyInput{UserName: &user}); err != nil {
		t.Fatal(err)
	}
	if u, err := w.undo(l, "fallback-key", done["fallback-key"]); err != nil || u.State != plan.Reverted {
		t.Errorf("the key: got %+v, %v, want it deleted", u, err)
	}
	item, err := w.vault.Find(context.Background(), "op://green/aws-prod")
	if err != nil || !strings.HasPrefix(item.Fields["state"], "deleted: ") {
		t.Errorf("the item says %v, want that its key is deleted", item.Fields)
	}
	if _, err := w.undo(l, "fallback-user", done["fallback-user"]); fault.KindOf(err) != fault.Conflict {
		t.Errorf("a user with a key of somebody's: got %v, want %s", err, fault.Conflict)
	}
	if n := w.keysOf(l, user); n != 1 {
		t.Errorf("got %d keys, want somebody's", n)
	}
}

func TestTheFallbackIsNotTakenAwayUnderTheUndoThatItCarries(t *testing.T) {
	w := begin(t, "greenfield", atOnce)
	l := green("prod")
	done := w.land(l)
	l.Login = *l.Fallback
	for _, step := range []string{"fallback-key", "fallback-user"} {
		_, err := w.undo(l, step, done[step])
		if f := fault.As(err); f == nil || f.Kind != fault.Conflict || !strings.Contains(f.Hint, "first login") {
			t.Errorf("%s: got %v, want a conflict that says how to sign in", step, err)
		}
	}
}

// identified asks for something that only those may read whom the quarantine lets in.
func identified(ctx context.Context, cfg sdk.Config) error {
	_, err := iam.NewFromConfig(cfg).ListRoles(ctx, &iam.ListRolesInput{})
	return err
}

// administrator makes an IAM user in a landing's account who may do everything, and acts as it.
func (w *world) administrator(l plan.Landing, name string) sdk.Config {
	w.t.Helper()
	ctx, api := w.t.Context(), iam.NewFromConfig(w.inside(l))
	if _, err := api.CreateUser(ctx, &iam.CreateUserInput{UserName: &name}); err != nil {
		w.t.Fatal(err)
	}
	if _, err := api.AttachUserPolicy(ctx, &iam.AttachUserPolicyInput{UserName: &name, PolicyArn: sdk.String("arn:aws:iam::aws:policy/AdministratorAccess")}); err != nil {
		w.t.Fatal(err)
	}
	key, err := api.CreateAccessKey(ctx, &iam.CreateAccessKeyInput{UserName: &name})
	if err != nil {
		w.t.Fatal(err)
	}
	cfg := sdk.Config{
		BaseEndpoint: &w.url, Region: "us-east-1", RetryMaxAttempts: 1,
		Credentials: credentials.NewStaticCredentialsProvider(*key.AccessKey.AccessKeyId, *key.AccessKey.SecretAccessKey, ""),
	}
	if err := identified(ctx, cfg); err != nil {
		w.t.Fatal(err)
	}
	return cfg
}
