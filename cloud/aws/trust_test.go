package aws_test

import (
	"strings"
	"testing"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
	"github.com/itbytes/landfall/simulator/kernel"
)

// theirs is a statement that somebody has written by hand.
const theirs = `{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::862973411383:role/OrganizationAccountAccessRole"},"Action":["sts:AssumeRole","sts:TagSession"],"Condition":{"StringEquals":{"sts:ExternalId":"ops"}}}`

// trust is the trust policy of production's robot, as it stands.
func (w *world) trust() string {
	w.t.Helper()
	return w.stands()["/accounts/862973411383/iam/roles/Robot/trust"]
}

// write puts another in its place.
func (w *world) write(l plan.Landing, policy string) {
	w.t.Helper()
	_, err := iam.NewFromConfig(w.inside(l)).UpdateAssumeRolePolicy(w.t.Context(), &iam.UpdateAssumeRolePolicyInput{RoleName: sdk.String("Robot"), PolicyDocument: &policy})
	if err != nil {
		w.t.Fatal(err)
	}
}

// added is a trust policy with a statement more.
func added(policy, statement string) string {
	return strings.TrimSuffix(policy, "]}") + "," + statement + "]}"
}

func TestATrustIsAddedToThoseThatStandAndTakenAwayFromThemAgain(t *testing.T) {
	w := begin(t, "itbytes", atOnce)
	plainly, _ := robot(func(*plan.Identity) {})
	w.carryAll(plainly, "identity-robot")
	before := added(w.trust(), theirs)
	w.write(plainly, before)
	l, id := robot(func(id *plan.Identity) { id.Trust = []plan.Trust{ofEntra(), ofGoogle()} })
	done := w.carryAll(l, "identity-robot")["identity-robot"]
	if done.Change.Op != plan.Update {
		t.Fatalf("got %s, want an update", done.Change.Op)
	}
	for _, kept := range []string{theirs, ":root", `"Sid":"LandfallRobot2Dazure"`, `"Sid":"LandfallRobot2Dgcp"`} {
		if !strings.Contains(w.trust(), kept) {
			t.Errorf("the trust %s lacks %s", w.trust(), kept)
		}
	}
	again := w.carryAll(l, "identity-robot")["identity-robot"]
	evidence := strings.Join(again.Evidence, "\n")
	if again.Writes > 0 || !strings.Contains(evidence, "sts:ExternalId=ops") || !strings.Contains(evidence, ":root") {
		t.Errorf("the second run: %d writes and the evidence\n%s\nwant none, and the others said", again.Writes, evidence)
	}
	if unnamed := w.carryAll(plainly, "identity-robot")["identity-robot"]; unnamed.Writes > 0 || !strings.Contains(w.trust(), "robot") {
		t.Errorf("a plan that names nobody any more: %d writes, want the trusts left", unnamed.Writes)
	}
	if _, err := w.cloud.Enter(t.Context(), w.task(l), id, ofEntra(), w.issued(ofEntra(), nil)); err != nil {
		t.Error(err)
	}
	if u, err := w.undo(l, "identity-robot", done); err != nil || u.State != plan.Reverted || w.trust() != before {
		t.Errorf("got %+v, %v and\n%s\nwant it as it was:\n%s", u, err, w.trust(), before)
	}
	if left := w.names("/accounts/862973411383/iam/oidcProviders/sts.windows.net.*"); len(left) > 0 {
		t.Errorf("the provider of the run is left: %v", left)
	}
}

func TestAnUndoTakesOurTrustAloneWhereSomebodyHasAddedAnotherSince(t *testing.T) {
	w := begin(t, "itbytes", atOnce)
	plainly, _ := robot(func(*plan.Identity) {})
	w.carryAll(plainly, "identity-robot")
	l, id := robot(func(id *plan.Identity) { id.Trust = []plan.Trust{ofEntra()} })
	done := w.carryAll(l, "identity-robot")["identity-robot"]
	another := ofEntra()
	another.Subject = "theirs"
	w.write(l, added(w.trust(), strings.NewReplacer("0b1c", "theirs", "LandfallRobot2Dazure", "Theirs").Replace(w.trust()[strings.Index(w.trust(), `{"Sid":"LandfallRobot2Dazure"`):len(w.trust())-2])))
	if u, err := w.undo(l, "identity-robot", done); err != nil || u.State != plan.Reverted {
		t.Errorf("got %+v, %v; want it reverted", u, err)
	}
	if strings.Contains(w.trust(), "0b1c") || !strings.Contains(w.trust(), "theirs") || !strings.Contains(w.trust(), ":root") {
		t.Errorf("got %s, want ours gone and the others there", w.trust())
	}
	if _, err := w.cloud.Enter(t.Context(), w.task(l), id, another, w.issued(another, nil)); err != nil {
		t.Errorf("somebody's own sign-in: got %v, want it to work still: its provider and audience are leaned on", err)
	}
}

