package plan

import "time"

// Entry is one record of the journal: who did what, where, why, and what it was before and after. It is written once and
// never changed; it holds no secret.
type Entry struct {
	Time    time.Time `json:"time"`
	Plan    string    `json:"plan"`
	Kind    EntryKind `json:"kind"`
	Landing string    `json:"landing,omitempty"` // cloud/environment
	Step    string    `json:"step,omitempty"`
	Login   string    `json:"login,omitempty"` // by which it was done, or which it is about
	Who     string    `json:"who"`             // the operator, or landfall where the runbook went on by itself
	What    string    `json:"what"`            // in one sentence
	Why     string    `json:"why,omitempty"`
	ID      string    `json:"id,omitempty"` // the provider's id of the thing
	Change  Op        `json:"change,omitempty"`
	Before  Fields    `json:"before,omitempty"`
	After   Fields    `json:"after,omitempty"`
	// Evidence is the sha256 of the evidence that justified it, a line each, in order: "sha256:…".
	Evidence string `json:"evidence,omitempty"`
	Run      string `json:"run"` // workflow id and run id, with a / between
	// Quiet marks an outcome that changed nothing: it is sealed together with what does, and a run of nothing else seals nothing.
	Quiet bool `json:"quiet,omitempty"`
}

// EntryKind is what an entry is about.
type EntryKind string

// Kinds of entries.
const (
	EntryStep     EntryKind = "step"     // a step has come to an end
	EntryHold     EntryKind = "hold"     // a step, or the registry, is held
	EntryRelease  EntryKind = "release"  // a hold has ended: somebody resumed it, or a look found the world mended
	EntryFallback EntryKind = "fallback" // a step went on by the landing's fallback login
	EntryApproval EntryKind = "approval" // somebody approved a plan's digest
	EntryUndo     EntryKind = "undo"     // a step was undone, quarantined or left
	EntryAbort    EntryKind = "abort"    // somebody gave a run up
	EntryLogin    EntryKind = "login"    // a login was lost, or is there again
	EntryRotation EntryKind = "rotation" // a credential's key was made, made current, or taken away
	EntryWord     EntryKind = "word"     // somebody gave their word for what no API can prove
)
