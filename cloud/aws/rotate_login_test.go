package aws_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/itbytes/landfall/cloud/aws"
	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
	"github.com/itbytes/landfall/simulator/kernel"
)

// The run that rotates the key it is using: nothing tells its cached credentials that the key is off but the refusal itself.
func TestARunThatRotatesTheKeyItIsUsingEndsWell(t *testing.T) {
	b := newBench(t, true)
	l := b.c.Landing
	if _, err := b.carry(l, "guardduty"); err != nil {
		t.Fatal(err)
	}
	other := aws.New(aws.Options{Haste: 1e6, Endpoint: b.url, Sessions: b.dir, Keeper: b.vault, Patience: 5 * time.Second}) // another worker
	if _, err := other.Keys(t.Context(), b.c); err != nil {
		t.Fatal(err)
	}
	for _, compromised := range []bool{false, true} {
		b.rotate(compromised)
		b.sound("rotated by itself")
	}
	if b.errors > 0 {
		t.Errorf("%d deeds had to be done again, want the new key taken up at once: %s", b.errors, strings.Join(b.heard, "; "))
	}
	for _, step := range []string{"guardduty", "security-hub", "s3-public-access", "vpc"} {
		if _, err := b.carry(l, step); err != nil {
			t.Errorf("%s after the rotation: %v", step, err)
		}
	}
	if _, err := other.Keys(t.Context(), b.c); err != nil {
		t.Errorf("a worker that still had the old key: %v", err)
	}
}

// A login whose key opens other accounts by their roles: the key is of an account that no landing here adopts, and the plan
// does not name its user.
func TestALoginOfKeysIsRotatedWhereItSignsInAndStillEntersOtherAccounts(t *testing.T) {
	w := begin(t, "itbytes", atOnce)
	api := iam.NewFromConfig(w.config(morning("mgmt")))
	user, item := sdk.String("robot"), "op://itbytes-internal/robot"
	if _, err := api.CreateUser(t.Context(), &iam.CreateUserInput{UserName: user, Path: sdk.String("/machines/")}); err != nil {
		t.Fatal(err)
	}
	if _, err := api.AttachUserPolicy(t.Context(), &iam.AttachUserPolicyInput{UserName: user, PolicyArn: sdk.String("arn:aws:iam::aws:policy/AdministratorAccess")}); err != nil {
		t.Fatal(err)
	}
	made, err := api.CreateAccessKey(t.Context(), &iam.CreateAccessKeyInput{UserName: user})
	if err != nil {
		t.Fatal(err)
	}
	old := *made.AccessKey.AccessKeyId
	if err := w.vault.deliver(item, map[string]string{aws.FieldKeyID: old, aws.FieldSecret: *made.AccessKey.SecretAccessKey}); err != nil {
		t.Fatal(err)
	}
	login := plan.Login{Name: "robot", Type: "aws-keys", Item: item}
	prod, dti := morning("prod"), morning("dti")
	prod.Login, dti.Login = login, login
	if _, err := w.carry(prod, "guardduty"); err != nil {
		t.Fatal(err)
	}
	c := plan.Credential{ID: "robot", Plan: prod.Plan, Cloud: plan.AWS, Kind: plan.AccessKey, Item: item, Landing: prod, Login: &login}
	k, err := w.cloud.Mint(t.Context(), c, "r", []string{old}, func(string) {})
	if err != nil {
		t.Fatal(err)
	}
	p, err := w.cloud.Prove(t.Context(), c, plan.Staged)
	if err != nil || p.Key != k.ID || p.Who != "arn:aws:iam::379047601618:user/machines/robot" {
		t.Fatalf("got %+v, %v; want the new key of the user", p, err)
	}
	if err := errors.Join(w.vault.Promote(t.Context(), item, "r"), w.cloud.Disable(t.Context(), c, old), w.cloud.Delete(t.Context(), c, old)); err != nil {
		t.Fatal(err)
	}
	for _, l := range []plan.Landing{prod, dti} { // entered before, and not yet
		if _, err := w.carry(l, "security-hub"); err != nil {
			t.Errorf("%s after the rotation: %v", l.ID(), err)
		}
	}
}

