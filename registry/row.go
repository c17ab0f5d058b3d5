package registry

import (
	"maps"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/itbytes/landfall/plan"
)

// What keys and attributes begin with.
const (
	projectKey = "PROJECT#"
	cloudKey   = "CLOUD#"
	extra      = "attributes." // a row's own attributes stand beside the others
)

// item is a row as DynamoDB holds it.
type item = map[string]types.AttributeValue

// keyOf is where a row stands.
func keyOf(r plan.Row) item {
	return item{"PK": text(projectKey + r.Project), "SK": text(cloudKey + string(r.Cloud))}
}

// encode puts a row into an item, over what else the item holds: another program's attributes stay.
func encode(r plan.Row, over item) item {
	out := item{}
	for name, v := range over {
		if !strings.HasPrefix(name, extra) {
			out[name] = v
		}
	}
	maps.Copy(out, keyOf(r))
	for name, v := range ours(r) {
		delete(out, name)
		if v != "" {
			out[name] = text(v)
		}
	}
	out["version"], out["updated"] = text(strconv.Itoa(r.Version)), text(r.Updated.UTC().Format(time.RFC3339Nano))
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
func decode(it item) (plan.Row, bool) {
	project, isProject := strings.CutPrefix(read(it, "PK"), projectKey)
	cloud, isCloud := strings.CutPrefix(read(it, "SK"), cloudKey)
	if !isProject || !isCloud {
		return plan.Row{}, false
	}
	r := plan.Row{
		Project: project, Cloud: plan.Cloud(cloud), Kind: read(it, "kind"), ID: read(it, "id"), Environment: read(it, "environment"),
		Name: read(it, "name"), Credential: read(it, "credential"), Plan: read(it, "plan"),
	}
	r.Version, _ = strconv.Atoi(read(it, "version"))                 // none: another program's row
	r.Updated, _ = time.Parse(time.RFC3339Nano, read(it, "updated")) // none: another program's row
	for name := range it {
		if own, is := strings.CutPrefix(name, extra); is {
			if r.Attributes == nil {
				r.Attributes = map[string]string{}
			}
			r.Attributes[own] = read(it, name)
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

func text(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }

// read is an attribute as text, whether it was written as a text or as a number.
func read(it item, name string) string {
	switch v := it[name].(type) {
	case *types.AttributeValueMemberS:
		return v.Value
	case *types.AttributeValueMemberN:
		return v.Value
	}
	return ""
}
