package activities

import (
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"slices"
	"time"

	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// Notary signs extracts of the registry, and tells whether an export is what it signed.
type Notary interface {
	// Seal signs the rows of a registry by the key that the vault keeps under its SigningKey, and makes that key where it is
	// missing. The same rows give the same seal.
	Seal(ctx context.Context, of string, home plan.Landing, reg plan.Registry, rows []plan.Row) (plan.Sealed, error)
	// Open gives back what was sealed under a key. What it does not believe is a Conflict fault, and nothing of it is given.
	Open(ctx context.Context, key string, envelope []byte) (plan.Extract, plan.Sealed, error)
}

// Seals are the activities of the chapter "export" that run on the AWS task queue, where the registry is.
type Seals struct {
	Book   Book
	Notary Notary
	Latch  *Latch
}

// SealInput is the input of SealRegistry.
type SealInput struct {
	Home     plan.Landing  `json:"home"`
	Registry plan.Registry `json:"registry"`
	// Entered are the rows that this run has entered, as project/cloud: an extract without them is not the registry.
	Entered []string `json:"entered,omitempty"`
}

// Packed is a sealed extract on its way: compressed, so that a registry of thousands of rows stays inside a payload.
type Packed struct {
	Gzip   []byte    `json:"gzip"`
	Digest string    `json:"digest"`
	Key    string    `json:"key"`
	AsOf   time.Time `json:"asOf,omitzero"`
	Rows   int       `json:"rows"`
}

// SealRegistry reads the whole registry and signs it. The key that signs is in no payload.
func (a *Seals) SealRegistry(ctx context.Context, in SealInput) (Packed, error) {
	if f := a.Latch.Holds(in.Home.Login.Name); f != nil {
		return Packed{}, f
	}
	rows, err := a.Book.List(ctx, in.Home, in.Registry)
	if err != nil {
		return Packed{}, a.Latch.Learn(err)
	}
	for _, key := range in.Entered {
		if !slices.ContainsFunc(rows, func(r plan.Row) bool { return RowKey(r) == key }) {
			return Packed{}, fault.New(fault.Conflict, "See who else writes to the table, then resume: the rows are entered and read again.",
				"the row %s was entered in %s a moment ago and is not there", key, in.Registry.Table)
		}
	}
	s, err := a.Notary.Seal(ctx, in.Home.Plan, in.Home, in.Registry, rows)
	if err != nil {
		return Packed{}, err
	}
	return pack(s, len(rows))
}

// RowKey names a row: project/cloud.
func RowKey(r plan.Row) string { return r.Project + "/" + string(r.Cloud) }

func pack(s plan.Sealed, rows int) (Packed, error) {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write(s.Envelope); err != nil {
		return Packed{}, err
	}
	if err := z.Close(); err != nil {
		return Packed{}, err
	}
	return Packed{Gzip: b.Bytes(), Digest: s.Digest, Key: s.Key, AsOf: s.AsOf, Rows: rows}, nil
}

// unpack is the envelope.
func (p Packed) unpack() ([]byte, error) {
	z, err := gzip.NewReader(bytes.NewReader(p.Gzip))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(z)
}
