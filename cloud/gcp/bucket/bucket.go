// Package bucket keeps single objects in a bucket that a landing has for them, through Google's own client, all REST.
package bucket

import (
	"context"

	"google.golang.org/api/storage/v1"

	"github.com/itbytes/landfall/cloud/gcp/names"
	"github.com/itbytes/landfall/cloud/gcp/wire"
	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

const service = "storage"

// Name is the bucket's: unique in the world, by the project's id.
func Name(t plan.Task) string {
	return t.Landing.Adopted("registry-bucket", names.Thing(names.Project(t)+"-landfall-registry", 63))
}

// Prepare sees to it that the bucket stands in the landing's project, private, versioned and marked as the plan's. Wrote
// tells whether anything had to be made or mended.
func Prepare(ctx context.Context, s *wire.Session, t plan.Task) (wrote bool, err error) {
	b, err := look(ctx, s, t)
	if err != nil {
		return false, err
	}
	if b == nil {
		return create(ctx, s, t)
	}
	mended := &storage.Bucket{}
	if iam := b.IamConfiguration; iam == nil || iam.UniformBucketLevelAccess == nil || !iam.UniformBucketLevelAccess.Enabled || iam.PublicAccessPrevention != "enforced" {
		mended.IamConfiguration = private()
	}
	if b.Versioning == nil || !b.Versioning.Enabled {
		mended.Versioning = &storage.BucketVersioning{Enabled: true}
	}
	if b.Labels[names.LabelPlan] == "" {
		mended.Labels = names.Labels(t.Landing)
	}
	if mended.IamConfiguration == nil && mended.Versioning == nil && mended.Labels == nil {
		return false, nil
	}
	_, err = s.Storage.Buckets.Patch(b.Name, mended).IfMetagenerationMatch(b.Metageneration).Context(ctx).Do()
	return err == nil, s.Fault(err, service, "buckets.patch")
}

// look finds the bucket in the list of the project's own: one of the same name in another project is not it, whoever made
// that. The list is complete, so that what is not in it is not there.
func look(ctx context.Context, s *wire.Session, t plan.Task) (*storage.Bucket, error) {
	name := Name(t)
	var found *storage.Bucket
	err := s.Storage.Buckets.List(names.Project(t)).Prefix(name).Context(ctx).Pages(ctx, func(page *storage.Buckets) error {
		for _, b := range page.Items {
			if b.Name == name {
				found = b
			}
		}
		return nil
	})
	if err != nil {
		return nil, s.Fault(err, service, "buckets.list")
	}
	if found != nil {
		if owner := found.Labels[names.LabelPlan]; owner != "" && owner != names.Label(t.Landing.Plan) {
			return nil, s.Conflict("the bucket %s belongs to the plan %q", name, owner)
		}
	}
	return found, nil
}

// create makes the bucket.
func create(ctx context.Context, s *wire.Session, t plan.Task) (wrote bool, err error) {
	_, err = s.Storage.Buckets.Insert(names.Project(t), &storage.Bucket{
		Name: Name(t), Location: t.Landing.Region, Labels: names.Labels(t.Landing),
		IamConfiguration: private(), Versioning: &storage.BucketVersioning{Enabled: true},
	}).Context(ctx).Do()
	if wire.Taken(err) { // it is not in the project's list: it is somebody else's
		f := fault.New(fault.Conflict, "Name a bucket of yours in the landing's adopt.resources.registry-bucket, then resume.", "the bucket's name %s is taken in another project", Name(t))
		f.Cloud, f.Service, f.Operation = string(plan.GCP), service, "buckets.insert"
		return false, f
	}
	return err == nil, s.Fault(err, service, "buckets.insert")
}

// private is access by roles alone, and never by everybody.
func private() *storage.BucketIamConfiguration {
	return &storage.BucketIamConfiguration{
		UniformBucketLevelAccess: &storage.BucketIamConfigurationUniformBucketLevelAccess{Enabled: true}, PublicAccessPrevention: "enforced",
	}
}
