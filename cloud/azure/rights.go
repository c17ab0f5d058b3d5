package azure

import (
	"context"
	"fmt"
	"strings"

	"github.com/itbytes/landfall/cloud/azure/session"
	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// actions are the resource manager's actions that each step's change takes in the landing's subscription; a step of an identity
// is listed without its name. What is not listed writes nothing there: it writes to the directory or to a billing account.
func actions() map[string][]string {
	const network = "Microsoft.Network/"
	return map[string][]string{
		"subscription-name": {"Microsoft.Subscription/rename/action"},
		"management-group":  {"Microsoft.Authorization/roleAssignments/write"},
		"providers": {
			"Microsoft.Cdn/register/action", "Microsoft.Insights/register/action", "Microsoft.ManagedIdentity/register/action", "Microsoft.Network/register/action",
			"Microsoft.OperationalInsights/register/action", "Microsoft.PolicyInsights/register/action", "Microsoft.Security/register/action", "Microsoft.Storage/register/action",
		},
		"role":             {"Microsoft.Authorization/roleAssignments/write"},
		"defender":         {"Microsoft.Security/pricings/write"},
		"policy":           {"Microsoft.Authorization/policyAssignments/write"},
		"resource-group":   {"Microsoft.Resources/subscriptions/resourceGroups/write"},
		"nsg":              {network + "networkSecurityGroups/write"},
		"vnet":             {network + "virtualNetworks/write", network + "virtualNetworks/subnets/write", network + "networkSecurityGroups/join/action"},
		"flow-store":       {"Microsoft.Storage/storageAccounts/write"},
		"private-endpoint": {network + "privateEndpoints/write", network + "virtualNetworks/subnets/join/action", "Microsoft.Storage/storageAccounts/PrivateEndpointConnectionsApproval/action"},
		"flow-log":         {network + "networkWatchers/write", network + "networkWatchers/flowLogs/write", "Microsoft.Resources/subscriptions/resourceGroups/write"},
		"waf":              {network + "FrontDoorWebApplicationFirewallPolicies/write"},
		"dns-zone":         {network + "dnsZones/write"},
	}
}

// actionsOf are the actions of a step.
func actionsOf(step string) []string {
	all := actions()
	if a, listed := all[step]; listed {
		return a
	}
	kind, _, _ := strings.Cut(step, "-")
	return all[kind]
}

// permitted refuses a change that the login's roles do not permit, before the first write of it.
func permitted(ctx context.Context, s *session.Session, t plan.Task) error {
	need := actionsOf(t.Step.Name)
	if len(need) == 0 || s.Subscription == "" {
		return nil
	}
	lacks, err := s.Lacks(ctx, s.Scope(), need)
	if err != nil || len(lacks) == 0 {
		return err
	}
	return &fault.Fault{
		Kind: fault.Denied, Service: "Microsoft.Authorization", Operation: "GET permissions", Code: "AuthorizationFailed",
		Message: fmt.Sprintf("no role of the login %s permits %s in %s", loginOf(t).Name, strings.Join(lacks, ", "), s.Scope()),
		Hint:    "Have an owner of the subscription assign the role " + giver(lacks[0]) + " to the login there, then resume.",
	}
}

// giver is the least of Azure's built-in roles that permits an action.
func giver(action string) string {
	for _, r := range [][2]string{
		{"Microsoft.Authorization/roleAssignments/", "User Access Administrator"},
		{"Microsoft.Authorization/policyAssignments/", "Resource Policy Contributor"},
		{"Microsoft.Security/pricings/", "Security Admin"},
		{"Microsoft.Subscription/", "Owner"},
		{"Microsoft.Network/dnsZones/", "DNS Zone Contributor"},
		{"Microsoft.Network/", "Network Contributor"},
		{"Microsoft.Storage/", "Storage Account Contributor"},
	} {
		if strings.HasPrefix(action, r[0]) && !strings.HasSuffix(action, "/register/action") {
			return r[1]
		}
	}
	return "Contributor"
}

// directoryRight is what a call to Microsoft Graph takes, as its reference has it: the directory role for a person, the
// permission for an application. The directory itself names neither when it refuses.
func directoryRight(operation string) string {
	_, set, _ := strings.Cut(operation, " ")
	read := strings.HasPrefix(operation, "GET ")
	switch set {
	case "applications", "servicePrincipals", "directory":
		if read {
			return "the directory role Directory Readers (for an application the permission Application.Read.All)"
		}
		return "the directory role Cloud Application Administrator (for an application the permission Application.ReadWrite.OwnedBy)"
	case "policies":
		if read {
			return "the directory role Security Reader (for an application the permission Policy.Read.All)"
		}
		return "the directory role Security Administrator (for an application the permissions Policy.Read.All and Policy.ReadWrite.SecurityDefaults)"
	case "identity":
		return "the directory role Security Reader (for an application the permission Policy.Read.All)"
	case "subscribedSkus", "organization":
		return "the directory role Directory Readers (for an application the permission Organization.Read.All)"
	}
	return "the directory role that the operation asks for"
}
