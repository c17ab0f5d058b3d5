package aws

import (
	"slices"
	"strconv"
	"strings"

	"github.com/itbytes/landfall/simulator/aws/wire"
)

// record is one record set of a zone.
type record struct {
	Name   string
	Type   string
	TTL    int
	Values []string `xml:"ResourceRecords>ResourceRecord>Value"`
}

func (r record) is(other record) bool {
	return dotted(r.Name) == dotted(other.Name) && r.Type == other.Type
}

func listRecords(q *request) (wire.Map, error) {
	z, err := q.zone(q.path["Id"])
	if err != nil {
		return nil, err
	}
	all := slices.Clone(z.records)
	slices.SortFunc(all, func(a, b record) int { return strings.Compare(reversed(a.Name)+a.Type, reversed(b.Name)+b.Type) })
	if from := q.query("name"); from != "" {
		start := reversed(dotted(from)) + q.query("type")
		all = slices.DeleteFunc(all, func(r record) bool { return reversed(r.Name)+r.Type < start })
	}
	most := limit(q.query("maxitems"))
	out := wire.Map{"MaxItems": most, "IsTruncated": len(all) > most}
	if len(all) > most {
		out["NextRecordName"], out["NextRecordType"] = all[most].Name, all[most].Type
		all = all[:most]
	}
	sets := []wire.Map{}
	for _, r := range all {
		values := []wire.Map{}
		for _, v := range r.Values {
			values = append(values, wire.Map{"Value": v})
		}
		sets = append(sets, wire.Map{
			"Name": r.Name, "Type": r.Type, "TTL": r.TTL, "ResourceRecords": wire.List{Of: "ResourceRecord", Items: values},
		})
	}
	out["ResourceRecordSets"] = wire.List{Of: "ResourceRecordSet", Items: sets}
	return out, nil
}

func changeRecords(q *request) (wire.Map, error) {
	var in struct {
		Changes []struct {
			Action            string
			ResourceRecordSet record
		} `xml:"ChangeBatch>Changes>Change"`
	}
	if err := q.read(&in); err != nil {
		return nil, err
	}
	z, err := q.zone(q.path["Id"])
	if err != nil {
		return nil, err
	}
	after := slices.Clone(z.records) // all of a batch, or nothing
	for _, c := range in.Changes {
		r := c.ResourceRecordSet
		r.Name = dotted(r.Name)
		at := slices.IndexFunc(after, r.is)
		switch {
		case r.Name != z.name && !strings.HasSuffix(r.Name, "."+z.name):
			return nil, badBatch("RRSet with DNS name " + r.Name + " is not permitted in zone " + z.name)
		case c.Action == "CREATE" && at >= 0:
			return nil, badBatch("Tried to create resource record set [name='" + r.Name + "', type='" + r.Type + "'] but it already exists")
		case c.Action == "DELETE" && (at < 0 || !slices.Equal(after[at].Values, r.Values) || after[at].TTL != r.TTL):
			return nil, badBatch("Tried to delete resource record set [name='" + r.Name + "', type='" + r.Type + "'] but it was not found")
		case c.Action == "DELETE" && r.Name == z.name && (r.Type == "NS" || r.Type == "SOA"):
			return nil, badBatch("A HostedZone must contain at least one NS record for the zone itself.")
		case c.Action == "DELETE":
			after = slices.Delete(after, at, at+1)
		case len(r.Values) == 0:
			return nil, badBatch("This simulator keeps plain records only")
		case at >= 0:
			after[at] = r
		default:
			after = append(after, r)
		}
	}
	z.records = after
	return wire.Map{"ChangeInfo": q.change()}, nil
}

func badBatch(message string) error { return bad("InvalidChangeBatch", "[%s]", message) }

// number is a text's number, or 0.
func number(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		return 0
	}
	return n
}
