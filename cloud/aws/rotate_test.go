package aws_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/guardduty"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
	"github.com/itbytes/landfall/simulator/kernel"
)

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

func TestTheKeyOfACredentialThatIsRetiredIsTakenAway(t *testing.T) {
	w := begin(t, "itbytes", atOnce)
	l := morning("prod")
	c := plan.Credential{ID: "aws-prod-keys", Plan: l.Plan, Cloud: plan.AWS, Kind: plan.AccessKey, Item: l.Fallback.Item, Landing: l, Login: l.Fallback, Retiring: true}
	id, _ := w.vault.current(c.Item)
	if err := errors.Join(w.cloud.Disable(t.Context(), c, id), w.cloud.Delete(t.Context(), c, id)); err != nil {
		t.Fatal(err)
	}
	if keys, err := w.cloud.Keys(t.Context(), c); err != nil || len(keys) != 0 {
		t.Errorf("got %+v, %v; want none", keys, err)
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
