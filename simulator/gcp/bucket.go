package gcp

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// bucket is a bucket of Cloud Storage. Its name is unique in the world.
type bucket struct {
	name           string
	project        *project
	made, updated  time.Time
	metageneration int64
	body           fields               // what callers wrote of it
	objects        map[string][]*object // by name, the version that stands last
}

func bucketShape() shape {
	switched := message(shape{"enabled": boolean()})
	return shape{
		"name": text(), "location": text(), "storageClass": text(), "labels": labelled(), "versioning": switched,
		"iamConfiguration": message(shape{"uniformBucketLevelAccess": switched, "publicAccessPrevention": text()}),
		"softDeletePolicy": message(shape{"retentionDurationSeconds": long()}),
	}
}

const (
	bucketPath = "/storage/v1/b"
	uploadPath = "/upload/storage/v1/b"
)

func bucketRoutes() []route {
	const api, one, objects = "storage", bucketPath + "/{bucket}", "/{bucket}/o"
	return []route{
		{api: api, method: http.MethodGet, path: bucketPath, operation: "buckets.list", params: "project prefix maxResults pageToken projection", do: (*Cloud).listBuckets},
		{api: api, method: http.MethodPost, path: bucketPath, operation: "buckets.insert", write: true, params: "project projection", body: bucketShape(), do: (*Cloud).insertBucket},
		{api: api, method: http.MethodGet, path: one, operation: "buckets.get", params: "ifMetagenerationMatch projection", do: (*Cloud).getBucket},
		{api: api, method: http.MethodPatch, path: one, operation: "buckets.patch", write: true, params: "ifMetagenerationMatch projection", body: bucketShape(), do: (*Cloud).patchBucket},
		{api: api, method: http.MethodGet, path: bucketPath + objects + "/{object}", operation: "objects.get", params: "generation ifGenerationMatch ifGenerationNotMatch projection", do: (*Cloud).getObject},
		{api: api, method: http.MethodPost, path: uploadPath + objects, operation: "objects.insert", write: true, params: "name ifGenerationMatch projection", do: (*Cloud).insertObject},
	}
}

// uploaded gives an upload's address back the API that it belongs to: Google's client puts it at the root of the host that
// it was pointed at.
func uploaded(path string) string {
	if strings.HasPrefix(path, uploadPath+"/") {
		return "/storage" + path
	}
	return path
}

// bucketScope is the project that a request to Cloud Storage acts in: its bucket's, or the one that it names.
func (c *Cloud) bucketScope(q *request) string {
	name := q.arg("project")
	if b := c.buckets[q.vars["bucket"]]; b != nil {
		return "projects/" + b.project.id
	}
	if p := c.project(name); p != nil {
		return "projects/" + p.id
	}
	if name == "" {
		return ""
	}
	return "projects/" + name
}

func (b *bucket) wire() fields {
	f := copyOf(b.body)
	number, _ := strconv.ParseUint(b.project.number, 10, 64) // the simulator made it
	f["kind"], f["id"], f["name"], f["projectNumber"] = "storage#bucket", b.name, b.name, number
	f["selfLink"] = "https://www.googleapis.com" + bucketPath + "/" + b.name
	f["timeCreated"], f["updated"], f["metageneration"] = b.made, b.updated, b.metageneration
	f["etag"] = etagOf(b.metageneration)
	f["locationType"] = "region"
	return f
}

func etagOf(n int64) string { return "CA" + strconv.FormatInt(n, 36) + "=" }

func (c *Cloud) bucketAsked(q *request) (*bucket, *problem) {
	b := c.buckets[q.vars["bucket"]]
	if b == nil {
		return nil, notFound("The specified bucket does not exist.")
	}
	if bad := condition(q, "ifMetagenerationMatch", b.metageneration, true); bad != nil {
		return nil, bad
	}
	return b, nil
}

// condition checks one precondition against the number that stands; 0 is that of what is not there.
func condition(q *request, name string, stands int64, same bool) *problem {
	said := q.arg(name)
	if said == "" {
		return nil
	}
	want, err := strconv.ParseInt(said, 10, 64)
	if err != nil {
		return problemf(http.StatusBadRequest, "INVALID_ARGUMENT", "invalidParameter", "Invalid value for %s: %s", name, said)
	}
	if (want == stands) != same {
		return problemf(http.StatusPreconditionFailed, "FAILED_PRECONDITION", "conditionNotMet", "At least one of the pre-conditions you specified did not hold.")
	}
	return nil
}

func (c *Cloud) getBucket(q *request) (any, *problem) {
	b, bad := c.bucketAsked(q)
	if bad != nil {
		return nil, bad
	}
	return b.wire(), nil
}

