package aws

import (
	"net"
	"net/http"
	"regexp"
	"strings"
	"time"

	"github.com/itbytes/landfall/simulator/aws/wire"
)

// bucket is an S3 bucket. It holds no objects: nothing that Landfall makes reads any.
type bucket struct {
	name, account, region string
	policy                string
	block                 *publicAccessBlock
	tags                  map[string]string
	made                  time.Time
}

// publicAccessBlock keeps a bucket's or an account's objects from the public.
type publicAccessBlock struct {
	BlockPublicAcls, IgnorePublicAcls, BlockPublicPolicy, RestrictPublicBuckets bool
}

func (p *publicAccessBlock) wire() wire.Map {
	return wire.Map{
		"BlockPublicAcls": p.BlockPublicAcls, "IgnorePublicAcls": p.IgnorePublicAcls,
		"BlockPublicPolicy": p.BlockPublicPolicy, "RestrictPublicBuckets": p.RestrictPublicBuckets,
	}
}

const s3Namespace = "http://s3.amazonaws.com/doc/2006-03-01/"

func s3Service() *service {
	s := &service{
		name:    "s3",
		dialect: wire.Dialect{Protocol: wire.S3, Namespace: s3Namespace},
		operations: map[string]operation{
			"ListBuckets":             reads(listBuckets).rooted("ListAllMyBucketsResult"),
			"HeadBucket":              reads(headBucket),
			"GetBucketLocation":       reads(getBucketLocation),
			"CreateBucket":            writes(createBucket),
			"DeleteBucket":            writes(deleteBucket).answers(http.StatusNoContent),
			"GetBucketPolicy":         reads(getBucketPolicy),
			"PutBucketPolicy":         writes(putBucketPolicy).answers(http.StatusNoContent),
			"DeleteBucketPolicy":      writes(deleteBucketPolicy).answers(http.StatusNoContent),
			"GetPublicAccessBlock":    reads(getBucketBlock).rooted("PublicAccessBlockConfiguration"),
			"PutPublicAccessBlock":    writes(putBucketBlock),
			"DeletePublicAccessBlock": writes(deleteBucketBlock).answers(http.StatusNoContent),
			"GetBucketTagging":        reads(getBucketTagging).rooted("Tagging"),
			"PutBucketTagging":        writes(putBucketTagging).answers(http.StatusNoContent),
		},
	}
	s.routes = []route{{method: "GET", path: "/", operation: "ListBuckets"}}
	for _, t := range []route{
		{method: "GET", marker: "location", operation: "GetBucketLocation"},
		{method: "GET", marker: "policy", operation: "GetBucketPolicy"},
		{method: "PUT", marker: "policy", operation: "PutBucketPolicy"},
		{method: "DELETE", marker: "policy", operation: "DeleteBucketPolicy"},
		{method: "GET", marker: "publicAccessBlock", operation: "GetPublicAccessBlock"},
		{method: "PUT", marker: "publicAccessBlock", operation: "PutPublicAccessBlock"},
		{method: "DELETE", marker: "publicAccessBlock", operation: "DeletePublicAccessBlock"},
		{method: "GET", marker: "tagging", operation: "GetBucketTagging"},
		{method: "PUT", marker: "tagging", operation: "PutBucketTagging"},
		{method: "HEAD", operation: "HeadBucket"},
		{method: "PUT", operation: "CreateBucket"},
		{method: "DELETE", operation: "DeleteBucket"},
	} {
		t.path, t.whole = "/{Bucket}", t.marker == ""
		s.routes = append(s.routes, t)
	}
	return s
}

// bucketOf is the bucket that a host names: a label before "localhost" or before "s3.".
func bucketOf(host string) string {
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	if b, ok := strings.CutSuffix(host, ".localhost"); ok {
		return b
	}
	if b, _, ok := strings.Cut(host, ".s3."); ok {
		return b
	}
	return ""
}

// bucket finds the bucket that the request names, for its owner.
func (q *request) bucket() (*bucket, error) {
	b := q.buckets[q.path["Bucket"]]
	switch {
	case b == nil:
		return nil, &wire.Error{
			Status: http.StatusNotFound, Code: "NoSuchBucket", Message: "The specified bucket does not exist", Fields: wire.Map{"BucketName": q.path["Bucket"]},
		}
	case b.account != q.account.id:
		return nil, wire.Errorf(http.StatusForbidden, "AccessDenied", "Access Denied")
	case b.region != q.region && q.operation != "GetBucketLocation":
		q.header.Set("X-Amz-Bucket-Region", b.region)
		return nil, wire.Errorf(http.StatusMovedPermanently, "PermanentRedirect", "The bucket you are attempting to access must be addressed using the specified endpoint.")
	}
	return b, nil
}

func listBuckets(q *request) (wire.Map, error) {
	all := []wire.Map{}
	for _, b := range values(q.buckets) {
		if b.account == q.account.id {
			all = append(all, wire.Map{"Name": b.name, "CreationDate": b.made})
		}
	}
	return wire.Map{"Buckets": wire.List{Of: "Bucket", Items: all}, "Owner": wire.Map{"ID": q.account.id}}, nil
}

func headBucket(q *request) (wire.Map, error) {
	b, err := q.bucket()
	if err == nil {
		q.header.Set("X-Amz-Bucket-Region", b.region)
	}
	return nil, err
}

func getBucketLocation(q *request) (wire.Map, error) {
	b, err := q.bucket()
	if err != nil {
		return nil, err
	}
	where := b.region
	if where == homeRegion {
		where = ""
	}
	q.raw = []byte(`<LocationConstraint xmlns="` + s3Namespace + `">` + where + "</LocationConstraint>")
	return nil, nil
}

func createBucket(q *request) (wire.Map, error) {
	var in struct {
		LocationConstraint string
		Tags               []tag `xml:"Tags>Tag"`
	}
	if err := q.read(&in); err != nil {
		return nil, err
	}
	name := q.path["Bucket"]
	if in.LocationConstraint == "" {
		in.LocationConstraint = homeRegion
	}
	old := q.buckets[name]
	switch {
	case !regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$`).MatchString(name):
		return nil, bad("InvalidBucketName", "The specified bucket is not valid.")
	case in.LocationConstraint != q.region:
		return nil, bad("IllegalLocationConstraintException", "The %s location constraint is incompatible for the region specific endpoint this request was sent to.", in.LocationConstraint)
	case old != nil && old.account != q.account.id:
		return nil, wire.Errorf(http.StatusConflict, "BucketAlreadyExists", "The requested bucket name is not available. The bucket namespace is shared by all users of the system.")
	case old != nil && q.region != homeRegion:
		return nil, wire.Errorf(http.StatusConflict, "BucketAlreadyOwnedByYou", "Your previous request to create the named bucket succeeded and you already own it.")
	case old == nil:
		b := q.newBucket(name, q.account.id, q.region, q.now)
		b.tags = tagMap(in.Tags)
	}
	q.header.Set("Location", "/"+name)
	return nil, nil
}

// newBucket makes a bucket as AWS has made them since 2023: closed to the public.
func (c *Cloud) newBucket(name, account, region string, now time.Time) *bucket {
	b := &bucket{
		name: name, account: account, region: region, made: now, tags: map[string]string{},
		block: &publicAccessBlock{true, true, true, true},
	}
	c.buckets[name] = b
	return b
}

func deleteBucket(q *request) (wire.Map, error) {
	b, err := q.bucket()
	if err == nil {
		delete(q.buckets, b.name)
	}
	return nil, err
}
