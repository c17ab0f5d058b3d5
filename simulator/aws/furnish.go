package aws

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// furnishRegion puts into a region what the estate says stands in it.
func (c *Cloud) furnishRegion(r *region, e estateRegion, long time.Time) error {
	if e.GuardDuty != "" {
		r.newDetector(long).enabled = e.GuardDuty == "enabled"
	}
	if e.Config != nil {
		c.furnishRecorder(r, *e.Config, long)
	}
	if e.SecurityHub != nil {
		r.hub = &hub{since: long, generator: "SECURITY_CONTROL", auto: true, standards: map[string]time.Time{}, tags: map[string]string{}}
	}
	for _, end := range e.SecurityHub {
		i := slices.IndexFunc(standards(), func(s standard) bool { return strings.HasSuffix(s.path, "/"+end) })
		if i < 0 {
			return fmt.Errorf("security hub has no standard %s", end)
		}
		r.hub.standards[standards()[i].arn(r.name)] = long
	}
	for _, w := range e.WebACLs {
		if err := r.furnishACL(w); err != nil {
			return err
		}
	}
	r.ebsDefault = e.EBSEncryption
	for _, name := range sorted(e.LogGroups) {
		r.newLogGroup(name, long).retention = e.LogGroups[name]
	}
	for _, v := range e.VPCs {
		if err := r.furnishVPC(v, long); err != nil {
			return fmt.Errorf("vpc %s: %w", v.Name, err)
		}
	}
	return nil
}

func (c *Cloud) furnishRecorder(r *region, e estateRecorder, long time.Time) {
	linked := r.account.roles["AWSServiceRoleForConfig"]
	if linked == nil {
		linked = r.account.newRole("AWSServiceRoleForConfig", "/aws-service-role/config.amazonaws.com/", trustService("config.amazonaws.com"), long)
	}
	b := c.newBucket(e.Bucket, r.account.id, r.name, long)
	b.policy = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"config.amazonaws.com"},` +
		`"Action":["s3:GetBucketAcl","s3:ListBucket","s3:PutObject"],"Resource":["arn:aws:s3:::` + b.name + `","arn:aws:s3:::` + b.name + `/*"]}]}`
	r.recorder = &recorder{
		name: e.Name, role: linked.arn, on: !e.Stopped, started: long, sound: long, mode: map[string]any{"recordingFrequency": "CONTINUOUS"},
		group: map[string]any{
			"allSupported": true, "includeGlobalResourceTypes": true, "resourceTypes": []string{},
			"recordingStrategy": map[string]any{"useOnly": "ALL_SUPPORTED_RESOURCE_TYPES"},
		},
	}
	r.channel = &channel{name: e.Name, bucket: b.name}
}

func (r *region) furnishACL(e estateWebACL) error {
	visible := func(name string) map[string]any {
		return map[string]any{"SampledRequestsEnabled": true, "CloudWatchMetricsEnabled": true, "MetricName": name}
	}
	rules := []map[string]any{}
	for i, g := range e.Rules {
		if ruleGroups()[g] == 0 {
			return fmt.Errorf("web ACL %s: AWS has no rule group %s that this simulator knows", e.Name, g)
		}
		rules = append(rules, map[string]any{
			"Name": g, "Priority": i, "OverrideAction": map[string]any{"None": map[string]any{}}, "VisibilityConfig": visible(g),
			"Statement": map[string]any{"ManagedRuleGroupStatement": map[string]any{"VendorName": "AWS", "Name": g}},
		})
	}
	r.newACL(e.Name, "REGIONAL").acl = map[string]any{
		"DefaultAction": map[string]any{"Allow": map[string]any{}}, "VisibilityConfig": visible(e.Name), "Rules": rules,
	}
	return nil
}

func (r *region) furnishVPC(e estateVPC, long time.Time) error {
	v := r.newVpc(e.CIDR)
	v.dnsHosts = e.DNSHostNames
	r.ec2Tags[v.id] = map[string]string{"Name": e.Name}
	for k, value := range e.Tags {
		r.ec2Tags[v.id][k] = value
	}
	if !e.OpenDefaultGroup {
		r.groups[v.group].rules = nil
	}
	var table *routeTable
	var subnets []string
	for _, s := range e.Subnets {
		made := r.newSubnet(v, s.CIDR, r.name+s.Zone)
		r.ec2Tags[made.id] = map[string]string{"Name": s.Name}
		if table == nil {
			table = r.newTable(v)
			r.ec2Tags[table.id] = map[string]string{"Name": e.Name + "-private"}
		}
		table.associations["rtbassoc-"+made.id[len("subnet-"):]] = made.id
		subnets = append(subnets, made.id)
	}
	for _, name := range e.Endpoints {
		if table == nil {
			return fmt.Errorf("endpoint %s: there is no private subnet for it", name)
		}
		r.furnishEndpoint(v, name, table.id, subnets, long)
	}
	if e.FlowLogs != "" {
		role := r.account.newRole(e.Name+"-flow-logs", "/", trustService("vpc-flow-logs.amazonaws.com"), long)
		role.inline["write"] = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"logs:*","Resource":"*"}]}`
		if r.logGroups[e.FlowLogs] == nil {
			r.newLogGroup(e.FlowLogs, long)
		}
		f := &flowLog{
			id: ec2ID("vpc-flow-log"), resource: v.id, traffic: "ALL", kind: "cloud-watch-logs", group: e.FlowLogs, role: role.arn,
			format: flowFormat, interval: 600, made: long,
		}
		r.flows[f.id] = f
	}
	return nil
}

func (r *region) furnishEndpoint(v *vpc, name, table string, subnets []string, long time.Time) {
	e := &endpoint{
		id: ec2ID("vpc-endpoint"), kind: "Interface", vpc: v.id, service: "com.amazonaws." + r.name + "." + name, made: long, ready: long,
		policy: `{"Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}]}`,
	}
	if slices.Contains(endpointServices()["Gateway"], name) {
		e.kind, e.tables = "Gateway", []string{table}
	} else {
		g := r.endpointGroup(v)
		e.dns, e.subnets, e.groups = true, subnets, []string{g.id}
	}
	r.endpoints[e.id] = e
}

// endpointGroup is the security group of an estate's interface endpoints: TLS from within the network.
func (r *region) endpointGroup(v *vpc) *securityGroup {
	for _, g := range r.groups {
		if g.vpc == v.id && g.name == "endpoints" {
			return g
		}
	}
	g := r.newGroup(v.id, "endpoints", "TLS from the network to its endpoints")
	g.add(rule{protocol: "tcp", from: 443, to: 443, cidr: v.cidr}, rule{egress: true, protocol: "-1", cidr: "0.0.0.0/0"})
	return g
}
