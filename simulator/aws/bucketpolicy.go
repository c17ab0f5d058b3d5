package aws

import (
	"encoding/json"
	"net/http"

	"github.com/itbytes/landfall/simulator/aws/wire"
)

func getBucketPolicy(q *request) (wire.Map, error) {
	b, err := q.bucket()
	if err != nil {
		return nil, err
	}
	if b.policy == "" {
		return nil, wire.Errorf(http.StatusNotFound, "NoSuchBucketPolicy", "The bucket policy does not exist")
	}
	q.header.Set("Content-Type", "application/json")
	q.raw = []byte(b.policy)
	return nil, nil
}

func putBucketPolicy(q *request) (wire.Map, error) {
	b, err := q.bucket()
	if err != nil {
		return nil, err
	}
	var d document
	if json.Unmarshal(q.body, &d) != nil || len(d.Statement) == 0 {
		return nil, bad("MalformedPolicy", "This policy contains invalid Json")
	}
	for _, s := range d.Statement {
		p := s.Principal
		if len(p.AWS)+len(p.Service)+len(p.Federated) == 0 {
			return nil, bad("MalformedPolicy", "Missing required field Principal cannot be empty!")
		}
		for _, a := range p.AWS {
			if !q.principal(a) {
				return nil, bad("MalformedPolicy", "Invalid principal in policy")
			}
			if a == "*" && s.Effect == "Allow" && b.block != nil && b.block.BlockPublicPolicy && len(s.Condition) == 0 {
				return nil, wire.Errorf(http.StatusForbidden, "AccessDenied", "User: %s is not authorized to perform: s3:PutBucketPolicy because public policies are blocked", q.who.arn)
			}
		}
	}
	b.policy = string(q.body)
	return nil, nil
}

func deleteBucketPolicy(q *request) (wire.Map, error) {
	b, err := q.bucket()
	if err == nil {
		b.policy = ""
	}
	return nil, err
}

func getBucketBlock(q *request) (wire.Map, error) {
	b, err := q.bucket()
	if err != nil {
		return nil, err
	}
	if b.block == nil {
		return nil, noBlock()
	}
	return b.block.wire(), nil
}

func noBlock() error {
	return wire.Errorf(http.StatusNotFound, "NoSuchPublicAccessBlockConfiguration", "The public access block configuration was not found")
}

func putBucketBlock(q *request) (wire.Map, error) {
	b, err := q.bucket()
	if err != nil {
		return nil, err
	}
	var in publicAccessBlock
	if err := q.read(&in); err != nil {
		return nil, err
	}
	b.block = &in
	return nil, nil
}

func deleteBucketBlock(q *request) (wire.Map, error) {
	b, err := q.bucket()
	if err == nil {
		b.block = nil
	}
	return nil, err
}

func getBucketTagging(q *request) (wire.Map, error) {
	b, err := q.bucket()
	if err != nil {
		return nil, err
	}
	if len(b.tags) == 0 {
		return nil, wire.Errorf(http.StatusNotFound, "NoSuchTagSet", "The TagSet does not exist")
	}
	return wire.Map{"TagSet": wire.List{Of: "Tag", Items: tagList(b.tags)}}, nil
}

func putBucketTagging(q *request) (wire.Map, error) {
	b, err := q.bucket()
	if err != nil {
		return nil, err
	}
	var in struct {
		TagSet []tag `xml:"TagSet>Tag"`
	}
	if err := q.read(&in); err != nil {
		return nil, err
	}
	b.tags = tagMap(in.TagSet)
	return nil, nil
}

func s3controlService() *service {
	const path = "/v20180820/configuration/publicAccessBlock"
	return &service{
		name:    "s3control",
		dialect: wire.Dialect{Protocol: wire.RESTXML, Namespace: "http://awss3control.amazonaws.com/doc/2018-08-20/"},
		routes: []route{
			{method: "GET", path: path, operation: "GetPublicAccessBlock"},
			{method: "PUT", path: path, operation: "PutPublicAccessBlock"},
			{method: "DELETE", path: path, operation: "DeletePublicAccessBlock"},
		},
		operations: map[string]operation{
			"GetPublicAccessBlock":    reads(owned(getAccountBlock)).rooted("PublicAccessBlockConfiguration"),
			"PutPublicAccessBlock":    writes(owned(putAccountBlock)),
			"DeletePublicAccessBlock": writes(owned(deleteAccountBlock)).answers(http.StatusNoContent),
		},
	}
}

// owned keeps out those who name an account that is not theirs.
func owned(do func(*request) (wire.Map, error)) func(*request) (wire.Map, error) {
	return func(q *request) (wire.Map, error) {
		if q.http.Header.Get("X-Amz-Account-Id") != q.account.id {
			return nil, wire.Errorf(http.StatusForbidden, "AccessDenied", "Access Denied")
		}
		return do(q)
	}
}

func getAccountBlock(q *request) (wire.Map, error) {
	if q.account.publicBlock == nil {
		return nil, noBlock()
	}
	return q.account.publicBlock.wire(), nil
}

func putAccountBlock(q *request) (wire.Map, error) {
	var in publicAccessBlock
	if err := q.read(&in); err != nil {
		return nil, err
	}
	q.account.publicBlock = &in
	return nil, nil
}

func deleteAccountBlock(q *request) (wire.Map, error) {
	q.account.publicBlock = nil
	return nil, nil
}
