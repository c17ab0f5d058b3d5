package subscription

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/resources/armpolicy"

	"github.com/itbytes/landfall/cloud/azure/session"
	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// allowedLocations is Azure's own policy "Allowed locations": it denies every other region.
const allowedLocations = "/providers/Microsoft.Authorization/policyDefinitions/e56962a6-4747-49cd-b67b-bf8b01975c4c"

// needed are the types of resources that the landing's later steps make.
func needed() []string {
	return []string{
		"Microsoft.Network/virtualNetworks", "Microsoft.Network/networkSecurityGroups", "Microsoft.Network/privateEndpoints",
		"Microsoft.Network/networkWatchers", "Microsoft.Storage/storageAccounts", "Microsoft.Network/FrontDoorWebApplicationFirewallPolicies",
	}
}

// bearable refuses to place a subscription where a policy would deny what the landing's later steps make.
func bearable(ctx context.Context, s *session.Session, l plan.Landing) error {
	c, err := armpolicy.NewAssignmentsClient(s.Subscription, s.Cred, s.ARM)
	if err != nil {
		return err
	}
	for p := c.NewListForManagementGroupPager(l.Parent, &armpolicy.AssignmentsClientListForManagementGroupOptions{Filter: session.Ptr("atScope()")}); p.More(); {
		page, err := p.NextPage(ctx)
		if err != nil {
			return err
		}
		for _, a := range page.Value {
			if a.Properties == nil || session.Str(a.Properties.EnforcementMode) == string(armpolicy.EnforcementModeDoNotEnforce) {
				continue
			}
			if what, mend := denied(a.Properties, l); what != "" {
				return fault.New(fault.Conflict, mend,
					"the policy %s of the management group %s would lock Landfall out of %s: it does not allow %s", session.Str(a.Name), l.Parent, l.ID(), what)
			}
		}
	}
	return nil
}

// denied is what an assignment would deny of what a landing needs, and the one thing to do about it; "" where nothing.
func denied(p *armpolicy.AssignmentProperties, l plan.Landing) (what, mend string) {
	switch definition := session.Str(p.PolicyDefinitionID); {
	case session.Same(definition, allowedLocations):
		if !allows(p, "listOfAllowedLocations", l.Region) {
			return "the region " + l.Region, "Set clouds.azure.region to one that it allows, or have the policy's owner add this one; then resume."
		}
	case session.Same(definition, allowedTypes):
		for _, kind := range needed() {
			if !allows(p, "listOfResourceTypesAllowed", kind) {
				return "the type " + kind, "Name another group in clouds.azure.parent, or have the policy's owner allow the type; then resume."
			}
		}
	}
	return "", ""
}

// allows reports whether a parameter of an assignment that lists what is allowed holds a value.
func allows(p *armpolicy.AssignmentProperties, parameter, value string) bool {
	given := p.Parameters[parameter]
	if given == nil {
		return true // the definition's own default: not ours to know
	}
	b, err := json.Marshal(given.Value)
	if err != nil {
		return true
	}
	var list []string
	if json.Unmarshal(b, &list) != nil {
		return true
	}
	return slices.ContainsFunc(list, func(s string) bool { return strings.EqualFold(strings.ReplaceAll(s, " ", ""), value) })
}
