package azure

import (
	"net/http"
	"strings"
)

func watchers() family {
	return family{
		service: networkService, typed: "networkWatchers", since: networkSince, etag: true, weakly: "W",
		fields: nil, check: checkWatcher, drop: dropWatcher,
	}
}

// checkWatcher refuses a second watcher of a region.
func checkWatcher(a *ask, old, t *thing) bool {
	for _, other := range a.things.within(a.subscription().path(), watcherKind) {
		if old == nil && other.kind == watcherKind && other.location == t.location {
			a.fail(http.StatusBadRequest, "NetworkWatcherCountLimitReached", "Cannot create more than 1 network watchers for this subscription in this region.")
			return false
		}
	}
	return true
}

func dropWatcher(a *ask, t *thing) bool {
	for _, f := range a.things.within(t.id, flowLogKind) {
		a.fail(http.StatusBadRequest, "CannotDeleteResource", "Cannot delete resource while nested resources exist. Some existing nested resource IDs include: '"+f.id+"'. Please delete all nested resources before deleting this resource.")
		return false
	}
	return true
}

func flowLogs() family {
	return family{
		service: networkService, typed: "networkWatchers/flowLogs", since: "2019-11-01", takes: networkTakes, etag: true, weakly: "W",
		head:   []string{"identity"},
		fields: []string{"enabled", "enabledFilteringCriteria", "flowAnalyticsConfiguration", "format", "recordTypes", "retentionPolicy", "storageId", "targetResourceId"},
		reads:  []string{"targetResourceGuid"},
		check:  checkFlowLog,
	}
}

// checkFlowLog checks the watcher, the target and the store. A log of a security group can no longer be made.
func checkFlowLog(a *ask, old, t *thing) bool {
	watcher := a.thing(t.id[:strings.LastIndex(strings.ToLower(t.id), "/flowlogs/")])
	if watcher == nil {
		a.missing(t.id[:strings.LastIndex(strings.ToLower(t.id), "/flowlogs/")])
		return false
	}
	target := text(t.props, "targetResourceId")
	switch {
	case target == "" || text(t.props, "storageId") == "":
		a.fail(http.StatusBadRequest, "InvalidRequestFormat", "Cannot parse the request: the properties 'targetResourceId' and 'storageId' are required.")
		return false
	case watcher.location != t.location:
		a.fail(http.StatusBadRequest, "InvalidResourceLocation", "The location of flow log "+t.id+" must be that of its network watcher.")
		return false
	case strings.Contains(strings.ToLower(target), "/networksecuritygroups/") && old == nil:
		a.fail(http.StatusBadRequest, "NsgFlowLogCreationBlocked", "On September 30, 2027, Network Security Group (NSG) flow logs will be retired. Creation of new NSG flow logs is blocked starting June 30, 2025. We recommend migrating to virtual network flow logs.")
		return false
	}
	network, subnet, nested := strings.Cut(target, subnetsOf)
	v := a.reference(t, network, vnetKind, nsgKind)
	if v == nil || a.reference(t, text(t.props, "storageId"), storageKind) == nil {
		return false
	}
	if nested && child(list(v.props, "subnets"), subnet) < 0 {
		a.fail(http.StatusBadRequest, "InvalidResourceReference", "Resource "+target+" referenced by resource "+t.id+" was not found.")
		return false
	}
	if t.props["enabled"] == nil {
		t.props["enabled"] = true
	}
	if t.props["format"] == nil {
		t.props["format"] = obj{"type": "JSON", "version": 1}
	}
	if t.props["retentionPolicy"] == nil {
		t.props["retentionPolicy"] = obj{"days": 0, "enabled": false}
	}
	if t.props["flowAnalyticsConfiguration"] == nil {
		t.props["flowAnalyticsConfiguration"] = obj{}
	}
	if t.props["enabled"] == true {
		a.record(a.thing(text(t.props, "storageId")))
	}
	t.props["targetResourceGuid"] = v.props["resourceGuid"]
	return true
}
