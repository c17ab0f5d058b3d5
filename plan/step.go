package plan

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"time"
)

// Step is one verify-first piece of work on a landing, as its cloud's catalogue describes it.
type Step struct {
	Name      string   `json:"name"`                // unique in a landing, and a file of the catalogue: vpc, guardduty
	Title     string   `json:"title"`               // what it makes hold, in a few words
	Chapter   Chapter  `json:"chapter"`             //
	Control   string   `json:"control,omitempty"`   // AWS-O01
	Objective string   `json:"objective,omitempty"` // O01
	After     []string `json:"after,omitempty"`     // steps of the same landing that must be done first
	Outside   bool     `json:"outside,omitempty"`   // it can be observed before the landing's container exists
	Manual    bool     `json:"manual,omitempty"`    // its Apply is a person
	Inverse   Inverse  `json:"inverse"`             // what undo would be
	// Deny is set where the step forbids something to everybody in its scope, Landfall too: it is applied after all others of
	// the landing, once it is sure that it would not lock Landfall out, and undone before all others.
	Deny  bool   `json:"deny,omitempty"`
	Login string `json:"login,omitempty"` // the login it uses; empty: the landing's
	// Trusts is the identity whose trust in others the step keeps, and Signs the one for whom it lets its cloud sign tokens: by
	// their names, where it does either.
	Trusts string `json:"trusts,omitempty"`
	Signs  string `json:"signs,omitempty"`
	// Usual is how long it takes in the real cloud, for people and for comparing with a login's remaining life.
	Usual time.Duration `json:"usual,omitempty"`
}

// Chapter groups steps as a person reads them.
type Chapter string

// Chapters, in their order: identity before workload.
const (
	Container Chapter = "container" // account, subscription, project
	Identify  Chapter = "identity"
	Protect   Chapter = "baseline"
	Name      Chapter = "dns"
	// Organise is what the management landing does for the containers of all landings of its cloud: it comes after the
	// landing's own container, and nothing comes after it.
	Organise Chapter = "organisation"
)

// Inverse is the class of a step's undo.
type Inverse string

// Classes of inverse (design §3).
const (
	Revert     Inverse = "revert"     // put back as it was
	Neutralise Inverse = "neutralise" // switch off, keep the history
	Quarantine Inverse = "quarantine" // containers are never deleted
	NoInverse  Inverse = "none"
)

// Task is what an activity is handed to carry one step.
type Task struct {
	Landing Landing `json:"landing"`
	Step    Step    `json:"step"`
	// Key is stable for plan, landing and step: the idempotency token that clouds are given.
	Key string `json:"key"`
	// Facts are what earlier steps learned: "container" is the account, subscription or project id; a step may add others.
	Facts map[string]string `json:"facts,omitempty"`
	// Foreseen is Change.Stood of the change that somebody approved; empty where nobody was asked, or nothing certain was seen.
	Foreseen string `json:"foreseen,omitempty"`
	// Begun is set when an earlier entry into the step has changed something and the step was left pending.
	Begun *Begun `json:"begun,omitempty"`
	// Lost is what an earlier attempt was about to do when its record was lost.
	Lost *Lost `json:"lost,omitempty"`
	// Again is set when an earlier attempt may have made something whose record was lost: look for it before making another.
	Again bool `json:"again,omitempty"`
}

// Fact is what an earlier step learned, or "".
func (t Task) Fact(name string) string { return t.Facts[name] }

// FactContainer is the fact that names the landing's account, subscription or project.
const FactContainer = "container"

// Begun is what a step has done before it was left pending.
type Begun struct {
	Change    Change `json:"change"`
	Operation string `json:"operation,omitempty"` // the cloud's handle of the running operation
	ID        string `json:"id,omitempty"`
}

// Fields are the canonical properties of a thing: flat names, values as text, lists sorted and joined by commas.
type Fields map[string]string

// Names are the fields' names, sorted.
func (f Fields) Names() []string { return slices.Sorted(maps.Keys(f)) }

// State is what an observation found.
type State string

// States of an observed thing. Unknown is not Absent.
const (
	Present   State = "present"
	Absent    State = "absent"    // a complete list, or a definite not-found with the right to read
	Pending   State = "pending"   // being made or changed
	Suspended State = "suspended" // there, and closed, disabled or locked
	Unknown   State = "unknown"
)

// Match says by what a thing was recognised; the adoption ladder of design §3.
type Match string

// Rungs of the ladder.
const (
	ByPlan    Match = "plan"    // the plan's adopt names it
	ByTag     Match = "tag"     // our ownership tag
	ByKey     Match = "key"     // natural key: root e-mail, alias, project id, zone
	ByName    Match = "name"    // exact name in the right parent
	BySetting Match = "setting" // there can be only one: an account's or a tenant's setting
)

