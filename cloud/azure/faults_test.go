package azure

import (
	"strings"
	"testing"
	"time"

	"github.com/itbytes/landfall/cloud/azure/session"
	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

func TestWhatIsLockedIsTheLoginOrWhatItWouldEnter(t *testing.T) {
	const sub = "11111111-1111-4111-8111-111111111111"
	for _, c := range []struct {
		title, plays string
		status       int
		body, code   string
		scope        string // "" where the login itself is locked
	}{
		{"a disabled subscription", "arm", 409, says("ReadOnlyDisabledSubscription", "The subscription is disabled and therefore marked as read only."), "ReadOnlyDisabledSubscription", sub},
		{"one that is not active", "arm", 403, says("SubscriptionNotActive", "not active"), "SubscriptionNotActive", sub},
		{"one that is being deleted", "arm", 409, says("SubscriptionIsUnderDeletion", "being deleted"), "SubscriptionIsUnderDeletion", sub},
		{"a management lock", "arm", 409, says("ScopeLocked", "The scope cannot perform write operation because following scope(s) are locked"), "ScopeLocked", sub},
		{"an account, told by the resource manager", "arm", 401, says("InvalidAuthenticationToken", "The access token is invalid: AADSTS50053: The account is locked."), "AADSTS50053", ""},
		{"an account, told by Graph", "graph", 401, says("InvalidAuthenticationToken", "Continuous access evaluation resulted in challenge: AADSTS50053: The account is locked."), "AADSTS50053", ""},
		{"an account, told by Entra", "entra", 400, `{"error":"invalid_grant","error_codes":[50053],"error_description":"AADSTS50053: locked, or a malicious address"}`, "AADSTS50053", ""},
		{"a disabled account", "entra", 400, `{"error":"invalid_grant","error_codes":[50057],"error_description":"AADSTS50057: disabled"}`, "AADSTS50057", ""},
	} {
		t.Run(c.title, func(t *testing.T) {
			f := hear(t, wire{plays: c.plays, status: c.status, body: c.body}, c.plays, task())
			if f.Kind != fault.Locked || f.Code != c.code || f.Scope != c.scope || f.OfLogin() != (c.scope == "") {
				t.Errorf("got %s %s scope %q, of the login %v; want Locked %s scope %q", f.Kind, f.Code, f.Scope, f.OfLogin(), c.code, c.scope)
			}
			whole(t, f)
		})
	}
}

func TestTheRestOfTheTableOfFaultsIsNamed(t *testing.T) {
	for _, c := range []struct {
		title, plays string
		status       int
		body         string
		want         fault.Kind
	}{
		{"a second factor before a change", "arm", 403, says("RequestDisallowedByPolicy", "Resource was disallowed by policy. Users must authenticate with multi-factor authentication to create or update resources."), fault.SessionExpired},
		{"a link that may not be made", "arm", 403, says("LinkedAuthorizationFailed", "The client has permission but not on the linked scope"), fault.Denied},
		{"a billing account of others", "arm", 403, says("UserNotAuthorized", "You are not authorized"), fault.Denied},
		{"an approval of an activation", "arm", 400, says("PendingApproval", "awaits approval"), fault.PendingApproval},
		{"an administrator's decision", "arm", 400, says("PendingAdminDecision", "awaits a decision"), fault.PendingApproval},
		{"an activation that is none", "arm", 404, says("RoleAssignmentDoesNotExist", "not there"), fault.Invalid},
		{"a schedule that is none", "arm", 400, says("InvalidRoleAssignmentRequestSchedule", "no"), fault.Invalid},
		{"a group that guards a subnet", "arm", 400, says("InUseNetworkSecurityGroupCannotBeDeleted", "in use"), fault.Conflict},
		{"a subnet in use", "arm", 400, says("InUseSubnetCannotBeDeleted", "in use"), fault.Conflict},
		{"a parent with children", "arm", 400, says("CannotDeleteResource", "nested resources exist"), fault.Conflict},
		{"an ETag that is another", "arm", 412, says("PreconditionFailed", "If-Match"), fault.Conflict},
		{"a name of others", "arm", 409, says("StorageAccountAlreadyTaken", "taken"), fault.Conflict},
		{"a role that is not there", "arm", 404, says("RoleDefinitionDoesNotExist", "no such role"), fault.Invalid},
		{"a lifetime that the policy caps", "graph", 400, says("CredentialInvalidLifetimeAsPerAppPolicy", "Credential lifetime exceeds the max value allowed as per assigned policy."), fault.Invalid},
		{"both ways to ask for a second factor", "graph", 400, says("BadRequest", "1037: Security Defaults is enabled in the tenant."), fault.Conflict},
		{"a directory that is full", "graph", 400, says("Directory_QuotaExceeded", "full"), fault.Quota},
	} {
		t.Run(c.title, func(t *testing.T) {
			f := hear(t, wire{plays: c.plays, status: c.status, body: c.body}, c.plays, task())
			if f.Kind != c.want {
				t.Errorf("got %s (%s), want %s", f.Kind, f, c.want)
			}
			whole(t, f)
		})
	}
}

func TestWhatANewSubscriptionIsRefusedPassesAndWhatAnOldOneIsDoesNot(t *testing.T) {
	for code, c := range map[string]struct{ young, old time.Duration }{
		"AuthorizationFailed": {time.Minute, 11 * time.Minute}, "SubscriptionNotFound": {time.Minute, 11 * time.Minute},
		"RoleDefinitionDoesNotExist": {20 * time.Minute, 31 * time.Minute}, "RoleAssignmentScopeNotAssignableToRoleDefinition": {20 * time.Minute, 31 * time.Minute},
	} {
		for age, want := range map[time.Duration]bool{c.young: true, c.old: false} {
			made := task()
			made.Facts[session.FactMade] = time.Now().Add(-age).Format(time.RFC3339)
			f := hear(t, wire{plays: "arm", status: 403, body: says(code, "no")}, "arm", made)
			if got := f.Kind == fault.Propagating; got != want {
				t.Errorf("%s after %s: got %s, want it to pass: %v", code, age, f.Kind, want)
			}
		}
	}
}

func TestTheRoleThatADirectoryCallTakesIsNamed(t *testing.T) {
	f := hear(t, wire{plays: "graph", status: 403, body: says("Authorization_RequestDenied", "Insufficient privileges to complete the operation.")}, "graph", task())
	if f.Kind != fault.Denied || !strings.Contains(f.Hint, "Cloud Application Administrator") || !strings.Contains(f.Hint, "Application.ReadWrite.OwnedBy") {
		t.Errorf("got %s %q, want the role and the permission named", f.Kind, f.Hint)
	}
}

func TestEveryListedActionIsOfAStep(t *testing.T) {
	names := map[string]bool{}
	l := plan.Landing{Plan: "p", Cloud: plan.Azure, Environment: "mgmt", Management: true, Parent: "g", Zone: "z.example", Identities: []plan.Identity{{Name: "x", Home: "mgmt"}}}
	for _, c := range Controls(l) {
		if s, wanted := c.Describe(l); wanted {
			kind, _, _ := strings.Cut(s.Name, "-")
			names[s.Name], names[kind] = true, true
		}
	}
	for step := range actions() {
		if !names[step] {
			t.Errorf("%s is no step", step)
		}
	}
}

func TestAPatternCoversAnActionAsAzureHasIt(t *testing.T) {
	for _, c := range []struct {
		p    session.Permission
		want bool
	}{
		{session.Permission{Actions: []string{"*"}}, true},
		{session.Permission{Actions: []string{"*/read"}}, false},
		{session.Permission{Actions: []string{"microsoft.network/*"}}, true},
		{session.Permission{Actions: []string{"Microsoft.Network/*/write"}}, true},
		{session.Permission{Actions: []string{"Microsoft.Network/virtualNetworks/write"}}, true},
		{session.Permission{Actions: []string{"Microsoft.Network/virtualNetworks"}}, false},
		{session.Permission{Actions: []string{"*"}, Not: []string{"Microsoft.Network/*/Write"}}, false},
		{session.Permission{Actions: []string{"*"}, Not: []string{"Microsoft.Authorization/*/Write"}}, true},
	} {
		if got := c.p.Permits("Microsoft.Network/virtualNetworks/write"); got != c.want {
			t.Errorf("%+v: got %v, want %v", c.p, got, c.want)
		}
	}
}
