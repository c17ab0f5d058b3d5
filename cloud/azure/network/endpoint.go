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
			Subnet: &armnetwork.Subnet{ID: session.Ptr(subnet)},
			PrivateLinkServiceConnections: []*armnetwork.PrivateLinkServiceConnection{{
				Name: session.Ptr(at.Name),
				Properties: &armnetwork.PrivateLinkServiceConnectionProperties{
					PrivateLinkServiceID: session.Ptr(target), GroupIDs: []*string{session.Ptr(part)},
				},
			}},
		},
	}, nil)
	return session.Begun(at.Name, p, err)
}
