package azure_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
	"github.com/itbytes/landfall/simulator/kernel"
)

func previewed(state string) func(*kernel.Scenario) {
	return func(s *kernel.Scenario) {
		estate(s)["previews"] = []any{map[string]any{"feature": "Microsoft.Network/AllowZones", "state": state, "gates": "dnsZones.put"}}
		prod(s)["registered"] = []any{"Microsoft.Network"}
	}
}

func TestThePaperLicenceIsThereAndTheBlockerIsThePreview(t *testing.T) {
	for _, state := range []string{"NotRegistered", "Pending"} {
		t.Run(state, func(t *testing.T) {
			w := morning(t, previewed(state))
			l := landings(t)[0]
			l.Zone = "az.it4bytes.example"
			task := w.task(l, "dns-zone")
			for range 3 {
				_, err := w.azure.Carry(t.Context(), task, func(string) {})
				f := refused(t, err, fault.PendingApproval)
				if f == nil {
					return
				}
				for _, want := range []string{"the licence is there", "Microsoft 365 Business Premium (SPB) contains AAD_PREMIUM", "the blocker is the approval of the preview Microsoft.Network/AllowZones", "Pending", prodID} {
					if !strings.Contains(f.Message, want) {
						t.Errorf("got %q, want %q in it", f.Message, want)
					}
				}
			}
			asked, tried := 0, 0
			for _, c := range w.writes(0) {
				switch c.Operation {
				case "features.register":
					asked++
				case "dnsZones.put":
					tried++
				}
			}
			if want := map[string]int{"NotRegistered": 1}[state]; asked != want || tried != 1 {
				t.Errorf("got %d registrations and %d tries, want %d and the one that was refused", asked, tried, want)
			}
			if err := w.kernel.Perform(kernel.Act{Cloud: "azure", Do: "approvePreview", With: map[string]string{"feature": "Microsoft.Network/AllowZones"}}); err != nil {
				t.Fatal(err)
			}
			if out, err := w.carry(task); err != nil || out.Change.Op != plan.Create {
				t.Errorf("once approved: got %s %v, want created by carrying it again", out.Change.Op, err)
			}
		})
	}
}

func TestATenantWithoutTheLicenceIsToldSo(t *testing.T) {
	w := morning(t, previewed("Pending"), func(s *kernel.Scenario) { delete(estate(s), "licences") })
	l := landings(t)[0]
	l.Zone = "az.it4bytes.example"
	_, err := w.azure.Carry(t.Context(), w.task(l, "dns-zone"), func(string) {})
	if f := refused(t, err, fault.PendingApproval); f != nil && !strings.Contains(f.Message, "Entra ID P1 is in none of the licences") {
		t.Errorf("got %q, want that no licence contains it", f.Message)
	}
}

func TestASubscriptionIsOrderedOnlyByWhoMayOrderIt(t *testing.T) {
	const enrolment = "/providers/Microsoft.Billing/billingAccounts/ea/enrollmentAccounts/1"
	for _, c := range []struct {
		title, billing string
		scopes         []any
		kind           fault.Kind
		says           string
	}{
		{"the section", "", nil, "", ""},
		{"another section of the account", strings.Replace(landings(t)[1].Billing, "core", "other", 1), nil, fault.Denied, "Azure subscription creator"},
		{"another account", strings.Replace(landings(t)[1].Billing, "it4bytes", "theirs", 1), nil, fault.Denied, "Azure subscription creator"},
		{"the enrolment account", enrolment, []any{enrolment}, "", ""},
		{"another enrolment account", enrolment + "2", []any{enrolment}, fault.Denied, "enrollment account subscription creator"},
	} {
		t.Run(c.title, func(t *testing.T) {
			w := morning(t, func(s *kernel.Scenario) {
				if c.scopes != nil {
					estate(s)["billingScopes"] = c.scopes
				}
			})
			l := landings(t)[1]
			if c.billing != "" {
				l.Billing = c.billing
			}
			_, err := w.carry(w.task(l, "subscription"))
			if fault.KindOf(err) != c.kind {
				t.Errorf("got %v, want %q", err, c.kind)
			}
			if f := fault.As(err); f != nil && !strings.Contains(f.Hint, c.says) {
				t.Errorf("got the hint %q, want %q in it", f.Hint, c.says)
			}
			if got := len(w.writes(0)); c.kind != "" && got != 0 {
				t.Errorf("got %d writes, want none", got)
			}
		})
	}
}

