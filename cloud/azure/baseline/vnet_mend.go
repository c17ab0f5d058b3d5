package baseline

import (
	"context"
	"slices"
	"strings"

	"github.com/itbytes/landfall/cloud/azure/network"
	"github.com/itbytes/landfall/cloud/azure/session"
	"github.com/itbytes/landfall/cloud/step"
	"github.com/itbytes/landfall/plan"
)

// liveVnet is a network in the fields of the plan.
func liveVnet(l plan.Landing, n network.Network) plan.Fields {
	f := plan.Fields{"name": vnetAt(l).Name, unguarded: "none", subnets: allThatFit, addressSpace: strings.Join(n.Prefixes, ",")}
	var open, missing []string
	for _, s := range n.Subnets {
		if !s.Guarded() {
			open = append(open, s.Name)
		}
	}
	for _, s := range l.Network.Subnets {
		if _, stands := n.Subnet(s.Name); !stands && n.Fits(s.CIDR) {
			missing = append(missing, s.Name)
		}
	}
	if len(open) > 0 {
		f[unguarded] = strings.Join(open, ",")
	}
	if vnetAdopted(l) {
		if len(missing) > 0 {
			f[subnets] = "without " + strings.Join(missing, ", ")
		}
		return f
	}
	if n.Contains(l.Network.CIDR) {
		f[addressSpace] = l.Network.CIDR
	}
	f[subnets] = subnetList(l, func(s plan.Subnet) string {
		have, _ := n.Subnet(s.Name)
		return have.CIDR
	})
	return f
}

// subnetList is the plan's subnets with the range that each has, as one field.
func subnetList(l plan.Landing, cidr func(plan.Subnet) string) string {
	var out []string
	for _, s := range l.Network.Subnets {
		if c := cidr(s); c != "" {
			out = append(out, s.Name+" "+c)
		}
	}
	return strings.Join(out, ",")
}

// mend brings a network that stands to what the plan wants, one change after another, as a network takes them. What is not
// done within a few seconds a change is left to the next entry into the step.
func mend(ctx context.Context, c *network.Client, at session.Place, l plan.Landing, n network.Network, group string) (plan.Applied, error) {
	applied := plan.Applied{ID: at.Name}
	if !vnetAdopted(l) && !n.Contains(l.Network.CIDR) {
		a, done, err := c.Widen(ctx, at, n, l.Network.CIDR)
		if err != nil || !done {
			return a, err
		}
		if n, err = c.Network(ctx, at); err != nil {
			return applied, err
		}
	}
	for _, s := range n.Subnets {
		if s.Guarded() {
			continue
		}
		if a, done, err := c.Guard(ctx, at, s, group); err != nil || !done {
			return a, err
		}
	}
	for _, s := range l.Network.Subnets {
		if _, stands := n.Subnet(s.Name); stands || !n.Fits(s.CIDR) {
			continue
		}
		if a, done, err := c.AddSubnet(ctx, at, s, group); err != nil || !done {
			return a, err
		}
	}
	return applied, nil
}

// unmend takes from a network what a deed added to it, in the order that Azure allows: subnets before the range they lie in. What
// is not done within a few seconds is left to the next entry into the undo.
func unmend(ctx context.Context, c *network.Client, at session.Place, l plan.Landing, n network.Network, d plan.Deed) error {
	for _, added := range step.Added(d, subnets) {
		name, _, _ := strings.Cut(added, " ")
		if _, stands := n.Subnet(name); !stands {
			continue
		}
		if done, err := c.DropSubnet(ctx, at, name); err != nil || !done {
			return err
		}
	}
	var bare []string
	if session.Changed(d, unguarded) {
		bare = strings.Split(step.Former(d)[unguarded], ",")
	}
	for _, s := range n.Subnets {
		if !slices.Contains(bare, s.Name) || s.Group == "" {
			continue
		}
		if done, err := c.Unguard(ctx, at, s); err != nil || !done {
			return err
		}
	}
	if session.Changed(d, addressSpace) && slices.Contains(n.Prefixes, l.Network.CIDR) {
		return c.Narrow(ctx, at, l.Network.CIDR)
	}
	return nil
}
