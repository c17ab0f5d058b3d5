package gcp

import (
	"context"

	"github.com/itbytes/landfall/cloud/gcp/bucket"
	"github.com/itbytes/landfall/plan"
)

// Prepare sees to it that a landing has a place for an object (see activities.Depot).
func (c *Cloud) Prepare(ctx context.Context, l plan.Landing, _ string) (wrote bool, err error) {
	t := plan.Task{Landing: l}
	s, err := c.catalog.Open(ctx, t)
	if err != nil {
		return false, err
	}
	return bucket.Prepare(ctx, s, t)
}

// Get reads an object that a landing keeps.
func (c *Cloud) Get(ctx context.Context, l plan.Landing, object string) (plan.Object, error) {
	t := plan.Task{Landing: l}
	s, err := c.catalog.Open(ctx, t)
	if err != nil {
		return plan.Object{}, err
	}
	return bucket.Get(ctx, s, t, object)
}

// Put writes an object over the one of a version, or where there is none.
func (c *Cloud) Put(ctx context.Context, l plan.Landing, object string, body []byte, over string) (plan.Object, error) {
	t := plan.Task{Landing: l}
	s, err := c.catalog.Open(ctx, t)
	if err != nil {
		return plan.Object{}, err
	}
	return bucket.Put(ctx, s, t, object, body, over)
}
