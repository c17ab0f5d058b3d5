package aws

import (
	"slices"
	"strings"
	"time"

	"github.com/itbytes/landfall/simulator/aws/wire"
)

// endpoint is a private way from a VPC to a service.
type endpoint struct {
	id, kind, vpc, service, policy string
	tables, subnets, groups        []string
	dns                            bool
	gone                           bool // deleted; only its maker's token remembers it
	made, ready                    time.Time
}

// endpointServices are those that this simulator offers, by the last part of their names.
func endpointServices() map[string][]string {
	return map[string][]string{
		"Gateway": {"s3", "dynamodb"},
		"Interface": {
			"sts", "kms", "logs", "s3", "dynamodb", "ec2", "ssm", "ssmmessages", "ec2messages", "secretsmanager", "monitoring", "events",
			"execute-api", "sqs", "sns", "ecr.api", "ecr.dkr", "lambda", "config", "guardduty-data", "securityhub",
		},
	}
}

// state is in lower case on the wire, though AWS's own models write it with a capital.
func (e *endpoint) state(now time.Time) string {
	switch {
	case e.gone:
		return "deleted"
	case now.Before(e.ready):
		return "pending"
	}
	return "available"
}

func (q *request) endpointMap(e *endpoint) wire.Map {
	groups := []wire.Map{}
	for _, id := range e.groups {
		groups = append(groups, wire.Map{"groupId": id, "groupName": q.here().groups[id].name})
	}
	entries := []wire.Map{}
	interfaces := []string{}
	if e.kind == "Interface" {
		parts := strings.Split(e.service, ".")
		entries = append(entries, wire.Map{"dnsName": e.id + "-" + e.id[len(e.id)-8:] + "." + parts[len(parts)-1] + "." + q.region + ".vpce.amazonaws.com", "hostedZoneId": "Z7HUB22UULQXV"})
		for _, s := range e.subnets {
			interfaces = append(interfaces, "eni-"+s[len("subnet-"):])
		}
	}
	return wire.Map{
		"vpcEndpointId": e.id, "vpcEndpointType": e.kind, "vpcId": e.vpc, "serviceName": e.service, "state": e.state(q.now),
		"policyDocument": e.policy, "routeTableIdSet": orNone(e.tables), "subnetIdSet": orNone(e.subnets), "groupSet": groups,
		"privateDnsEnabled": e.dns, "requesterManaged": false, "networkInterfaceIdSet": interfaces, "dnsEntrySet": entries,
		"creationTimestamp": e.made, "ownerId": q.account.id, "ipAddressType": "ipv4",
	}
}

func orNone(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}

func describeEndpoints(q *request) (wire.Map, error) {
	return described(q, "vpcEndpointSet", "vpc-endpoint", q.here().endpoints, func(e *endpoint, name string) ([]string, bool) {
		switch name {
		case "vpc-endpoint-id":
			return []string{e.id}, true
		case "vpc-id":
			return []string{e.vpc}, true
		case "service-name":
			return []string{e.service}, true
		case "vpc-endpoint-type":
			return []string{e.kind}, true
		case "vpc-endpoint-state":
			return []string{e.state(q.now)}, true
		}
		return nil, false
	}, q.endpointMap)
}

type endpointInput struct {
	VpcEndpointId, VpcEndpointType, VpcId, ServiceName, PolicyDocument, ClientToken, IpAddressType string
	RouteTableId, SubnetId, SecurityGroupId                                                        []string
	AddRouteTableId, RemoveRouteTableId, AddSubnetId, RemoveSubnetId                               []string
	AddSecurityGroupId, RemoveSecurityGroupId                                                      []string
	PrivateDnsEnabled                                                                              *bool
	ResetPolicy, DryRun                                                                            bool
	TagSpecification                                                                               tagSpecs
}

func createEndpoint(q *request) (wire.Map, error) {
	var in endpointInput
	if err := q.read(&in); err != nil {
		return nil, err
	}
	v, err := q.vpc(in.VpcId)
	if err != nil {
		return nil, err
	}
	h := q.here()
	spent := h.made("vpc-endpoint", in.ClientToken)
	if old := h.endpoints[spent]; old != nil {
		return q.endpointMade(old, in.ClientToken), nil
	}
	e := &endpoint{
		id: ec2ID("vpc-endpoint"), kind: in.VpcEndpointType, vpc: v.id, service: in.ServiceName, policy: in.PolicyDocument,
		made: q.now, ready: q.now, tables: in.RouteTableId, subnets: in.SubnetId, groups: in.SecurityGroupId,
	}
	if e.kind == "" {
		e.kind = "Gateway"
	}
	if e.policy == "" {
		e.policy = `{"Version":"2008-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}]}`
	}
	if e.kind == "Interface" {
		e.ready = q.k.Later("aws.ec2.VpcEndpoint")
		e.dns = in.PrivateDnsEnabled == nil || *in.PrivateDnsEnabled
		if len(e.groups) == 0 {
			e.groups = []string{v.group}
		}
	}
	if spent != "" { // the token's own is deleted by now: the call succeeds and does nothing
		e.id, e.gone, e.groups = spent, true, nil
		return q.endpointMade(e, in.ClientToken), nil
	}
	if err := q.sound(e, v); err != nil {
		return nil, err
	}
	tags, err := in.TagSpecification.of("vpc-endpoint")
	if err != nil {
		return nil, err
	}
	h.endpoints[e.id], h.ec2Tags[e.id] = e, tags
	h.keep("vpc-endpoint", in.ClientToken, e.id)
	return q.endpointMade(e, in.ClientToken), nil
}

