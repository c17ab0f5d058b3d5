package azure

import (
	"context"

	"github.com/itbytes/landfall/cloud/azure/blob"
	"github.com/itbytes/landfall/cloud/azure/session"
	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// Prepare sees to it that a landing has a place for an object (see activities.Depot).
func (c *Cloud) Prepare(ctx context.Context, l plan.Landing, object string) (wrote bool, err error) {
	t := plan.Task{Landing: l}
	s, err := c.within(ctx, &t)
	if err == nil {
		wrote, err = blob.Prepare(ctx, s, t.Landing, object)
	}
	return wrote, name(err, t)
}

// Get reads an object that a landing keeps.
func (c *Cloud) Get(ctx context.Context, l plan.Landing, object string) (o plan.Object, err error) {
	t := plan.Task{Landing: l}
	s, err := c.within(ctx, &t)
	if err == nil {
		o, err = blob.Get(ctx, s, t.Landing, object)
	}
	return o, name(err, t)
}

// Put writes an object over the one of a version, or where there is none.
func (c *Cloud) Put(ctx context.Context, l plan.Landing, object string, body []byte, over string) (o plan.Object, err error) {
	t := plan.Task{Landing: l}
	s, err := c.within(ctx, &t)
	if err == nil {
		o, err = blob.Put(ctx, s, t.Landing, object, body, over)
	}
	return o, name(err, t)
}

// within opens a session in the landing's subscription. Where its id is not known the subscription is looked for as the
// landing's own step does; nothing is made.
func (c *Cloud) within(ctx context.Context, t *plan.Task) (*session.Session, error) {
	s, err := c.catalog.Open(ctx, *t)
	if err != nil || s.Subscription != "" {
		return s, err
	}
	for _, control := range c.catalog.Controls(t.Landing) {
		if st, wanted := control.Describe(t.Landing); !wanted || st.Chapter != plan.Container {
			continue
		}
		o, err := control.Observe(ctx, s, *t)
		if err != nil {
			return nil, err
		}
		if id := o.Facts[plan.FactContainer]; id != "" {
			t.Landing.Adopt.ID = id
			return c.catalog.Open(ctx, *t)
		}
		break // the first of them makes it
	}
	return nil, fault.New(fault.Invalid, "Name its id in the landing's adopt.id, or land it first.", "no subscription of %s is found", t.Landing.ID())
}
