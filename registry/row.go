package registry

import (
	"maps"
	"strconv"
	"strings"
	"time"

	"github.com/itbytes/landfall/plan"
	"github.com/itbytes/landfall/table"
)

// What keys and attributes begin with.
const (
	projectKey = "PROJECT#"
	cloudKey   = "CLOUD#"
	extra      = "attributes." // a row's own attributes stand beside the others
)

// keyOf is where a row stands.
func keyOf(r plan.Row) table.Item {
	return table.Item{"PK": table.Text(projectKey + r.Project), "SK": table.Text(cloudKey + string(r.Cloud))}
}

// encode puts a row into an item, over what else the item holds: another program's attributes stay.
func encode(r plan.Row, over table.Item) table.Item {
	out := table.Item{}
	for name, v := range over {
		if !strings.HasPrefix(name, extra) {
			out[name] = v
		}
	}
	maps.Copy(out, keyOf(r))
	for name, v := range ours(r) {
		delete(out, name)
		if v != "" {
			out[name] = table.Text(v)
		}
	}
	out["version"], out["updated"] = table.Text(strconv.Itoa(r.Version)), table.Text(r.Updated.UTC().Format(time.RFC3339Nano))
	return out
}

// ours are the attributes that make a row what it is; version and time stamp aside.
func ours(r plan.Row) map[string]string {
	out := map[string]string{
		"kind": r.Kind, "id": r.ID, "environment": r.Environment, "name": r.Name, "credential": r.Credential, "plan": r.Plan,
	}
	for name, v := range r.Attributes {
		out[extra+name] = v
	}
	return out
}

// decode reads a row; one that is not of the registry's form is not read.
func decode(it table.Item) (plan.Row, bool) {
	project, isProject := strings.CutPrefix(table.Read(it, "PK"), projectKey)
	cloud, isCloud := strings.CutPrefix(table.Read(it, "SK"), cloudKey)
	if !isProject || !isCloud {
		return plan.Row{}, false
	}
	r := plan.Row{
		Project: project, Cloud: plan.Cloud(cloud), Kind: table.Read(it, "kind"), ID: table.Read(it, "id"), Environment: table.Read(it, "environment"),
		Name: table.Read(it, "name"), Credential: table.Read(it, "credential"), Plan: table.Read(it, "plan"),
	}
	r.Version, _ = strconv.Atoi(table.Read(it, "version"))                 // none: another program's row
	r.Updated, _ = time.Parse(time.RFC3339Nano, table.Read(it, "updated")) // none: another program's row
	for name := range it {
		if own, is := strings.CutPrefix(name, extra); is {
			if r.Attributes == nil {
				r.Attributes = map[string]string{}
			}
			r.Attributes[own] = table.Read(it, name)
		}
	}
	return r, true
}

// same reports whether two rows say the same, time stamps and versions aside.
func same(a, b plan.Row) bool {
	x, y := ours(a), ours(b)
	empty := func(_, v string) bool { return v == "" }
	maps.DeleteFunc(x, empty)
	maps.DeleteFunc(y, empty)
	return maps.Equal(x, y)
}
