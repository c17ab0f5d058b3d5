package gcp_test

import (
	"maps"
	"strings"
	"testing"

	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
	"github.com/itbytes/landfall/simulator/kernel"
)

const core = "billingAccounts/01B2C3-D4E5F6-071829"

// withheld keeps a permission from the administrator.
func withheld(permission, on string) func(*kernel.Scenario, map[string]any) {
	return func(_ *kernel.Scenario, e map[string]any) {
		e["withheld"] = []any{map[string]any{"user": "admin@it4bytes.example", "permission": permission, "on": on}}
	}
}

// Where a permission is missing, the step holds before its first write, and says who can give it by which role. (Where it is
// not, every other test of the step shows that it goes on.)
func TestAPermissionThatIsMissingIsNamedBeforeTheFirstWrite(t *testing.T) {
	for _, c := range []struct{ step, permission, on, giver string }{
		{"project", "resourcemanager.projects.create", organization, "an organisation administrator (roles/resourcemanager.organizationAdmin) grant the login gcp-admin roles/resourcemanager.projectCreator on " + organization},
		{"billing", "billing.resourceAssociations.create", core, "an administrator of the billing account (roles/billing.admin) grant the login gcp-admin roles/billing.user on " + core},
		{"billing", "resourcemanager.projects.createBillingAssignment", "", "roles/billing.projectManager"},
		{"services", "serviceusage.services.enable", "", "roles/serviceusage.serviceUsageAdmin"},
		{"account-itmanagesgcp", "iam.serviceAccounts.create", "", "roles/iam.serviceAccountAdmin"},
		{"federation-itmanagesgcp", "iam.workloadIdentityPools.create", "", "roles/iam.workloadIdentityPoolAdmin"},
		{"key-itmanagesgcp", "iam.serviceAccountKeys.create", "", "roles/iam.serviceAccountKeyAdmin"},
		{"roles-itmanagesgcp", "resourcemanager.projects.setIamPolicy", "", "roles/resourcemanager.projectIamAdmin"},
		{"scc", "securitycentermanagement.securityCenterServices.update", "", "roles/securitycentermanagement.admin"},
		{"org-policies", "orgpolicy.policies.create", "", "roles/orgpolicy.policyAdmin"},
		{"compute", "serviceusage.services.enable", "later", "roles/serviceusage.serviceUsageAdmin"},
		{"vpc", "compute.networks.create", "", "roles/compute.networkAdmin"},
		{"subnets", "compute.subnetworks.create", "", "roles/compute.networkAdmin"},
		{"cloud-armor", "compute.securityPolicies.create", "", "roles/compute.securityAdmin"},
		{"dns-zone", "dns.managedZones.create", "", "roles/dns.admin"},
	} {
		t.Run(c.step+" "+c.permission, func(t *testing.T) {
			change := withheld(c.permission, c.on)
			if c.on == "later" {
				change = nil
			}
			w := newWorld(t, change)
			l := landing(t, "mgmt")
			known := w.before(t, l, c.step)
			known["projectCreated"] = "2020-01-01T00:00:00Z" // what is granted has long arrived
			if c.on == "later" {
				revoke := kernel.Act{Cloud: "gcp", Do: "revokePermission", With: map[string]string{"user": "admin@it4bytes.example", "permission": c.permission}}
				if err := w.kernel.Perform(revoke); err != nil {
					t.Fatal(err)
				}
			}
			writes := w.calls("write", "")
			_, err := w.carry(t.Context(), l, stepNamed(t, w, l, c.step), known, false)
			f := fault.As(err)
			if f == nil || f.Kind != fault.Denied || !strings.Contains(f.Error(), "has not "+c.permission+" on ") || !strings.Contains(f.Hint, c.giver) {
				t.Errorf("got %v (%+v), want it Denied and %q to give it", err, f, c.giver)
			}
			if got := w.calls("write", ""); got != writes {
				t.Errorf("got %d writes, want none", got-writes)
			}
		})
	}
}

