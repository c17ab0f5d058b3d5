package workflows

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/itbytes/landfall/plan"
)

// Names of workflow types, queues and messages. They are in histories, schedules and people's fingers: they never change.
const (
	MigrateType = "Migrate"
	LandType    = "Land"

	Queue = "landfall" // workflows, and the activities that need no cloud

	ResumeMessage  = "resume"  // update and signal
	ApproveMessage = "approve" // update and signal
	StatusQuery    = "status"
	PreviewQuery   = "preview"

	ChallengeMessage = "challenge" // signal: where a person signs in, and what they type there

	landedSignal = "landed" // a landing tells its Migrate how far it is
	askedSignal  = "asked"  // a Migrate that finds a landing under way asks it to tell again
)

// CloudQueue is the task queue of a cloud's activities, so that a worker may hold one cloud's credentials alone.
func CloudQueue(c plan.Cloud) string { return Queue + "-" + string(c) }

// MigrateID is the id of a plan's migration; being one, it locks it.
func MigrateID(planName string) string { return "migrate/" + planName }

// LandID is the id of one landing's workflow.
func LandID(planName string, landing string) string { return "land/" + planName + "/" + landing }

// Modes and approvals of a migration.
const (
	ModePreview = "preview"
	ModeApply   = "apply"

	ApprovalAsk   = "ask"
	ApprovalGiven = "given"
)

// MigrateInput starts Migrate: {"planRef": "itbytes"} or {"plan": {…}}, with options.
type MigrateInput struct {
	PlanRef string     `json:"planRef,omitempty"` // the name of a plan in the worker's plan folder
	Plan    *plan.Plan `json:"plan,omitempty"`
	// Mode is apply (default) or preview.
	Mode string `json:"mode,omitempty"`
	// Approval is ask (default: a preview is made first and somebody approves its digest) or given.
	Approval string `json:"approval,omitempty"`
	// Window is how many landings are under way at once. Default 40.
	Window int `json:"window,omitempty"`
	// Progress is carried across continue-as-new; leave it out.
	Progress *Progress `json:"progress,omitempty"`
}

// UnmarshalJSON refuses fields it does not know, so that a slip in the Temporal UI's form is said and not ignored.
func (in *MigrateInput) UnmarshalJSON(b []byte) error {
	type plain MigrateInput
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.DisallowUnknownFields()
	if err := dec.Decode((*plain)(in)); err != nil {
		return fmt.Errorf(`the input of Migrate is {"planRef": "NAME"} or {"plan": {…}}, with "mode", "approval" and "window" if wanted: %s`,
			strings.TrimPrefix(err.Error(), "json: "))
	}
	return nil
}

// MigrateResult is what Migrate returns; the landings' own reports are in their workflows.
type MigrateResult struct {
	Plan     string                       `json:"plan"`
	Digest   string                       `json:"digest"`
	Mode     string                       `json:"mode"`
	State    plan.LandingState            `json:"state"`
	Landings map[string]plan.LandingState `json:"landings"`
	Changes  map[plan.Op]int              `json:"changes,omitempty"` // preview: how many steps would do what
	Unseen   int                          `json:"unseen,omitempty"`  // preview: how many steps could not be observed
	Started  time.Time                    `json:"started"`
	Ended    time.Time                    `json:"ended,omitzero"`
	// AwaitsApproval is set while somebody is to approve Digest.
	AwaitsApproval bool                `json:"awaitsApproval,omitempty"`
	Registry       plan.RegistryReport `json:"registry"`
}

// LandInput starts Land.
type LandInput struct {
	Landing plan.Landing `json:"landing"`
	// Parent is the workflow that is told how far the landing is.
	Parent string `json:"parent,omitempty"`
}

// Decision is what a person decides about a held step.
type Decision string

// Decisions.
const (
	Retry Decision = "retry" // look again and go on
	Skip  Decision = "skip"  // leave the step out
)

// Resume releases what is held. Landing and Step may be left out: then it releases all that is held, or all that Login holds.
type Resume struct {
	Decision Decision `json:"decision"`
	Step     string   `json:"step,omitempty"`
	Login    string   `json:"login,omitempty"`
	Operator string   `json:"operator"`
	Reason   string   `json:"reason"`
}

// Approve lets a migration go on that asked for approval.
type Approve struct {
	Digest   string `json:"digest"` // as the preview and the current details show it
	Operator string `json:"operator"`
	Reason   string `json:"reason,omitempty"`
}

// Ask is a query's input; the UI sends one object.
type Ask struct {
	From  int `json:"from,omitempty"`
	Count int `json:"count,omitempty"`
}

// landed is what a landing tells its Migrate.
type landed struct {
	Landing string            `json:"landing"`
	State   plan.LandingState `json:"state"`
	Why     string            `json:"why,omitempty"`
	Rows    []plan.Row        `json:"rows,omitempty"`
}
