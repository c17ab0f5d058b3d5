package subscription

import (
	"context"

	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/managementgroups/armmanagementgroups"

	"github.com/itbytes/landfall/cloud/azure/session"
	"github.com/itbytes/landfall/fault"
)

// parent is the management group that the session's subscription lies in.
func parent(ctx context.Context, s *session.Session) (string, error) {
	c, err := armmanagementgroups.NewEntitiesClient(s.Cred, s.ARM)
	if err != nil {
		return "", err
	}
	o := &armmanagementgroups.EntitiesClientListOptions{Filter: session.Ptr("name eq '" + s.Subscription + "'")}
	for p := c.NewListPager(o); p.More(); {
		page, err := p.NextPage(ctx)
		if err != nil {
			return "", err
		}
		for _, e := range page.Value {
			if e.Properties != nil && e.Properties.Parent != nil && session.Same(session.Str(e.Name), s.Subscription) {
				return session.Tail(session.Str(e.Properties.Parent.ID)), nil
			}
		}
	}
	return "", fault.New(fault.Propagating, "Wait; Azure has not yet said where the subscription lies.",
		"the subscription %s is in no management group that the login sees", s.Subscription)
}

// place puts the session's subscription into a management group; it is taken out of the one that it lies in.
func place(ctx context.Context, s *session.Session, id string) error {
	c, err := armmanagementgroups.NewManagementGroupSubscriptionsClient(s.Cred, s.ARM)
	if err != nil {
		return err
	}
	_, err = c.Create(ctx, id, s.Subscription, nil)
	return err
}
