package azure

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// identifiable checks the identifier URIs of a body: texts, each an application's alone in the tenant, and what is new in a form
// that the tenant allows. They replace all that stand.
func (a *graphAsk) identifiable(app *application) bool {
	given, is := a.body["identifierUris"]
	if !is {
		return true
	}
	all, isList := given.([]any)
	uris := texts(a.body, "identifierUris")
	if !isList || len(uris) != len(all) {
		a.graphFail(http.StatusBadRequest, "Request_BadRequest", "Invalid value specified for property 'identifierUris' of resource 'Application'.")
		return false
	}
	for i, uri := range uris {
		taken := slices.ContainsFunc(uris[:i], func(s string) bool { return strings.EqualFold(s, uri) })
		for _, other := range a.apps {
			taken = taken || other != app && slices.ContainsFunc(texts(other.fields, "identifierUris"), func(s string) bool { return strings.EqualFold(s, uri) })
		}
		if taken {
			message := "Another object with the same value for property identifierUris already exists."
			a.graphFail(http.StatusBadRequest, "Request_BadRequest", message, obj{"code": "ObjectConflict", "message": message, "target": "identifierUris"})
			return false
		}
		if !slices.Contains(texts(app.fields, "identifierUris"), uri) && !a.allowed(app, uri) {
			return false
		}
	}
	return true
}

// allowed refuses a new identifier URI that is none, or that does not say whose it is: the policy that Microsoft has switched on in
// every tenant, and that does not look at applications which ask for tokens of version 2.
func (a *graphAsk) allowed(app *application, uri string) bool {
	u, err := url.Parse(uri)
	switch {
	case err != nil, u.Scheme == "", u.Host == "" && u.Opaque == "", len(uri) > 255, strings.Contains(uri, "*"):
		a.graphFail(http.StatusBadRequest, "Request_BadRequest", "Invalid value specified for property 'identifierUris' of resource 'Application'.")
	case (u.Scheme == "http" || u.Scheme == "https") && !a.verified(u.Hostname()):
		a.graphFail(http.StatusBadRequest, "HostNameNotOnVerifiedDomain", "Values of identifierUris property must use a verified domain of the organization or its subdomain: '"+uri+"'")
	case app.second(), a.verified(u.Hostname()), strings.EqualFold(u.Host, a.tenant), strings.EqualFold(u.Host, app.appID),
		strings.EqualFold(uri[strings.LastIndex(uri, "/")+1:], app.appID):
		return true
	default:
		a.graphFail(http.StatusBadRequest, "HostNameNotOnVerifiedDomain", "Failed to add identifier URI "+uri+". All newly added URIs must contain a tenant verified domain, tenant ID, or app ID, as per the default tenant policy of your organization. See https://aka.ms/identifier-uri-addition-error for more information on this error.")
	}
	return false
}

// verified reports whether a host is of a domain that the tenant has verified.
func (c *Cloud) verified(host string) bool {
	domain := strings.ToLower(c.estate.Domain)
	return domain != "" && (strings.EqualFold(host, domain) || strings.HasSuffix(strings.ToLower(host), "."+domain))
}

// versioned checks which version of tokens a body asks for.
func (a *graphAsk) versioned() bool {
	switch object(a.body, "api")["requestedAccessTokenVersion"] {
	case nil, 1.0, 2.0:
		return true
	}
	a.graphFail(http.StatusBadRequest, "Request_BadRequest", "Invalid value specified for property 'requestedAccessTokenVersion' of resource 'ApiApplication'.")
	return false
}
