package azure

import (
	"net/http"
	"slices"
	"strings"
)

// recordRoutes are the record sets of a zone beside the two that every zone has.
func recordRoutes() []route {
	const path = "/subscriptions/{sub}/resourceGroups/{rg}/providers/Microsoft.Network/dnsZones/{parent}/{kind}/{name}"
	r := func(method, verb string, answer func(*ask)) route {
		return route{method: method, path: path, service: networkService, operation: "recordSets." + verb, since: "2018-05-01", answer: answer}
	}
	return []route{r("PUT", "put", putRecord), r("DELETE", "delete", deleteRecord)}
}

// zoneOf is the zone of the path, and the key of the record set in it; what is not there is answered.
func (a *ask) zoneOf() (*thing, string) {
	kind := strings.ToUpper(a.param("kind"))
	if !slices.Contains([]string{"A", "AAAA", "CAA", "CNAME", "MX", "PTR", "SRV", "TXT"}, kind) {
		a.fail(http.StatusBadRequest, "BadRequest", "The record type '"+a.param("kind")+"' is not supported.")
		return nil, ""
	}
	id, _, _ := strings.Cut(strings.ToLower(a.id()), "/"+strings.ToLower(a.param("parent"))+"/")
	id += "/" + strings.ToLower(a.param("parent"))
	t := a.thing(id)
	if t == nil {
		a.missing(id)
	}
	return t, kind + "/" + strings.ToLower(a.param("name"))
}

func putRecord(a *ask) {
	t, key := a.zoneOf()
	if t == nil {
		return
	}
	status := http.StatusOK
	if !t.holds(key) {
		status, t.inside = http.StatusCreated, append(t.inside, key)
		t.touch(a.k.Now())
	}
	kind, name, _ := strings.Cut(key, "/")
	a.ok(status, obj{"id": t.id + "/" + key, "name": name, "type": networkService + "/dnszones/" + kind, "properties": with(copied(object(a.body, "properties")), "fqdn", name+"."+t.name+".")})
}

func deleteRecord(a *ask) {
	t, key := a.zoneOf()
	switch {
	case t == nil:
	case !t.holds(key):
		a.ok(http.StatusNoContent, nil)
	default:
		t.drop(key)
		t.touch(a.k.Now())
		a.ok(http.StatusOK, nil)
	}
}
