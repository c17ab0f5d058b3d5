package network

import (
	"context"
	"net/netip"
	"slices"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/network/armnetwork/v8"

	"github.com/itbytes/landfall/cloud/azure/session"
	"github.com/itbytes/landfall/plan"
)

// Network is a virtual network.
type Network struct {
	ID           string
	Tags         map[string]*string
	Provisioning string
	Prefixes     []string
	Subnets      []Subnet
	raw          armnetwork.VirtualNetwork
}

// Subnet is a subnet of a Network.
type Subnet struct {
	Name, CIDR, Group string // Group is the id of its network security group, or ""
	raw               armnetwork.Subnet
}

// Network reads a virtual network.
func (c *Client) Network(ctx context.Context, at session.Place) (Network, error) {
	r, err := c.networks.Get(ctx, at.Group, at.Name, nil)
	if err != nil {
		return Network{}, err
	}
	n := Network{ID: session.Str(r.ID), Tags: r.Tags, raw: r.VirtualNetwork}
	if r.Properties == nil {
		return n, nil
	}
	n.Provisioning = session.Str(r.Properties.ProvisioningState)
	if a := r.Properties.AddressSpace; a != nil {
		n.Prefixes = texts(a.AddressPrefixes)
	}
	for _, sub := range r.Properties.Subnets {
		n.Subnets = append(n.Subnets, subnetOf(*sub))
	}
	return n, nil
}

func subnetOf(raw armnetwork.Subnet) Subnet {
	s := Subnet{Name: session.Str(raw.Name), raw: raw}
	if p := raw.Properties; p != nil {
		s.CIDR = session.Str(p.AddressPrefix)
		if s.CIDR == "" && len(p.AddressPrefixes) > 0 {
			s.CIDR = session.Str(p.AddressPrefixes[0])
		}
		if p.NetworkSecurityGroup != nil {
			s.Group = session.Str(p.NetworkSecurityGroup.ID)
		}
	}
	return s
}

// Networks lists the names of all virtual networks of the subscription.
func (c *Client) Networks(ctx context.Context) ([]string, error) {
	var out []string
	for p := c.networks.NewListAllPager(nil); p.More(); {
		page, err := p.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, n := range page.Value {
			out = append(out, session.Str(n.Name))
		}
	}
	return out, nil
}

// Guarded reports whether a subnet has a network security group, or is one of those that Azure keeps for itself and that
// must not have one.
func (s Subnet) Guarded() bool {
	return s.Group != "" || slices.Contains([]string{
		"GatewaySubnet", "AzureFirewallSubnet", "AzureFirewallManagementSubnet", "AzureBastionSubnet", "RouteServerSubnet",
	}, s.Name)
}

// Subnet is the subnet of a name.
func (n Network) Subnet(name string) (Subnet, bool) {
	i := slices.IndexFunc(n.Subnets, func(s Subnet) bool { return strings.EqualFold(s.Name, name) })
	if i < 0 {
		return Subnet{}, false
	}
	return n.Subnets[i], true
}

// Contains reports whether a range lies in the network's address space.
func (n Network) Contains(cidr string) bool {
	want, err := netip.ParsePrefix(cidr)
	return err == nil && slices.ContainsFunc(n.Prefixes, func(p string) bool {
		have, err := netip.ParsePrefix(p)
		return err == nil && have.Bits() <= want.Bits() && have.Overlaps(want)
	})
}

// Fits reports whether a subnet of a range could be added: it lies in the address space and none stands in its way.
func (n Network) Fits(cidr string) bool {
	want, err := netip.ParsePrefix(cidr)
	return err == nil && n.Contains(cidr) && !slices.ContainsFunc(n.Subnets, func(s Subnet) bool {
		have, err := netip.ParsePrefix(s.CIDR)
		return err == nil && have.Overlaps(want)
	})
}

// MakeNetwork makes a network with its subnets, which are private: nothing in them reaches the Internet unless told to.
func (c *Client) MakeNetwork(ctx context.Context, at session.Place, l plan.Landing, tags map[string]*string, group string) (plan.Applied, error) {
	n := armnetwork.VirtualNetwork{
		Location: session.Ptr(l.Region), Tags: tags,
		Properties: &armnetwork.VirtualNetworkPropertiesFormat{
			AddressSpace: &armnetwork.AddressSpace{AddressPrefixes: []*string{session.Ptr(l.Network.CIDR)}},
		},
	}
	for _, s := range l.Network.Subnets {
		sub := private(s, group)
		n.Properties.Subnets = append(n.Properties.Subnets, &sub)
	}
	p, err := c.networks.BeginCreateOrUpdate(ctx, at.Group, at.Name, n, nil)
	return session.Begun(at.Name, p, err)
}

