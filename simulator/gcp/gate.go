package gcp

import (
	"fmt"
	"net/http"
	"strings"
)

// gate is the front's check of a call: the API works in a project only when it was enabled there, long enough ago, and
// paid for; and a quota project must be one that stands.
func (c *Cloud) gate(q *request) *problem {
	if name := q.http.Header.Get("X-Goog-User-Project"); name != "" {
		p := c.project(name)
		if p == nil || p.state != active {
			bad := forbidden()
			bad.message = fmt.Sprintf("Caller does not have required permission to use project %s. Grant the caller the roles/serviceusage.serviceUsageConsumer role, "+
				"or a custom role with the serviceusage.services.use permission, by visiting https://console.developers.google.com/iam-admin/iam/project?project=%s and then retry.", name, name)
			bad.front = true
			return bad.add(errorInfo("USER_PROJECT_DENIED", "googleapis.com", map[string]string{"consumer": "projects/" + name, "service": q.api.host}))
		}
		if bad := c.enabled(q, p); bad != nil {
			return bad
		}
	}
	id, inProject := strings.CutPrefix(q.scope, "projects/")
	if !q.api.gated || !inProject {
		return nil
	}
	p := c.project(id)
	if p == nil || p.state != active {
		bad := forbidden()
		bad.message, bad.front = "Permission denied on resource project "+id+".", true
		return bad.add(
			fields{"@type": "type.googleapis.com/google.rpc.Help", "links": []any{fields{"description": "Google developers console", "url": "https://console.developers.google.com"}}},
			errorInfo("CONSUMER_INVALID", "googleapis.com", map[string]string{"consumer": "projects/" + id, "service": q.api.host}))
	}
	if p.suspended {
		bad := forbidden()
		bad.message, bad.front = "Permission denied: Consumer 'projects/"+p.id+"' has been suspended.", true
		return bad.add(errorInfo("CONSUMER_SUSPENDED", "googleapis.com", map[string]string{"consumer": "projects/" + p.number, "service": q.api.host}))
	}
	if bad := c.enabled(q, p); bad != nil {
		return bad
	}
	if q.api.paid && !c.paid(p) {
		bad := forbidden()
		bad.message = fmt.Sprintf("This API method requires billing to be enabled. Please enable billing on project #%s by visiting "+
			"https://console.developers.google.com/billing/enable?project=%s then retry. If you enabled billing for this project recently, "+
			"wait a few minutes for the action to propagate to our systems and retry.", p.id, p.id)
		bad.front = true
		return bad.add(errorInfo("BILLING_DISABLED", "googleapis.com", map[string]string{"consumer": "projects/" + p.id, "service": q.api.host}))
	}
	return nil
}

// enabled refuses an API that was not enabled in a project, or too lately for every front to know.
func (c *Cloud) enabled(q *request, p *project) *problem {
	s := p.services[q.api.host]
	if s != nil && s.enabled && !q.now.Before(s.works) {
		return nil
	}
	title := serviceTitle(q.api.host)
	url := "https://console.developers.google.com/apis/api/" + q.api.host + "/overview?project=" + p.number
	said := fmt.Sprintf("%s has not been used in project %s before or it is disabled. Enable it by visiting %s then retry. If you enabled this API "+
		"recently, wait a few minutes for the action to propagate to our systems and retry.", title, p.number, url)
	bad := problemf(http.StatusForbidden, "PERMISSION_DENIED", "accessNotConfigured", "%s", said)
	bad.front = true
	return bad.add(
		errorInfo("SERVICE_DISABLED", "googleapis.com", map[string]string{
			"service": q.api.host, "serviceTitle": title,
			"consumer": "projects/" + p.number, "containerInfo": p.number, "activationUrl": url,
		}),
		fields{"@type": "type.googleapis.com/google.rpc.LocalizedMessage", "locale": "en-US", "message": said},
		fields{"@type": "type.googleapis.com/google.rpc.Help", "links": []any{fields{"description": "Google developers console API activation", "url": url}}})
}
