package plan

import "time"

// LandingState is how far a landing is.
type LandingState string

// States of a landing.
const (
	LandingTodo    LandingState = "todo"
	LandingRunning LandingState = "running"
	LandingWaiting LandingState = "waiting" // only a person's act, provable by API, is awaited
	LandingHeld    LandingState = "held"
	LandingDone    LandingState = "done"
	LandingFailed  LandingState = "failed"
	LandingSkipped LandingState = "skipped" // the plan skips it
	LandingUndoing LandingState = "undoing" // somebody has given it up; what it made is being undone
	LandingAborted LandingState = "aborted" // it was given up, and its steps say what became of what it made
)

// Report is what a run did or would do (design §9; others build on these names).
type Report struct {
	Plan     string          `json:"plan"`
	Digest   string          `json:"digest"` // sha256 of the plan as carried out
	Mode     string          `json:"mode"`   // preview or apply
	State    LandingState    `json:"state"`  // of the whole
	Started  time.Time       `json:"started"`
	Ended    time.Time       `json:"ended,omitzero"`
	Landings []LandingReport `json:"landings"`
	Registry RegistryReport  `json:"registry"`
	Coverage []Coverage      `json:"coverage"`
	SPOF     []SPOF          `json:"spof"`
	// Credentials are the plan's long-lived credentials as they were last looked at, and what was wrong with them.
	Credentials   []CredentialReport `json:"credentials,omitempty"`
	CredentialsAt time.Time          `json:"credentialsAt,omitzero"` // when that was

	CriticalPathSeconds float64  `json:"criticalPathSeconds"`
	CriticalPath        []string `json:"criticalPath,omitempty"` // cloud/environment/step
	ElapsedSeconds      float64  `json:"elapsedSeconds"`
}

// LandingReport is one landing of a report.
type LandingReport struct {
	Cloud       Cloud        `json:"cloud"`
	Environment string       `json:"environment"`
	Name        string       `json:"name"`
	ID          string       `json:"id"` // account, subscription or project id
	State       LandingState `json:"state"`
	Why         string       `json:"why,omitempty"` // what it waits for, or why it failed or is skipped
	Started     time.Time    `json:"started,omitzero"`
	Ended       time.Time    `json:"ended,omitzero"`
	Steps       []StepReport `json:"steps"`
	// Facts are what the steps learned for each other; an abort of the run needs them.
	Facts map[string]string `json:"facts,omitempty"`
}

// StepReport is one step of a landing's report.
type StepReport struct {
	Name      string      `json:"name"`
	Title     string      `json:"title"`
	Chapter   Chapter     `json:"chapter"`
	Control   string      `json:"control,omitempty"`
	Objective string      `json:"objective,omitempty"`
	After     []string    `json:"after,omitempty"`
	Change    Op          `json:"change"`
	Fields    []FieldDiff `json:"fields,omitempty"`
	Before    Fields      `json:"before,omitempty"` // what stood before the first change, where something did
	State     StepState   `json:"state"`
	ID        string      `json:"id,omitempty"`
	Attempts  int         `json:"attempts"`
	Reads     int         `json:"reads"`
	Writes    int         `json:"writes"`
	Started   time.Time   `json:"started,omitzero"`
	Ended     time.Time   `json:"ended,omitzero"`
	Waits     []Waited    `json:"waits"`
	Evidence  []string    `json:"evidence"`
	Inverse   Inverse     `json:"inverse"`
	Fault     *Note       `json:"fault,omitempty"`
	// Hold is why the step is held, while it is.
	Hold *HoldReport `json:"hold,omitempty"`
	// Undo is what became of what the step did, where the run was aborted.
	Undo *UndoReport `json:"undo,omitempty"`
	// Word is whose word was taken that it is so, where no API can prove it.
	Word string `json:"word,omitempty"`
	// Login is the fallback that carried the step, where the landing's own login could not.
	Login string `json:"login,omitempty"`
	// Waiver is why, by whom and until when the landing is excused from the control: Landing.WaiverOf, as Waiver.String.
	Waiver string `json:"waiver,omitempty"`
}

// HoldReport is a hold as people see it: since when, why, what waits behind it and what releases it.
type HoldReport struct {
	Kind     string    `json:"kind"` // of fault
	Since    time.Time `json:"since"`
	Login    string    `json:"login,omitempty"`
	Behind   []string  `json:"behind,omitempty"` // steps of the landing that cannot begin before it
	Releases string    `json:"releases"`         // what ends it, in one sentence
	Looks    int       `json:"looks"`            // how often the world was looked at since
	Next     time.Time `json:"next,omitzero"`    // when it is looked at again by itself; zero: only a person's word ends it
}

// Waited is time spent waiting.
type Waited struct {
	Kind    string    `json:"kind"`
	For     string    `json:"for,omitempty"`
	Started time.Time `json:"started,omitzero"`
	Seconds float64   `json:"seconds"`
}

// RegistryReport is how far the registry's own step is.
type RegistryReport struct {
	Table   string    `json:"table"`
	State   StepState `json:"state"`
	Why     string    `json:"why,omitempty"`
	Rows    []Row     `json:"rows"`
	Written int       `json:"written"` // rows this run wrote; the others were already so
	// Exports are what became of the registry's signed exports to other clouds.
	Exports []Export `json:"exports,omitempty"`
	// Hold is why the registry is held, while it is.
	Hold *HoldReport `json:"hold,omitempty"`
}

// Row is a line of the registry: one landing or one identity in one cloud.
type Row struct {
	Project     string            `json:"project"` // PK PROJECT#<name>
	Cloud       Cloud             `json:"cloud"`   // SK CLOUD#<cloud>
	Kind        string            `json:"kind"`    // landing or identity
	ID          string            `json:"id"`      // account, subscription, project, application or service account
	Environment string            `json:"environment,omitempty"`
	Name        string            `json:"name,omitempty"`
	Credential  string            `json:"credential,omitempty"` // op:// reference
	Plan        string            `json:"plan"`
	Attributes  map[string]string `json:"attributes,omitempty"`
	Version     int               `json:"version,omitempty"`
	Updated     time.Time         `json:"updated,omitzero"`
}

// Coverage is one objective over all landings.
type Coverage struct {
	Objective string            `json:"objective"`
	Title     string            `json:"title"`
	Landings  map[string]string `json:"landings"` // by landing id: enforced, already so, manual, waived, gap
}
