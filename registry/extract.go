package registry

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"

	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// extract is the whole registry in the form in which it is exported. Nothing in it depends on when it is made: it is as of
// the newest row, and its rows are in the order of List.
func extract(of string, home plan.Landing, reg plan.Registry, rows []plan.Row) plan.Extract {
	if reg.Region != "" {
		home.Region = reg.Region
	}
	e := plan.Extract{Plan: of, Table: reg.Table, Account: home.Adopt.ID, Region: home.Region, Rows: slices.Clone(rows)}
	slices.SortFunc(e.Rows, inOrder)
	for _, r := range e.Rows {
		if r.Updated.After(e.AsOf) {
			e.AsOf = r.Updated.UTC()
		}
	}
	return e
}

// encodeExtract writes an extract: the fields in their order, keys of maps sorted, no white space. The same extract is the
// same bytes.
func encodeExtract(e plan.Extract) ([]byte, error) {
	if e.Rows == nil {
		e.Rows = []plan.Row{}
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(e); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// decodeExtract reads what was signed.
func decodeExtract(b []byte) (plan.Extract, error) {
	var e plan.Extract
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(&e); err != nil {
		return plan.Extract{}, fault.New(fault.Invalid, "Use the version of Landfall that wrote it, or a later one.", "the export is of a form that this version cannot read: %v", err)
	}
	return e, nil
}

// digest names bytes.
func digest(b []byte) string {
	sum := sha256.Sum256(b)
	return "sha256:" + hex.EncodeToString(sum[:])
}
