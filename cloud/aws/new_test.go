package aws_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
	"github.com/itbytes/landfall/simulator/kernel"
)

// green is a landing of an organisation that has nothing yet.
func green(env string) plan.Landing {
	l := landing(env, plan.Login{
		Name: "aws-sso", Type: "aws-sso", StartURL: "https://green.awsapps.com/start", Account: "555566667777", Role: "AdministratorAccess", Region: "us-east-1",
	})
	l.Slug, l.Email, l.Zone = "green", "aws+"+env+"@greenfield.example", "aws.greenfield.example"
	l.Fallback = &plan.Login{Name: "aws-" + env + "-keys", Type: "aws-keys", User: "landfall-fallback", Item: "op://green/aws-" + env}
	return l
}

func TestAPreviewOfALandingThatDoesNotExistSaysWhatWouldBeMade(t *testing.T) {
	w := begin(t, "greenfield")
	for _, o := range w.cloud.Preview(t.Context(), green("prod")).Outcomes {
		want := plan.Create
		if o.Step == "mfa" {
			want = plan.Manual
		}
		if o.Change.Op != want || o.Fault != nil {
			t.Errorf("%s: got %s %v, want %s", o.Step, o.Change.Op, o.Fault, want)
		}
	}
	if made := w.writes(); len(made) > 0 {
		t.Errorf("the preview wrote %v", made)
	}
}

// atOnce is a world in which nothing takes any time.
func atOnce(s *kernel.Scenario) { s.Scale = new(float64) }

func TestALandingIsMadeFromNothingAndASecondRunWritesNothing(t *testing.T) {
	w := begin(t, "greenfield")
	for name, o := range w.land(green("prod")) {
		if o.State != plan.StepDone {
			t.Errorf("%s is %s, want done", name, o.State)
		}
		if o.Writes == 0 && name != "mfa" {
			t.Errorf("%s wrote nothing, and nothing stood", name)
		}
	}
	item, err := w.vault.Find(t.Context(), "op://green/aws-prod")
	if err != nil || item.Fields["access key id"] == "" || !item.Holds["secret access key"] {
		t.Errorf("the vault holds %v, want the fallback's key", item)
	}
	before := len(w.writes())
	w.land(green("prod"))
	if made := w.writes()[before:]; len(made) > 0 {
		t.Errorf("the second run wrote %v", made)
	}
}

func TestAKeyWhoseSecretWasNotKeptIsTakenAway(t *testing.T) {
	for name, disturb := range map[string]func(*world){
		"the vault was away": func(w *world) { w.vault.fails = fault.New(fault.Transient, "h", "the vault is away") },
		"the answer was lost": func(w *world) {
			w.k.Order(kernel.Fault{Match: kernel.Match{Operation: "CreateAccessKey"}, Do: kernel.DoLose, Times: 1})
		},
		"and the delete too": func(w *world) {
			w.vault.fails = errors.New("away")
			w.k.Order(kernel.Fault{Match: kernel.Match{Operation: "DeleteAccessKey"}, Do: kernel.DoReset, Times: 1})
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := begin(t, "greenfield", atOnce)
			l := green("prod")
			for _, s := range []string{"account", "fallback-user"} {
				if _, err := w.carry(l, s); err != nil {
					t.Fatal(err)
				}
			}
			disturb(w)
			if _, err := w.carry(l, "fallback-key"); err == nil {
				t.Fatal("got no error, want one")
			}
			w.vault.fails = nil
			o, err := w.carry(l, "fallback-key", func(t *plan.Task) { t.Again = true })
			if err != nil || o.State != plan.StepDone {
				t.Fatalf("the second attempt: got %s %v", o.State, err)
			}
			if !strings.Contains(strings.Join(o.Evidence, " "), "GetCallerIdentity with the key") {
				t.Errorf("got %v, want the key proven", o.Evidence)
			}
			if n := w.keysOf(l, "landfall-fallback"); n != 1 {
				t.Errorf("the user has %d keys, want the one that is kept", n)
			}
		})
	}
}

func TestAnEmailThatIsTakenIsAskedAboutAndAFullOrganisationToo(t *testing.T) {
	w := begin(t, "greenfield", func(s *kernel.Scenario) { s.Estate["aws"].(map[string]any)["accountLimit"] = 1 })
	_, err := w.carry(green("prod"), "account")
	if f := fault.As(err); f == nil || f.Kind != fault.Quota || f.Hint == "" {
		t.Errorf("a full organisation: got %v, want %s", err, fault.Quota)
	}
}

func TestAnAccountThatIsBeingMadeIsWaitedFor(t *testing.T) {
	slow := kernel.Duration(300 * time.Millisecond)
	w := begin(t, "greenfield", func(s *kernel.Scenario) {
		s.Durations = map[string]kernel.Duration{"aws.organizations.CreateAccount": slow, "aws.organizations.role": slow}
	})
	l := green("prod")
	w.k.Order(kernel.Fault{Match: kernel.Match{Operation: "CreateAccount"}, Do: kernel.DoLose, Times: 1})
	if _, err := w.carry(l, "account"); fault.KindOf(err) != fault.Transient {
		t.Fatalf("got %v, want the answer lost", err)
	}
	o, err := w.carry(l, "account", func(t *plan.Task) { t.Again = true })
	if err != nil || o.State != plan.StepDone {
		t.Fatalf("got %s %v, want the account that the first attempt began", o.State, err)
	}
	created := slices.DeleteFunc(w.writes(), func(c string) bool { return c != "organizations:CreateAccount" })
	if len(created) != 1 {
		t.Errorf("got %d creations, want one", len(created))
	}
}
