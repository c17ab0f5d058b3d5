package gcp

import (
	"cmp"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"
)

const (
	computePath = "/compute/v1/projects/{project}"
	computeLink = "https://www.googleapis.com/compute/v1/projects/"
)

// networking is what stands in a project's compute API, by path: "global/networks/vpc", "regions/r/subnetworks/s".
type networking struct {
	assets   map[string]*asset
	requests map[string]*operation // by the idempotency key that the caller gave
}

func newNetworking() *networking {
	return &networking{assets: map[string]*asset{}, requests: map[string]*operation{}}
}

// asset is one resource of the compute API.
type asset struct {
	family, path, name, region, id string
	made                           time.Time
	fingerprint                    string
	body                           fields // what a caller may set, with its defaults
	ready                          bool   // its insert is done
}

// wire is an asset with what the service itself says of it.
func (a *asset) wire(p *project, kind string) fields {
	f := copyOf(a.body)
	f["kind"], f["id"], f["name"], f["creationTimestamp"], f["selfLink"] = "compute#"+kind, a.id, a.name, computeTime(a.made), link(p, a.path)
	return f
}

func link(p *project, path string) string { return computeLink + p.id + "/" + path }

// computeTime is a time as the compute API writes it, in its own zone.
func computeTime(t time.Time) string {
	return t.In(time.FixedZone("", -7*60*60)).Format("2006-01-02T15:04:05.000-07:00")
}

func computeProblem(code int, reason, format string, args ...any) *problem {
	return problemf(code, canonical(code), reason, format, args...)
}

func computeInvalid(format string, args ...any) *problem {
	return computeProblem(http.StatusBadRequest, "invalid", format, args...)
}

func computeMissing(p *project, path string) *problem {
	return computeProblem(http.StatusNotFound, "notFound", "The resource 'projects/%s/%s' was not found", p.id, path)
}

// pathOf is where a request's resource lives.
func pathOf(q *request, family string) string {
	where := "global/"
	if r := q.vars["region"]; r != "" {
		where = "regions/" + r + "/"
	}
	return where + family + "/" + q.vars["name"]
}

// assetAsked is the resource a request names.
func (c *Cloud) assetAsked(q *request, family string) (*project, *asset, *problem) {
	p, bad := c.projectAsked(q)
	if bad != nil {
		return nil, nil, bad
	}
	path := pathOf(q, family)
	a := p.network.assets[path]
	if a == nil || !a.ready {
		return p, nil, computeMissing(p, path)
	}
	return p, a, nil
}

// newAsset checks a name and takes its place for a resource that an insert will make ready.
func (c *Cloud) newAsset(q *request, p *project, family string) (*asset, *problem) {
	name := q.body.str("name")
	if !regexp.MustCompile(`^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$`).MatchString(name) {
		return nil, computeInvalid("Invalid value for field 'resource.name': '%s'. Must be a match of regex '(?:[a-z](?:[-a-z0-9]{0,61}[a-z0-9])?)'", name)
	}
	q.vars["name"] = name
	path := pathOf(q, family)
	if p.network.assets[path] != nil {
		return nil, computeProblem(http.StatusConflict, "alreadyExists", "The resource 'projects/%s/%s' already exists", p.id, path)
	}
	body := copyOf(q.body)
	delete(body, "name")
	return &asset{family: family, path: path, name: name, region: q.vars["region"], id: digits(19), made: c.k.Now(), fingerprint: newEtag(), body: body}, nil
}

// insert begins the making of an asset.
func (c *Cloud) insert(q *request, p *project, a *asset, then func()) (any, *problem) {
	p.network.assets[a.path] = a
	return c.startCompute(q, p, a, "insert", func() {
		a.ready, a.made = true, c.k.Now()
		if then != nil {
			then()
		}
	})
}

// remove begins the end of an asset.
func (c *Cloud) remove(q *request, p *project, a *asset, then func()) (any, *problem) {
	return c.startCompute(q, p, a, "delete", func() {
		delete(p.network.assets, a.path)
		if then != nil {
			then()
		}
	})
}

// assetsOf lists the ready assets of a family under a prefix of their paths, by name.
func (p *project) assetsOf(prefix, family string) []*asset {
	var all []*asset
	for path, a := range p.network.assets {
		if a.ready && a.family == family && strings.HasPrefix(path, prefix) {
			all = append(all, a)
		}
	}
	slices.SortFunc(all, func(a, b *asset) int { return cmp.Or(cmp.Compare(a.name, b.name), cmp.Compare(a.path, b.path)) })
	return all
}

// pageAssets answers a list of assets in the compute API's form.
func (c *Cloud) pageAssets(q *request, kind, path string, p *project, all []fields) (any, *problem) {
	keep, bad := computeFilter(q.arg("filter"))
	if bad != nil {
		return nil, bad
	}
	all = slices.DeleteFunc(all, func(f fields) bool { return !keep(f) })
	cut, next, bad := page(c, q, "maxResults", 500, all)
	if bad != nil {
		return nil, bad
	}
	f := full(fields{"kind": "compute#" + kind, "id": "projects/" + p.id + "/" + path, "items": cut, "nextPageToken": next})
	if kind != "securityPolicyList" { // the one list that has no address
		f["selfLink"] = link(p, path)
	}
	return f, nil
}

// computeFilter reads a filter of one comparison, the kind that looks for a thing by its name or its network.
func computeFilter(written string) (func(fields) bool, *problem) {
	if strings.TrimSpace(written) == "" {
		return func(fields) bool { return true }, nil
	}
	m := regexp.MustCompile(`^\(?\s*([a-zA-Z]+)\s*(=|!=|:|eq|ne)\s*"?([^"()]*?)"?\s*\)?$`).FindStringSubmatch(strings.TrimSpace(written))
	if m == nil {
		return nil, computeInvalid("Invalid value for field 'filter': '%s'. Invalid list filter expression.", written)
	}
	pattern := regexp.QuoteMeta(m[3])
	if m[2] == "eq" || m[2] == "ne" {
		pattern = m[3]
	}
	if m[2] == ":" {
		pattern = ".*" + strings.ReplaceAll(pattern, `\*`, ".*") + ".*"
	}
	want, err := regexp.Compile("^(?:" + pattern + ")$")
	if err != nil {
		return nil, computeInvalid("Invalid value for field 'filter': '%s'. Invalid list filter expression.", written)
	}
	not := m[2] == "!=" || m[2] == "ne"
	return func(f fields) bool { return want.MatchString(f.str(m[1])) != not }, nil
}

// overlay puts the fields of a patch over those that stand, message by message.
func overlay(onto, patch fields) {
	for n, v := range patch {
		was, both := onto[n].(fields)
		if m, ok := v.(fields); ok && both {
			overlay(was, m)
			continue
		}
		onto[n] = copied(v)
	}
}

// checkFingerprint refuses a change to something that changed since the caller read it.
func (a *asset) checkFingerprint(given string) *problem {
	if given == a.fingerprint {
		return nil
	}
	return computeProblem(http.StatusPreconditionFailed, "conditionNotMet", "Supplied fingerprint does not match current metadata fingerprint.")
}
