package bucket

import (
	"bytes"
	"context"
	"io"
	"strconv"

	"google.golang.org/api/storage/v1"

	"github.com/itbytes/landfall/cloud/gcp/wire"
	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// Get reads an object. One that is definitely not there, or whose bucket is not, has no version.
func Get(ctx context.Context, s *wire.Session, t plan.Task, name string) (plan.Object, error) {
	o, err := s.Storage.Objects.Get(Name(t), name).Context(ctx).Do()
	if wire.NotFound(err) {
		return plan.Object{}, nil
	}
	if err != nil {
		return plan.Object{}, s.Fault(err, service, "objects.get")
	}
	r, err := s.Storage.Objects.Get(Name(t), name).Generation(o.Generation).Context(ctx).Download() // that version, whatever is written meanwhile
	if err != nil {
		return plan.Object{}, s.Fault(err, service, "objects.get")
	}
	defer r.Body.Close() //nolint:errcheck // it was read
	b, err := io.ReadAll(r.Body)
	return plan.Object{Where: where(t, name), Body: b, Version: strconv.FormatInt(o.Generation, 10)}, s.Fault(err, service, "objects.get")
}

// Put writes an object over the one of a version, or where there is none.
func Put(ctx context.Context, s *wire.Session, t plan.Task, name string, body []byte, over string) (plan.Object, error) {
	generation := int64(0) // there is none
	if over != "" {
		var err error
		if generation, err = strconv.ParseInt(over, 10, 64); err != nil {
			return plan.Object{}, fault.New(fault.Bug, "", "the version %q of %s is no generation", over, where(t, name))
		}
	}
	o, err := s.Storage.Objects.Insert(Name(t), &storage.Object{Name: name, ContentType: "application/json"}).
		IfGenerationMatch(generation).Media(bytes.NewReader(body)).Context(ctx).Do()
	if wire.Changed(err) {
		return plan.Object{}, fault.New(fault.Transient, "Wait; it is looked at again.", "somebody else wrote %s at the same time", where(t, name))
	}
	if err != nil {
		return plan.Object{}, s.Fault(err, service, "objects.insert")
	}
	return plan.Object{Where: where(t, name), Body: body, Version: strconv.FormatInt(o.Generation, 10)}, nil
}

// where is an object's address, as Google's tools write it.
func where(t plan.Task, name string) string { return "gs://" + Name(t) + "/" + name }
