package gcp

import (
	"cmp"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
)

// provider is an identity provider that a pool trusts.
type provider struct {
	id                string
	body              fields // as it was written: displayName, description, attributeMapping, attributeCondition, oidc or aws
	disabled, deleted bool
	expires           time.Time
	pending           bool
	known             time.Time // when tokens can be exchanged by it
}

func providerShape() shape {
	return shape{
		"name": text(), "displayName": text(), "description": text(), "state": poolState(), "disabled": boolean(), "expireTime": moment(),
		"attributeMapping": labelled(), "attributeCondition": text(), "aws": message(shape{"accountId": text()}),
		"oidc": message(shape{"issuerUri": text(), "allowedAudiences": texts(), "jwksJson": text()}),
	}
}

func providerRoutes() []route {
	const api, all, one = "iam", poolPath + "/{pool}/providers", poolPath + "/{pool}/providers/{provider}"
	return []route{
		{api: api, method: http.MethodGet, path: one, operation: "workloadIdentityPools.providers.get", do: (*Cloud).getProvider},
		{api: api, method: http.MethodGet, path: all, operation: "workloadIdentityPools.providers.list", params: "pageSize pageToken showDeleted", do: (*Cloud).listProviders},
		{api: api, method: http.MethodPost, path: all, operation: "workloadIdentityPools.providers.create", write: true, params: "workloadIdentityPoolProviderId", body: providerShape(), do: (*Cloud).createProvider},
		{api: api, method: http.MethodPatch, path: one, operation: "workloadIdentityPools.providers.patch", write: true, params: "updateMask", body: providerShape(), do: (*Cloud).patchProvider},
		{api: api, method: http.MethodDelete, path: one, operation: "workloadIdentityPools.providers.delete", write: true, do: (*Cloud).deleteProvider},
		{api: api, method: http.MethodPost, path: one + ":undelete", operation: "workloadIdentityPools.providers.undelete", write: true, body: shape{}, do: (*Cloud).undeleteProvider},
	}
}

func providerName(p *project, l *pool, v *provider) string {
	return poolName(p, l) + "/providers/" + v.id
}

func (v *provider) wire(p *project, l *pool) fields {
	f := fields{"name": providerName(p, l, v), "state": lifeState(v.deleted)}
	for _, n := range []string{"displayName", "description", "attributeMapping", "attributeCondition", "aws", "oidc"} {
		if b, has := v.body[n]; has {
			f[n] = b
		}
	}
	f["disabled"], f["expireTime"] = v.disabled, v.expires
	return full(f)
}

func (c *Cloud) providerAsked(q *request) (*project, *pool, *provider, *problem) {
	p, l, bad := c.poolAsked(q)
	if bad != nil {
		return nil, nil, nil, bad
	}
	v := l.providers[q.vars["provider"]]
	if v != nil && v.deleted && q.now.After(v.expires) {
		delete(l.providers, v.id)
		v = nil
	}
	if v == nil || v.pending {
		return p, l, nil, noEntity()
	}
	return p, l, v, nil
}

func (c *Cloud) getProvider(q *request) (any, *problem) {
	p, l, v, bad := c.providerAsked(q)
	if bad != nil {
		return nil, bad
	}
	return v.wire(p, l), nil
}

func (c *Cloud) listProviders(q *request) (any, *problem) {
	p, l, bad := c.poolAsked(q)
	if bad != nil {
		return nil, bad
	}
	var all []*provider
	for _, v := range l.providers {
		if !v.pending && (!v.deleted || q.arg("showDeleted") == "true") {
			all = append(all, v)
		}
	}
	slices.SortFunc(all, func(a, b *provider) int { return cmp.Compare(a.id, b.id) })
	cut, next, bad := page(c, q, "pageSize", 50, all)
	if bad != nil {
		return nil, bad
	}
	var out []fields
	for _, v := range cut {
		out = append(out, v.wire(p, l))
	}
	return full(fields{"workloadIdentityPoolProviders": out, "nextPageToken": next}), nil
}

func (c *Cloud) createProvider(q *request) (any, *problem) {
	p, l, bad := c.poolAsked(q)
	if bad != nil {
		return nil, bad
	}
	id := q.arg("workloadIdentityPoolProviderId")
	switch {
	case l.deleted:
		return nil, precondition("The workload identity pool is deleted.")
	case !regexp.MustCompile(`^[a-z0-9-]{4,32}$`).MatchString(id) || strings.HasPrefix(id, "gcp-"):
		return nil, invalid("Invalid workload identity pool provider id %q: it must be 4-32 characters of [a-z0-9-] and not begin with gcp-.", id)
	case l.providers[id] != nil && !(l.providers[id].deleted && q.now.After(l.providers[id].expires)):
		return nil, exists("Requested entity already exists")
	}
	if bad := checkProvider(q.body); bad != nil {
		return nil, bad
	}
	if bad := c.forbidsProvider(p, l, q.body); bad != nil {
		return nil, bad
	}
	v := &provider{id: id, body: copyOf(q.body), disabled: q.body.flag("disabled"), pending: true}
	l.providers[id] = v
	return c.poolOperation(p, providerName(p, l, v), "WorkloadIdentityPoolProvider", func(due time.Time) fields {
		v.pending, v.known = false, due.Add(c.k.Takes(exchangeDelay))
		return v.wire(p, l)
	})
}

