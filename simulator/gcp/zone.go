package gcp

import (
	"cmp"
	"net/http"
	"regexp"
	"slices"
	"time"
)

// zone is a managed zone of Cloud DNS.
type zone struct {
	name, id string
	made     time.Time
	servers  []string
	body     fields
	records  []fields // beside its own NS and SOA
}

func zoneShape() shape {
	return shape{
		"kind": text(), "id": text(), "name": text(), "description": text(), "dnsName": text(), "creationTime": text(), "nameServers": texts(), "nameServerSet": text(),
		"visibility": text(), "labels": labelled(), "cloudLoggingConfig": message(shape{"kind": text(), "enableLogging": boolean()}),
		"dnssecConfig": message(shape{"kind": text(), "state": text(), "nonExistence": text(), "defaultKeySpecs": listOf(message(shape{
			"kind": text(), "algorithm": text(), "keyLength": integer(), "keyType": text(),
		}))}),
		"privateVisibilityConfig": message(shape{"kind": text(), "networks": listOf(message(shape{"kind": text(), "networkUrl": text()}))}),
	}
}

const zonePath = "/dns/v1/projects/{project}/managedZones"

func zoneRoutes() []route {
	const api, one = "dns", zonePath + "/{zone}"
	return []route{
		{api: api, method: http.MethodGet, path: one, operation: "managedZones.get", params: "clientOperationId", do: (*Cloud).getZone},
		{api: api, method: http.MethodGet, path: zonePath, operation: "managedZones.list", params: "dnsName maxResults pageToken", do: (*Cloud).listZones},
		{api: api, method: http.MethodPost, path: zonePath, operation: "managedZones.create", write: true, params: "clientOperationId", body: zoneShape(), do: (*Cloud).createZone},
		{api: api, method: http.MethodPut, path: one, operation: "managedZones.update", write: true, params: "clientOperationId", body: zoneShape(), do: (*Cloud).updateZone},
		{api: api, method: http.MethodPatch, path: one, operation: "managedZones.patch", write: true, params: "clientOperationId", body: zoneShape(), do: (*Cloud).patchZone},
		{api: api, method: http.MethodDelete, path: one, operation: "managedZones.delete", write: true, params: "clientOperationId", do: (*Cloud).deleteZone},
		{api: api, method: http.MethodPost, path: one + "/rrsets", operation: "resourceRecordSets.create", write: true, params: "clientOperationId", body: recordShape(), do: (*Cloud).createRecord},
		{api: api, method: http.MethodGet, path: one + "/rrsets", operation: "resourceRecordSets.list", params: "name type maxResults pageToken", do: (*Cloud).listRecords},
	}
}

func (z *zone) wire() fields {
	f := copyOf(z.body)
	f["kind"], f["id"], f["name"], f["nameServers"], f["creationTime"] = "dns#managedZone", z.id, z.name, z.servers, z.made
	return f
}

func (c *Cloud) zoneAsked(q *request) (*project, *zone, *problem) {
	p, bad := c.projectAsked(q)
	if bad != nil {
		return nil, nil, bad
	}
	for _, z := range p.zones {
		if z.name == q.vars["zone"] || z.id == q.vars["zone"] {
			return p, z, nil
		}
	}
	return p, nil, notFound("managedZone \"projects/%s/managedZones/%s\" not found", p.id, q.vars["zone"])
}

func (c *Cloud) getZone(q *request) (any, *problem) {
	_, z, bad := c.zoneAsked(q)
	if bad != nil {
		return nil, bad
	}
	return z.wire(), nil
}

func (c *Cloud) listZones(q *request) (any, *problem) {
	p, bad := c.projectAsked(q)
	if bad != nil {
		return nil, bad
	}
	var all []*zone
	for _, z := range p.zones {
		if q.arg("dnsName") == "" || q.arg("dnsName") == z.body.str("dnsName") {
			all = append(all, z)
		}
	}
	slices.SortFunc(all, func(a, b *zone) int { return cmp.Compare(a.name, b.name) })
	cut, next, bad := page(c, q, "maxResults", 100, all)
	if bad != nil {
		return nil, bad
	}
	out := []fields{}
	for _, z := range cut {
		out = append(out, z.wire())
	}
	f := full(fields{"kind": "dns#managedZonesListResponse", "nextPageToken": next})
	f["managedZones"] = out
	return f, nil
}

func (c *Cloud) createZone(q *request) (any, *problem) {
	p, bad := c.projectAsked(q)
	if bad != nil {
		return nil, bad
	}
	name := q.body.str("name")
	body, bad := c.readZone(p, q.body)
	switch {
	case bad != nil:
		return nil, bad
	case !regexp.MustCompile(`^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$`).MatchString(name):
		return nil, problemf(http.StatusBadRequest, "INVALID_ARGUMENT", "invalid", "Invalid value for 'entity.managedZone.name': '%s'", name)
	case p.zones[name] != nil:
		return nil, exists("The resource 'entity.managedZone' named '%s' already exists", name)
	}
	z := &zone{name: name, id: digits(19), made: q.now, body: body, servers: c.nameServers(body.str("dnsName"))}
	p.zones[name] = z
	return z.wire(), nil
}

