package plan

import "time"

// Deed is what a run has done in a step, as its undo needs it: from the run's own receipt, never from what stands.
type Deed struct {
	Change  Change  `json:"change"`
	Receipt Receipt `json:"receipt"`
}

// LeftAlone says why a deed is not undone at all, whatever stands now.
func (d Deed) LeftAlone(s Step) (why string, left bool) {
	switch d.Change.Op {
	case Create, Update:
	case Adopted:
		return "it stood before this run, which adopted it: it is left as it is, its ownership tag too", true
	default:
		return "this run changed nothing here", true
	}
	if s.Inverse == NoInverse || s.Inverse == "" {
		return "it has no inverse: " + s.Title + " stays as this run left it", true
	}
	return "", false
}

// UndoState is what undoing a deed came to.
type UndoState string

// What undoing comes to.
const (
	Reverted    UndoState = "reverted"    // nothing of it stands any more, or it stands as before
	Neutralised UndoState = "neutralised" // switched off; its history is kept
	Quarantined UndoState = "quarantined" // a container, kept and closed to everybody
	Left        UndoState = "left"        // not touched: it was there before, somebody has changed it since, or it has no inverse
	UndoPending UndoState = "pending"     // the cloud is still at it; come back
	UndoFailed  UndoState = "failed"      // it could not be undone, and Why says why; the others were
)

// Undoing is what one entry into a step's undo came to.
type Undoing struct {
	State    UndoState `json:"state"`
	Why      string    `json:"why,omitempty"`      // one sentence: what was done, or why not
	Evidence []string  `json:"evidence,omitempty"` // what was read
	Begun    bool      `json:"begun,omitempty"`    // with UndoPending: something was asked of the cloud already; hand it back
	Wait     *Wait     `json:"wait,omitempty"`     // with UndoPending
	Reads    int       `json:"reads"`
	Writes   int       `json:"writes"`
}

// UndoReport is a step's undo in a report.
type UndoReport struct {
	State    UndoState `json:"state"`
	Why      string    `json:"why,omitempty"`
	Evidence []string  `json:"evidence,omitempty"`
	Started  time.Time `json:"started,omitzero"`
	Ended    time.Time `json:"ended,omitzero"`
}
