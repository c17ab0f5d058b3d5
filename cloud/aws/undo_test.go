package aws_test

import (
	"context"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/organizations"

	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

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
