package workflows

import (
	"go.temporal.io/sdk/workflow"

	"github.com/itbytes/landfall/plan"
)

// JournalInput says where the journal of a plan is kept.
type JournalInput struct {
	Plan    string       `json:"plan"`
	Home    plan.Landing `json:"home,omitzero"` // the AWS landing whose account holds the table
	Journal plan.Journal `json:"journal,omitzero"`
	Region  string       `json:"region,omitempty"`
}

// scribe keeps the journal's entries of a run until they are handed on.
type scribe struct{ entries []plan.Entry }

func newScribe(JournalInput) *scribe { return &scribe{} }

func (s *scribe) write(_ workflow.Context, e ...plan.Entry) { s.entries = append(s.entries, e...) }

func (s *scribe) flush(workflow.Context) error { s.entries = nil; return nil }
