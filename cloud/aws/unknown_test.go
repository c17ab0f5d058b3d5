package aws_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
	"github.com/itbytes/landfall/simulator/kernel"
)

func TestWhatCannotBeReadIsNeverTakenForAbsent(t *testing.T) {
	for _, refusal := range []struct {
		name   string
		status int
		code   string
		want   fault.Kind
	}{
		{"denied", 403, "AccessDeniedException", fault.Denied},
		{"throttled", 400, "ThrottlingException", fault.Throttled},
		{"broken down", 503, "ServiceUnavailable", fault.Transient},
	} {
		t.Run(refusal.name, func(t *testing.T) {
			w := begin(t, "itbytes")
			l := morning("mgmt")
			if _, err := w.carry(l, "account"); err != nil {
				t.Fatal(err)
			}
			for _, service := range []string{"iam", "guardduty", "config", "securityhub", "ec2", "wafv2", "s3control", "route53", "organizations"} {
				w.k.Order(kernel.Fault{Match: kernel.Match{Cloud: "aws", Service: service, Kind: "read"}, Status: refusal.status, Code: refusal.code, Message: "no"})
			}
			for _, s := range w.cloud.Steps(l) {
				if s.Name == "account" {
					continue // the login's own account needs no reading
				}
				if _, err := w.carry(l, s.Name); fault.KindOf(err) != refusal.want {
					t.Errorf("%s: got %v, want %s", s.Name, err, refusal.want)
				}
			}
			if made := w.writes(); len(made) > 0 {
				t.Errorf("got the writes %v, want none", made)
			}
		})
	}
}

func TestANameTooNearTheWantedOneStopsAndAsks(t *testing.T) {
	w := begin(t, "itbytes", func(s *kernel.Scenario) { network(s, "862973411383")["name"] = "prod-vpc" })
	l := morning("prod")
	if _, err := w.carry(l, "account"); err != nil {
		t.Fatal(err)
	}
	f := fault.As(second(w.carry(l, "vpc")))
	if f == nil || f.Kind != fault.Ambiguous || !strings.Contains(f.Message, "prod-vpc") || !strings.Contains(f.Hint, "adopt.resources.vpc") {
		t.Fatalf("got %+v, want a question that names prod-vpc", f)
	}
	if slices.Contains(w.writes(), "ec2:CreateVpc") {
		t.Error("a second network was made")
	}
	l.Adopt.Resources = map[string]string{"vpc": "prod-vpc"}
	o, err := w.carry(l, "vpc")
	if err != nil || o.Change.Op != plan.Adopted {
		t.Errorf("named in the plan: got %s %v, want adopted", o.Change.Op, err)
	}
}

func TestAUnitTooNearTheWantedOneStopsAndAsks(t *testing.T) {
	w := begin(t, "itbytes", func(s *kernel.Scenario) {
		s.Estate["aws"].(map[string]any)["organization"].(map[string]any)["units"] = map[string]any{"Core": []any{}}
	})
	l := morning("mgmt")
	if _, err := w.carry(l, "ou-placement"); fault.KindOf(err) != fault.Ambiguous {
		t.Errorf("got %v, want %s", err, fault.Ambiguous)
	}
	l.Parent = "Core/inner"
	o, err := w.carry(l, "ou-placement")
	if err != nil || o.State != plan.StepDone || !slices.Contains(w.writes(), "organizations:MoveAccount") {
		t.Errorf("a path below it: got %s %v, want the account moved", o.State, err)
	}
}

func TestAnAccountToAdoptByNameMustStand(t *testing.T) {
	w := begin(t, "itbytes")
	l := morning("prod")
	l.Email, l.Adopt = "another@it4bytes.example", plan.Adopt{Name: "aws-prod"}
	if o, err := w.carry(l, "account"); err != nil || o.Facts[plan.FactContainer] != "862973411383" {
		t.Errorf("got %v %v, want the account of that name", o.Facts, err)
	}
	clear(w.facts)
	l.Adopt.Name = "aws-production"
	if _, err := w.carry(l, "account"); fault.KindOf(err) != fault.Conflict {
		t.Errorf("a name nobody has: got %v, want %s", err, fault.Conflict)
	}
	l.Adopt = plan.Adopt{}
	if _, err := w.carry(l, "account"); fault.KindOf(err) != fault.Ambiguous {
		t.Errorf("another e-mail and the same name: got %v, want %s", err, fault.Ambiguous)
	}
	if made := w.writes(); len(made) > 0 {
		t.Errorf("got the writes %v, want none", made)
	}
}

func TestAnotherPlansNetworkIsLeftAlone(t *testing.T) {
	w := begin(t, "itbytes", func(s *kernel.Scenario) {
		n := network(s, "862973411383")
		n["tags"], n["openDefaultGroup"] = map[string]any{"landfall-plan": "other"}, true
	})
	l := morning("prod")
	if _, err := w.carry(l, "account"); err != nil {
		t.Fatal(err)
	}
	if _, err := w.carry(l, "vpc"); fault.KindOf(err) != fault.Conflict {
		t.Errorf("got %v, want %s", err, fault.Conflict)
	}
	if made := w.writes(); len(made) > 0 {
		t.Errorf("got the writes %v, want none", made)
	}
}

func TestALandingWhoseAccountIsNotThereAdoptsNothingElse(t *testing.T) {
	w := begin(t, "itbytes")
	l := morning("prod")
	l.Adopt.ID = "999999999999"
	if _, err := w.carry(l, "account"); fault.KindOf(err) != fault.Conflict {
		t.Errorf("got %v, want %s", err, fault.Conflict)
	}
	if made := w.writes(); len(made) > 0 {
		t.Errorf("got the writes %v, want none", made)
	}
}

// network is the only VPC of an estate's account.
func network(s *kernel.Scenario, id string) map[string]any {
	return account(s, id)["regions"].(map[string]any)["us-east-1"].(map[string]any)["vpcs"].([]any)[0].(map[string]any)
}

func second(_ plan.Outcome, err error) error { return err }
