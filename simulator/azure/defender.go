package azure

import (
	"net/http"
	"slices"
	"strings"
	"time"
)

const securityService = "Microsoft.Security"

// plan is a Defender plan of the cloud.
type plan struct {
	name       string
	subPlans   []string // the first is the default
	extensions []string
	replaced   string // what replaces a deprecated one
}

// plans are Defender's plans, in the order the cloud lists them.
func plans() []plan {
	return []plan{
		{name: "VirtualMachines", subPlans: []string{"P2", "P1"}, extensions: []string{"MdeDesignatedSubscription", "AgentlessVmScanning"}},
		{name: "SqlServers"},
		{name: "AppServices"},
		{name: "StorageAccounts", subPlans: []string{"DefenderForStorageV2", "PerTransaction", "PerStorageAccount"}, extensions: []string{"OnUploadMalwareScanning", "SensitiveDataDiscovery"}},
		{name: "SqlServerVirtualMachines"},
		{name: "KubernetesService", replaced: "Containers"},
		{name: "ContainerRegistry", replaced: "Containers"},
		{name: "KeyVaults", subPlans: []string{"PerKeyVault", "PerTransaction"}},
		{name: "Dns", replaced: "VirtualMachines"},
		{name: "Arm", subPlans: []string{"PerSubscription", "PerApiCall"}},
		{name: "OpenSourceRelationalDatabases"},
		{name: "CosmosDbs"},
		{name: "Containers", extensions: []string{"ContainerRegistriesVulnerabilityAssessments", "AgentlessDiscoveryForKubernetes"}},
		{name: "CloudPosture", extensions: []string{"SensitiveDataDiscovery", "ContainerRegistriesVulnerabilityAssessments", "AgentlessVmScanning"}},
		{name: "Api", subPlans: []string{"P1", "P2", "P3", "P4", "P5"}},
		{name: "AI"},
	}
}

func defenderRoutes() []route {
	const path, since = "/subscriptions/{sub}/providers/Microsoft.Security/pricings", "2022-03-01"
	return []route{
		{method: "GET", path: path, service: securityService, operation: "pricings.list", since: since, answer: listPricings},
		{method: "GET", path: path + "/{plan}", service: securityService, operation: "pricings.get", since: since, answer: getPricing},
		{method: "PUT", path: path + "/{plan}", service: securityService, operation: "pricings.put", since: since, answer: putPricing},
	}
}

// renderPricing writes a plan of a subscription: Free until it was set.
func (s *subscription) renderPricing(p plan) obj {
	props := copied(s.plans[p.name])
	if props == nil {
		props = obj{"pricingTier": "Free"}
	}
	props["freeTrialRemainingTime"], props["enforce"] = "P30D", "False"
	props["resourcesCoverageStatus"] = "NotCovered"
	if text(props, "pricingTier") == "Standard" {
		props["resourcesCoverageStatus"], props["freeTrialRemainingTime"] = "FullyCovered", "PT0S"
	}
	if p.replaced != "" {
		props["deprecated"], props["replacedBy"] = true, []string{p.replaced}
	}
	return obj{"id": s.path() + "/providers/Microsoft.Security/pricings/" + p.name, "name": p.name, "type": "Microsoft.Security/pricings", "properties": props}
}

func listPricings(a *ask) {
	wanted := strings.TrimPrefix(a.r.URL.Query().Get("$filter"), "name in ")
	var items []obj
	for _, p := range plans() {
		if a.offered(p) && (wanted == "" || slices.Contains(strings.Split(strings.Trim(wanted, "()"), ","), p.name)) {
			items = append(items, a.subscription().renderPricing(p))
		}
	}
	a.ok(http.StatusOK, obj{"value": values(items)}) // not paged: PricingList has no nextLink
}

// offered reports whether the tenant's subscriptions are offered a plan.
func (c *Cloud) offered(p plan) bool { return !slices.Contains(c.estate.WithoutPlans, p.name) }

// plan is the plan of the path; one that is not there is answered.
func (a *ask) plan() (plan, bool) {
	for _, p := range plans() {
		if a.offered(p) && strings.EqualFold(p.name, a.param("plan")) {
			return p, true
		}
	}
	a.fail(http.StatusNotFound, "ResourceNotFound", "The pricing '"+a.param("plan")+"' was not found.")
	return plan{}, false
}

func getPricing(a *ask) {
	if p, known := a.plan(); known {
		a.ok(http.StatusOK, a.subscription().renderPricing(p))
	}
}

// putPricing sets a plan. The call lasts as long as the update does, and one that comes meanwhile is refused: a
// subscription's plans are updated one at a time.
func putPricing(a *ask) {
	p, known := a.plan()
	if !known {
		return
	}
	s, body := a.subscription(), object(a.body, "properties")
	tier, sub := text(body, "pricingTier"), text(body, "subPlan")
	switch {
	case tier != "Free" && tier != "Standard":
		a.fail(http.StatusBadRequest, "InvalidInput", "The pricing tier '"+tier+"' is not one of Free, Standard.")
		return
	case p.replaced != "" && tier == "Standard":
		a.fail(http.StatusBadRequest, "InvalidInput", "The plan '"+p.name+"' is deprecated and replaced by '"+p.replaced+"'.")
		return
	case sub != "" && !slices.Contains(p.subPlans, sub):
		a.fail(http.StatusBadRequest, "InvalidInput", "The sub plan '"+sub+"' is not supported by the plan '"+p.name+"'.")
		return
	case a.k.Now().Before(a.defender[s.id]):
		a.fail(http.StatusConflict, "Conflict", "Another update operation is in progress")
		return
	}
	props := obj{"pricingTier": tier}
	if tier == "Standard" {
		props["enablementTime"] = stamp(a.k.Now())
		if sub == "" && len(p.subPlans) > 0 {
			sub = p.subPlans[0]
		}
		if sub != "" {
			props["subPlan"] = sub
		}
		props["extensions"] = extensionsOf(p, body)
	}
	a.lasting(func() { a.defender[s.id] = a.k.Later("azure.defender.update") }, time.Until(a.k.Later("azure.defender.update")))
	s.plans[p.name] = props
	a.ok(http.StatusOK, s.renderPricing(p))
}

// extensionsOf are a plan's extensions: those the body names as it says, the others as they are switched on by default.
func extensionsOf(p plan, body obj) []any {
	var out []obj
	for _, name := range p.extensions {
		e := obj{"name": name, "isEnabled": "True"}
		for _, given := range objects(body, "extensions") {
			if text(given, "name") == name {
				e = copied(given)
			}
		}
		e["operationStatus"] = obj{"code": "Succeeded", "message": "Successfully enabled extension"}
		out = append(out, e)
	}
	return values(out)
}

// lasting lets a call last: others are answered meanwhile.
func (a *ask) lasting(before func(), d time.Duration) {
	if d <= 0 {
		return
	}
	before()
	a.mu.Unlock()
	defer a.mu.Lock()
	time.Sleep(d) // the update goes on even when its caller has gone
}
