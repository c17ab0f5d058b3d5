package plan

import (
	"fmt"
	"net/netip"
)

// private are the ranges that nobody routes on the Internet (RFC 1918, RFC 6598).
func private() []netip.Prefix {
	return []netip.Prefix{
		netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("172.16.0.0/12"), netip.MustParsePrefix("192.168.0.0/16"),
		netip.MustParsePrefix("100.64.0.0/10"),
	}
}

// The sizes of a landing's network: AWS makes no VPC larger than /16 and no subnet smaller than /28, and each network has
// room for four subnets.
const (
	largest  = 16
	smallest = 26
)

func (c *check) network() {
	n := c.written.Network
	_, sound := c.cidr("network.cidr", c.plan.Network.CIDR, true)
	if p := c.plan.Network.Prefix; p < largest || p > smallest {
		c.add("network.prefix", "20 is the default.", "a landing's network is of a size from /%d to /%d", largest, smallest)
		sound = false
	} else if sound && p < c.ranges.whole.Bits() {
		c.add("network.prefix", "Write a larger cidr or a higher prefix.", "a range of /%d does not fit into %s", p, n.CIDR)
		sound = false
	}
	var claims []claim
	for i, r := range n.Reserved {
		path := item("network.reserved", i)
		if p, ok := c.cidr(path, r, false); ok {
			claims = append(claims, claim{p, path + " " + r, path, byReserve})
		}
	}
	own := map[square]bool{}
	for i, e := range c.written.Landings {
		s, path := square{e.Cloud, e.Environment}, item("landings", i)+".cidr"
		if e.CIDR == "" || c.index(s) != i {
			continue
		}
		own[s] = true
		p, ok := c.cidr(path, e.CIDR, true)
		if ok && (p.Bits() < largest || p.Bits() > smallest) {
			c.add(path, "For example 10.200.0.0/20.", "a landing's network is of a size from /%d to /%d", largest, smallest)
		}
		if ok && c.lands(s) {
			claims = append(claims, claim{p, s.id() + " " + e.CIDR, path, byLanding})
		}
	}
	if sound {
		claims = append(claims, c.cuts(own)...)
	}
	c.overlaps(claims)
}

// cuts are the ranges cut for landings that have none of their own.
func (c *check) cuts(own map[square]bool) []claim {
	var out []claim
	for _, s := range c.all() {
		if own[s] || !c.lands(s) {
			continue
		}
		p := c.ranges.cut(c.envs[s.env], s.cloud)
		needed := c.ranges.needs(len(c.envs))
		if !p.IsValid() || needed > c.ranges.size() {
			c.add("network", "Write a higher prefix (smaller ranges) or a larger cidr, such as 10.0.0.0/8.",
				"%s holds %d ranges of /%d, and %d environments take %d", c.plan.Network.CIDR, c.ranges.size(), c.plan.Network.Prefix, len(c.envs), needed)
			return nil
		}
		out = append(out, claim{p, s.id() + " " + p.String(), "network.cidr", byCut})
	}
	return out
}

func (c *check) overlaps(claims []claim) {
	with, order := map[claim][]string{}, []claim{}
	for _, pair := range overlaps(claims) {
		a, b := pair[0], pair[1]
		if a.by > b.by {
			a, b = b, a
		}
		if len(with[b]) == 0 {
			order = append(order, b)
		}
		with[b] = append(with[b], a.who)
	}
	for _, b := range order {
		others := with[b]
		if n := len(others); n > 3 {
			others = append(others[:2:2], fmt.Sprintf("%d more", n-2))
		}
		c.add(b.path, "Give one of them another range.", "%s overlaps %s", b.who, listed(others))
	}
}

// cidr reads a range of addresses and says what is wrong with it.
func (c *check) cidr(path, text string, ours bool) (netip.Prefix, bool) {
	p, err := netip.ParsePrefix(text)
	switch {
	case err != nil || !p.Addr().Is4():
		c.add(path, "For example 10.64.0.0/12.", "this is not a range of IPv4 addresses")
		return p, false
	case p.Masked() != p:
		c.add(path, "Write "+p.Masked().String()+".", "this range begins inside a larger one")
		return p, false
	case !ours:
		return p, true
	}
	for _, r := range private() {
		if r.Bits() <= p.Bits() && r.Contains(p.Addr()) {
			return p, true
		}
	}
	c.add(path, "Take it from 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16 or 100.64.0.0/10.", "this range is not private")
	return p, false
}
