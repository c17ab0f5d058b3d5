package plan

import (
	"cmp"
	"encoding/binary"
	"net/netip"
	"slices"
)

// ranges cuts the plan's network into one range a landing.
//
// Each environment is given a row of consecutive ranges and each cloud of the first form its own place in the row (aws 0,
// azure 1, gcp 2), whether or not the plan uses it: the range of a landing is number 3 × environment + cloud. Landings of
// other clouds are counted from the end of the network backwards. So adding an environment at the end, adding one of the
// three clouds, skipping a landing or giving one a range of its own moves nobody else. Taking an environment out of the
// middle does move those after it: skip its landings instead.
type ranges struct {
	whole  netip.Prefix // invalid where the plan's text is
	prefix int
	others []Cloud // clouds that are not of the first form, in their order
}

func newRanges(n NetworkPlan, clouds []Cloud) ranges {
	r := ranges{prefix: n.Prefix}
	r.whole, _ = netip.ParsePrefix(n.CIDR) // Validate has said what is wrong with it
	for _, c := range clouds {
		if rank(c) == len(firstClouds()) {
			r.others = append(r.others, c)
		}
	}
	return r
}

// size is how many ranges the network holds.
func (r ranges) size() int {
	if !r.whole.IsValid() || r.prefix < r.whole.Bits() {
		return 0
	}
	return 1 << min(r.prefix-r.whole.Bits(), 24)
}

// needs is how many ranges that many environments take.
func (r ranges) needs(environments int) int {
	return environments * (len(firstClouds()) + len(r.others))
}

// number is the place of a landing's range in the network.
func (r ranges) number(env int, cloud Cloud) int {
	if i := slices.Index(r.others, cloud); i >= 0 {
		return r.size() - 1 - env*len(r.others) - i
	}
	return env*len(firstClouds()) + rank(cloud)
}

// cut is the range of a landing, or an invalid one where the network is too small.
func (r ranges) cut(env int, cloud Cloud) netip.Prefix {
	i := r.number(env, cloud)
	if i < 0 || i >= r.size() {
		return netip.Prefix{}
	}
	return at(r.whole.Addr(), i, r.prefix)
}

// network is a landing's network: its own range where the plan gives it one, else the one cut for it. Of the range, the
// first two quarters are its private subnets, in zones a and b; the other half is left for what comes later.
func (r ranges) network(env int, cloud Cloud, own string) Network {
	n := Network{CIDR: own}
	p, err := netip.ParsePrefix(own)
	if err != nil {
		p = r.cut(env, cloud)
		n.CIDR = p.String()
	}
	if !p.IsValid() {
		return Network{}
	}
	for i, zone := range []string{"a", "b"} {
		s := at(p.Addr(), i, p.Bits()+2)
		n.Subnets = append(n.Subnets, Subnet{Name: "private-" + zone, CIDR: s.String(), Zone: zone})
	}
	return n
}

// at is the i-th range of a size from an address on.
func at(from netip.Addr, i, bits int) netip.Prefix {
	b := from.As4()
	binary.BigEndian.PutUint32(b[:], binary.BigEndian.Uint32(b[:])+uint32(i)<<(32-bits))
	return netip.PrefixFrom(netip.AddrFrom4(b), bits)
}

// Who chose a range. Of two that overlap, the one with the higher number is complained about. Reserved ranges may overlap
// each other.
const (
	byCut = iota
	byReserve
	byLanding
)

// claim is a range and the place in the plan that takes it.
type claim struct {
	prefix netip.Prefix
	who    string // "aws/prod", "network.reserved[0]"
	path   string // where to complain
	by     int    // who chose it: byCut, byReserve or byLanding
}

// overlaps are the pairs of claims that share addresses, each said once. Claims are sorted by their beginning, so that a
// thousand of them cost no more than their sorting.
func overlaps(claims []claim) [][2]claim {
	slices.SortStableFunc(claims, func(a, b claim) int {
		return cmp.Or(a.prefix.Addr().Compare(b.prefix.Addr()), cmp.Compare(a.prefix.Bits(), b.prefix.Bits()))
	})
	var out [][2]claim
	var open []claim // the claims that hold the present address, widest first
	for _, c := range claims {
		open = slices.DeleteFunc(open, func(o claim) bool { return !o.prefix.Overlaps(c.prefix) })
		for _, o := range open {
			if o.by != byReserve || c.by != byReserve {
				out = append(out, [2]claim{o, c})
			}
		}
		open = append(open, c)
	}
	return out
}
