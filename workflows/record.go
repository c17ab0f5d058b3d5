package workflows

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"github.com/itbytes/landfall/plan"
)

// entryOf is what the journal keeps of a step that has come to an end.
func (l *landing) entryOf(s *stepping) plan.Entry {
	after := plan.Fields{}
	before := plan.Fields{}
	for _, f := range s.Change.Fields {
		before[f.Field], after[f.Field] = f.Before, f.After
	}
	who := runbook
	if s.Word != nil {
		who = s.Word.By
	}
	why := s.Change.Why
	if s.Note != nil {
		why = s.Note.Message
	}
	return plan.Entry{
		Kind: plan.EntryStep, Landing: l.in.Landing.ID(), Step: s.Name, Login: first(s.By, l.in.Landing.Login.Name), Who: who,
		What: string(s.State) + ": " + s.Title, Why: why, ID: s.Receipt.ID, Change: s.Change.Op, State: string(s.State),
		Before: before, After: after,
		Evidence: digestOf(s.Evidence), Quiet: s.Writes == 0 && s.State != plan.StepFailed && s.Change.Op == plan.None,
	}
}

// digestOf names evidence: the sha256 of its lines in their order.
func digestOf(evidence []string) string {
	if len(evidence) == 0 {
		return ""
	}
	sum := sha256.Sum256([]byte(strings.Join(evidence, "\n")))
	return "sha256:" + hex.EncodeToString(sum[:])
}
