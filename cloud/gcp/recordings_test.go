package gcp_test

import (
	"cmp"
	"encoding/json"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// Others have recorded what they asked of the real Google Cloud and what it answered. Where we ask for the same, we ask at
// the same path and in the same fields.
func TestWhatGoogleHearsOfUsItHasHeardOfOthers(t *testing.T) {
	heard := recorded(t)
	w := newWorld(t, enforced(noUpload)) // nobody has recorded an upload
	w.land(t, landing(t, "mgmt"), "")
	compared := map[string]bool{}
	for _, call := range w.wire.writes {
		line, body, _ := strings.Cut(call, "\n")
		method, at, _ := strings.Cut(line, " ")
		at, _, _ = strings.Cut(at, "?")
		api, path, _ := strings.Cut(strings.TrimPrefix(at, "/"), "/")
		what := method + " " + template(api, path)
		known, ok := heard[what]
		if !ok {
			continue
		}
		compared[what] = true
		ours := map[string]string{}
		fieldsOf("", decode(t, body), ours)
		for _, f := range slices.Sorted(maps.Keys(ours)) {
			switch kind, ok := known[f]; {
			case !ok && !slices.Contains(ourOwn()[what], f):
				t.Errorf("%s: we send the field %q, which no recording has", what, f)
			case ok && slices.Contains(ourOwn()[what], f):
				t.Errorf("%s: the field %q is recorded after all", what, f)
			case ok && kind != ours[f]:
				t.Errorf("%s: we send %q as %s, others as %s", what, f, ours[f], kind)
			}
		}
	}
	for _, want := range []string{
		"POST cloudresourcemanager/v3/projects", "PUT cloudbilling/v1/projects/{}/billingInfo", "POST serviceusage/v1/projects/{}/services:batchEnable",
		"POST iam/v1/projects/{}/serviceAccounts", "POST iam/v1/projects/{}/serviceAccounts/{}/keys", "POST orgpolicy/v2/projects/{}/policies",
		"POST compute/compute/v1/projects/{}/global/networks", "POST compute/compute/v1/projects/{}/regions/{}/subnetworks",
		"POST dns/dns/v1/projects/{}/managedZones",
	} {
		if !compared[want] {
			t.Errorf("nothing was compared for %s; there are recordings of %q", want, slices.Sorted(maps.Keys(heard)))
		}
	}
}

// ourOwn are the fields that we send and that nobody has recorded.
func ourOwn() map[string][]string {
	return map[string][]string{
		"POST serviceusage/v1/projects/{}/services:batchEnable": {"parent"}, // Google's client repeats what the path says
		"POST compute/compute/v1/projects/{}/global/networks":   {"description"},
		"POST compute/compute/v1/projects/{}/regions/{}/subnetworks": {
			"description", "privateIpGoogleAccess", // they set it by a call of its own
			"logConfig.aggregationInterval", "logConfig.flowSampling", "logConfig.metadata", // theirs logs nothing
		},
	}
}

// recorded is, of every write in the recordings, the kind of each field by the field's path.
func recorded(t *testing.T) map[string]map[string]string {
	t.Helper()
	dir := cmp.Or(os.Getenv("LANDFALL_RECORDINGS"), filepath.Join("..", "..", "..", "shared", "recordings", "gcp"))
	logs, err := filepath.Glob(filepath.Join(dir, "*.http.log"))
	if err != nil || len(logs) == 0 {
		t.Skipf("no recordings in %s", filepath.Base(dir))
	}
	asked := map[string]map[string]string{}
	for _, log := range logs {
		b, err := os.ReadFile(log)
		if err != nil {
			t.Fatal(err)
		}
		for _, part := range strings.Split(strings.ReplaceAll(string(b), "\r", ""), "\n---\n") {
			what, body := requestOf(t, part)
			if body == "" {
				continue
			}
			if asked[what] == nil {
				asked[what] = map[string]string{}
			}
			fieldsOf("", decode(t, body), asked[what])
		}
	}
	asV3(asked)
	return asked
}

// asV3 adds what was recorded of projects in version 1 under the names that version 3 gave them.
func asV3(asked map[string]map[string]string) {
	v3 := maps.Clone(asked["POST cloudresourcemanager/v1/projects"])
	if v3 == nil {
		return
	}
	v3["displayName"], v3["parent"] = v3["name"], v3["parent.id"] // name is now the resource's, parent type and id in one
	for _, gone := range []string{"name", "parent.id", "parent.type"} {
		delete(v3, gone)
	}
	asked["POST cloudresourcemanager/v3/projects"] = v3
}

// requestOf is what was asked in one exchange of a log: of what, and the body, if any.
func requestOf(t *testing.T, part string) (what, body string) {
	t.Helper()
	status := regexp.MustCompile(`(?m)^\d{3} [A-Z]`).FindStringIndex(part)
	method, rest, ok := strings.Cut(strings.TrimSpace(part), " ")
	if status == nil || !ok {
		t.Fatalf("no exchange in %q", part)
	}
	address, _, _ := strings.Cut(rest, "\n")
	address, _, _ = strings.Cut(address, "?")
	address = regexp.MustCompile(`\$\{\w+\}`).ReplaceAllString(address, "x")
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	api, _, _ := strings.Cut(u.Host, ".")
	_, body, _ = strings.Cut(part[:status[0]], "\n\n")
	return method + " " + template(api, strings.TrimPrefix(u.Path, "/")), strings.TrimSpace(body)
}

// template is an API's path with {} for the names of things.
func template(api, path string) string {
	collections := []string{"projects", "organizations", "folders", "serviceAccounts", "keys", "regions", "networks", "subnetworks", "managedZones", "policies", "operations", "services"}
	parts := strings.Split(path, "/")
	for i := 1; i < len(parts); i++ {
		if slices.Contains(collections, parts[i-1]) {
			_, verb, verbed := strings.Cut(parts[i], ":")
			parts[i] = "{}"
			if verbed {
				parts[i] += ":" + verb
			}
		}
	}
	at := api + "/" + strings.Join(parts, "/")
	return strings.Replace(at, "orgpolicy/v2/organizations/", "orgpolicy/v2/projects/", 1) // policies are alike wherever they are set
}

func decode(t *testing.T, body string) any {
	t.Helper()
	var v any
	if err := json.Unmarshal([]byte(body), &v); err != nil {
		t.Fatalf("%v in %q", err, body)
	}
	return v
}

// fieldsOf writes down the kinds of a body's fields by their paths. The names in labels are the callers'.
func fieldsOf(at string, v any, into map[string]string) {
	switch v := v.(type) {
	case map[string]any:
		if at == "labels" {
			into[at] = "object"
			return
		}
		for name, inner := range v {
			fieldsOf(strings.TrimPrefix(at+"."+name, "."), inner, into)
		}
	case []any:
		for _, inner := range v {
			fieldsOf(at+"[]", inner, into)
		}
	case string:
		into[at] = "text"
	case bool:
		into[at] = "bool"
	case float64:
		into[at] = "number"
	default:
		into[at] = "null"
	}
}