func (q *request) endpointMade(e *endpoint, token string) wire.Map {
	out := q.endpointMap(e)
	out["tagSet"] = ec2Tags(q.here().ec2Tags[e.id])
	return wire.Map{"vpcEndpoint": out, "clientToken": wire.Or(token)}
}

// sound refuses an endpoint that AWS would not make or change to.
func (q *request) sound(e *endpoint, v *vpc) error {
	h := q.here()
	short, ours := strings.CutPrefix(e.service, "com.amazonaws."+q.region+".")
	if !ours || !slices.Contains(endpointServices()[e.kind], short) {
		return bad("InvalidServiceName", "The Vpc Endpoint Service '%s' does not exist", e.service)
	}
	for _, id := range e.tables {
		if t := h.tables[id]; t == nil || t.vpc != v.id {
			return missing(id)
		}
	}
	for _, id := range e.subnets {
		if s := h.subnets[id]; s == nil || s.vpc != v.id {
			return missing(id)
		}
	}
	for _, id := range e.groups {
		if g := h.groups[id]; g == nil || g.vpc != v.id {
			return missing(id)
		}
	}
	if e.kind == "Gateway" && len(e.subnets)+len(e.groups) > 0 || e.kind == "Interface" && len(e.tables) > 0 {
		return bad("InvalidParameter", "The parameter is not supported for endpoint type %s", e.kind)
	}
	if e.dns && (!v.dnsSupport || !v.dnsHosts) {
		return bad("InvalidParameter", "Enabling private DNS requires both enableDnsSupport and enableDnsHostnames VPC attributes set to true for %s", v.id)
	}
	for _, o := range h.endpoints {
		switch {
		case o == e || o.vpc != v.id || o.service != e.service || o.kind != e.kind:
		case e.dns && o.dns:
			return bad("InvalidParameter", "private-dns-enabled cannot be set because there is already a conflicting DNS domain for %s in the VPC %s", e.service, v.id)
		case slices.ContainsFunc(e.tables, func(t string) bool { return slices.Contains(o.tables, t) }):
			return bad("RouteAlreadyExists", "route table already has a route with destination-prefix-list-id for %s", e.service)
		}
	}
	return nil
}

func modifyEndpoint(q *request) (wire.Map, error) {
	var in endpointInput
	if err := q.read(&in); err != nil {
		return nil, err
	}
	old := q.here().endpoints[in.VpcEndpointId]
	if old == nil {
		return nil, missing(in.VpcEndpointId)
	}
	e := *old
	e.tables = changed(e.tables, in.AddRouteTableId, in.RemoveRouteTableId)
	e.subnets = changed(e.subnets, in.AddSubnetId, in.RemoveSubnetId)
	e.groups = changed(e.groups, in.AddSecurityGroupId, in.RemoveSecurityGroupId)
	if in.PolicyDocument != "" {
		e.policy = in.PolicyDocument
	}
	if in.PrivateDnsEnabled != nil {
		e.dns = *in.PrivateDnsEnabled
	}
	delete(q.here().endpoints, old.id) // it does not conflict with itself
	err := q.sound(&e, q.here().vpcs[e.vpc])
	q.here().endpoints[old.id] = old
	if err != nil {
		return nil, err
	}
	*old = e
	return yes(), nil
}

func changed(list, add, remove []string) []string {
	out := slices.DeleteFunc(slices.Clone(list), func(s string) bool { return slices.Contains(remove, s) || slices.Contains(add, s) })
	return append(out, add...)
}

func deleteEndpoints(q *request) (wire.Map, error) {
	ids := q.take("VpcEndpointId")
	if err := q.read(&struct{ DryRun bool }{}); err != nil {
		return nil, err
	}
	failed := []wire.Map{}
	for _, id := range ids {
		if q.here().endpoints[id] == nil {
			failed = append(failed, unsuccessful(id, missing(id)))
			continue
		}
		delete(q.here().endpoints, id)
		delete(q.here().ec2Tags, id)
	}
	return wire.Map{"unsuccessful": failed}, nil
}
