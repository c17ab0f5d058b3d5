package baseline

import (
	"testing"

	"github.com/itbytes/landfall/cloud/aws/ec2"
)

func TestANetworkOfThePlansRangeNeedsThePlansSubnets(t *testing.T) {
	ours, theirs := ec2.VPC{CIDR: "10.64.0.0/20"}, ec2.VPC{CIDR: "10.0.0.0/16"}
	a := ec2.Subnet{CIDR: "10.64.0.0/22", Private: true, Explicit: true}
	b := ec2.Subnet{CIDR: "10.64.4.0/22", Private: true, Explicit: true}
	loose, leading, giving := b, b, b
	loose.Explicit, leading.Private, giving.Public = false, false, true
	for name, tt := range map[string]struct {
		vpc              ec2.VPC
		subnets          []ec2.Subnet
		there, addresses string
	}{
		"both are there":                                    {ours, []ec2.Subnet{a, b}, yes, "none"},
		"one is missing":                                    {ours, []ec2.Subnet{a}, "missing: b", "none"},
		"one still uses the main route table":               {ours, []ec2.Subnet{a, loose}, "missing: b", "none"},
		"one leads to the internet":                         {ours, []ec2.Subnet{a, leading}, "missing: b", "none"},
		"one gives public addresses":                        {ours, []ec2.Subnet{a, giving}, yes, "given"},
		"a network that stood before keeps its own subnets": {theirs, []ec2.Subnet{{CIDR: "10.0.1.0/24", Private: true}}, yes, "none"},
		"and its public subnets are its own business":       {theirs, []ec2.Subnet{{CIDR: "10.0.1.0/24", Private: true}, {CIDR: "10.0.2.0/24", Public: true}}, yes, "none"},
		"but it needs a private one":                        {theirs, []ec2.Subnet{{CIDR: "10.0.2.0/24"}}, "none", "none"},
	} {
		there, addresses := privacy(landing(), tt.vpc, tt.subnets)
		if there != tt.there || addresses != tt.addresses {
			t.Errorf("%s: got %q %q, want %q %q", name, there, addresses, tt.there, tt.addresses)
		}
	}
}
