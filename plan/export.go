package plan

import "time"

// Extract is the whole registry as it stood, in the form in which it is exported: the same rows give the same extract,
// whenever it is made.
type Extract struct {
	Plan    string    `json:"plan"`          // whose export it is; the rows may be of other plans too
	Table   string    `json:"table"`         //
	Account string    `json:"account"`       // the AWS account of the table
	Region  string    `json:"region"`        //
	AsOf    time.Time `json:"asOf,omitzero"` // when the newest row was written
	Rows    []Row     `json:"rows"`          // by project and cloud
}

// Sealed is an extract with its signature, as it is kept in object storage.
type Sealed struct {
	Envelope []byte    `json:"envelope"`
	Digest   string    `json:"digest"` // of what is signed: "sha256:…"
	Key      string    `json:"key"`    // the fingerprint of the key that signed it
	AsOf     time.Time `json:"asOf,omitzero"`
}

// Export is what became of the registry's export to one landing's object storage.
type Export struct {
	Landing string      `json:"landing"`         // cloud/environment
	Where   string      `json:"where,omitempty"` // the object's address
	State   ExportState `json:"state"`
	Why     string      `json:"why,omitempty"`
	Digest  string      `json:"digest,omitempty"` // of what is signed: "sha256:…"
	Login   string      `json:"login,omitempty"`  // by which it was written
	Fault   *Note       `json:"fault,omitempty"`  // why it failed
}

// ExportState is what an export came to.
type ExportState string

// States of an export.
const (
	ExportDone      ExportState = "done"
	ExportAlreadySo ExportState = "already so" // what stands there says the same, and is signed; nothing was written
	ExportFailed    ExportState = "failed"
)

// Object is something kept in a cloud's object storage.
type Object struct {
	Where   string // its address
	Body    []byte
	Version string // what a write over it must name; empty where there is no such object
}

// Exported is what makes an export that was read to be believed.
type Exported struct {
	Landing string    `json:"landing"` // whose object storage it was read from
	Where   string    `json:"where"`   // the object's address
	Plan    string    `json:"plan"`    // whose run exported it
	Digest  string    `json:"digest"`  // of what is signed
	Key     string    `json:"key"`     // the fingerprint of the key that signed it
	AsOf    time.Time `json:"asOf,omitzero"`
}
