package aws

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/itbytes/landfall/simulator/aws/wire"
)

// hostedZone is a DNS zone. Two of one account may have the same name.
type hostedZone struct {
	id, name, reference, comment string
	servers                      []string
	records                      []record
	tags                         map[string]string
}

const route53Path = "/2013-04-01"

func route53Service() *service {
	return &service{
		name:    "route53",
		dialect: wire.Dialect{Protocol: wire.RESTXML, Namespace: "https://route53.amazonaws.com/doc/2013-04-01/"},
		routes: []route{
			{method: "GET", path: route53Path + "/hostedzonesbyname", operation: "ListHostedZonesByName"},
			{method: "GET", path: route53Path + "/hostedzone", operation: "ListHostedZones"},
			{method: "POST", path: route53Path + "/hostedzone", operation: "CreateHostedZone"},
			{method: "GET", path: route53Path + "/hostedzone/{Id}", operation: "GetHostedZone"},
			{method: "DELETE", path: route53Path + "/hostedzone/{Id}", operation: "DeleteHostedZone"},
			{method: "GET", path: route53Path + "/hostedzone/{Id}/rrset", operation: "ListResourceRecordSets"},
			{method: "POST", path: route53Path + "/hostedzone/{Id}/rrset", operation: "ChangeResourceRecordSets"},
			{method: "GET", path: route53Path + "/change/{Id}", operation: "GetChange"},
			{method: "GET", path: route53Path + "/tags/{ResourceType}/{ResourceId}", operation: "ListTagsForResource"},
			{method: "POST", path: route53Path + "/tags/{ResourceType}/{ResourceId}", operation: "ChangeTagsForResource"},
		},
		operations: map[string]operation{
			"ListHostedZonesByName":    reads(listZonesByName),
			"ListHostedZones":          reads(listZones),
			"CreateHostedZone":         writes(createZone).answers(http.StatusCreated),
			"GetHostedZone":            reads(getZone),
			"DeleteHostedZone":         writes(deleteZone),
			"ListResourceRecordSets":   reads(listRecords),
			"ChangeResourceRecordSets": writes(changeRecords),
			"GetChange":                reads(getChange),
			"ListTagsForResource":      reads(listZoneTags),
			"ChangeTagsForResource":    writes(changeZoneTags),
		},
	}
}

func noZone(id string) error {
	return wire.Errorf(http.StatusNotFound, "NoSuchHostedZone", "No hosted zone found with ID: %s", id)
}

func (q *request) zone(id string) (*hostedZone, error) {
	if z := q.account.zones[strings.TrimPrefix(id, "/hostedzone/")]; z != nil {
		return z, nil
	}
	return nil, noZone(id)
}

func (z *hostedZone) wire() wire.Map {
	return wire.Map{
		"Id": "/hostedzone/" + z.id, "Name": z.name, "CallerReference": z.reference, "ResourceRecordSetCount": len(z.records),
		"Config": wire.Map{"Comment": wire.Or(z.comment), "PrivateZone": false},
	}
}

func (z *hostedZone) delegation() wire.Map {
	return wire.Map{"NameServers": wire.List{Of: "NameServer", Items: z.servers}}
}

// byName orders zones as Route 53 does: by their labels from the right, then by id.
func (a *account) byName() []*hostedZone {
	out := values(a.zones)
	slices.SortStableFunc(out, func(x, y *hostedZone) int { return strings.Compare(reversed(x.name)+x.id, reversed(y.name)+y.id) })
	return out
}

func reversed(name string) string {
	labels := strings.Split(strings.TrimSuffix(name, "."), ".")
	slices.Reverse(labels)
	return strings.Join(labels, ".") + "."
}

func listZonesByName(q *request) (wire.Map, error) {
	from, id := q.query("dnsname"), q.query("hostedzoneid")
	all := slices.DeleteFunc(q.account.byName(), func(z *hostedZone) bool {
		r := strings.Compare(reversed(z.name), reversed(dotted(from)))
		return from != "" && (r < 0 || r == 0 && id != "" && z.id < strings.TrimPrefix(id, "/hostedzone/"))
	})
	most := limit(q.query("maxitems"))
	out := wire.Map{"MaxItems": most, "IsTruncated": len(all) > most, "DNSName": wire.Or(from), "HostedZoneId": wire.Or(id)}
	if len(all) > most {
		out["NextDNSName"], out["NextHostedZoneId"] = all[most].name, all[most].id
		all = all[:most]
	}
	out["HostedZones"] = wire.List{Of: "HostedZone", Items: zoneMaps(all)}
	return out, nil
}

func limit(asked string) int {
	if n := number(asked); n > 0 && n < 100 {
		return n
	}
	return 100
}

func zoneMaps(zones []*hostedZone) []wire.Map {
	out := []wire.Map{}
	for _, z := range zones {
		out = append(out, z.wire())
	}
	return out
}

func listZones(q *request) (wire.Map, error) {
	most := limit(q.query("maxitems"))
	some, next, ours := page(zoneMaps(values(q.account.zones)), q.query("marker"), most, 100)
	if !ours {
		return nil, bad("InvalidInput", "The marker is invalid.")
	}
	return wire.Map{
		"HostedZones": wire.List{Of: "HostedZone", Items: some}, "Marker": q.query("marker"), "IsTruncated": next != "",
		"NextMarker": wire.Or(next), "MaxItems": most,
	}, nil
}

