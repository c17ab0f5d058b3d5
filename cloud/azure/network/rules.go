package network

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/network/armnetwork/v8"

	"github.com/itbytes/landfall/cloud/azure/session"
)

// deciding is the rule that decides whether the Internet reaches a port over TCP, or nil where none speaks of it: then the
// default rules deny it.
func (g Group) deciding(port int) *armnetwork.SecurityRule {
	var speak []*armnetwork.SecurityRule
	for _, r := range slices.Concat(g.raw.Properties.SecurityRules, g.raw.Properties.DefaultSecurityRules) {
		p := r.Properties
		if p != nil && p.Access != nil && p.Priority != nil && inbound(r) && tcp(p) && fromInternet(p) && covers(p, port) {
			speak = append(speak, r)
		}
	}
	if len(speak) == 0 {
		return nil
	}
	return slices.MinFunc(speak, func(a, b *armnetwork.SecurityRule) int {
		return cmp.Compare(*a.Properties.Priority, *b.Properties.Priority)
	})
}

func tcp(p *armnetwork.SecurityRulePropertiesFormat) bool {
	proto := session.Str(p.Protocol)
	return proto == "*" || strings.EqualFold(proto, "Tcp")
}

// fromInternet reports whether a rule speaks of everybody outside.
func fromInternet(p *armnetwork.SecurityRulePropertiesFormat) bool {
	for _, s := range append(texts(p.SourceAddressPrefixes), session.Str(p.SourceAddressPrefix)) {
		if s == "*" || s == "0.0.0.0/0" || s == "::/0" || strings.EqualFold(s, "Internet") || strings.EqualFold(s, "any") {
			return true
		}
	}
	return false
}

// covers reports whether a rule speaks of a destination port.
func covers(p *armnetwork.SecurityRulePropertiesFormat, port int) bool {
	for _, r := range append(texts(p.DestinationPortRanges), session.Str(p.DestinationPortRange)) {
		if r == "*" {
			return true
		}
		low, high, ranged := strings.Cut(r, "-")
		if !ranged {
			high = low
		}
		from, err1 := strconv.Atoi(low)
		to, err2 := strconv.Atoi(high)
		if err1 == nil && err2 == nil && from <= port && port <= to {
			return true
		}
	}
	return false
}

func texts(in []*string) []string {
	out := make([]string, 0, len(in)+1)
	for _, p := range in {
		out = append(out, session.Str(p))
	}
	return out
}
