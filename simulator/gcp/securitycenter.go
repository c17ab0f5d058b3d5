package gcp

import (
	"net/http"
	"slices"
	"time"
)

// securityService is what one resource intends for one service of Security Command Center.
type securityService struct {
	intended string
	works    time.Time // when the intention takes effect
	before   string    // what was in effect until then
	modules  fields
	updated  time.Time
}

func enablement() kind {
	return choice("ENABLEMENT_STATE_UNSPECIFIED", "INHERITED", "ENABLED", "DISABLED", "INGEST_ONLY")
}

func securityServiceShape() shape {
	return shape{
		"name": text(), "intendedEnablementState": enablement(), "effectiveEnablementState": enablement(), "updateTime": moment(), "serviceConfig": anything(),
		"modules": mapOf(message(shape{"intendedEnablementState": enablement(), "effectiveEnablementState": enablement()})),
	}
}

// securityServices lists the services there are, with the tiers that have them.
func securityServices() map[string][]string {
	standard, premium := []string{"STANDARD", "PREMIUM", "ENTERPRISE"}, []string{"PREMIUM", "ENTERPRISE"}
	return map[string][]string{
		"security-health-analytics": standard, "web-security-scanner": standard, "event-threat-detection": premium, "container-threat-detection": premium,
		"vm-threat-detection": premium, "cloud-run-threat-detection": premium, "vm-manager": premium,
	}
}

func securityCenterRoutes() []route {
	const api = "securitycentermanagement"
	var list []route
	for _, parent := range []string{"projects/{project}", "organizations/{organization}"} {
		list = append(list, route{api: api, method: http.MethodGet, path: "/v1/" + parent + "/locations/global/billingMetadata", operation: "GetBillingMetadata", do: (*Cloud).getBillingMetadata})
	}
	for _, parent := range []string{"projects/{project}", "folders/{folder}", "organizations/{organization}"} {
		all := "/v1/" + parent + "/locations/global/securityCenterServices"
		one := all + "/{service}"
		list = append(list,
			route{api: api, method: http.MethodGet, path: one, operation: "GetSecurityCenterService", params: "showEligibleModulesOnly", do: (*Cloud).getSecurityService},
			route{api: api, method: http.MethodGet, path: all, operation: "ListSecurityCenterServices", params: "pageSize pageToken showEligibleModulesOnly", do: (*Cloud).listSecurityServices},
			route{api: api, method: http.MethodPatch, path: one, operation: "UpdateSecurityCenterService", write: true, params: "updateMask validateOnly", body: securityServiceShape(), do: (*Cloud).updateSecurityService})
	}
	return list
}

// guarded is a resource whose services Security Command Center knows.
type guarded struct {
	name   string
	scc    map[string]*securityService
	parent *guarded
	tier   string
}

// guardedAsked is the resource that a request is about. A folder intends nothing of its own here: it inherits.
func (c *Cloud) guardedAsked(q *request) (*guarded, *problem) {
	organisation := func(o *organization) *guarded { return &guarded{name: o.name, scc: o.scc, tier: o.tier} }
	switch {
	case q.vars["project"] != "":
		p, bad := c.projectAsked(q)
		if bad != nil {
			return nil, bad
		}
		o := organisation(c.organizationOf(p.parent))
		return &guarded{name: "projects/" + q.vars["project"], scc: p.scc, parent: o, tier: o.tier}, nil
	case q.vars["folder"] != "":
		f, bad := c.folderAsked(q)
		if bad != nil {
			return nil, bad
		}
		if q.route.write {
			return nil, problemf(http.StatusNotImplemented, "UNIMPLEMENTED", "notImplemented", "Security Command Center services of folders are not simulated.")
		}
		o := organisation(c.organizationOf(f.parent))
		return &guarded{name: f.name, scc: map[string]*securityService{}, parent: o, tier: o.tier}, nil
	}
	o := c.organizations["organizations/"+q.vars["organization"]]
	if o == nil {
		return nil, forbidden()
	}
	return organisation(o), nil
}

