package azure

import (
	"fmt"
	"net/http"
	"strings"
)

const (
	featureService = "Microsoft.Features"
	// simulatedPreview is a preview that every provider has, for faults that order a write to wait for an approval.
	simulatedPreview = "AllowSimulatedPreview"
)

func featureRoutes() []route {
	const path, since = "/subscriptions/{sub}/providers/Microsoft.Features/providers/{of}/features/{feature}", "2015-12-01"
	return []route{
		{method: "GET", path: path, service: featureService, operation: "features.get", since: since, answer: getFeature},
		{method: "POST", path: path + "/register", service: featureService, operation: "features.register", since: since, answer: registerFeature},
	}
}

// gated refuses a write that a preview stands before, until the preview is registered for the subscription.
func (a *ask) gated() bool {
	if !a.route.writes() || a.subscription() == nil {
		return false
	}
	for _, p := range a.estate.Previews {
		if p.Gates != a.route.operation || a.subscription().feature(p) == "Registered" {
			continue
		}
		a.fail(http.StatusBadRequest, "SubscriptionNotRegisteredForFeature", "Subscription "+a.subscription().path()+"/resourceGroups//providers/Microsoft.Network/subscriptions/ is not registered for feature "+p.Feature+" required to carry out the requested operation.")
		return true
	}
	return false
}

// feature is a preview's state in a subscription.
func (s *subscription) feature(p Preview) string {
	if state := s.features[strings.ToLower(p.Feature)]; state != "" {
		return state
	}
	return p.State
}

// preview is the preview of the path; one that is not there is answered.
func (a *ask) preview() (Preview, bool) {
	name := a.param("of") + "/" + a.param("feature")
	for _, p := range a.estate.Previews {
		if strings.EqualFold(p.Feature, name) {
			return p, true
		}
	}
	if strings.EqualFold(a.param("feature"), simulatedPreview) {
		return Preview{Feature: name, State: "Pending"}, true
	}
	a.fail(http.StatusNotFound, "FeatureNotFound", "The feature '"+a.param("feature")+"' could not be found.")
	return Preview{}, false
}

func (a *ask) renderFeature(p Preview) obj {
	return obj{
		"id":   a.subscription().path() + "/providers/Microsoft.Features/providers/" + strings.ReplaceAll(p.Feature, "/", "/features/"),
		"name": p.Feature, "type": "Microsoft.Features/providers/features", "properties": obj{"state": a.subscription().feature(p)},
	}
}

func getFeature(a *ask) {
	if p, known := a.preview(); known {
		a.ok(http.StatusOK, a.renderFeature(p))
	}
}

// registerFeature asks for a preview; a person of the cloud approves it.
func registerFeature(a *ask) {
	p, known := a.preview()
	if !known {
		return
	}
	if a.subscription().feature(p) == "NotRegistered" {
		a.subscription().features[strings.ToLower(p.Feature)] = "Pending"
	}
	a.ok(http.StatusOK, a.renderFeature(p))
}

// approve registers a preview for one subscription, or for all where none is named.
func (c *Cloud) approve(feature, subscription string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	found := false
	for _, s := range c.subscriptions {
		if subscription == "" || strings.EqualFold(s.id, subscription) {
			s.features[strings.ToLower(feature)] = "Registered"
			found = true
		}
	}
	if !found {
		return fmt.Errorf("no subscription %q to approve %q for", subscription, feature)
	}
	return nil
}