// Observation is what stands now.
type Observation struct {
	State    State    `json:"state"`
	ID       string   `json:"id,omitempty"` // provider id
	Live     Fields   `json:"live,omitempty"`
	Match    Match    `json:"match,omitempty"`
	Owner    string   `json:"owner,omitempty"`    // plan named by the ownership tag
	Similar  []string `json:"similar,omitempty"`  // names so near the wanted one that a person must be asked before anything is made
	Evidence []string `json:"evidence,omitempty"` // what was read: "DescribeVpcs: vpc-1 10.0.0.0/20 available"
	// Facts for later steps.
	Facts map[string]string `json:"facts,omitempty"`
	// Why is what is awaited when State is Pending, or why it is Suspended or Unknown.
	Why string `json:"why,omitempty"`
	// Behind names the landing that must get on first, when that is what a Pending observation waits for.
	Behind string `json:"behind,omitempty"`
}

// Op is what must be done about a difference.
type Op string

// Ops. They are the report's words for a change.
const (
	None    Op = "none"
	Adopted Op = "adopted"
	Create  Op = "created"
	Update  Op = "updated"
	Manual  Op = "manual"
	Skipped Op = "skipped"
	Undone  Op = "undone"
)

// Change is what must be done, or was.
type Change struct {
	Op     Op          `json:"op"`
	Fields []FieldDiff `json:"fields,omitempty"`
	Why    string      `json:"why,omitempty"`
}

// Stood names what a change is made to: its kind and the fields as they stood before it. Two changes that name it alike were
// found in the same world; what will stand after them is not part of it.
func (c Change) Stood() string {
	h := sha256.New()
	h.Write([]byte(c.Op))
	for _, f := range c.Fields {
		fmt.Fprintf(h, "\n%q=%q", f.Field, f.Before)
	}
	return hex.EncodeToString(h.Sum(nil)[:6])
}

// FieldDiff is one property before and after.
type FieldDiff struct {
	Field  string `json:"field"`
	Before string `json:"before,omitempty"`
	After  string `json:"after"`
}

// Applied is what Apply did.
type Applied struct {
	ID string `json:"id,omitempty"`
	// Operation is the handle of a long operation that goes on in the cloud.
	Operation string            `json:"operation,omitempty"`
	Facts     map[string]string `json:"facts,omitempty"`
}

// Receipt is what a step did, with its inverse. It holds no secret.
type Receipt struct {
	ID      string  `json:"id,omitempty"`
	Before  Fields  `json:"before,omitempty"`
	Inverse Inverse `json:"inverse"`
}

// Outcome is what carrying or previewing a step came to.
type Outcome struct {
	Step     string            `json:"step"`
	State    StepState         `json:"state"`
	Change   Change            `json:"change"`
	Receipt  Receipt           `json:"receipt"`
	Evidence []string          `json:"evidence,omitempty"`
	Facts    map[string]string `json:"facts,omitempty"`
	Begun    *Begun            `json:"begun,omitempty"` // with StepPending: hand it back
	// Wait is what is awaited, with StepPending and StepWaiting.
	Wait *Wait `json:"wait,omitempty"`
	// Stood is Change.Stood, in a preview that saw all that the change depends on: it holds until somebody changes the world.
	Stood  string `json:"stood,omitempty"`
	Fault  *Note  `json:"fault,omitempty"` // preview only: why the step could not be observed
	Reads  int    `json:"reads"`
	Writes int    `json:"writes"`
	// Attempts is how often Temporal entered the activity, and Retried how long it waited between the first and the last.
	Attempts int           `json:"attempts,omitempty"`
	Retried  time.Duration `json:"retried,omitempty"`
}

// StepState is how far a step is.
type StepState string

// States of a step. The first two are the workflow's own.
const (
	StepTodo    StepState = "todo"
	StepRunning StepState = "running"
	StepDone    StepState = "done"
	StepPending StepState = "pending" // the cloud is still at it; come back
	StepWaiting StepState = "waiting" // a person is to act; an API check will prove it
	StepHeld    StepState = "held"    // a fault that needs a person or the world; resume releases it
	StepFailed  StepState = "failed"
	StepSkipped StepState = "skipped"
	StepUndone  StepState = "undone" // abort has taken it back, or said why not: StepReport.Undo
	StepGap     StepState = "gap"    // a control that does not hold and is only reported or proposed
)

// Wait is something awaited.
type Wait struct {
	Kind  string        `json:"kind"`            // propagation, operation, person, landing, or a fault's kind
	For   string        `json:"for"`             // one sentence
	After time.Duration `json:"after,omitempty"` // when to look again
	// Within is how long the cloud's API may take to show it, from the step's beginning, before a person is asked to look; 0
	// leaves it to the runbook.
	Within time.Duration `json:"within,omitempty"`
}

// WaitLanding is the kind of a wait for another landing, which takes no place among those that go on.
const WaitLanding = "landing"

// Note is a fault as people and reports see it: what happened and the one thing to do next.
type Note struct {
	Kind    string `json:"kind"`
	Message string `json:"message"`
	Hint    string `json:"hint,omitempty"`
}

// Preview is what a landing's steps would do.
type Preview struct {
	Landing  string    `json:"landing"`
	Outcomes []Outcome `json:"outcomes"`
}
