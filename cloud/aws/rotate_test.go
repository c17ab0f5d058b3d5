package aws_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/guardduty"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/itbytes/landfall/cloud/aws"
	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
	"github.com/itbytes/landfall/simulator/kernel"
)

func TestAHundredRotationsWithLostAnswersLeaveOneKeyAndNoOrphan(t *testing.T) {
	t.Parallel()
	b := newBench(t, true)
	dice := rand.New(rand.NewPCG(4, 4))
	for range 100 {
		var ids []string
		for range 2 {
			f := blows()[[]string{"lost", "lost", "reset", "500"}[dice.IntN(4)]]
			f.Match, f.After, f.Times = kernel.Match{Service: "iam"}, dice.IntN(8), 1
			ids = append(ids, b.k.Order(f))
		}
		left, carried := dice.IntN(24), dice.IntN(2) == 0
		b.vault.strike = func(string) (bool, error) {
			if left--; left == -1 {
				return carried, fault.New(fault.Transient, "", "no answer in time")
			}
			return false, nil
		}
		b.rotate(dice.IntN(2) == 0)
		b.vault.strike = nil
		for _, id := range ids {
			b.k.Lift(id)
		}
		b.sound(fmt.Sprintf("rotation %d", b.n))
	}
	if b.most > 2 || b.errors < 50 {
		t.Errorf("%d blows were felt, want most of three hundred; %d keys stood at a time, want the old and the new at most", b.errors, b.most)
	}
	b.noSecretCameUp()
}

func TestKeysAreToldWithTheirSlotAndTheirLastUse(t *testing.T) {
	b := newBench(t, false)
	b.grace() // it is used by its consumer
	id, secret := b.somebodys()
	first, _ := b.vault.current(b.c.Item)
	keys, err := b.Keys(t.Context(), b.c)
	if err != nil || len(keys) != 2 {
		t.Fatalf("got %+v, %v; want two", keys, err)
	}
	for i, k := range keys {
		switch {
		case k.ID == first && k.Slot == plan.Current && k.Ours && k.Tells && time.Since(k.Used) < time.Minute && strings.HasSuffix(k.UsedFor, " in us-west-2"):
		case k.ID == id && k.Slot == "" && !k.Ours && k.Tells && k.Used.IsZero() && k.UsedFor == "":
		default:
			t.Errorf("got %+v, want the vault's own in use, and a foreign one that never was", k)
		}
		if k.Created.IsZero() || i > 0 && k.Created.After(keys[i-1].Created) {
			t.Errorf("got %+v after %+v, want the newest first", k, keys[i-1])
		}
	}
	if _, err := sts.NewFromConfig(b.by(id, secret, "")).GetCallerIdentity(t.Context(), &sts.GetCallerIdentityInput{}); err != nil {
		t.Fatal(err)
	}
	_, err = b.Mint(t.Context(), b.c, "r", []string{first}, b.mark) // it came after the look, and is in use
	if f := fault.As(err); f == nil || f.Kind != fault.Quota || f.Hint == "" || len(b.keys()) != 2 {
		t.Errorf("got %v and the keys %v, want a Quota, and somebody's key there still", err, b.keys())
	}
}

func TestAKeyWhoseAnswerWasLostIsTakenAwayBeforeAnotherIsMade(t *testing.T) {
	b := newBench(t, false)
	baseline, _, err := b.look()
	if err != nil {
		t.Fatal(err)
	}
	b.k.Order(kernel.Fault{Match: kernel.Match{Operation: "CreateAccessKey"}, Do: kernel.DoLose, Times: 1})
	if _, err := b.Mint(t.Context(), b.c, "r", baseline, b.mark); fault.KindOf(err) != fault.Transient || len(b.keys()) != 2 {
		t.Fatalf("got %v and %v, want the answer lost and the key made", err, b.keys())
	}
	lost := b.keys()
	made, err := b.Mint(t.Context(), b.c, "r", baseline, b.mark)
	if err != nil || lost[made.ID] != "" || len(b.keys()) != 2 {
		t.Errorf("got %+v, %v and the keys %v, want another in the place of the lost one", made, err, b.keys())
	}
	again, err := b.Mint(t.Context(), b.c, "r", baseline, b.mark)
	if err != nil || again.ID != made.ID {
		t.Errorf("called again: got %+v, %v; want %s", again, err, made.ID)
	}
}

func TestAKeyThatTheVaultDoesNotTakeIsDeletedAgain(t *testing.T) {
	b := newBench(t, false)
	baseline, _, err := b.look()
	if err != nil {
		t.Fatal(err)
	}
	b.vault.strike = func(call string) (bool, error) {
		if call == "Stage" {
			return false, fault.New(fault.Denied, "Give the token its right back.", "the vault is read-only")
		}
		return false, nil
	}
	if _, err := b.Mint(t.Context(), b.c, "r", baseline, b.mark); fault.KindOf(err) != fault.Denied {
		t.Errorf("got %v, want the vault's own fault", err)
	}
	b.vault.strike = nil
	b.sound("afterwards")
}

func TestAKeyThatIAMRefusesButDoesNotListIsWaitedFor(t *testing.T) {
	b := newBench(t, false)
	b.k.Order(kernel.Fault{Match: kernel.Match{Operation: "CreateAccessKey"}, Status: 409, Code: "LimitExceeded", Message: "Cannot exceed quota for AccessKeysPerUser: 2"})
	if _, err := b.Mint(t.Context(), b.c, "r", []string{"x"}, b.mark); fault.KindOf(err) != fault.Propagating {
		t.Errorf("got %v, want it Propagating: one key stands, and two are allowed", err)
	}
}

