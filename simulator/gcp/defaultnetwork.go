package gcp

import (
	"cmp"
	"net/netip"
	"slices"
)

// openCompute is what turning the compute API on brings along: the default service account, the service agents and,
// unless the organisation forbids it, the network named default.
func (c *Cloud) openCompute(p *project) {
	a := c.newAccount(p, p.number+"-compute@developer.gserviceaccount.com", "Compute Engine default service account", "")
	p.policy.bind("roles/compute.serviceAgent", "serviceAccount:service-"+p.number+"@compute-system.iam.gserviceaccount.com")
	if !c.enforced(p, "iam.automaticIamGrantsForDefaultServiceAccounts") {
		p.policy.bind("roles/editor", "serviceAccount:"+a.email)
	}
	if c.enforced(p, "compute.skipDefaultNetworkCreation") || p.network.assets["global/networks/default"] != nil {
		return
	}
	n := &asset{
		family: "networks", path: "global/networks/default", name: "default", id: digits(19), made: c.k.Now(), fingerprint: newEtag(), ready: true,
		body: fields{"autoCreateSubnetworks": true, "description": "Default network for the project", "networkFirewallPolicyEnforcementOrder": "AFTER_CLASSIC_FIREWALL"},
	}
	p.network.assets[n.path] = n
	c.autoSubnets(p, n)
	for _, r := range []struct {
		name, says string
		priority   int
		from       string
		allowed    []any
	}{
		{"default-allow-icmp", "Allow ICMP from anywhere", 65534, "0.0.0.0/0", []any{fields{"IPProtocol": "icmp"}}},
		{
			"default-allow-internal", "Allow internal traffic on the default network", 65534, "10.128.0.0/9",
			[]any{fields{"IPProtocol": "tcp", "ports": []any{"0-65535"}}, fields{"IPProtocol": "udp", "ports": []any{"0-65535"}}, fields{"IPProtocol": "icmp"}},
		},
		{"default-allow-rdp", "Allow RDP from anywhere", 65534, "0.0.0.0/0", []any{fields{"IPProtocol": "tcp", "ports": []any{"3389"}}}},
		{"default-allow-ssh", "Allow SSH from anywhere", 65534, "0.0.0.0/0", []any{fields{"IPProtocol": "tcp", "ports": []any{"22"}}}},
	} {
		f := &asset{family: "firewalls", path: "global/firewalls/" + r.name, name: r.name, id: digits(19), made: n.made, ready: true, body: fields{
			"description": r.says, "network": link(p, n.path), "priority": r.priority, "sourceRanges": []any{r.from}, "allowed": r.allowed,
			"direction": "INGRESS", "disabled": false, "logConfig": fields{"enable": false},
		}}
		p.network.assets[f.path] = f
	}
}

// autoSubnets makes the subnet that an automatic network has in each region.
func (c *Cloud) autoSubnets(p *project, n *asset) {
	for _, r := range regions() {
		s := &asset{
			family: "subnetworks", path: "regions/" + r.name + "/subnetworks/" + n.name, name: n.name, region: r.name, id: digits(19),
			made: n.made, fingerprint: newEtag(), ready: true, body: fields{"network": link(p, n.path), "ipCidrRange": r.automatic},
		}
		populateSubnetwork(p, s, netip.MustParsePrefix(r.automatic))
		p.network.assets[s.path] = s
	}
}

func sortedTexts(l []any) []any {
	slices.SortFunc(l, func(a, b any) int { return cmp.Compare(a.(string), b.(string)) })
	return l
}
