package gcp

import (
	"net/http"
	"slices"
	"strings"
	"time"
)

// service is an API in a project.
type service struct {
	enabled bool
	works   time.Time // when every front knows that it was enabled
}

func serviceRoutes() []route {
	const api = "serviceusage"
	return []route{
		{api: api, method: http.MethodGet, path: "/v1/projects/{project}/services/{service}", operation: "GetService", do: (*Cloud).getService},
		{api: api, method: http.MethodGet, path: "/v1/projects/{project}/services", operation: "ListServices", params: "filter pageSize pageToken", do: (*Cloud).listServices},
		{api: api, method: http.MethodGet, path: "/v1/projects/{project}/services:batchGet", operation: "BatchGetServices", params: "names", do: (*Cloud).batchGetServices},
		{
			api: api, method: http.MethodPost, path: "/v1/projects/{project}/services:batchEnable", operation: "BatchEnableServices", write: true,
			body: shape{"parent": text(), "serviceIds": texts()}, do: (*Cloud).batchEnableServices,
		},
		{
			api: api, method: http.MethodPost, path: "/v1/projects/{project}/services/{service}:enable", operation: "EnableService", write: true,
			body: shape{"name": text()}, do: (*Cloud).enableService,
		},
		{
			api: api, method: http.MethodPost, path: "/v1/projects/{project}/services/{service}:disable", operation: "DisableService", write: true,
			body: shape{"name": text(), "disableDependentServices": boolean(), "checkIfServiceHasUsage": choice("CHECK_IF_SERVICE_HAS_USAGE_UNSPECIFIED", "SKIP", "CHECK")}, do: (*Cloud).disableService,
		},
		{api: api, method: http.MethodGet, path: "/v1/operations/{operation}", operation: "GetOperation", do: (*Cloud).getOperation},
	}
}

func serviceState() kind { return choice("STATE_UNSPECIFIED", "DISABLED", "ENABLED") }

func (c *Cloud) serviceWire(p *project, name string) fields {
	f := fields{"name": "projects/" + p.number + "/services/" + name, "state": serviceState().pick("DISABLED")}
	if s := p.services[name]; s != nil && s.enabled {
		f["parent"], f["state"] = "projects/"+p.number, serviceState().pick("ENABLED")
	}
	return f
}

func unknownService(names ...string) *problem {
	p := forbidden()
	p.message = "Not found or permission denied for service(s): " + strings.Join(names, ",") + "."
	return p.add(
		fields{"@type": "type.googleapis.com/google.rpc.PreconditionFailure", "violations": []any{fields{
			"type": "googleapis.com", "subject": "?error_code=220002&services=" + strings.Join(names, "&services="),
		}}},
		errorInfo("SERVICE_CONFIG_NOT_FOUND_OR_PERMISSION_DENIED", "serviceusage.googleapis.com", map[string]string{"services": strings.Join(names, ",")}))
}

func (c *Cloud) serviceAsked(q *request) (*project, string, *problem) {
	p, bad := c.projectAsked(q)
	if bad != nil {
		return nil, "", bad
	}
	if !slices.Contains(catalogue(), q.vars["service"]) {
		return nil, "", unknownService(q.vars["service"])
	}
	return p, q.vars["service"], nil
}

func (c *Cloud) getService(q *request) (any, *problem) {
	p, name, bad := c.serviceAsked(q)
	if bad != nil {
		return nil, bad
	}
	return c.serviceWire(p, name), nil
}

func (c *Cloud) listServices(q *request) (any, *problem) {
	p, bad := c.projectAsked(q)
	if bad != nil {
		return nil, bad
	}
	want := q.arg("filter")
	if want != "" && want != "state:ENABLED" && want != "state:DISABLED" {
		return nil, invalid("Invalid filter: only state:ENABLED and state:DISABLED are supported.")
	}
	var all []fields
	for _, name := range catalogue() {
		f := c.serviceWire(p, name)
		if want == "" || want == "state:"+f["state"].(enum).name {
			all = append(all, f)
		}
	}
	cut, next, bad := page(c, q, "pageSize", 50, all)
	if bad != nil {
		return nil, bad
	}
	return full(fields{"services": cut, "nextPageToken": next}), nil
}

func (c *Cloud) batchGetServices(q *request) (any, *problem) {
	p, bad := c.projectAsked(q)
	if bad != nil {
		return nil, bad
	}
	names := q.query["names"]
	if len(names) == 0 || len(names) > 30 {
		return nil, invalid("A request must name between 1 and 30 services, not %d.", len(names))
	}
	var out []fields
	for _, n := range names {
		owner, id, ok := strings.Cut(n, "/services/")
		if !ok || c.project(strings.TrimPrefix(owner, "projects/")) != p {
			return nil, invalid("Service name %q does not belong to the parent.", n)
		}
		if !slices.Contains(catalogue(), id) {
			return nil, unknownService(id)
		}
		out = append(out, c.serviceWire(p, id))
	}
	return fields{"services": out}, nil
}

