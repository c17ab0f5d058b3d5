package plan

import (
	"slices"
	"time"
)

// FederationStage is how far a federation is.
type FederationStage string

// Stages of a federation, in their order; the last two are ends.
const (
	FederationLooking  FederationStage = "looking"
	FederationSigning  FederationStage = "signing"  // the consumers' clouds come to sign tokens for them
	FederationTrusting FederationStage = "trusting" // the credential's identity comes to trust them
	FederationProving  FederationStage = "proving"  // each consumer's own token is seen to sign it in
	FederationStanding FederationStage = "standing" // it works; the key is only still there
	FederationRetiring FederationStage = "retiring" // the key is being taken away
	FederationDone     FederationStage = "done"     // the key is off, and its own workflow deletes it
	FederationBack     FederationStage = "taken back"
	FederationHeld     FederationStage = "held" // as it is shown while something holds it
)

func federationStages() []FederationStage {
	return []FederationStage{
		FederationLooking, FederationSigning, FederationTrusting, FederationProving, FederationStanding, FederationRetiring, FederationDone,
	}
}

// After reports whether a stage comes after another.
func (s FederationStage) After(other FederationStage) bool {
	return slices.Index(federationStages(), s) > slices.Index(federationStages(), other)
}

// FederationReport is what a federation did, or, in a preview, would do.
type FederationReport struct {
	Plan       string           `json:"plan"`
	Credential string           `json:"credential"`
	Cloud      Cloud            `json:"cloud"`
	Kind       CredentialKind   `json:"kind"`
	Item       string           `json:"item"`
	Owner      string           `json:"owner,omitempty"`
	Identity   string           `json:"identity"` // what consumers become without the key
	Operator   string           `json:"operator,omitempty"`
	Reason     string           `json:"reason,omitempty"`
	Preview    bool             `json:"preview,omitempty"`
	State      FederationStage  `json:"state"`
	Ways       []FederationLink `json:"ways"`
	Steps      []FederationStep `json:"steps"`
	Started    time.Time        `json:"started"`
	Proven     time.Time        `json:"proven,omitzero"`
	Retired    time.Time        `json:"retired,omitzero"` // when the key was off
	Ended      time.Time        `json:"ended,omitzero"`
	Hold       *HoldReport      `json:"hold,omitempty"`
	Fault      *Note            `json:"fault,omitempty"`
	Returning  string           `json:"returning,omitempty"` // why it is being taken back, while it is
}

// FederationLink is one consumer of a federation.
type FederationLink struct {
	Who     string `json:"who"`
	From    string `json:"from"` // the landing in which it lives
	Into    string `json:"into"` // the landing whose identity trusts it
	Trust   Trust  `json:"trust,omitzero"`
	Proofs  int    `json:"proofs,omitempty"`  // sign-ins by its own token in a row
	As      string `json:"as,omitempty"`      // who it was then, as the cloud names the principal
	Word    string `json:"word,omitempty"`    // whose word stands for the proof
	Unknown bool   `json:"unknown,omitempty"` // whom to trust is known only once its cloud signs tokens for it
}

// FederationStep is a step that a federation carries in a landing.
type FederationStep struct {
	Landing  string      `json:"landing"`
	Name     string      `json:"name"`
	Title    string      `json:"title"`
	Change   Op          `json:"change"`
	Fields   []FieldDiff `json:"fields,omitempty"`
	State    StepState   `json:"state,omitempty"`
	Why      string      `json:"why,omitempty"`
	Evidence []string    `json:"evidence,omitempty"`
	Undo     *UndoReport `json:"undo,omitempty"`
}

// Changes counts the steps that change something, or would.
func (r FederationReport) Changes() int {
	n := 0
	for _, s := range r.Steps {
		if s.Change != None && s.Change != "" && s.Change != Skipped {
			n++
		}
	}
	return n
}
