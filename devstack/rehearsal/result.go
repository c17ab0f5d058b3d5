package rehearsal

import "time"

// Result is what a rehearsal came to. Its names are fixed: others read it as JSON.
type Result struct {
	Plan  string   `json:"plan"`
	World string   `json:"world"` // which simulated world it was rehearsed in
	Lacks []string `json:"lacks"` // what the plan adopts and that world has not

	Faults []Met `json:"faults"`

	// What the run is like once it goes no further by itself.
	State    string    `json:"state"`    // done, held, waiting, failed, or running where it was still trying when the patience was spent
	Seconds  float64   `json:"seconds"`  // until then
	Held     []Stopped `json:"held"`     // steps that hold
	Failed   []Stopped `json:"failed"`   // steps that have failed: their request cannot succeed as it is
	Trying   []Stopped `json:"trying"`   // steps that are tried again by themselves
	Landings []Landing `json:"landings"` // each landing, and how far it came all the same
	Registry string    `json:"registry"` // the state of the registry's own step

	Release *Release `json:"release,omitempty"` // what ended it, where it did not end by itself
	Abort   *Abort   `json:"abort,omitempty"`   // what giving it up would leave
}

// Met is a fault that was ordered, and how many calls met it.
type Met struct {
	Fault string `json:"fault"` // KIND@cloud/environment/step
	Calls int    `json:"calls"`
}

// Stopped is a step that does not go on.
type Stopped struct {
	Step     string   `json:"step"` // cloud/environment/step
	Kind     string   `json:"kind"`
	Login    string   `json:"login,omitempty"`
	After    float64  `json:"after"`          // seconds into the run
	Why      string   `json:"why"`            // what happened
	Hint     string   `json:"hint,omitempty"` // what to do about it
	Releases string   `json:"releases"`       // what ends it
	Behind   []string `json:"behind"`         // steps of the landing that cannot begin before it
	Attempts int      `json:"attempts,omitempty"`
}

// Landing is a landing while others, or itself, are held.
type Landing struct {
	ID      string   `json:"id"` // cloud/environment
	State   string   `json:"state"`
	Why     string   `json:"why,omitempty"`
	Seconds float64  `json:"seconds,omitempty"` // when it ended
	Done    int      `json:"done"`              // steps that have ended
	Steps   int      `json:"steps"`
	By      []string `json:"by,omitempty"` // fallback logins that carried some of them
}

// Release is how the run came to its end after all.
type Release struct {
	Acts    []string `json:"acts"` // what was done for it, in order
	State   string   `json:"state"`
	Seconds float64  `json:"seconds"`         // from the first act to the end
	Still   []string `json:"still,omitempty"` // what did not end
}

// Abort is what a run that is given up at the hold leaves behind.
type Abort struct {
	Command  string   `json:"command"`
	Seconds  float64  `json:"seconds"`
	Landings []Undone `json:"landings"`
}

// Undone is a landing that was given up.
type Undone struct {
	ID    string `json:"id"`
	State string `json:"state"`
	Why   string `json:"why,omitempty"` // where it did not come to an end
	Steps []Undo `json:"steps"`         // those of which something is to be said
}

// Undo is what became of what a step did.
type Undo struct {
	Step  string `json:"step"`
	State string `json:"state"` // reverted, neutralised, quarantined, left or failed
	Why   string `json:"why,omitempty"`
}

// since is how many seconds into a run something was, to a tenth.
func since(began, at time.Time) float64 {
	if began.IsZero() || at.IsZero() {
		return 0
	}
	return float64(at.Sub(began).Round(100*time.Millisecond)) / float64(time.Second)
}
