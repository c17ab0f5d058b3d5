package aws_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/organizations/types"

	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
	"github.com/itbytes/landfall/simulator/kernel"
)

// person does what no API can.
func (w *world) person(do string, with map[string]string) {
	w.t.Helper()
	if err := w.k.Perform(kernel.Act{Cloud: "aws", Do: do, With: with}); err != nil {
		w.t.Fatal(err)
	}
}

// resumed is a task that is entered again after a hold.
func resumed(t *plan.Task) { t.Again = true }

// A closed account bricked everybody's pipeline (awslabs/landing-zone-accelerator-on-aws#980).
func TestAClosedAccountAmongNineHoldsItsOwnLandingAlone(t *testing.T) {
	for _, do := range []string{"suspendAccount", "closeAccount"} {
		t.Run(do, func(t *testing.T) {
			const closed = "100000000004"
			var envs []string
			w := begin(t, "greenfield", atOnce, func(s *kernel.Scenario) {
				aws := s.Estate["aws"].(map[string]any)
				for i := range 9 {
					env := fmt.Sprintf("env-%d", i)
					envs = append(envs, env)
					aws["accounts"] = append(aws["accounts"].([]any), map[string]any{"id": fmt.Sprintf("10000000000%d", i), "name": "aws-" + env, "email": green(env).Email})
				}
			})
			w.person(do, map[string]string{"account": closed})
			for i, env := range envs {
				_, err := w.carry(green(env), "account")
				f := fault.As(err)
				switch locked := i == 4; {
				case !locked && err != nil:
					t.Errorf("%s: got %v, want it to go on", env, err)
				case locked && (f == nil || f.Kind != fault.Locked || f.Scope != closed || f.OfLogin()):
					t.Errorf("%s: got %+v, want it locked, with its account as the scope", env, f)
				}
			}
			for _, name := range organised() {
				if o, err := w.carry(holding(envs...), name); err != nil || o.State != plan.StepDone {
					t.Errorf("%s: got %s, %v, want the other eight seen to", name, o.State, err)
				}
			}
			if made := w.writes(); slices.Contains(made, "organizations:CreateAccount") {
				t.Errorf("got the writes %v, want no account made in its place", made)
			}
		})
	}
}

func TestAnAccountThatIsClosedInTheMiddleOfARunHoldsItsOwnLandingAlone(t *testing.T) {
	w := begin(t, "itbytes")
	for _, env := range []string{"prod", "dti"} {
		if _, err := w.carry(morning(env), "account"); err != nil {
			t.Fatal(err)
		}
	}
	w.person("closeAccount", map[string]string{"account": "104862917517"})
	_, err := w.carry(morning("dti"), "guardduty")
	if f := fault.As(err); f == nil || f.Kind != fault.Locked || f.Scope != "104862917517" || f.OfLogin() || !strings.Contains(f.Hint, "reopen") {
		t.Errorf("got %+v, want the account locked", f)
	}
	if _, err := w.carry(morning("prod"), "guardduty"); err != nil {
		t.Errorf("the other landing: got %v, want it to go on", err)
	}
	w.person("reopenAccount", map[string]string{"account": "104862917517"})
	if _, err := w.carry(morning("dti"), "guardduty"); err != nil {
		t.Errorf("reopened: got %v, want it to go on", err)
	}
}

// The quota was met after a create had succeeded, and the account was made again and again (LZA#249).
func TestAnOrganisationThatIsFullAfterTheFirstAccountIsToldOfBeforeTheSecondAndGoesOnWhenThereIsRoom(t *testing.T) {
	full := func(s *kernel.Scenario) { s.Estate["aws"].(map[string]any)["accountLimit"] = 2 }
	t.Run("where the quota can be read", func(t *testing.T) {
		w := begin(t, "greenfield", atOnce, full)
		if _, err := w.carry(green("prod"), "account"); err != nil {
			t.Fatal(err)
		}
		before := len(w.writes())
		_, err := w.carry(green("dti"), "account")
		f := fault.As(err)
		if f == nil || f.Kind != fault.Quota || !strings.Contains(f.Message, "may have 2 accounts; 2 stand and 0 are being made, and this plan still makes 1 (aws/dti)") || !strings.Contains(f.Hint, "--desired-value 3") {
			t.Fatalf("got %+v, want what is owned, what is missing and who can give it", f)
		}
		if made := w.writes()[before:]; len(made) > 0 {
			t.Errorf("got the writes %v, want none", made)
		}
		w.person("raiseQuota", map[string]string{"accounts": "3"})
		if o, err := w.carry(green("dti"), "account", resumed); err != nil || o.Change.Op != plan.Create {
			t.Errorf("with room: got %s, %v, want it made", o.Change.Op, err)
		}
	})
	t.Run("where it cannot", func(t *testing.T) {
		w := begin(t, "greenfield", full)
		w.k.Order(kernel.Fault{Match: kernel.Match{Service: "servicequotas"}, Status: 400, Code: "AccessDeniedException", Message: "no"})
		if _, err := w.carry(green("prod"), "account"); err != nil {
			t.Fatal(err)
		}
		_, err := w.carry(green("dti"), "account")
		if f := fault.As(err); f == nil || f.Kind != fault.Quota || f.Code != "ACCOUNT_LIMIT_EXCEEDED" {
			t.Fatalf("got %v, want the quota that AWS met", err)
		}
		if o, err := w.carry(green("prod"), "account"); err != nil || o.Change.Op != plan.None {
			t.Errorf("the first account again: got %s, %v, want already so", o.Change.Op, err)
		}
	})
	t.Run("and the plan's own need is counted before", func(t *testing.T) {
		w := begin(t, "greenfield", atOnce, full)
		l := holding("prod", "dti")
		_, err := w.carry(l, "account-tags")
		f := fault.As(err)
		if f == nil || f.Kind != fault.Quota || !strings.Contains(f.Message, "still makes 2 (aws/dti, aws/prod)") {
			t.Errorf("got %+v, want the need of the whole plan", f)
		}
		w.person("raiseQuota", map[string]string{"accounts": "3"})
		begun := map[string]*plan.Begun{}
		if o := w.enter(l, "account-tags", begun, resumed); o.State != plan.StepPending {
			t.Errorf("with room: got %s, want it to wait for the accounts", o.State)
		}
	})
}