func TestInAFolderThePermissionIsTheFolders(t *testing.T) {
	w := newWorld(t, func(s *kernel.Scenario, e map[string]any) {
		e["folders"] = []any{map[string]any{"name": "folders/4711", "displayName": "landings", "parent": organization}}
		withheld("resourcemanager.projects.create", "folders/4711")(s, e)
	})
	l := alone(t)
	l.Parent = "folders/4711"
	_, err := w.carry(t.Context(), l, stepNamed(t, w, l, "project"), nil, false)
	if f := fault.As(err); f == nil || f.Kind != fault.Denied || !strings.Contains(f.Hint, "an administrator of the folder") {
		t.Errorf("got %v, want it Denied by the folder", err)
	}
	l.Parent = organization
	if out, err := w.carry(t.Context(), l, stepNamed(t, w, l, "project"), nil, false); err != nil || out.State != plan.StepDone {
		t.Errorf("in the organisation: got %s, %v", out.State, err)
	}
}

func TestAMissingTierOfSecurityCommandCenterSaysWhatIsOwned(t *testing.T) {
	for _, c := range []struct {
		name, tier, says, hint string
		offered                string // what Google says of a detector instead of that it is off
	}{
		{"nobody has activated it", "NONE", "owns no tier of Security Command Center", "the Standard tier is free and enough", ""},
		{"the tier has not what it should", "STANDARD", "in the tier STANDARD, which has no security-health-analytics", "activate the Premium tier", `"effectiveEnablementState":"INELIGIBLE"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t, func(_ *kernel.Scenario, e map[string]any) {
				e["organizations"].([]any)[0].(map[string]any)["securityCenter"] = c.tier
			})
			l := alone(t)
			done := w.before(t, l, "scc")
			if c.offered != "" {
				w.wire.base = &reworded{base: w.wire.base, ends: "/securityCenterServices", old: `"effectiveEnablementState":"DISABLED"`, new: c.offered}
			}
			before := w.calls("write", "")
			_, err := w.carry(t.Context(), l, stepNamed(t, w, l, "scc"), done, false)
			f := fault.As(err)
			if f == nil || f.Kind != fault.Entitlement || !strings.Contains(f.Error(), c.says) || !strings.Contains(f.Hint, c.hint) || !strings.Contains(f.Hint, "waive GC-O01") {
				t.Errorf("got %v (%+v)", err, f)
			}
			if got := w.calls("write", ""); got != before {
				t.Error("something was written")
			}
			l.Waived = []plan.Waiver{{Control: "GC-O01", Reason: "bought elsewhere"}}
			if out, err := w.carry(t.Context(), l, stepNamed(t, w, l, "scc"), done, false); err != nil || out.State != plan.StepGap {
				t.Errorf("waived: got %s, %v", out.State, err)
			}
		})
	}
}

// Keys that the organisation forbids are never allowed from here; where somebody is let in without one, none is needed.
func TestWhereKeysAreForbiddenAndNobodyIsTrustedSomebodyMustChoose(t *testing.T) {
	w := newWorld(t, func(_ *kernel.Scenario, e map[string]any) {
		e["organizations"].([]any)[0].(map[string]any)["policies"] = []any{map[string]any{"constraint": "iam.disableServiceAccountKeyCreation", "enforce": true}}
	})
	l := landing(t, "mgmt")
	l.Identities[0].Trust = nil
	done := w.before(t, l, "key-itmanagesgcp")
	before := w.calls("write", "")
	_, err := w.carry(t.Context(), l, stepNamed(t, w, l, "key-itmanagesgcp"), done, false)
	if f := fault.As(err); f == nil || f.Kind != fault.Entitlement || !strings.Contains(f.Error(), "iam.disableServiceAccountKeyCreation is in force") || !strings.Contains(f.Hint, "federation (trust of itManagesGCP") {
		t.Errorf("got %v, want it an Entitlement, and federation named", err)
	}
	if got := w.calls("write", ""); got != before {
		t.Error("something was written")
	}
}

// before carries a landing's steps up to the one named and without it, and returns the facts.
func (w *world) before(t *testing.T, l plan.Landing, name string) map[string]string {
	t.Helper()
	known := map[string]string{}
	for _, s := range w.Steps(l) {
		if s.Name == name {
			break
		}
		o, err := w.carry(t.Context(), l, s, maps.Clone(known), false)
		if err != nil || o.State != plan.StepDone {
			t.Fatalf("%s: got %s, %v", s.Name, o.State, err)
		}
		maps.Copy(known, o.Facts)
	}
	return known
}