func (c *Cloud) listBuckets(q *request) (any, *problem) {
	p := c.project(q.arg("project"))
	if p == nil {
		return nil, problemf(http.StatusBadRequest, "INVALID_ARGUMENT", "invalid", "Unknown project id: %s", q.arg("project"))
	}
	var all []*bucket
	for _, b := range c.buckets {
		if b.project == p && strings.HasPrefix(b.name, q.arg("prefix")) {
			all = append(all, b)
		}
	}
	slices.SortFunc(all, func(a, b *bucket) int { return cmp.Compare(a.name, b.name) })
	cut, next, bad := page(c, q, "maxResults", 1000, all)
	if bad != nil {
		return nil, bad
	}
	var items []fields
	for _, b := range cut {
		items = append(items, b.wire())
	}
	return full(fields{"kind": "storage#buckets", "items": items, "nextPageToken": next}), nil
}

var bucketName = regexp.MustCompile(`^[a-z0-9][a-z0-9_.-]{1,61}[a-z0-9]$`)

func (c *Cloud) insertBucket(q *request) (any, *problem) {
	p := c.project(q.arg("project"))
	name := q.body.str("name")
	switch b := c.buckets[name]; {
	case p == nil:
		return nil, problemf(http.StatusBadRequest, "INVALID_ARGUMENT", "invalid", "Unknown project id: %s", q.arg("project"))
	case !c.paid(p):
		return nil, problemf(http.StatusForbidden, "PERMISSION_DENIED", "accountDisabled", "The billing account for the owning project is disabled in state absent")
	case !bucketName.MatchString(name) || strings.Contains(name, "google") || strings.HasPrefix(name, "goog"):
		return nil, problemf(http.StatusBadRequest, "INVALID_ARGUMENT", "invalid", "Invalid bucket name: '%s'", name)
	case b != nil && b.project == p:
		return nil, problemf(http.StatusConflict, "ALREADY_EXISTS", "conflict", "Your previous request to create the named bucket succeeded and you already own it.")
	case b != nil || c.taken[name]:
		return nil, problemf(http.StatusConflict, "ALREADY_EXISTS", "conflict", "The requested bucket name is not available. The bucket namespace is shared by all users of the system. Please select a different name and try again.")
	}
	body, bad := readBucket(fields{}, q.body)
	if bad != nil {
		return nil, bad
	}
	made := &bucket{name: name, project: p, made: q.now, updated: q.now, metageneration: 1, body: body, objects: map[string][]*object{}}
	c.buckets[name] = made
	return made.wire(), nil
}

func (c *Cloud) patchBucket(q *request) (any, *problem) {
	b, bad := c.bucketAsked(q)
	if bad != nil {
		return nil, bad
	}
	body, bad := readBucket(b.body, q.body)
	if bad != nil {
		return nil, bad
	}
	b.body, b.updated, b.metageneration = body, q.now, b.metageneration+1
	return b.wire(), nil
}

// readBucket puts what a caller wrote over what stands, and fills in the rest.
func readBucket(stands, written fields) (fields, *problem) {
	b := copyOf(stands)
	overlay(b, written)
	delete(b, "name")
	place := strings.ToUpper(orText(b.str("location"), "US"))
	if !isRegion(strings.ToLower(place)) && !slices.Contains([]string{"US", "EU", "ASIA"}, place) {
		return nil, problemf(http.StatusBadRequest, "INVALID_ARGUMENT", "invalid", "The specified location constraint is not valid.")
	}
	b["location"], b["storageClass"] = place, orText(b.str("storageClass"), "STANDARD")
	iam := b.sub("iamConfiguration")
	if iam == nil {
		iam = fields{}
	}
	if iam.sub("uniformBucketLevelAccess") == nil {
		iam["uniformBucketLevelAccess"] = fields{"enabled": false}
	}
	iam["bucketPolicyOnly"] = copyOf(iam.sub("uniformBucketLevelAccess")) // its older name
	prevention := orText(iam.str("publicAccessPrevention"), "inherited")
	if prevention != "inherited" && prevention != "enforced" {
		return nil, problemf(http.StatusBadRequest, "INVALID_ARGUMENT", "invalid", "Invalid argument: publicAccessPrevention %s", prevention)
	}
	iam["publicAccessPrevention"] = prevention
	b["iamConfiguration"] = iam
	if b.sub("softDeletePolicy") == nil {
		b["softDeletePolicy"] = fields{"retentionDurationSeconds": int64(7 * 24 * 60 * 60)}
	}
	return b, nil
}

// showBuckets is what stands in a project's buckets: names, sizes and digests, and no content.
func (c *Cloud) showBuckets(p *project) map[string]any {
	out := map[string]any{}
	for name, b := range c.buckets {
		if b.project != p {
			continue
		}
		objects := map[string]any{}
		for name, versions := range b.objects {
			o := versions[len(versions)-1]
			sum := sha256.Sum256(o.content)
			objects[name] = map[string]any{"generation": o.generation, "size": len(o.content), "sha256": hex.EncodeToString(sum[:]), "versions": len(versions)}
		}
		iam := b.body.sub("iamConfiguration")
		out[name] = map[string]any{
			"location": b.body.str("location"), "labels": maps.Clone(b.body.labels("labels")), "versioning": b.body.sub("versioning").flag("enabled"),
			"uniformBucketLevelAccess": iam.sub("uniformBucketLevelAccess").flag("enabled"), "publicAccessPrevention": iam.str("publicAccessPrevention"), "objects": objects,
		}
	}
	return out
}