// effective is the state that a service is really in: what is intended, where the tier has the service.
func (g *guarded) effective(id string, now time.Time) string {
	if !slices.Contains(securityServices()[id], g.tier) {
		return "DISABLED"
	}
	s := g.scc[id]
	switch {
	case s != nil && now.Before(s.works):
		return s.before
	case s != nil && s.intended != "INHERITED":
		return s.intended
	case g.parent == nil:
		return "DISABLED"
	}
	return g.parent.effective(id, now)
}

func (g *guarded) wire(id string, now time.Time) fields {
	f := fields{"name": g.name + "/locations/global/securityCenterServices/" + id, "effectiveEnablementState": enablement().pick(g.effective(id, now))}
	intended := "INHERITED"
	if g.parent == nil {
		intended = "DISABLED"
	}
	if s := g.scc[id]; s != nil {
		intended = s.intended
		f["updateTime"] = s.updated
		if len(s.modules) > 0 {
			f["modules"] = s.modules
		}
	}
	f["intendedEnablementState"] = enablement().pick(intended)
	return f
}

func (c *Cloud) getSecurityService(q *request) (any, *problem) {
	g, bad := c.guardedAsked(q)
	if bad != nil {
		return nil, bad
	}
	if securityServices()[q.vars["service"]] == nil {
		return nil, noEntity()
	}
	return g.wire(q.vars["service"], q.now), nil
}

func (c *Cloud) listSecurityServices(q *request) (any, *problem) {
	g, bad := c.guardedAsked(q)
	if bad != nil {
		return nil, bad
	}
	var ids []string
	for id := range securityServices() {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	cut, next, bad := page(c, q, "pageSize", 20, ids)
	if bad != nil {
		return nil, bad
	}
	var out []fields
	for _, id := range cut {
		out = append(out, g.wire(id, q.now))
	}
	return full(fields{"securityCenterServices": out, "nextPageToken": next}), nil
}

// getBillingMetadata answers the tier that was bought for a resource itself: here only for an organisation.
func (c *Cloud) getBillingMetadata(q *request) (any, *problem) {
	o := c.organizations["organizations/"+q.vars["organization"]]
	if o == nil || !slices.Contains(tiers(), o.tier) {
		return nil, noEntity()
	}
	return fields{"name": o.name + "/locations/global/billingMetadata", "billingTier": choice(append([]string{"BILLING_TIER_UNSPECIFIED"}, tiers()...)...).pick(o.tier)}, nil
}

func tiers() []string { return []string{"STANDARD", "PREMIUM", "ENTERPRISE"} }

func (c *Cloud) updateSecurityService(q *request) (any, *problem) {
	g, bad := c.guardedAsked(q)
	if bad != nil {
		return nil, bad
	}
	id := q.vars["service"]
	if securityServices()[id] == nil {
		return nil, noEntity()
	}
	m, bad := mask(q.arg("updateMask"), "securityCenterService", securityServiceShape())
	switch {
	case bad != nil:
		return nil, bad
	case len(m) == 0:
		return nil, invalid("The update mask is required.")
	case !named(m, "intendedEnablementState") && !named(m, "modules"):
		return nil, invalid("Only intended_enablement_state and modules can be updated.")
	}
	was := g.scc[id]
	s := &securityService{intended: "INHERITED", before: g.effective(id, q.now), updated: q.now}
	if was != nil {
		s.intended, s.modules = was.intended, was.modules
	}
	if e, set := q.body["intendedEnablementState"].(enum); set && named(m, "intendedEnablementState") {
		if e.number == 0 || (e.name == "INHERITED" && g.parent == nil) {
			return nil, invalid("Invalid intended enablement state %s.", e.name)
		}
		s.intended = e.name
	}
	if named(m, "modules") {
		s.modules = q.body.sub("modules")
	}
	s.works = c.later("gcp.securitycenter.enablement")
	if q.arg("validateOnly") != "true" {
		g.scc[id] = s
		return g.wire(id, q.now), nil
	}
	trial := &guarded{name: g.name, parent: g.parent, tier: g.tier, scc: map[string]*securityService{id: s}}
	return trial.wire(id, q.now), nil
}
