// Package azure is an Azure tenant that answers on the wire: Azure Resource Manager at /, Microsoft Graph at /graph/v1.0, the
// Entra token endpoint at /entra/{tenant}/oauth2/v2.0 and the blobs of each storage account at /blob/{account}.
//
// Calls enter the journal with the provider's namespace (or graph, entra) as Service and <type>.<verb> as Operation, where
// the type is the last one of the path and the verb get, list, put, patch, delete or the action of a POST:
// "virtualNetworks.put", "flowLogs.get", "providers.register", "applications.upsert", "token". Scope is the subscription, else
// the management group of the path, else the tenant.
package azure

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/itbytes/landfall/simulator/kernel"
)

// Cloud is one Entra tenant with the subscriptions that trust it. Its methods may be called from many goroutines.
type Cloud struct {
	k      *kernel.Kernel
	routes []route

	mu     sync.Mutex
	estate Estate
	tenant string

	tokens   map[string]*token
	sessions map[string]*session // by refresh token
	devices  map[string]*device

	subscriptions map[string]*subscription
	aliases       map[string]*alias
	aliasFree     time.Time // when the alias endpoint takes the next one
	groups        map[string]*managementGroup
	things        *stock // every ARM resource, resource groups among them
	blobs         map[string]*blobStore
	operations    map[string]*operation
	defender      map[string]time.Time // when the running update of a subscription's plans ends

	apps       map[string]*application
	deleted    map[string]*application
	principals map[string]*principal
	policies   map[string]obj // Conditional Access
	defaults   bool           // Security Defaults
}

// New makes the tenant of the scenario's estate.
func New(k *kernel.Kernel) (*Cloud, error) {
	c := &Cloud{
		k: k, tokens: map[string]*token{}, sessions: map[string]*session{}, devices: map[string]*device{},
		subscriptions: map[string]*subscription{}, aliases: map[string]*alias{}, groups: map[string]*managementGroup{},
		things: newStock(), blobs: map[string]*blobStore{}, operations: map[string]*operation{}, defender: map[string]time.Time{},
		apps: map[string]*application{}, deleted: map[string]*application{}, principals: map[string]*principal{},
		policies: map[string]obj{},
	}
	if err := k.Scenario().Decode("azure", &c.estate); err != nil {
		return nil, err
	}
	if c.estate.Tenant == "" {
		return nil, fmt.Errorf("estate of azure: no tenant")
	}
	c.routes = table()
	if err := c.settle(); err != nil {
		return nil, err
	}
	k.Show("azure", c.show)
	k.Hand("azure", c.hand)
	return c, nil
}

// table is every operation of Azure Resource Manager that the simulator knows.
func table() []route {
	var all []route
	for _, family := range [][]route{
		subscriptionRoutes(), aliasRoutes(), billingRoutes(), managementGroupRoutes(), providerRoutes(), featureRoutes(),
		resourceGroupRoutes(), tagRoutes(), roleRoutes(), policyRoutes(), defenderRoutes(), subnetRoutes(), ruleRoutes(),
		storageRoutes(), blobServiceRoutes(), shareRoutes(), recordRoutes(), operationRoutes(),
	} {
		all = append(all, family...)
	}
	for _, f := range tracked() {
		all = append(all, f.routes()...)
	}
	return all
}

// Handler answers for the whole tenant: Resource Manager, Graph and the token endpoint.
func (c *Cloud) Handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		segments := split(r.URL.EscapedPath())
		switch {
		case len(segments) > 0 && segments[0] == "graph":
			c.serveGraph(w, r, segments[1:])
		case len(segments) > 0 && segments[0] == "entra":
			c.serveEntra(w, r, segments[1:])
		case len(segments) > 0 && segments[0] == "blob":
			c.serveBlob(w, r, segments[1:])
		case len(segments) > 1 && (segments[1] == "oauth2" || segments[1] == "v2.0"): // MSAL wants the tenant first
			c.serveEntra(w, r, segments)
		default:
			c.serveARM(w, r, segments)
		}
	})
}

// split cuts a path into its segments, unescaped; empty ones (a double slash) are dropped, as Resource Manager does.
func split(path string) []string {
	var out []string
	for s := range strings.SplitSeq(path, "/") {
		if s == "" {
			continue
		}
		if plain, err := url.PathUnescape(s); err == nil {
			s = plain
		}
		out = append(out, s)
	}
	return out
}

// base is the address under which the caller reached the simulator, for the links that answers carry.
func base(r *http.Request) string {
	scheme := "http"
	if r.TLS != nil {
		scheme = "https"
	}
	asked, _, _ := strings.Cut(r.RequestURI, "?")
	return scheme + "://" + r.Host + strings.TrimSuffix(asked, r.URL.EscapedPath())
}
