package azure_test

import (
	"strings"
	"testing"

	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
	"github.com/itbytes/landfall/simulator/kernel"
)

// openTo is a security group that lets the Internet in to SSH by a rule of a priority.
func openTo(priority int) map[string]any {
	return map[string]any{"securityRules": []any{map[string]any{"name": "allow-ssh", "properties": map[string]any{
		"access": "Allow", "direction": "Inbound", "priority": priority, "protocol": "Tcp", "sourceAddressPrefix": "*", "sourcePortRange": "*",
		"destinationAddressPrefix": "*", "destinationPortRange": "20-25",
	}}}}
}

func TestAnOpenPortIsClosedBeforeTheRuleThatOpensIt(t *testing.T) {
	w := morning(t, func(s *kernel.Scenario) { prod(s)["resources"].([]any)[1].(map[string]any)["properties"] = openTo(300) })
	task := w.task(landings(t)[0], "nsg")
	out, err := w.carry(task)
	if err != nil || out.State != plan.StepDone || out.Change.Op != plan.Adopted {
		t.Fatalf("got %s %s %v, want done adopted", out.State, out.Change.Op, err)
	}
	var before string
	for _, f := range out.Change.Fields {
		if f.Field == "internet to 22" {
			before = f.Before
		}
	}
	if before != "allowed by allow-ssh" {
		t.Errorf("got before %q, want the rule's name", before)
	}
	if again, err := w.carry(task); err != nil || again.Writes != 0 {
		t.Errorf("second run: got %d writes %v, want 0", again.Writes, err)
	}
}

func TestAnOpenPortWithNoRoomBeforeItsRuleIsAConflict(t *testing.T) {
	w := morning(t, func(s *kernel.Scenario) { prod(s)["resources"].([]any)[1].(map[string]any)["properties"] = openTo(100) })
	_, err := w.carry(w.task(landings(t)[0], "nsg"))
	refused(t, err, fault.Conflict)
}

func TestAnAdoptedNetworkKeepsItsOwnAndGetsWhatFits(t *testing.T) {
	w := morning(t)
	l := landings(t)[0]
	l.Network.Subnets = []plan.Subnet{{Name: "fits", CIDR: "10.20.4.0/24"}, {Name: "taken", CIDR: "10.20.0.0/25"}, {Name: "outside", CIDR: "10.99.0.0/24"}}
	out, err := w.carry(w.task(l, "vnet"))
	if err != nil || out.State != plan.StepDone || out.Change.Op != plan.Adopted {
		t.Fatalf("got %s %s %v, want done adopted", out.State, out.Change.Op, err)
	}
	told := strings.Join(out.Evidence, "\n")
	for _, want := range []string{"10.20.0.0/16", "subnet default 10.20.0.0/24, security group on", "subnet fits 10.20.4.0/24, security group on"} {
		if !strings.Contains(told, want) {
			t.Errorf("got evidence\n%s\nwant %q in it", told, want)
		}
	}
	for _, not := range []string{"taken", "outside"} {
		if strings.Contains(told, not) {
			t.Errorf("got evidence\n%s\nwant no subnet %s", told, not)
		}
	}
}

func TestANetworkOfOursIsWidenedAndFilled(t *testing.T) {
	w := morning(t)
	l := landings(t)[0]
	l.Adopt.Resources = map[string]string{"resource-group": "rg-production", "nsg": "nsg-default"}
	l.Network = plan.Network{CIDR: "10.70.0.0/20", Subnets: []plan.Subnet{{Name: "a", CIDR: "10.70.0.0/24"}}}
	if out, err := w.carry(w.task(l, "vnet")); err != nil || out.Change.Op != plan.Create {
		t.Fatalf("got %s %v, want created", out.Change.Op, err)
	}
	l.Network = plan.Network{CIDR: "10.80.0.0/20", Subnets: []plan.Subnet{{Name: "a", CIDR: "10.70.0.0/24"}, {Name: "b", CIDR: "10.80.1.0/24"}}}
	out, err := w.carry(w.task(l, "vnet"))
	if err != nil || out.State != plan.StepDone || out.Change.Op != plan.Update {
		t.Fatalf("got %s %s %v, want done updated", out.State, out.Change.Op, err)
	}
	l.Network.Subnets[0].CIDR = "10.80.2.0/24"
	_, err = w.carry(w.task(l, "vnet"))
	refused(t, err, fault.Conflict)
}

func TestSecurityDefaultsAreTurnedOnOnlyWhereNothingStandsAgainstThem(t *testing.T) {
	for _, c := range []struct {
		title string
		state string
		want  plan.Op
		kind  fault.Kind
	}{
		{"none", "", plan.Update, ""}, {"one that only reports", "enabledForReportingButNotEnforced", plan.Update, ""}, {"one in force", "enabled", "", fault.Conflict},
	} {
		t.Run(c.title, func(t *testing.T) {
			w := morning(t, func(s *kernel.Scenario) {
				estate(s)["securityDefaults"] = false
				if c.state != "" {
					estate(s)["conditionalAccess"] = []any{map[string]any{"displayName": "only the office", "state": c.state}}
				}
			})
			out, err := w.carry(w.task(landings(t)[2], "security-defaults"))
			if fault.KindOf(err) != c.kind || out.Change.Op != c.want {
				t.Errorf("got %s %v, want %s %s", out.Change.Op, err, c.want, c.kind)
			}
		})
	}
}

func TestTheLicenceThatIsOwnedIsNamed(t *testing.T) {
	w := morning(t)
	out, err := w.carry(w.task(landings(t)[2], "security-defaults"))
	if err != nil || out.Change.Op != plan.None || !strings.Contains(strings.Join(out.Evidence, " "), "Microsoft 365 Business Premium (SPB) contains AAD_PREMIUM") {
		t.Errorf("got %s %q %v, want already so and the licence named", out.Change.Op, out.Evidence, err)
	}
}

func TestAnApplicationThatWasMadeByHandIsAdopted(t *testing.T) {
	w := morning(t, func(s *kernel.Scenario) {
		estate(s)["applications"] = []any{map[string]any{"displayName": "itManagesO365"}}
	})
	done, err := w.land(landings(t)[2])
	if err != nil {
		t.Fatal(err)
	}
	if got := done["app-itManagesO365"].Change.Op; got != plan.Adopted {
		t.Errorf("got %s, want adopted", got)
	}
	if got := w.calls("applications.post") + len(w.kernel.State()["azure"].(map[string]any)["applications"].(map[string]any)); got != 1 {
		t.Errorf("got %d applications, want the one that stood", got)
	}
}
