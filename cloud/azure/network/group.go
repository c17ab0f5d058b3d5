package network

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/network/armnetwork/v8"

	"github.com/itbytes/landfall/cloud/azure/session"
	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// Group is a network security group.
type Group struct {
	ID           string
	Tags         map[string]*string
	Provisioning string
	raw          armnetwork.SecurityGroup
}

// Group reads a network security group.
func (c *Client) Group(ctx context.Context, at session.Place) (Group, error) {
	r, err := c.groups.Get(ctx, at.Group, at.Name, nil)
	if err != nil {
		return Group{}, err
	}
	g := Group{ID: session.Str(r.ID), Tags: r.Tags, raw: r.SecurityGroup}
	if r.Properties == nil {
		g.raw.Properties = &armnetwork.SecurityGroupPropertiesFormat{}
	}
	g.Provisioning = session.Str(g.raw.Properties.ProvisioningState)
	return g, nil
}

// Groups lists the names of all network security groups of the subscription.
func (c *Client) Groups(ctx context.Context) ([]string, error) {
	var out []string
	for p := c.groups.NewListAllPager(nil); p.More(); {
		page, err := p.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, g := range page.Value {
			out = append(out, session.Str(g.Name))
		}
	}
	return out, nil
}

// Open is the name of the rule that lets the Internet in to a port, or "": the rules are asked in the order of their priority
// and the first that speaks of the port decides, as Azure itself decides.
func (g Group) Open(port int) string {
	if r := g.deciding(port); r != nil && *r.Properties.Access == armnetwork.SecurityRuleAccessAllow {
		return session.Str(r.Name)
	}
	return ""
}

// MakeGroup makes a group whose first rules deny the Internet the ports.
func (c *Client) MakeGroup(ctx context.Context, at session.Place, region string, tags map[string]*string, ports []int) (plan.Applied, error) {
	g := armnetwork.SecurityGroup{
		Location: session.Ptr(region), Tags: tags, Properties: &armnetwork.SecurityGroupPropertiesFormat{},
	}
	for i, port := range ports {
		g.Properties.SecurityRules = append(g.Properties.SecurityRules, deny(port, int32(100+10*i))) //nolint:gosec // a few ports
	}
	p, err := c.groups.BeginCreateOrUpdate(ctx, at.Group, at.Name, g, nil)
	return session.Begun(at.Name, p, err)
}

// Close puts before each rule that opens one of the ports to the Internet one that denies it, and leaves all others.
func (c *Client) Close(ctx context.Context, at session.Place, g Group, tags map[string]*string, ports []int) (plan.Applied, error) {
	g.raw.Properties.SecurityRules = slices.Clone(g.raw.Properties.SecurityRules)
	for _, port := range ports {
		r := g.deciding(port)
		if r == nil || *r.Properties.Access != armnetwork.SecurityRuleAccessAllow {
			continue
		}
		priority, free := g.before(*r.Properties.Priority)
		if !free {
			return plan.Applied{}, fault.New(fault.Conflict, "Give that rule a priority that leaves room before it, or remove it; then resume.",
				"%s opens port %d to the Internet by the rule %s, and no priority before it is free", at.Name, port, session.Str(r.Name))
		}
		g.raw.Properties.SecurityRules = append(g.raw.Properties.SecurityRules, deny(port, priority))
	}
	g.raw.Tags = tags
	p, err := c.groups.BeginCreateOrUpdate(ctx, at.Group, at.Name, g.raw, nil)
	return session.Begun(at.Name, p, err)
}

// Reopen takes away the denials that Close put before others, and leaves all other rules.
func (c *Client) Reopen(ctx context.Context, at session.Place, ports []int) error {
	g, err := c.Group(ctx, at)
	if err != nil {
		return err
	}
	g.raw.Properties.SecurityRules = slices.DeleteFunc(slices.Clone(g.raw.Properties.SecurityRules), func(r *armnetwork.SecurityRule) bool {
		return slices.ContainsFunc(ports, func(p int) bool {
			return session.Str(r.Name) == denial(p) && r.Properties != nil && session.Str(r.Properties.Description) == why
		})
	})
	return session.Sent(c.groups.BeginCreateOrUpdate(ctx, at.Group, at.Name, g.raw, nil))
}

// DropGroup deletes a group.
func (c *Client) DropGroup(ctx context.Context, at session.Place) error {
	p, err := c.groups.BeginDelete(ctx, at.Group, at.Name, nil)
	return session.Gone(ctx, p, err)
}

// TagGroup replaces a group's tags.
func (c *Client) TagGroup(ctx context.Context, at session.Place, tags map[string]*string) (plan.Applied, error) {
	_, err := c.groups.UpdateTags(ctx, at.Group, at.Name, armnetwork.TagsObject{Tags: tags}, nil)
	return plan.Applied{ID: at.Name}, err
}

// before is a free priority before another: the smallest number wins, and 100 is the smallest there is.
func (g Group) before(priority int32) (int32, bool) {
	taken := map[int32]bool{}
	for _, r := range g.raw.Properties.SecurityRules {
		if r.Properties != nil && inbound(r) && r.Properties.Priority != nil {
			taken[*r.Properties.Priority] = true
		}
	}
	for p := int32(100); p < priority; p++ {
		if !taken[p] {
			return p, true
		}
	}
	return 0, false
}

// why is what the rules of a plan say of themselves.
const why = "Landfall: no administration from the Internet."

func denial(port int) string { return fmt.Sprintf("deny-internet-inbound-%d", port) }

func deny(port int, priority int32) *armnetwork.SecurityRule {
	return &armnetwork.SecurityRule{
		Name: session.Ptr(denial(port)),
		Properties: &armnetwork.SecurityRulePropertiesFormat{
			Description: session.Ptr(why),
			Access:      session.Ptr(armnetwork.SecurityRuleAccessDeny), Direction: session.Ptr(armnetwork.SecurityRuleDirectionInbound),
			Priority: session.Ptr(priority), Protocol: session.Ptr(armnetwork.SecurityRuleProtocolTCP),
			SourceAddressPrefix: session.Ptr("Internet"), SourcePortRange: session.Ptr("*"),
			DestinationAddressPrefix: session.Ptr("*"), DestinationPortRange: session.Ptr(fmt.Sprint(port)),
		},
	}
}

func inbound(r *armnetwork.SecurityRule) bool {
	return strings.EqualFold(session.Str(r.Properties.Direction), string(armnetwork.SecurityRuleDirectionInbound))
}