func TestATrustThatSomebodyHasLoosenedIsMended(t *testing.T) {
	w := begin(t, "itbytes", atOnce)
	l, id := robot(func(id *plan.Identity) { id.Trust = []plan.Trust{ofEntra()} })
	w.carryAll(l, "identity-robot")
	was := w.trust()
	w.write(l, strings.Replace(was, `,"sts.windows.net/33e01921-4d64-4f8c-a055-5bdaffd5e33d/:sub":"0b1c"`, "", 1))
	evil := ofEntra()
	evil.Subject = "evil"
	if _, err := w.cloud.Enter(t.Context(), w.task(l), id, evil, w.issued(evil, nil)); err != nil {
		t.Fatalf("got %v, want everybody of the tenant let in meanwhile", err)
	}
	mended := w.carryAll(l, "identity-robot")["identity-robot"]
	if mended.Change.Op != plan.Update || len(mended.Change.Fields) != 1 || mended.Change.Fields[0].Field != "trust robot-azure" || w.trust() != was {
		t.Errorf("got %+v and %s, want the trust seen and mended", mended.Change, w.trust())
	}
	if _, err := w.cloud.Enter(t.Context(), w.task(l), id, evil, w.issued(evil, nil)); err == nil {
		t.Error("somebody else of the tenant is let in still")
	}
}

func TestALostAnswerOfATrustIsFoundAndNothingIsWrittenTwice(t *testing.T) {
	w := begin(t, "itbytes", atOnce)
	plainly, _ := robot(func(*plan.Identity) {})
	w.carryAll(plainly, "identity-robot")
	l, _ := robot(func(id *plan.Identity) { id.Trust = []plan.Trust{ofEntra()} })
	w.k.Order(kernel.Fault{Match: kernel.Match{Operation: "UpdateAssumeRolePolicy"}, Do: kernel.DoLose, Times: 1})
	if _, err := w.carry(l, "identity-robot"); fault.KindOf(err) != fault.Transient {
		t.Fatalf("got %v, want the answer lost", err)
	}
	if o, err := w.carry(l, "identity-robot", resumed); err != nil || o.Writes > 0 || strings.Count(w.trust(), "AssumeRoleWithWebIdentity") != 1 {
		t.Errorf("got %d writes, %v and %s; want it found", o.Writes, err, w.trust())
	}
}

func TestTheStepsSayWhoseTrustAndWhoseTokensTheyKeep(t *testing.T) {
	w := begin(t, "itbytes", atOnce)
	l, _ := robot(func(id *plan.Identity) { id.TokensFor = []plan.Cloud{plan.GCP} })
	trusts, signs := map[string]string{}, map[string]string{}
	for _, s := range w.cloud.Steps(l) {
		if s.Trusts != "" {
			trusts[s.Trusts] = s.Name
		}
		if s.Signs != "" {
			signs[s.Signs] = s.Name
		}
	}
	if trusts["Robot"] != "identity-robot" || trusts["itManagesAWS"] != "identity-itmanagesaws" || len(trusts) != 2 {
		t.Errorf("got the trusts %v, want each identity's", trusts)
	}
	if signs["Robot"] != "tokens-robot" || len(signs) != 1 {
		t.Errorf("got the tokens %v, want the robot's alone", signs)
	}
	if err := w.cloud.Check(l); err != nil {
		t.Error(err)
	}
}

func TestATrustThatWouldBeTheLastToGoIsAskedAbout(t *testing.T) {
	w := begin(t, "itbytes", atOnce)
	plainly, _ := robot(func(*plan.Identity) {})
	w.carryAll(plainly, "identity-robot")
	l, _ := robot(func(id *plan.Identity) { id.Trust = []plan.Trust{ofEntra()} })
	done := w.carryAll(l, "identity-robot")["identity-robot"]
	ours := w.trust()[strings.Index(w.trust(), `{"Sid":"LandfallRobot2Dazure"`):]
	w.write(l, `{"Version":"2012-10-17","Statement":[`+ours) // somebody has closed the role to its account
	_, err := w.undo(l, "identity-robot", done)
	if f := fault.As(err); f == nil || f.Kind != fault.Conflict || f.Hint == "" || !strings.Contains(w.trust(), "0b1c") {
		t.Errorf("got %v and %s, want a Conflict, and what somebody has closed not opened again", err, w.trust())
	}
}
