package session

import (
	"context"
	"slices"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"

	"github.com/itbytes/landfall/plan"
)

// Gone is what a deletion that was begun came to: no error where the thing is being deleted, or was not there any more. It
// waits a few seconds, because what is undone next is often what the deleted thing stood on.
func Gone[T any](ctx context.Context, p *runtime.Poller[T], err error) error {
	if Missing(err) {
		return nil
	}
	if err != nil {
		return err
	}
	_, err = Settle(ctx, p, 5*time.Second)
	return err
}

// Sent is what a change that was begun came to, where it is observed and not waited for.
func Sent[T any](_ *runtime.Poller[T], err error) error { return err }

// Changed reports whether a deed changed a field.
func Changed(d plan.Deed, field string) bool {
	return slices.ContainsFunc(d.Change.Fields, func(f plan.FieldDiff) bool { return f.Field == field })
}

// Lasting is a deed without the field that says how an operation went: that one had failed before is nothing to bring back.
func Lasting(d plan.Deed) plan.Deed {
	d.Change.Fields = slices.DeleteFunc(slices.Clone(d.Change.Fields), func(f plan.FieldDiff) bool { return f.Field == Provisioning })
	return d
}
