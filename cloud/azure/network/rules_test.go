package network

import (
	"testing"

	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/network/armnetwork/v8"

	"github.com/itbytes/landfall/cloud/azure/session"
)

func rule(name string, priority int32, access armnetwork.SecurityRuleAccess, from, ports string) *armnetwork.SecurityRule {
	return &armnetwork.SecurityRule{Name: session.Ptr(name), Properties: &armnetwork.SecurityRulePropertiesFormat{
		Access: session.Ptr(access), Priority: session.Ptr(priority), Direction: session.Ptr(armnetwork.SecurityRuleDirectionInbound),
		Protocol: session.Ptr(armnetwork.SecurityRuleProtocolTCP), SourceAddressPrefix: session.Ptr(from), DestinationPortRange: session.Ptr(ports),
	}}
}

func TestTheFirstRuleThatSpeaksOfAPortDecides(t *testing.T) {
	const allow, deny = armnetwork.SecurityRuleAccessAllow, armnetwork.SecurityRuleAccessDeny
	for _, c := range []struct {
		title string
		rules []*armnetwork.SecurityRule
		want  string
	}{
		{"no rule", nil, ""},
		{"one that allows", []*armnetwork.SecurityRule{rule("a", 200, allow, "*", "22")}, "a"},
		{"one that allows a range", []*armnetwork.SecurityRule{rule("a", 200, allow, "Internet", "20-30")}, "a"},
		{"one that allows all", []*armnetwork.SecurityRule{rule("a", 200, allow, "0.0.0.0/0", "*")}, "a"},
		{"a denial before it, listed after it", []*armnetwork.SecurityRule{rule("a", 200, allow, "*", "22"), rule("d", 100, deny, "Internet", "22")}, ""},
		{"a denial after it", []*armnetwork.SecurityRule{rule("a", 200, allow, "*", "22"), rule("d", 300, deny, "Internet", "22")}, "a"},
		{"another port", []*armnetwork.SecurityRule{rule("a", 200, allow, "*", "443")}, ""},
		{"the office alone", []*armnetwork.SecurityRule{rule("a", 200, allow, "203.0.113.0/24", "22")}, ""},
	} {
		g := Group{raw: armnetwork.SecurityGroup{Properties: &armnetwork.SecurityGroupPropertiesFormat{SecurityRules: c.rules}}}
		if got := g.Open(22); got != c.want {
			t.Errorf("%s: got %q, want %q", c.title, got, c.want)
		}
	}
}

func TestASubnetFitsWhereThereIsRoom(t *testing.T) {
	n := Network{Prefixes: []string{"10.20.0.0/16"}, Subnets: []Subnet{{Name: "default", CIDR: "10.20.0.0/24"}}}
	for cidr, want := range map[string]bool{
		"10.20.1.0/24": true, "10.20.0.128/25": false, "10.21.0.0/24": false, "10.0.0.0/8": false, "nonsense": false,
	} {
		if got := n.Fits(cidr); got != want {
			t.Errorf("%s: got %v, want %v", cidr, got, want)
		}
	}
}
