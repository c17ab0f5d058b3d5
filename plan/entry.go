package plan

import (
	"regexp"
	"strings"
	"time"
)

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
	// State is what it came to, in the words of what it is about: a step's state, an undo's, a login's.
	State  string `json:"state,omitempty"`
	Before Fields `json:"before,omitempty"`
	After  Fields `json:"after,omitempty"`
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
	EntryFinding  EntryKind = "finding"  // something is wrong with a credential, or is so no longer
	EntryWord     EntryKind = "word"     // somebody gave their word for what no API can prove
)

// EntryKinds lists every kind.
func EntryKinds() []EntryKind {
	return []EntryKind{
		EntryStep, EntryHold, EntryRelease, EntryFallback, EntryApproval, EntryUndo, EntryAbort, EntryLogin, EntryRotation, EntryFinding, EntryWord,
	}
}

// Secret says which field of an entry holds what looks like a secret, and what it looks like; both are empty where none
// does. The id of an access key opens nothing, and names what was made, made current, switched off or found in use.
func (e Entry) Secret() (field, what string) {
	for _, f := range []struct{ name, text string }{
		{"landing", e.Landing},
		{"step", e.Step},
		{"login", e.Login},
		{"who", e.Who},
		{"what", nameless(e.What)},
		{"why", nameless(e.Why)},
		{"id", nameless(e.ID)},
		{"state", e.State},
		{"evidence", e.Evidence},
		{"run", e.Run},
	} {
		if what := looksSecret(f.text); what != "" {
			return f.name, what
		}
	}
	for _, side := range []struct {
		name   string
		fields Fields
	}{{"before", e.Before}, {"after", e.After}} {
		for _, name := range side.fields.Names() {
			value := side.fields[name]
			switch what := looksSecret(name + "=" + value); {
			case strings.HasPrefix(value, "op://"):
			case what != "":
				return side.name, what
			case secretName(name) && len(value) >= 8:
				return side.name, "a secret, by its name"
			}
		}
	}
	return "", ""
}

// Weight is how many bytes an entry's texts have.
func (e Entry) Weight() int {
	n := 0
	for _, s := range []string{
		e.Plan, string(e.Kind), e.Landing, e.Step, e.Login, e.Who, e.What, e.Why, e.ID, string(e.Change), e.State, e.Evidence, e.Run,
	} {
		n += len(s)
	}
	for _, fields := range []Fields{e.Before, e.After} {
		for _, name := range fields.Names() {
			n += len(name) + len(fields[name])
		}
	}
	return n
}

// nameless is a text without the ids of AWS access keys. Where what could be a key's secret stands there too it is left as it
// is: somebody has pasted both.
func nameless(text string) string {
	if accessKeySecret.MatchString(text) {
		return text
	}
	return accessKeyID.ReplaceAllString(text, "")
}

var (
	accessKeyID     = regexp.MustCompile(`\b(AKIA|ASIA)[A-Z0-9]{16}\b`)
	accessKeySecret = regexp.MustCompile(`[A-Za-z0-9/+]{40}`) // it has no form but its length
)

// Record is an entry as it was sealed: in its place of its plan's chain, with the hash by which a change is found.
type Record struct {
	Seq   int    `json:"seq"`           // 1 and on, without a gap
	Prev  string `json:"prev"`          // the hash of the record before it
	Hash  string `json:"hash"`          // of Prev and Entry
	Entry string `json:"entry"`         // the entry's canonical JSON, as it was hashed
	Key   string `json:"key,omitempty"` // where it stands, if that is no place of a record
}

// Head is where a chain ends: its last record's number and hash. The zero Head is a chain that has none.
type Head struct {
	Seq  int    `json:"seq"`
	Hash string `json:"hash,omitempty"`
}

// Page is a part of a journal as it is read, in the order of its places.
type Page struct {
	Records []Record `json:"records"`
	Last    string   `json:"last,omitempty"` // the place to read on from
	More    bool     `json:"more,omitempty"` // there is more behind it
	Head    Head     `json:"head"`           // read after the records
}
