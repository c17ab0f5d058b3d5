package network

import (
	"context"

	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/network/armnetwork/v8"

	"github.com/itbytes/landfall/cloud/azure/session"
	"github.com/itbytes/landfall/plan"
)

// Endpoint is a private endpoint: a service's address inside a network.
type Endpoint struct {
	ID           string
	Tags         map[string]*string
	Provisioning string
	Target       string // id of the service it leads to
	Part         string // the part of the service: blob
	Status       string // Approved, Pending, Rejected or Disconnected
}

// Endpoint reads a private endpoint.
func (c *Client) Endpoint(ctx context.Context, at session.Place) (Endpoint, error) {
	r, err := c.endpoints.Get(ctx, at.Group, at.Name, nil)
	if err != nil {
		return Endpoint{}, err
	}
	e := Endpoint{ID: session.Str(r.ID), Tags: r.Tags}
	if r.Properties == nil {
		return e, nil
	}
	e.Provisioning = session.Str(r.Properties.ProvisioningState)
	for _, l := range append(r.Properties.PrivateLinkServiceConnections, r.Properties.ManualPrivateLinkServiceConnections...) {
		if l.Properties == nil {
			continue
		}
		e.Target = session.Str(l.Properties.PrivateLinkServiceID)
		if len(l.Properties.GroupIDs) > 0 {
			e.Part = session.Str(l.Properties.GroupIDs[0])
		}
		if st := l.Properties.PrivateLinkServiceConnectionState; st != nil {
			e.Status = session.Str(st.Status)
		}
	}
	return e, nil
}

// MakeEndpoint leads from a subnet to a part of a service.
func (c *Client) MakeEndpoint(ctx context.Context, at session.Place, region string, tags map[string]*string, subnet, target, part string) (plan.Applied, error) {
	p, err := c.endpoints.BeginCreateOrUpdate(ctx, at.Group, at.Name, armnetwork.PrivateEndpoint{
		Location: session.Ptr(region), Tags: tags,
		Properties: &armnetwork.PrivateEndpointProperties{
			Subnet:                        &armnetwork.Subnet{ID: session.Ptr(subnet)},
			PrivateLinkServiceConnections: []*armnetwork.PrivateLinkServiceConnection{connection(at.Name, target, part)},
		},
	}, nil)
	return session.Begun(at.Name, p, err)
}

// Redirect leads an endpoint that stands to a part of another service and leaves the rest of it as it is.
func (c *Client) Redirect(ctx context.Context, at session.Place, target, part string) error {
	r, err := c.endpoints.Get(ctx, at.Group, at.Name, nil)
	if err != nil {
		return err
	}
	e := r.PrivateEndpoint
	if e.Properties == nil {
		e.Properties = &armnetwork.PrivateEndpointProperties{}
	}
	e.Properties.PrivateLinkServiceConnections = []*armnetwork.PrivateLinkServiceConnection{connection(at.Name, target, part)}
	e.Properties.ManualPrivateLinkServiceConnections = nil
	return session.Sent(c.endpoints.BeginCreateOrUpdate(ctx, at.Group, at.Name, e, nil))
}

// DropEndpoint deletes an endpoint.
func (c *Client) DropEndpoint(ctx context.Context, at session.Place) error {
	p, err := c.endpoints.BeginDelete(ctx, at.Group, at.Name, nil)
	return session.Gone(ctx, p, err)
}

func connection(name, target, part string) *armnetwork.PrivateLinkServiceConnection {
	return &armnetwork.PrivateLinkServiceConnection{Name: session.Ptr(name), Properties: &armnetwork.PrivateLinkServiceConnectionProperties{
		PrivateLinkServiceID: session.Ptr(target), GroupIDs: []*string{session.Ptr(part)},
	}}
}