// Widen adds a range to a network's address space; all that stands is sent back as it was read.
func (c *Client) Widen(ctx context.Context, at session.Place, n Network, cidr string) (plan.Applied, bool, error) {
	if n.raw.Properties.AddressSpace == nil {
		n.raw.Properties.AddressSpace = &armnetwork.AddressSpace{}
	}
	space := n.raw.Properties.AddressSpace
	space.AddressPrefixes = append(slices.Clone(space.AddressPrefixes), session.Ptr(cidr))
	p, err := c.networks.BeginCreateOrUpdate(ctx, at.Group, at.Name, n.raw, nil)
	return await(ctx, at.Name, p, err)
}

// AddSubnet adds one private subnet to a network that stands.
func (c *Client) AddSubnet(ctx context.Context, at session.Place, s plan.Subnet, group string) (plan.Applied, bool, error) {
	p, err := c.subnets.BeginCreateOrUpdate(ctx, at.Group, at.Name, s.Name, private(s, group), nil)
	return await(ctx, at.Name, p, err)
}

// Guard gives a subnet a network security group and leaves everything else of it as it is.
func (c *Client) Guard(ctx context.Context, at session.Place, s Subnet, group string) (plan.Applied, bool, error) {
	if s.raw.Properties == nil {
		s.raw.Properties = &armnetwork.SubnetPropertiesFormat{}
	}
	s.raw.Properties.NetworkSecurityGroup = &armnetwork.SecurityGroup{ID: session.Ptr(group)}
	p, err := c.subnets.BeginCreateOrUpdate(ctx, at.Group, at.Name, s.Name, s.raw, nil)
	return await(ctx, at.Name, p, err)
}

// Unguard takes its network security group from a subnet and leaves everything else of it as it is.
func (c *Client) Unguard(ctx context.Context, at session.Place, s Subnet) (bool, error) {
	s.raw.Properties.NetworkSecurityGroup = nil
	p, err := c.subnets.BeginCreateOrUpdate(ctx, at.Group, at.Name, s.Name, s.raw, nil)
	_, done, err := await(ctx, at.Name, p, err)
	return done, err
}

// DropSubnet deletes a subnet in which nothing stands.
func (c *Client) DropSubnet(ctx context.Context, at session.Place, name string) (bool, error) {
	p, err := c.subnets.BeginDelete(ctx, at.Group, at.Name, name, nil)
	_, done, err := await(ctx, at.Name, p, err)
	return done, err
}

// Narrow takes a range from a network's address space; all else that stands is sent back as it is read now.
func (c *Client) Narrow(ctx context.Context, at session.Place, cidr string) error {
	n, err := c.Network(ctx, at)
	if err != nil {
		return err
	}
	space := n.raw.Properties.AddressSpace
	space.AddressPrefixes = slices.DeleteFunc(slices.Clone(space.AddressPrefixes), func(p *string) bool { return session.Str(p) == cidr })
	return session.Sent(c.networks.BeginCreateOrUpdate(ctx, at.Group, at.Name, n.raw, nil))
}

// DropNetwork deletes a network in which nothing stands.
func (c *Client) DropNetwork(ctx context.Context, at session.Place) error {
	p, err := c.networks.BeginDelete(ctx, at.Group, at.Name, nil)
	return session.Gone(ctx, p, err)
}

// TagNetwork replaces a network's tags.
func (c *Client) TagNetwork(ctx context.Context, at session.Place, tags map[string]*string) (plan.Applied, error) {
	_, err := c.networks.UpdateTags(ctx, at.Group, at.Name, armnetwork.TagsObject{Tags: tags}, nil)
	return plan.Applied{ID: at.Name}, err
}

func private(s plan.Subnet, group string) armnetwork.Subnet {
	return armnetwork.Subnet{Name: session.Ptr(s.Name), Properties: &armnetwork.SubnetPropertiesFormat{
		AddressPrefix: session.Ptr(s.CIDR), DefaultOutboundAccess: session.Ptr(false),
		NetworkSecurityGroup: &armnetwork.SecurityGroup{ID: session.Ptr(group)},
	}}
}