// A role that was not yet effective was taken for missing for good (LZA#859).
func TestARoleThatIsNotYetEffectiveIsWaitedForAndOneThatNeverIsDenied(t *testing.T) {
	w := begin(t, "greenfield", func(s *kernel.Scenario) {
		s.Durations = map[string]kernel.Duration{"aws.organizations.CreateAccount": 0, "aws.organizations.role": kernel.Duration(700 * time.Millisecond)}
		aws := s.Estate["aws"].(map[string]any)
		aws["accounts"] = append(aws["accounts"].([]any), map[string]any{"id": "100000000001", "name": "aws-dti", "email": green("dti").Email, "entryRole": "none"})
	})
	org := organizations.NewFromConfig(w.config(green("prod")))
	made, err := org.CreateAccount(t.Context(), &organizations.CreateAccountInput{AccountName: sdk.String("aws-prod"), Email: sdk.String(green("prod").Email)})
	if err != nil {
		t.Fatal(err)
	}
	status, err := org.DescribeCreateAccountStatus(t.Context(), &organizations.DescribeCreateAccountStatusInput{CreateAccountRequestId: made.CreateAccountStatus.Id})
	if err != nil {
		t.Fatal(err)
	}
	l := green("prod")
	w.facts[l.ID()] = map[string]string{plan.FactContainer: sdk.ToString(status.CreateAccountStatus.AccountId)}
	if _, err := w.carry(l, "guardduty"); fault.KindOf(err) != fault.Propagating {
		t.Errorf("a step just after the account was made: got %v, want %s", err, fault.Propagating)
	}
	if o, err := w.carry(l, "account"); err != nil || o.State != plan.StepDone {
		t.Errorf("the account: got %s, %v, want it entered once its role is effective", o.State, err)
	}
	if _, err := w.carry(l, "guardduty"); err != nil {
		t.Errorf("the step again: got %v", err)
	}
	_, err = w.carry(green("dti"), "account")
	if f := fault.As(err); f == nil || f.Kind != fault.Denied || !strings.Contains(f.Hint, "sts:AssumeRole") {
		t.Errorf("an old account without the role: got %+v, want %s", f, fault.Denied)
	}
}

// Somebody changed an account's root e-mail by hand, and a second account was vended (aft#378, LZA#433).
func TestARootEmailThatAPersonHasChangedMakesNoSecondAccount(t *testing.T) {
	for name, tagged := range map[string]bool{"the account bears the plan's tags": true, "it bears none": false} {
		t.Run(name, func(t *testing.T) {
			w := begin(t, "greenfield", atOnce)
			l := green("prod")
			w.land(l)
			account := w.facts[l.ID()][plan.FactContainer]
			if tagged {
				if _, err := w.carry(holding("prod"), "account-tags"); err != nil {
					t.Fatal(err)
				}
			}
			w.person("changeRootEmail", map[string]string{"account": account, "email": "somebody@greenfield.example"})
			before := len(w.writes())
			if o, err := w.carry(l, "account"); err != nil || o.Change.Op != plan.None {
				t.Errorf("in the same run: got %s, %v, want it known by its id", o.Change.Op, err)
			}
			clear(w.facts)
			o, err := w.carry(l, "account", resumed)
			switch {
			case tagged && (err != nil || o.Change.Op != plan.None || w.facts[l.ID()][plan.FactContainer] != account):
				t.Errorf("in another run: got %s, %v, want it found by its tags", o.Change.Op, err)
			case !tagged && (fault.KindOf(err) != fault.Ambiguous || !strings.Contains(err.Error(), account)):
				t.Errorf("in another run: got %v, want a question that names the account", err)
			}
			if tagged {
				if o, err := w.carry(holding("prod"), "account-tags"); err != nil || o.Change.Op != plan.None {
					t.Errorf("the management landing: got %s, %v, want it to know the account too", o.Change.Op, err)
				}
			}
			if made := w.writes()[before:]; len(made) > 0 {
				t.Errorf("got the writes %v, want none", made)
			}
		})
	}
}

