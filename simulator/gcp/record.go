package gcp

import (
	"net/http"
	"strings"
)

func recordShape() shape {
	return shape{"kind": text(), "name": text(), "type": text(), "ttl": integer(), "rrdatas": texts(), "signatureRrdatas": texts()}
}

// createRecord adds a record to a zone.
func (c *Cloud) createRecord(q *request) (any, *problem) {
	_, z, bad := c.zoneAsked(q)
	if bad != nil {
		return nil, bad
	}
	name, sort := q.body.str("name"), q.body.str("type")
	switch {
	case !strings.HasSuffix("."+name, "."+z.body.str("dnsName")):
		return nil, problemf(http.StatusBadRequest, "INVALID_ARGUMENT", "invalid", "Invalid value for 'entity.rrset.name': '%s'", name)
	case sort == "" || len(q.body.texts("rrdatas")) == 0:
		return nil, problemf(http.StatusBadRequest, "INVALID_ARGUMENT", "required", "Required fields are missing: 'entity.rrset'")
	}
	for _, r := range z.records {
		if r.str("name") == name && r.str("type") == sort {
			return nil, exists("The resource 'entity.rrset' named '%s (%s)' already exists", name, sort)
		}
	}
	r := copyOf(q.body)
	r["kind"] = "dns#resourceRecordSet"
	z.records = append(z.records, r)
	return r, nil
}

// listRecords answers the records that a zone begins with, and those that were added; changing them is not simulated.
func (c *Cloud) listRecords(q *request) (any, *problem) {
	_, z, bad := c.zoneAsked(q)
	if bad != nil {
		return nil, bad
	}
	dns := z.body.str("dnsName")
	var all []fields
	for _, r := range append([]fields{
		{"kind": "dns#resourceRecordSet", "name": dns, "type": "NS", "ttl": 21600, "rrdatas": z.servers},
		{"kind": "dns#resourceRecordSet", "name": dns, "type": "SOA", "ttl": 21600, "rrdatas": []string{strings.Join([]string{
			z.servers[0],
			"cloud-dns-hostmaster.google.com.", "1", "21600", "3600", "259200", "300",
		}, " ")}},
	}, z.records...) {
		if (q.arg("name") == "" || q.arg("name") == r["name"]) && (q.arg("type") == "" || q.arg("type") == r["type"]) {
			all = append(all, r)
		}
	}
	cut, next, bad := page(c, q, "maxResults", 100, all)
	if bad != nil {
		return nil, bad
	}
	f := full(fields{"kind": "dns#resourceRecordSetsListResponse", "nextPageToken": next})
	f["rrsets"] = append([]fields{}, cut...)
	return f, nil
}
