package activities

import (
	"bytes"
	"cmp"
	"context"

	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// Depot is a cloud's object storage, as far as what must outlive another cloud is kept there.
type Depot interface {
	// Prepare sees to it that a landing has a place for the object: private, versioned and marked as the plan's. It begins by
	// looking; a place that bears another plan's mark is a Conflict. Wrote says whether it had to make or mend anything.
	Prepare(ctx context.Context, l plan.Landing, name string) (wrote bool, err error)
	// Get reads an object and writes nothing; one that is definitely not there has no Version.
	Get(ctx context.Context, l plan.Landing, name string) (plan.Object, error)
	// Put writes an object over the one of a version, or where there is none. Where somebody else has written it meanwhile
	// nothing is written, and the fault is one that is tried again.
	Put(ctx context.Context, l plan.Landing, name string, body []byte, over string) (plan.Object, error)
}

// Exports are the activities of the chapter "export" that run on the task queue of the cloud that takes the export.
type Exports struct {
	Depots map[plan.Cloud]Depot
	Notary Notary
	Latch  *Latch
}

// ExportInput is the input of ExportRegistry.
type ExportInput struct {
	Landing  plan.Landing  `json:"landing"` // whose object storage takes it
	Registry plan.Registry `json:"registry"`
	Sealed   Packed        `json:"sealed"`
}

// ExportRegistry keeps a sealed extract in a landing's object storage. Where the same stands there, signed, it writes
// nothing, and it leaves a newer one alone.
func (a *Exports) ExportRegistry(ctx context.Context, in ExportInput) (plan.Export, error) {
	d, err := a.depot(in.Landing)
	if err != nil {
		return plan.Export{}, err
	}
	out, err := a.export(ctx, d, in)
	return out, a.Latch.Learn(err)
}

func (a *Exports) export(ctx context.Context, d Depot, in ExportInput) (plan.Export, error) {
	out := plan.Export{Landing: in.Landing.ID(), State: plan.ExportAlreadySo, Digest: in.Sealed.Digest, Login: in.Landing.Login.Name}
	body, err := in.Sealed.unpack()
	if err != nil {
		return out, err
	}
	name := objectOf(in.Registry)
	mended, err := d.Prepare(ctx, in.Landing, name)
	if err != nil {
		return out, err
	}
	if mended {
		out.State, out.Why = plan.ExportDone, "the place it is kept in had to be made or mended"
	}
	stands, err := d.Get(ctx, in.Landing, name)
	if err != nil {
		return out, err
	}
	out.Where = stands.Where
	if stands.Version != "" {
		_, proof, err := a.Notary.Open(ctx, in.Registry.SigningKey, stands.Body)
		switch {
		case fault.KindOf(err) == fault.Conflict:
			out.Why = "what stood there was not signed by this key; it is kept as an earlier version"
		case err != nil:
			return out, err
		case proof.Digest == in.Sealed.Digest:
			return out, nil
		case proof.AsOf.After(in.Sealed.AsOf):
			out.Why, out.Digest = "a newer export stands there", proof.Digest
			return out, nil
		}
	}
	wrote, err := d.Put(ctx, in.Landing, name, body, stands.Version)
	if err != nil {
		return out, err
	}
	out.State, out.Where = plan.ExportDone, wrote.Where
	return out, a.verify(ctx, d, in, name, body)
}

// verify reads an export back: what is not seen as it was written is looked at again.
func (a *Exports) verify(ctx context.Context, d Depot, in ExportInput, name string, body []byte) error {
	stands, err := d.Get(ctx, in.Landing, name)
	if err == nil && !bytes.Equal(stands.Body, body) {
		err = fault.New(fault.Propagating, "Wait; it is looked at again.", "the export in %s is written and not yet seen as it was", in.Landing.ID())
	}
	return err
}

// ReadExportInput is the input of ReadExport.
type ReadExportInput struct {
	Landing  plan.Landing  `json:"landing"` // whose object storage is read
	Registry plan.Registry `json:"registry"`
}

// ReadExported is the result of ReadExport: the rows, and why they are to be believed.
type ReadExported struct {
	Rows  []plan.Row    `json:"rows"`
	Proof plan.Exported `json:"proof"`
}

// ReadExport reads the registry as it was last exported to a landing. An export that is not believed shows nothing.
func (a *Exports) ReadExport(ctx context.Context, in ReadExportInput) (ReadExported, error) {
	d, err := a.depot(in.Landing)
	if err != nil {
		return ReadExported{}, err
	}
	stands, err := d.Get(ctx, in.Landing, objectOf(in.Registry))
	if err != nil {
		return ReadExported{}, a.Latch.Learn(err)
	}
	if stands.Version == "" {
		return ReadExported{}, fault.New(fault.Invalid, "Read another cloud's, or let a run of the plan come to its end: it leaves one.",
			"no export of the registry %s stands in %s", in.Registry.Table, in.Landing.ID())
	}
	e, proof, err := a.Notary.Open(ctx, in.Registry.SigningKey, stands.Body)
	if err != nil {
		return ReadExported{}, err
	}
	if e.Table != in.Registry.Table {
		return ReadExported{}, fault.New(fault.Conflict, "Name the right table in the plan's registry.",
			"what stands in %s is the export of the table %s, not of %s", in.Landing.ID(), e.Table, in.Registry.Table)
	}
	return ReadExported{Rows: e.Rows, Proof: plan.Exported{
		Landing: in.Landing.ID(), Where: stands.Where, Plan: e.Plan, Digest: proof.Digest, Key: proof.Key, AsOf: e.AsOf,
	}}, nil
}

// depot is the object storage of a landing's cloud, unless its login is locked: then nothing is tried.
func (a *Exports) depot(l plan.Landing) (Depot, error) {
	if f := a.Latch.Holds(l.Login.Name); f != nil {
		return nil, f
	}
	d, built := a.Depots[l.Cloud]
	if !built {
		return nil, fault.New(fault.Invalid, "Name landings of other clouds in the plan's registry.exportTo.", "this worker cannot keep an export in the cloud %q", l.Cloud)
	}
	return d, nil
}

// objectOf is the object of a registry's export: one a table, whose versions are its history.
func objectOf(r plan.Registry) string { return cmp.Or(r.Table, plan.DefaultTable) + ".dsse.json" }