// checkEnable refuses, all together, services that cannot be enabled in a project.
func (c *Cloud) checkEnable(p *project, names []string) *problem {
	if p.state != active {
		return precondition("Project '%s' is not active.", p.number)
	}
	var unknown, unpaid []string
	for _, n := range names {
		if !slices.Contains(catalogue(), n) {
			unknown = append(unknown, n)
		}
		if needsBilling(n) && !c.paid(p) {
			unpaid = append(unpaid, n)
		}
	}
	if len(unknown) > 0 {
		return unknownService(unknown...)
	}
	if len(unpaid) == 0 {
		return nil
	}
	list := strings.Join(unpaid, ",")
	return precondition("Billing account for project '%s' is not found. Billing must be enabled for activation of service(s) '%s' to proceed.", p.number, list).add(
		fields{"@type": "type.googleapis.com/google.rpc.PreconditionFailure", "violations": []any{fields{
			"type":    "googleapis.com/billing-enabled",
			"subject": "?error_code=390001&project=" + p.number + "&services=" + strings.Join(unpaid, "&services="),
		}}},
		errorInfo("UREQ_PROJECT_BILLING_NOT_FOUND", "serviceusage.googleapis.com/billing-enabled", map[string]string{"project": p.number, "services": list}))
}

func (c *Cloud) batchEnableServices(q *request) (any, *problem) {
	p, bad := c.projectAsked(q)
	if bad != nil {
		return nil, bad
	}
	names := q.body.texts("serviceIds")
	if len(names) == 0 || len(names) > 20 {
		return nil, invalid("A request must name between 1 and 20 services, not %d.", len(names))
	}
	return c.startEnable(p, names, fields{"@type": "type.googleapis.com/google.api.serviceusage.v1.OperationMetadata"}, func() fields {
		var out []any
		for _, n := range names {
			out = append(out, c.serviceWire(p, n))
		}
		return fields{"@type": "type.googleapis.com/google.api.serviceusage.v1.BatchEnableServicesResponse", "services": out}
	})
}

func (c *Cloud) enableService(q *request) (any, *problem) {
	p, bad := c.projectAsked(q)
	if bad != nil {
		return nil, bad
	}
	name := q.vars["service"]
	return c.startEnable(p, []string{name}, emptyValue(), func() fields {
		return fields{"@type": "type.googleapis.com/google.api.serviceusage.v1.EnableServiceResponse", "service": c.serviceWire(p, name)}
	})
}

func (c *Cloud) startEnable(p *project, names []string, late fields, word func() fields) (any, *problem) {
	if bad := c.checkEnable(p, names); bad != nil {
		return nil, bad
	}
	due := c.later("gcp.service.enable")
	return c.begin(&operation{
		api: "serviceusage", name: "operations/acat.p2-" + p.number + "-" + newOperationID(), scope: "projects/" + p.id,
		due: due, late: late, finish: func() (any, *problem) {
			for _, n := range names {
				c.enable(p, n, due)
			}
			return word(), nil
		},
	}).wire(), nil
}

// enable turns a service on, with those that it needs and with what it brings along.
func (c *Cloud) enable(p *project, name string, now time.Time) {
	s := p.services[name]
	if s == nil {
		s = &service{}
		p.services[name] = s
	}
	if s.enabled {
		return
	}
	s.enabled, s.works = true, now.Add(c.k.Takes("gcp.service.propagation"))
	for _, n := range needed(name) {
		c.enable(p, n, now)
	}
	if name == "compute.googleapis.com" {
		c.openCompute(p)
	}
}

func (c *Cloud) disableService(q *request) (any, *problem) {
	p, name, bad := c.serviceAsked(q)
	if bad != nil {
		return nil, bad
	}
	var hold []string
	for _, n := range catalogue() {
		if s := p.services[n]; s != nil && s.enabled && slices.Contains(needed(n), name) {
			hold = append(hold, n)
		}
	}
	if len(hold) > 0 && !q.body.flag("disableDependentServices") {
		return nil, precondition("The service %s is depended on by the following active service(s): %s; Please specify disable_dependent_services=true if you want to proceed with disabling all services.", name, strings.Join(hold, ","))
	}
	return c.begin(&operation{
		api: "serviceusage", name: "operations/acat.p2-" + p.number + "-" + newOperationID(), scope: "projects/" + p.id,
		due: c.later("gcp.service.disable"), early: emptyValue(), late: emptyValue(), finish: func() (any, *problem) {
			for _, n := range append(hold, name) {
				delete(p.services, n)
			}
			off := c.serviceWire(p, name)
			off["parent"] = "projects/" + p.number
			return fields{"@type": "type.googleapis.com/google.api.serviceusage.v1.DisableServiceResponse", "service": off}, nil
		},
	}).wire(), nil
}