func TestAYoungKeyIsPropagatingAndOneThatIsOffOrGoneIsNamed(t *testing.T) {
	b := newBench(t, false, func(s *kernel.Scenario) {
		s.Durations = map[string]kernel.Duration{"aws.iam.accesskey": kernel.Duration(150 * time.Millisecond)}
	})
	baseline, _, err := b.look()
	if err != nil {
		t.Fatal(err)
	}
	k, err := b.Mint(t.Context(), b.c, "r", baseline, b.mark)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.Prove(t.Context(), b.c, plan.Staged); fault.KindOf(err) != fault.Propagating {
		t.Errorf("an instant old: got %v, want it Propagating", err)
	}
	b.until("it is known", func() error { _, err := b.Prove(t.Context(), b.c, plan.Staged); return err })
	if p, err := b.Prove(t.Context(), b.c, plan.Staged); err != nil || p.Key != k.ID || p.Who != "arn:aws:iam::862973411383:user/landfall-fallback" || p.At.IsZero() {
		t.Errorf("got %+v, %v; want it to be the user's", p, err)
	}
	b.vault.since[in(b.c.Item, plan.Staged)] = time.Now().Add(-time.Hour)
	for _, c := range []struct {
		says string
		deed func() error
	}{
		{"is switched off", func() error { return b.Disable(t.Context(), b.c, k.ID) }},
		{"is not among the keys", func() error { return b.Delete(t.Context(), b.c, k.ID) }},
	} {
		if err := errors.Join(c.deed(), c.deed()); err != nil {
			t.Fatal(err)
		}
		_, err := b.Prove(t.Context(), b.c, plan.Staged)
		if f := fault.As(err); f == nil || f.Kind != fault.SessionExpired || !strings.Contains(f.Error(), c.says) || f.OfLogin() || f.Hint == "" {
			t.Errorf("got %+v, want SessionExpired of no login: %s", f, c.says)
		}
	}
	if err := b.Enable(t.Context(), b.c, k.ID); fault.KindOf(err) != fault.Conflict {
		t.Errorf("got %v, want that nothing brings a deleted key back", err)
	}
}

func TestAKeyOfSomebodyElseProvesNothing(t *testing.T) {
	b := newBench(t, false)
	b.c.Login = &plan.Login{Name: "aws-prod-keys", Type: "aws-keys", Account: "862973411383", User: "another", Item: b.c.Item}
	if _, err := b.Prove(t.Context(), b.c, plan.Current); fault.KindOf(err) != fault.Conflict {
		t.Errorf("got %v, want a Conflict", err)
	}
}

func TestAKeyIsSwitchedOffAndOnAgainButNeverTheOneThatConsumersHave(t *testing.T) {
	b := newBench(t, false)
	current, _ := b.vault.current(b.c.Item)
	for _, err := range []error{b.Disable(t.Context(), b.c, current), b.Delete(t.Context(), b.c, current)} {
		if fault.KindOf(err) != fault.Conflict {
			t.Errorf("got %v, want it refused", err)
		}
	}
	id, _ := b.somebodys()
	for _, c := range []struct {
		state string
		deed  func() error
	}{
		{"Inactive", func() error { return b.Disable(t.Context(), b.c, id) }},
		{"Active", func() error { return b.Enable(t.Context(), b.c, id) }},
	} {
		before := len(b.writes())
		if err := errors.Join(c.deed(), c.deed()); err != nil || b.keys()[id] != c.state || len(b.writes()) != before+1 {
			t.Errorf("got %v, %s after %v; want %s by one write", err, b.keys()[id], b.writes()[before:], c.state)
		}
	}
}

func TestSessionsOfACompromisedKeyAreEndedAndWhatLivesOnIsSaid(t *testing.T) {
	b := newBench(t, false)
	id, secret := b.vault.current(b.c.Item)
	got, err := sts.NewFromConfig(b.by(id, secret, "")).GetSessionToken(t.Context(), &sts.GetSessionTokenInput{})
	if err != nil {
		t.Fatal(err)
	}
	thief := guardduty.NewFromConfig(b.by(*got.Credentials.AccessKeyId, *got.Credentials.SecretAccessKey, *got.Credentials.SessionToken))
	if _, err := thief.ListDetectors(t.Context(), &guardduty.ListDetectorsInput{}); err != nil {
		t.Fatal(err)
	}
	left, err := b.Evict(t.Context(), b.c, b.mark)
	if err != nil || !strings.Contains(left, "landfall-revoke-sessions") || !strings.Contains(left, time.Now().Add(12*time.Hour).UTC().Format("2006-01-02T15:")) {
		t.Errorf("got %q, %v; want the policy and the roles' sessions said", left, err)
	}
	if _, err := thief.ListDetectors(t.Context(), &guardduty.ListDetectorsInput{}); err == nil {
		t.Error("the session of the compromised key works still")
	}
	b.sound("afterwards")

	b.k.Order(kernel.Fault{Match: kernel.Match{Operation: "PutUserPolicy"}, Status: 403, Code: "AccessDenied", Message: "no"})
	left, err = b.Evict(t.Context(), b.c, b.mark)
	if err != nil || !strings.Contains(left, "GetSessionToken last until "+time.Now().Add(36*time.Hour).UTC().Format("2006-01-02T15:")) {
		t.Errorf("where the policy is refused: got %q, %v; want until when they last", left, err)
	}
}

// The run that rotates the key it is using: nothing tells its cached credentials that the key is off but the refusal itself.
func TestARunThatRotatesTheKeyItIsUsingEndsWell(t *testing.T) {
	b := newBench(t, true)
	l := b.c.Landing
	if _, err := b.carry(l, "guardduty"); err != nil {
		t.Fatal(err)
	}
	other := aws.New(aws.Options{Endpoint: b.url, Sessions: b.dir, Keeper: b.vault, Patience: 5 * time.Second}) // another worker
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