// readZone checks what a caller wrote of a zone and fills in the rest.
func (c *Cloud) readZone(p *project, written fields) (fields, *problem) {
	b := copyOf(written)
	for _, own := range []string{"kind", "id", "name", "creationTime", "nameServers"} {
		delete(b, own)
	}
	dns := b.str("dnsName")
	if !regexp.MustCompile(`^([a-z0-9_]([-a-z0-9_]{0,61}[a-z0-9_])?\.)+$`).MatchString(dns) {
		return nil, problemf(http.StatusBadRequest, "INVALID_ARGUMENT", "invalid", "Invalid value for 'entity.managedZone.dnsName': '%s'", dns)
	}
	b["visibility"] = orText(b.str("visibility"), "public")
	private := b.sub("privateVisibilityConfig")
	switch {
	case b.str("visibility") != "public" && b.str("visibility") != "private":
		return nil, problemf(http.StatusBadRequest, "INVALID_ARGUMENT", "invalid", "Invalid value for 'entity.managedZone.visibility': '%s'", b.str("visibility"))
	case b.str("visibility") == "public" && private != nil:
		return nil, problemf(http.StatusBadRequest, "INVALID_ARGUMENT", "invalid", "Invalid value for 'entity.managedZone.privateVisibilityConfig': a public zone has none")
	}
	for _, n := range private.list("networks") {
		if _, bad := c.networkFor(p, n.(fields).str("networkUrl")); bad != nil {
			return nil, problemf(http.StatusBadRequest, "INVALID_ARGUMENT", "invalid", "The network '%s' does not exist.", n.(fields).str("networkUrl"))
		}
	}
	logs := b.sub("cloudLoggingConfig")
	if logs == nil {
		logs = fields{}
	}
	logs["kind"] = "dns#managedZoneCloudLoggingConfig"
	b["cloudLoggingConfig"] = logs
	if sec := b.sub("dnssecConfig"); sec != nil {
		populateDNSSEC(sec)
	}
	return b, nil
}

func populateDNSSEC(sec fields) {
	sec["kind"], sec["state"], sec["nonExistence"] = "dns#managedZoneDnsSecConfig", orText(sec.str("state"), "off"), orText(sec.str("nonExistence"), "nsec3")
	if sec.list("defaultKeySpecs") == nil {
		sec["defaultKeySpecs"] = []any{
			fields{"kind": "dns#dnsKeySpec", "keyType": "keySigning", "algorithm": "rsasha256", "keyLength": 2048},
			fields{"kind": "dns#dnsKeySpec", "keyType": "zoneSigning", "algorithm": "rsasha256", "keyLength": 1024},
		}
	}
}

// nameServers are the four that serve a zone; zones of the same name get different ones, wherever they are.
func (c *Cloud) nameServers(dnsName string) []string {
	n := 0
	for _, p := range c.projects {
		for _, z := range p.zones {
			if z.body.str("dnsName") == dnsName {
				n++
			}
		}
	}
	set := string(rune('a' + n%5))
	var out []string
	for _, i := range []string{"1", "2", "3", "4"} {
		out = append(out, "ns-cloud-"+set+i+".googledomains.com.")
	}
	return out
}

func (c *Cloud) updateZone(q *request) (any, *problem) { return c.changeZone(q, q.body) }

func (c *Cloud) patchZone(q *request) (any, *problem) {
	_, z, bad := c.zoneAsked(q)
	if bad != nil {
		return nil, bad
	}
	whole := copyOf(z.body)
	overlay(whole, q.body)
	return c.changeZone(q, whole)
}

// changeZone replaces what a zone says and answers with the operation, which is done at once.
func (c *Cloud) changeZone(q *request, written fields) (any, *problem) {
	p, z, bad := c.zoneAsked(q)
	if bad != nil {
		return nil, bad
	}
	body, bad := c.readZone(p, written)
	if bad != nil {
		return nil, bad
	}
	if body.str("dnsName") != z.body.str("dnsName") || body.str("visibility") != z.body.str("visibility") {
		return nil, problemf(http.StatusBadRequest, "INVALID_ARGUMENT", "invalid", "The DNS name and the visibility of a managed zone cannot be changed.")
	}
	was := z.wire()
	z.body = body
	return fields{
		"kind": "dns#operation", "id": newOperationID(), "startTime": q.now, "status": "done", "type": "UPDATE", "user": q.caller.email,
		"zoneContext": fields{"oldValue": was, "newValue": z.wire()},
	}, nil
}

func (c *Cloud) deleteZone(q *request) (any, *problem) {
	p, z, bad := c.zoneAsked(q)
	if bad != nil {
		return nil, bad
	}
	if len(z.records) > 0 {
		return nil, problemf(http.StatusBadRequest, "FAILED_PRECONDITION", "containerNotEmpty", "The resource named '%s' cannot be deleted because it contains one or more 'resource records'.", z.name)
	}
	delete(p.zones, z.name)
	return fields{}, nil
}