// checkProvider refuses what the real service refuses: no issuer, no mapped subject, or an issuer that all the world
// shares without a condition that says whose tokens are meant.
func checkProvider(b fields) *problem {
	oidc, aws := b.sub("oidc"), b.sub("aws")
	switch {
	case (oidc == nil) == (aws == nil):
		return invalid("Exactly one of aws, oidc or saml must be set.")
	case aws != nil && !regexp.MustCompile(`^\d{12}$`).MatchString(aws.str("accountId")):
		return invalid("The AWS account id must be 12 digits.")
	case len(b.str("attributeCondition")) > 4096:
		return invalid("The attribute condition is longer than 4096 characters.")
	}
	if oidc == nil {
		return nil
	}
	u, err := url.Parse(oidc.str("issuerUri"))
	if err != nil || u.Scheme != "https" || u.Host == "" {
		return invalid("The issuer URI %q must be an https URI.", oidc.str("issuerUri"))
	}
	if b.sub("attributeMapping").str("google.subject") == "" {
		return invalid("The attribute mapping must map google.subject.")
	}
	shared := slices.Contains([]string{"token.actions.githubusercontent.com", "gitlab.com", "app.terraform.io"}, u.Host)
	condition := b.str("attributeCondition")
	if shared && !strings.Contains(condition, "assertion.") && !strings.Contains(condition, "attribute.") && !strings.Contains(condition, "google.subject") {
		return invalid("The attribute condition must reference one of the provider's claims. For more information, see https://cloud.google.com/iam/docs/workload-identity-federation-with-deployment-pipelines#conditions")
	}
	return nil
}

// forbidsProvider is what an organisation policy says to an issuer that is not among those it allows.
func (c *Cloud) forbidsProvider(p *project, l *pool, b fields) *problem {
	const id = "iam.workloadIdentityPoolProviders"
	issuer := "https://sts.amazonaws.com"
	if oidc := b.sub("oidc"); oidc != nil {
		issuer = oidc.str("issuerUri")
	}
	if c.allows(p, id, issuer) {
		return nil
	}
	return precondition("Precondition check failed.").add(fields{"@type": "type.googleapis.com/google.rpc.PreconditionFailure", "violations": []any{fields{
		"type": "constraints/" + id, "description": "Org Policy violated for value: '" + issuer + "'.",
		"subject": "orgpolicy:projects/" + p.id + "/locations/global/workloadIdentityPools/" + l.id,
	}}})
}

func (c *Cloud) patchProvider(q *request) (any, *problem) {
	p, l, v, bad := c.providerAsked(q)
	if bad != nil {
		return nil, bad
	}
	m, bad := mask(q.arg("updateMask"), "workloadIdentityPoolProvider", providerShape())
	switch {
	case bad != nil:
		return nil, bad
	case len(m) == 0:
		return nil, invalid("The update mask is empty.")
	case v.deleted || l.deleted:
		return nil, precondition("The workload identity pool provider is deleted.")
	}
	next := copyOf(v.body)
	for n := range providerShape() {
		if !named(m, n) {
			continue
		}
		delete(next, n)
		if b, has := q.body[n]; has {
			next[n] = b
		}
	}
	if bad := checkProvider(next); bad != nil {
		return nil, bad
	}
	if bad := c.forbidsProvider(p, l, next); bad != nil {
		return nil, bad
	}
	disabled := v.disabled
	if named(m, "disabled") {
		disabled = q.body.flag("disabled")
	}
	return c.poolOperation(p, providerName(p, l, v), "WorkloadIdentityPoolProvider", func(due time.Time) fields {
		if v.disabled && !disabled {
			v.known = due.Add(c.k.Takes(exchangeDelay))
		}
		v.body, v.disabled = next, disabled
		return v.wire(p, l)
	})
}

func (c *Cloud) deleteProvider(q *request) (any, *problem) {
	p, l, v, bad := c.providerAsked(q)
	if bad != nil {
		return nil, bad
	}
	if v.deleted {
		return nil, noEntity()
	}
	return c.poolOperation(p, providerName(p, l, v), "WorkloadIdentityPoolProvider", func(time.Time) fields {
		v.deleted, v.expires = true, c.k.Now().Add(30*24*time.Hour)
		return v.wire(p, l)
	})
}

func (c *Cloud) undeleteProvider(q *request) (any, *problem) {
	p, l, v, bad := c.providerAsked(q)
	if bad != nil {
		return nil, bad
	}
	if !v.deleted {
		return nil, precondition("The workload identity pool provider is not deleted.")
	}
	return c.poolOperation(p, providerName(p, l, v), "WorkloadIdentityPoolProvider", func(due time.Time) fields {
		v.deleted, v.expires, v.known = false, time.Time{}, due.Add(c.k.Takes(exchangeDelay))
		return v.wire(p, l)
	})
}