// A plan that is carried out again finds the key that a rotation has made current, and an abort leaves it.
func TestARotatedKeyIsAlreadySoAndIsNotUndone(t *testing.T) {
	w := begin(t, "greenfield", atOnce)
	l := green("prod")
	done := w.land(l)
	login := *l.Fallback
	c := plan.Credential{ID: login.Name, Plan: l.Plan, Cloud: plan.AWS, Kind: plan.AccessKey, Item: login.Item, Landing: l, Login: &login}
	first := done["fallback-key"].Receipt.ID
	k, err := w.cloud.Mint(t.Context(), c, "r", []string{first}, func(string) {})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.undo(l, "fallback-key", done["fallback-key"]); fault.KindOf(err) != fault.Conflict {
		t.Errorf("while another key is pending: got %v, want a Conflict", err)
	}
	if err := errors.Join(w.vault.Promote(t.Context(), c.Item, "r"), w.cloud.Disable(t.Context(), c, first)); err != nil {
		t.Fatal(err)
	}
	if _, err := w.cloud.Evict(t.Context(), c, func(string) {}); err != nil {
		t.Fatal(err)
	}
	again, err := w.carry(l, "fallback-key")
	if err != nil || again.Change.Op != plan.None || again.Writes != 0 || again.Receipt.ID != k.ID {
		t.Errorf("got %s of %s, %v; want the rotated key already so", again.Change.Op, again.Receipt.ID, err)
	}
	u, err := w.undo(l, "fallback-key", done["fallback-key"])
	if err != nil || u.State != plan.Left || !strings.Contains(u.Why, k.ID) {
		t.Errorf("got %+v, %v; want it left, and why", u, err)
	}
	api := iam.NewFromConfig(w.inside(l))
	left, err := api.ListAccessKeys(t.Context(), &iam.ListAccessKeysInput{UserName: sdk.String("landfall-fallback")})
	if err != nil || !slices.ContainsFunc(left.AccessKeyMetadata, func(m types.AccessKeyMetadata) bool { return *m.AccessKeyId == k.ID && m.Status == "Active" }) {
		t.Errorf("got %+v, %v; want %s active", left, err, k.ID)
	}
	for _, m := range left.AccessKeyMetadata { // its owner deletes them
		if _, err := api.DeleteAccessKey(t.Context(), &iam.DeleteAccessKeyInput{UserName: sdk.String("landfall-fallback"), AccessKeyId: m.AccessKeyId}); err != nil {
			t.Fatal(err)
		}
	}
	if u, err := w.undo(l, "fallback-user", done["fallback-user"]); err != nil || u.State != plan.Reverted {
		t.Errorf("the user with the policy of a rotation: got %+v, %v; want it gone", u, err)
	}
}

// Each service refuses a key that is gone in words of its own.
func TestEveryServiceThatRefusesTheOldKeyIsAskedAgainWithTheNewOne(t *testing.T) {
	b := newBench(t, true)
	workers := map[string]*world{}
	for _, step := range []string{"guardduty", "security-hub", "s3-public-access", "vpc", "config-recorder", "fallback-user", "account"} {
		w := *b.world
		w.cloud = aws.New(aws.Options{Haste: 1e6, Endpoint: b.url, Sessions: b.dir, Keeper: b.vault, Patience: 5 * time.Second})
		if _, err := w.carry(b.c.Landing, step); err != nil {
			t.Fatal(err)
		}
		workers[step] = &w
	}
	b.rotate(false)
	for step, w := range workers {
		before := len(b.k.Calls())
		if _, err := w.carry(b.c.Landing, step); err != nil {
			t.Errorf("%s with the old key cached: %v", step, err)
		}
		if !slices.ContainsFunc(b.k.Calls()[before:], func(r kernel.Record) bool { return r.Status >= 400 }) {
			t.Errorf("%s met no refusal, so that nothing is shown", step)
		}
	}
}

func TestACanaryAsksForNothingButWhoItIs(t *testing.T) {
	w := begin(t, "greenfield", atOnce)
	l := green("prod")
	w.land(l)
	c := plan.Credential{ID: "f", Plan: l.Plan, Cloud: plan.AWS, Kind: plan.AccessKey, Item: l.Fallback.Item, Landing: l, Login: l.Fallback}
	if _, err := w.cloud.Prove(t.Context(), c, plan.Current); err != nil {
		t.Fatal(err)
	}
	before := len(w.k.Calls())
	for range 5 {
		if _, err := w.cloud.Prove(t.Context(), c, plan.Current); err != nil {
			t.Fatal(err)
		}
	}
	calls := w.k.Calls()[before:]
	if len(calls) != 5 || slices.ContainsFunc(calls, func(r kernel.Record) bool { return r.Operation != "GetCallerIdentity" }) {
		t.Errorf("got the calls %v, want GetCallerIdentity five times", calls)
	}
}
