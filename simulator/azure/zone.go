package azure

import (
	"fmt"
	"net/http"
	"regexp"
)

func dnsZones() family {
	return family{
		service: networkService, typed: "dnsZones", since: "2018-05-01", etag: true, global: true,
		fields: []string{"zoneType", "registrationVirtualNetworks", "resolutionVirtualNetworks"},
		reads:  []string{"maxNumberOfRecordSets", "maxNumberOfRecordsPerRecordSet", "nameServers", "numberOfRecordSets"},
		check:  checkZone, show: showZone,
	}
}

var zoneName = regexp.MustCompile(`^([A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?\.)+[A-Za-z0-9-]{2,63}$`)

// checkZone gives a new zone its name servers; the same name elsewhere has others.
func checkZone(a *ask, old, t *thing) bool {
	if !zoneName.MatchString(t.name) {
		a.fail(http.StatusBadRequest, "BadRequest", "The domain name '"+t.name+"' is invalid. The provided domain name is not a valid DNS name.")
		return false
	}
	shard := int(idOf("zone", t.id)[0]) % 10
	if old != nil {
		t.props["nameServers"] = old.props["nameServers"]
		return true
	}
	var servers []any
	for i, end := range []string{"com", "net", "org", "info"} {
		servers = append(servers, fmt.Sprintf("ns%d-%02d.azure-dns.%s.", i+1, shard+1, end))
	}
	t.props["nameServers"] = servers
	return true
}

func showZone(_ *Cloud, t *thing, props obj) {
	delete(props, "provisioningState") // zones have none
	props["maxNumberOfRecordSets"], props["numberOfRecordSets"] = 10000, 2+len(t.inside)
	props["maxNumberOfRecordsPerRecordSet"] = nil
	if props["zoneType"] == nil {
		props["zoneType"] = "Public"
	}
}