func getZone(q *request) (wire.Map, error) {
	z, err := q.zone(q.path["Id"])
	if err != nil {
		return nil, err
	}
	return wire.Map{"HostedZone": z.wire(), "DelegationSet": z.delegation()}, nil
}

func createZone(q *request) (wire.Map, error) {
	var in struct {
		Name, CallerReference, DelegationSetId string
		HostedZoneConfig                       struct {
			Comment     string
			PrivateZone bool
		}
		VPC *struct{ VPCRegion, VPCId string }
	}
	if err := q.read(&in); err != nil {
		return nil, err
	}
	switch {
	case in.VPC != nil || in.HostedZoneConfig.PrivateZone || in.DelegationSetId != "":
		return nil, bad("InvalidInput", "This simulator makes public zones with servers of their own only.")
	case !strings.Contains(in.Name, ".") || strings.ContainsAny(in.Name, " /"):
		return nil, bad("InvalidDomainName", "The domain name %s is not valid.", in.Name)
	case in.CallerReference == "":
		return nil, bad("InvalidInput", "CallerReference is required.")
	case q.account.references[in.CallerReference]:
		return nil, wire.Errorf(http.StatusConflict, "HostedZoneAlreadyExists", "A hosted zone has already been created with the specified caller reference.")
	case len(q.account.zones) >= 500:
		return nil, bad("TooManyHostedZones", "This account has reached the limit on hosted zones.")
	}
	z := q.account.newZone(in.Name, in.CallerReference)
	z.comment = in.HostedZoneConfig.Comment
	q.header.Set("Location", "https://route53.amazonaws.com"+route53Path+"/hostedzone/"+z.id)
	return wire.Map{"HostedZone": z.wire(), "ChangeInfo": q.change(), "DelegationSet": z.delegation()}, nil
}

func (a *account) newZone(name, reference string) *hostedZone {
	z := &hostedZone{id: "Z" + randomID(20), name: dotted(name), reference: reference, tags: map[string]string{}}
	for _, s := range []string{"ns-1.awsdns-01.org", "ns-513.awsdns-00.net", "ns-1025.awsdns-00.co.uk", "ns-257.awsdns-32.com"} {
		z.servers = append(z.servers, s)
	}
	dots := make([]string, len(z.servers))
	for i, s := range z.servers {
		dots[i] = s + "."
	}
	z.records = []record{
		{Name: z.name, Type: "NS", TTL: 172800, Values: dots},
		{Name: z.name, Type: "SOA", TTL: 900, Values: []string{z.servers[0] + ". awsdns-hostmaster.amazon.com. 1 7200 900 1209600 86400"}},
	}
	a.references[reference], a.zones[z.id] = true, z
	return z
}

func dotted(name string) string { return strings.TrimSuffix(strings.ToLower(name), ".") + "." }

func deleteZone(q *request) (wire.Map, error) {
	z, err := q.zone(q.path["Id"])
	switch {
	case err != nil:
		return nil, err
	case len(z.records) > 2:
		return nil, bad("HostedZoneNotEmpty", "The specified hosted zone contains non-required resource record sets and so cannot be deleted.")
	}
	delete(q.account.zones, z.id)
	return wire.Map{"ChangeInfo": q.change()}, nil
}

// change begins a change that is in sync after a while.
func (q *request) change() wire.Map {
	id := "C" + randomID(20)
	q.account.changes[id] = q.k.Later("aws.route53.change")
	return q.changeInfo(id)
}

func (q *request) changeInfo(id string) wire.Map {
	state := "INSYNC"
	if q.now.Before(q.account.changes[id]) {
		state = "PENDING"
	}
	return wire.Map{"Id": "/change/" + id, "Status": state, "SubmittedAt": q.account.changes[id].Add(-q.k.Takes("aws.route53.change")).Truncate(time.Millisecond)}
}

func getChange(q *request) (wire.Map, error) {
	id := q.path["Id"]
	if _, known := q.account.changes[id]; !known {
		return nil, wire.Errorf(http.StatusNotFound, "NoSuchChange", "Could not find resource with ID: %s", id)
	}
	return wire.Map{"ChangeInfo": q.changeInfo(id)}, nil
}

func listZoneTags(q *request) (wire.Map, error) {
	z, err := q.taggedZone()
	if err != nil {
		return nil, err
	}
	return wire.Map{"ResourceTagSet": wire.Map{
		"ResourceType": "hostedzone", "ResourceId": z.id, "Tags": wire.List{Of: "Tag", Items: tagList(z.tags)},
	}}, nil
}

func (q *request) taggedZone() (*hostedZone, error) {
	if q.path["ResourceType"] != "hostedzone" {
		return nil, bad("InvalidInput", "This simulator has no resources of type %s.", q.path["ResourceType"])
	}
	return q.zone(q.path["ResourceId"])
}

func changeZoneTags(q *request) (wire.Map, error) {
	var in struct {
		AddTags       []tag    `xml:"AddTags>Tag"`
		RemoveTagKeys []string `xml:"RemoveTagKeys>Key"`
	}
	if err := q.read(&in); err != nil {
		return nil, err
	}
	z, err := q.taggedZone()
	if err != nil {
		return nil, err
	}
	for _, k := range in.RemoveTagKeys {
		delete(z.tags, k)
	}
	for _, t := range in.AddTags {
		z.tags[t.Key] = t.Value
	}
	return wire.Map{}, nil
}