// Somebody renamed an organizational unit by hand, and the pipeline made it again (LZA#512).
func TestAUnitThatAPersonHasRenamedIsFoundAgain(t *testing.T) {
	w := begin(t, "greenfield", atOnce)
	l := holding("prod")
	l.Parent = "core/inner"
	w.land(green("prod"))
	for _, name := range organised() {
		if _, err := w.carry(l, name); err != nil {
			t.Fatal(err)
		}
	}
	org := organizations.NewFromConfig(w.config(l))
	for path, name := range w.names("/organization/units/[^/]+/name") {
		if _, err := org.UpdateOrganizationalUnit(t.Context(), &organizations.UpdateOrganizationalUnitInput{OrganizationalUnitId: sdk.String(strings.Split(path, "/")[3]), Name: sdk.String("our-" + name)}); err != nil {
			t.Fatal(err)
		}
	}
	before := len(w.writes())
	o, err := w.carry(l, "ou-placement")
	if err != nil || o.Change.Op != plan.None {
		t.Errorf("got %s, %v, want already so", o.Change.Op, err)
	}
	if made := w.writes()[before:]; len(made) > 0 {
		t.Errorf("got the writes %v, want none", made)
	}
}

func TestAUnitThatAPersonMadeAndRenamedIsAskedAbout(t *testing.T) {
	w := begin(t, "itbytes", func(s *kernel.Scenario) {
		s.Estate["aws"].(map[string]any)["organization"].(map[string]any)["units"] = map[string]any{"engineering": []any{"862973411383"}}
		account(s, "862973411383")["tags"] = map[string]any{"landfall-plan": "itbytes", "landfall-environment": "prod"}
	})
	_, err := w.carry(morning("mgmt"), "ou-placement")
	if f := fault.As(err); f == nil || f.Kind != fault.Ambiguous || !strings.Contains(f.Message, "engineering") || !strings.Contains(f.Hint, "clouds.aws.parent") {
		t.Errorf("got %+v, want a question that names the unit", f)
	}
	if made := w.writes(); len(made) > 0 {
		t.Errorf("got the writes %v, want none", made)
	}
}

// A guardrail of the pipeline's own making locked the pipeline out (LZA#1179). Landfall's only one in AWS is the quarantine.
func TestOurOwnDenyPolicyWouldLockUsOut(t *testing.T) {
	t.Run("where the landing is entered otherwise than by its role", func(t *testing.T) {
		w := begin(t, "greenfield", atOnce)
		l := green("prod")
		done := w.land(l)
		l.Login = *l.Fallback
		l.Login.Account = w.facts[l.ID()][plan.FactContainer]
		_, err := w.undo(l, "account", done["account"])
		f := fault.As(err)
		if f == nil || f.Kind != fault.Conflict || !strings.Contains(f.Message, "lock Landfall out") || !strings.Contains(f.Message, "user/landfall-fallback") || !strings.Contains(f.Hint, "clouds.aws.role") {
			t.Errorf("got %+v, want what would be locked out, and what mends it", f)
		}
		if made := w.writes(); slices.Contains(made, "organizations:MoveAccount") || slices.Contains(made, "organizations:AttachPolicy") {
			t.Errorf("got the writes %v, want nothing closed", made)
		}
	})
	t.Run("where the policy lets in another role", func(t *testing.T) {
		w := begin(t, "greenfield", atOnce)
		first, second := green("prod"), green("dti")
		second.Role = "Deployer"
		w.takeBack(first, w.land(first))
		w.takeBack(second, w.land(second))
		for _, l := range []plan.Landing{first, second} {
			if err := identified(t.Context(), w.inside(l)); err != nil {
				t.Errorf("%s: got %v, want its own role let in", l.ID(), err)
			}
		}
	})
	t.Run("where the policy is not as Landfall makes it", func(t *testing.T) {
		w := begin(t, "greenfield", atOnce)
		l := green("prod")
		done := w.land(l)
		_, err := organizations.NewFromConfig(w.config(l)).CreatePolicy(t.Context(), &organizations.CreatePolicyInput{
			Name: sdk.String("landfall-quarantine"), Description: sdk.String("somebody's"), Type: types.PolicyTypeServiceControlPolicy,
			Content: sdk.String(`{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}`),
		})
		if err != nil {
			t.Fatal(err)
		}
		_, err = w.undo(l, "account", done["account"])
		if f := fault.As(err); f == nil || f.Kind != fault.Conflict || !strings.Contains(f.Message, "lock Landfall out") {
			t.Errorf("got %+v, want a conflict", f)
		}
		if now := w.stands()["/accounts/"+w.facts[l.ID()][plan.FactContainer]+"/ou"]; now != "root" {
			t.Errorf("the account lies in %q, want it where it was", now)
		}
	})
}