func TestAChangeThatTheLoginsRolesDoNotPermitIsRefusedBeforeItBegins(t *testing.T) {
	for _, c := range []struct {
		role, step string
		lacks      string // the role that is proposed; "" where the change is permitted
	}{
		{"Owner", "policy", ""},
		{"Contributor", "policy", "Resource Policy Contributor"},
		{"Contributor", "resource-group", ""},
		{"Reader", "resource-group", "Contributor"},
		{"Reader", "providers", "Contributor"},
		{"Security Reader", "defender", "Security Admin"},
	} {
		t.Run(c.role+" "+c.step, func(t *testing.T) {
			w := morning(t, func(s *kernel.Scenario) {
				login := s.Logins["azure-admin"]
				login.Details = map[string]string{"user": "admin@it4bytes.example", "role": c.role}
				s.Logins["azure-admin"] = login
				prod(s)["registered"] = []any{"Microsoft.Security", "Microsoft.Network"}
			})
			_, err := w.carry(w.task(landings(t)[0], c.step))
			if c.lacks == "" {
				if err != nil {
					t.Errorf("got %v, want it permitted", err)
				}
				return
			}
			f := refused(t, err, fault.Denied)
			if f != nil && (!strings.Contains(f.Hint, "the role "+c.lacks+" ") || !strings.Contains(f.Message, "azure-admin") || !strings.Contains(f.Message, prodID)) {
				t.Errorf("got %q %q, want the login, the subscription and the role %s", f.Message, f.Hint, c.lacks)
			}
			if got := len(w.writes(0)); got != 0 {
				t.Errorf("got %d writes, want none", got)
			}
		})
	}
}

func TestEveryWriteOfAStepIsAmongItsActions(t *testing.T) {
	w := begin(t, greenfield, func(s *kernel.Scenario) { s.Scale = new(float64) })
	l := landingsOf(t, "greenfield.yaml")[2]
	l.Parent = "green"
	facts := map[string]string{}
	seen := 0
	for _, s := range w.azure.Steps(l) {
		since := len(w.kernel.Calls())
		out, err := w.carry(plan.Task{Landing: l, Step: s, Key: s.Name, Facts: facts})
		if err != nil {
			t.Fatal(err)
		}
		for k, v := range out.Facts {
			facts[k] = v
		}
		listed := permissionsAsked(w.kernel.Calls()[since:])
		for _, c := range w.writes(since) {
			if c.Service == "graph" || c.Service == "Microsoft.Management" || c.Service == "Microsoft.Subscription" && s.Name == "subscription" {
				continue
			}
			seen++
			if !listed {
				t.Errorf("%s writes %s %s and asked for no permission before", s.Name, c.Service, c.Operation)
			}
		}
	}
	if seen < 10 {
		t.Errorf("got %d writes in the subscription, want a landing's", seen)
	}
}

// permissionsAsked reports whether the permissions were read before the first write.
func permissionsAsked(calls []kernel.Record) bool {
	i := slices.IndexFunc(calls, func(c kernel.Record) bool { return c.Operation == "permissions.list" })
	j := slices.IndexFunc(calls, func(c kernel.Record) bool { return c.Kind == "write" })
	return i >= 0 && (j < 0 || i < j)
}

func TestARightInTheDirectoryThatIsMissingIsNamed(t *testing.T) {
	w := morning(t, func(s *kernel.Scenario) { estate(s)["securityDefaults"] = false })
	for read, c := range map[string]struct{ step, role string }{
		"applications.get": {"app-itManagesO365", "Directory Readers"}, "securityDefaults.get": {"security-defaults", "Security Reader"},
		"securityDefaults.patch": {"security-defaults", "Security Administrator"}, "applications.upsert": {"app-itManagesO365", "Cloud Application Administrator"},
	} {
		id := w.kernel.Order(kernel.Fault{Match: kernel.Match{Operation: read}, Status: 403, Code: "Authorization_RequestDenied", Message: "Insufficient privileges to complete the operation."})
		_, err := w.carry(w.task(landings(t)[2], c.step))
		if f := refused(t, err, fault.Denied); f != nil && !strings.Contains(f.Hint, "the directory role "+c.role) {
			t.Errorf("%s: got the hint %q, want the role %s", read, f.Hint, c.role)
		}
		w.kernel.Lift(id)
	}
}

func TestADefenderPlanThatIsNotOfferedIsAnEntitlement(t *testing.T) {
	w := morning(t, func(s *kernel.Scenario) {
		estate(s)["withoutPlans"] = []any{"CloudPosture"}
		prod(s)["registered"] = []any{"Microsoft.Security"}
	})
	_, err := w.carry(w.task(landings(t)[0], "defender"))
	if f := refused(t, err, fault.Entitlement); f != nil && !strings.Contains(f.Message, "CloudPosture") {
		t.Errorf("got %q, want the plan named", f.Message)
	}
	if got := len(w.writes(0)); got != 0 {
		t.Errorf("got %d writes, want none", got)
	}
}
