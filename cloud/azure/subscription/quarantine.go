package subscription

import (
	"context"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/managementgroups/armmanagementgroups"
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/resources/armpolicy"
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/resources/armresources"

	"github.com/itbytes/landfall/cloud/azure/session"
	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

const (
	// quarantine is the management group of subscriptions that a run made and gave up, and the name of the policy assignment
	// that keeps anything from being made in them.
	quarantine = "landfall-quarantine"
	// quarantined is the tag that names the plan whose run it was.
	quarantined = "landfall-quarantined"
	// allowedTypes is Azure's own policy "Allowed resource types": it denies every other type. Here it allows none.
	allowedTypes = "/providers/Microsoft.Authorization/policyDefinitions/a08ec900-254a-4555-9bf5-e42af04b5c5c"
)

// confine puts the session's subscription into quarantine. What was asked for already is there when it is asked for again, and the
// tag comes last: a subscription that bears it is closed.
func confine(ctx context.Context, s *session.Session, t plan.Task) error {
	err := ward(ctx, s)
	if err == nil {
		err = place(ctx, s, quarantine)
	}
	if young(err) {
		return &fault.Fault{
			Kind: fault.Propagating, Message: "the management group " + quarantine + " is not seen: it is new, or the login may not see it", Err: err,
			Hint: "Wait; a new one is seen everywhere after up to half an hour.",
		}
	}
	if err != nil {
		return err
	}
	return tag(ctx, s, armresources.TagsPatchOperationMerge, t.Landing.Plan)
}

// ward makes the quarantine where there is none, and closes it.
func ward(ctx context.Context, s *session.Session) error {
	groups, err := armmanagementgroups.NewClient(s.Cred, s.ARM)
	if err != nil {
		return err
	}
	if _, err := groups.Get(ctx, quarantine, nil); session.Missing(err) {
		p, err := groups.BeginCreateOrUpdate(ctx, quarantine, armmanagementgroups.CreateManagementGroupRequest{
			Name: session.Ptr(quarantine), Properties: &armmanagementgroups.CreateManagementGroupProperties{DisplayName: session.Ptr(quarantine)},
		}, nil)
		if err != nil {
			return err
		}
		if _, err := session.Settle(ctx, p, 5*time.Second); err != nil {
			return err
		}
	} else if err != nil {
		return err
	}
	policies, err := armpolicy.NewAssignmentsClient(s.Subscription, s.Cred, s.ARM)
	if err != nil {
		return err
	}
	scope := "/providers/Microsoft.Management/managementGroups/" + quarantine
	if _, err := policies.Get(ctx, scope, quarantine, nil); !session.Missing(err) {
		return err
	}
	_, err = policies.Create(ctx, scope, quarantine, armpolicy.Assignment{Properties: &armpolicy.AssignmentProperties{
		DisplayName:        session.Ptr("Nothing is made in subscriptions of runs that were given up"),
		PolicyDefinitionID: session.Ptr(allowedTypes), EnforcementMode: session.Ptr(armpolicy.EnforcementModeDefault),
		Parameters: map[string]*armpolicy.ParameterValuesValue{"listOfResourceTypesAllowed": {Value: []string{}}},
	}}, nil)
	return err
}

// release takes the session's subscription out of quarantine, to where the landing wants it. The tag goes last.
func release(ctx context.Context, s *session.Session, t plan.Task) error {
	to := t.Landing.Parent
	if to == "" {
		to = s.Tenant
	}
	groups, err := armmanagementgroups.NewClient(s.Cred, s.ARM)
	if err != nil {
		return err
	}
	if _, err := groups.Get(ctx, to, nil); session.Missing(err) {
		to = s.Tenant // the group's own step makes it, and places the subscription there
	} else if err != nil {
		return err
	}
	if err := place(ctx, s, to); err != nil {
		return err
	}
	return tag(ctx, s, armresources.TagsPatchOperationDelete, t.Landing.Plan)
}

// tag adds or removes the quarantine's tag, and leaves all others.
func tag(ctx context.Context, s *session.Session, operation armresources.TagsPatchOperation, owner string) error {
	c, err := armresources.NewTagsClient(s.Subscription, s.Cred, s.ARM)
	if err != nil {
		return err
	}
	_, err = c.UpdateAtScope(ctx, s.Scope(), armresources.TagsPatchResource{
		Operation: session.Ptr(operation), Properties: &armresources.Tags{Tags: map[string]*string{quarantined: session.Ptr(owner)}},
	}, nil)
	return err
}

// confinedBy is the plan whose run has put a subscription into quarantine, or "".
func confinedBy(ctx context.Context, s *session.Session, id string) (string, error) {
	c, err := armresources.NewTagsClient(id, s.Cred, s.ARM)
	if err != nil {
		return "", err
	}
	r, err := c.GetAtScope(ctx, "/subscriptions/"+id, nil)
	if err != nil || r.Properties == nil {
		return "", err
	}
	return session.Str(r.Properties.Tags[quarantined]), nil
}
