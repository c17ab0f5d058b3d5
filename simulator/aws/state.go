package aws

import (
	"encoding/json"

	"github.com/itbytes/landfall/simulator/aws/wire"
)

// show is everything that stands, for GET /sim/state. It holds no secret.
func (c *Cloud) show() any {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.settle(c.k.Now())
	accounts := wire.Map{}
	for id, a := range c.accounts {
		accounts[id] = c.showAccount(a)
	}
	out := wire.Map{"accounts": accounts}
	if c.org != nil {
		units := []wire.Map{}
		for _, u := range c.org.sortedUnits() {
			units = append(units, wire.Map{"id": u.id, "name": u.name, "parent": c.place(u.parent), "tags": u.tags})
		}
		creations := []wire.Map{}
		for _, n := range c.org.creations {
			creations = append(creations, wire.Map{"id": n.id, "name": n.name, "email": n.email, "state": n.state, "account": wire.Or(n.account), "failure": wire.Or(n.failure)})
		}
		out["organization"] = wire.Map{"id": c.org.id, "management": c.org.management, "root": c.org.root, "units": units, "creations": creations, "policies": c.showGuardrails()}
	}
	return copied(out)
}

// copied is a value as its JSON says it, apart from what may change behind it.
func copied(v any) any {
	b, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	var out any
	if err := json.Unmarshal(b, &out); err != nil {
		return err.Error()
	}
	return out
}

// place is where something is in the organisation, as people say it.
func (c *Cloud) place(id string) string {
	if c.org == nil || id == "" {
		return ""
	}
	if u := c.org.units[id]; u != nil {
		return u.name
	}
	return "root"
}

func (c *Cloud) showAccount(a *account) wire.Map {
	users, roles, providers, zones, buckets, policies := wire.Map{}, wire.Map{}, wire.Map{}, wire.Map{}, wire.Map{}, []string{}
	for _, u := range a.users {
		keys := wire.Map{}
		for _, id := range u.keys {
			keys[id] = c.keys[id].status()
		}
		users[u.name] = wire.Map{"arn": u.arn, "accessKeys": keys, "policies": orNone(u.attached), "inline": orNone(sorted(u.inline)), "tags": u.tags}
	}
	for _, r := range a.roles {
		roles[r.name] = wire.Map{"arn": r.arn, "trust": r.trust, "policies": orNone(r.attached), "inline": orNone(sorted(r.inline)), "tags": r.tags}
	}
	for _, p := range a.providers {
		providers[p.url] = wire.Map{"arn": p.arn, "clients": orNone(p.clients), "tags": p.tags}
	}
	for _, z := range a.zones {
		zones[z.id] = wire.Map{"name": z.name, "records": len(z.records), "servers": z.servers, "tags": z.tags}
	}
	for _, b := range c.buckets {
		if b.account == a.id {
			buckets[b.name] = wire.Map{"region": b.region, "policy": wire.Or(b.policy), "publicAccessBlock": b.block, "tags": b.tags}
		}
	}
	regions := wire.Map{}
	for _, r := range a.regions {
		regions[r.name] = c.showRegion(r)
	}
	access := wire.Map{
		"users": users, "roles": roles, "policies": append(policies, sorted(a.policies)...), "oidcProviders": providers, "samlProviders": orNone(a.saml),
		"rootMFA": a.rootMFA,
	}
	if a.outbound.on {
		access["outboundFederation"] = true
	}
	return wire.Map{
		"name": a.name, "email": a.email, "status": a.status, "ou": c.place(a.parent), "tags": a.tags,
		"iam":     access,
		"route53": zones, "s3": buckets, "s3control": wire.Map{"publicAccessBlock": a.publicBlock}, "regions": regions,
	}
}

func (c *Cloud) showRegion(r *region) wire.Map {
	now := c.k.Now()
	detectors, groups, acls, tables := wire.Map{}, wire.Map{}, wire.Map{}, wire.Map{}
	for _, d := range r.detectors {
		detectors[d.id] = wire.Map{"status": onOff(d.enabled), "tags": d.tags}
	}
	for _, g := range r.logGroups {
		groups[g.name] = wire.Map{"retentionInDays": g.retention, "tags": g.tags}
	}
	for _, a := range r.acls {
		rules := []any{}
		for _, x := range a.acl["Rules"].([]map[string]any) {
			rules = append(rules, x["Name"])
		}
		acls[a.id] = wire.Map{"name": a.name, "scope": a.scope, "rules": rules, "tags": a.tags}
	}
	for _, t := range r.dynamo {
		items := []item{}
		for _, i := range values(t.items) {
			items = append(items, i)
		}
		tables[t.name] = wire.Map{
			"status": t.status(now), "deletionProtection": t.guarded, "pointInTimeRecovery": t.pitr, "encrypted": t.encrypted, "tags": t.tags, "items": items,
		}
	}
	out := wire.Map{"guardduty": detectors, "logs": groups, "wafv2": acls, "dynamodb": tables, "ec2": r.showNetwork(c)}
	if r.recorder != nil {
		out["config"] = wire.Map{"recorder": r.recorder.name, "role": r.recorder.role, "recording": r.recorder.on, "group": r.recorder.group}
		if r.channel != nil {
			out["config"].(wire.Map)["bucket"] = r.channel.bucket
		}
	}
	if r.hub != nil {
		on := wire.Map{}
		for s, ready := range r.hub.standards {
			on[s] = map[bool]string{true: "PENDING", false: "READY"}[now.Before(ready)]
		}
		out["securityhub"] = wire.Map{"standards": on, "tags": r.hub.tags}
	}
	return out
}

func (r *region) showNetwork(c *Cloud) wire.Map {
	vpcs, subnets, tables, groups, endpoints, flows := wire.Map{}, wire.Map{}, wire.Map{}, wire.Map{}, wire.Map{}, wire.Map{}
	tags := func(id string) map[string]string { return r.ec2Tags[id] }
	for _, v := range r.vpcs {
		vpcs[v.id] = wire.Map{"cidr": v.cidr, "default": v.usual, "dnsHostNames": v.dnsHosts, "tags": tags(v.id)}
	}
	for _, s := range r.subnets {
		subnets[s.id] = wire.Map{"vpc": s.vpc, "cidr": s.cidr, "zone": s.zone, "publicAddresses": s.public, "tags": tags(s.id)}
	}
	for _, t := range r.tables {
		tables[t.id] = wire.Map{"vpc": t.vpc, "main": r.vpcs[t.vpc].main == t.id, "subnets": orNone(values(t.associations)), "tags": tags(t.id)}
	}
	for _, g := range r.groups {
		groups[g.id] = wire.Map{"vpc": g.vpc, "name": g.name, "rules": len(g.rules), "tags": tags(g.id)}
	}
	for _, e := range r.endpoints {
		endpoints[e.id] = wire.Map{"vpc": e.vpc, "service": e.service, "type": e.kind, "state": e.state(c.k.Now()), "tags": tags(e.id)}
	}
	for _, f := range r.flows {
		flows[f.id] = wire.Map{"resource": f.resource, "traffic": f.traffic, "logGroup": f.group, "tags": tags(f.id)}
	}
	return wire.Map{
		"vpcs": vpcs, "subnets": subnets, "routeTables": tables, "securityGroups": groups, "vpcEndpoints": endpoints, "flowLogs": flows,
		"ebsEncryptionByDefault": r.ebsDefault,
	}
}
