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
	MigrateType           = "Migrate"
	LandType              = "Land"
	KeepLoginType         = "KeepLogin"
	RotateCredentialType  = "RotateCredential"
	RotateCredentialsType = "RotateCredentials"
	CheckPostureType      = "CheckPosture"
	FederateType          = "Federate"

	Queue = "landfall" // workflows, and the activities that need no cloud

	ResumeMessage   = "resume"   // update and signal
	ApproveMessage  = "approve"  // update and signal
	AbortMessage    = "abort"    // update and signal
	SignInMessage   = "signIn"   // update, of a login's keeper
	RollBackMessage = "rollBack" // update, of a rotation or a federation
	RetireMessage   = "retire"   // update, of a federation
	AgainMessage    = "again"    // signal: a rotation is asked for while one is under way
	StatusQuery     = "status"
	PreviewQuery    = "preview"

	ChallengeMessage = "challenge" // signal: where a person signs in, and what they type there

	landedSignal  = "landed"  // a landing tells its Migrate how far it is
	askedSignal   = "asked"   // a Migrate that finds a landing under way asks it to tell again
	lostSignal    = "lost"    // whoever meets a login that does not work tells the login's keeper
	rotatedSignal = "rotated" // a rotation tells who began it how far it is
	foundSignal   = "found"   // the keeper tells those who wait that it works again
)

// CloudQueue is the task queue of a cloud's activities, so that a worker may hold one cloud's credentials alone.
func CloudQueue(c plan.Cloud) string { return Queue + "-" + string(c) }

// MigrateID is the id of a plan's migration; being one, it locks it.
func MigrateID(planName string) string { return "migrate/" + planName }

// LandID is the id of one landing's workflow.
func LandID(planName string, landing string) string { return "land/" + planName + "/" + landing }

// RotationID is the id of one credential's rotation; being one, it locks it.
func RotationID(planName, credential string) string { return "rotate/" + planName + "/" + credential }

// RotationsID is the id of one asking for rotations of a plan.
func RotationsID(planName, of string) string { return "rotations/" + planName + "/" + of }

// PostureID is the id of a look at a plan's credentials.
func PostureID(planName string) string { return "posture/" + planName }

// FederationID is the id of a credential's federation; being one, it locks it.
func FederationID(planName, credential string) string {
	return "federate/" + planName + "/" + credential
}

// FederatedLandID is the id of the part of a landing that a federation carries.
func FederatedLandID(planName, credential, landing string) string {
	return FederationID(planName, credential) + "/" + landing
}

// FederationPreviewID is the id of a look at what a federation would do.
func FederationPreviewID(planName, credential string) string {
	return "federation-preview/" + planName + "/" + credential
}

// LoginID is the id of a login's keeper.
func LoginID(login string) string { return "login/" + login }

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
	AwaitsApproval bool `json:"awaitsApproval,omitempty"`
	// Aborted is who gave the run up and why, where somebody has.
	Aborted  *Abort              `json:"aborted,omitempty"`
	Registry plan.RegistryReport `json:"registry"`
}

// LandInput starts Land.
type LandInput struct {
	Landing plan.Landing `json:"landing"`
	// Parent is the workflow that is told how far the landing is.
	Parent string `json:"parent,omitempty"`
	// Manual are the landing's steps that only a person can do and no API can prove.
	Manual  []plan.ManualStep `json:"manual,omitempty"`
	Notify  plan.Notify       `json:"notify,omitzero"`
	Journal JournalInput      `json:"journal,omitzero"`
	// Foreseen is what somebody approved, by step: plan.Change.Stood.
	Foreseen map[string]string `json:"foreseen,omitempty"`
	// Only are the steps that are carried, by name; all where it is empty.
	Only []string `json:"only,omitempty"`
	// Undo gives up what an earlier, ended run of the landing did, by its report; nothing is carried.
	Undo *Undo `json:"undo,omitempty"`
	// Progress is carried across continue-as-new; leave it out.
	Progress *LandProgress `json:"progress,omitempty"`
}

// Undo is what Land is to take back of a run of the landing that has ended.
type Undo struct {
	Abort  Abort              `json:"abort"`
	Report plan.LandingReport `json:"report"`
}

// Decision is what a person decides about a held step.
type Decision string

// Decisions.
const (
	Retry Decision = "retry" // look again and go on
	Skip  Decision = "skip"  // leave the step out
	Done  Decision = "done"  // it is so, by the operator's word; only where no API can prove it
	Give  Decision = "abort" // give the landing up: what this run made in it is undone
)

// mended is decided by nobody: a look found the world mended.
const mended Decision = "mended"

// Resume releases what is held. Step and Login may be left out: then it releases all that is held.
type Resume struct {
	Decision Decision `json:"decision"`
	Step     string   `json:"step,omitempty"`
	Login    string   `json:"login,omitempty"`
	Operator string   `json:"operator"`
	Reason   string   `json:"reason"`
}

// Abort gives a run up: what it made is undone, last things first.
type Abort struct {
	Operator string `json:"operator"`
	Reason   string `json:"reason"`
}

// SignIn asks a login's keeper to sign a person in at another screen.
type SignIn struct {
	Operator string `json:"operator"`
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
	// Run is the run id of a landing that has ended, so that its receipts can be found.
	Run string `json:"run,omitempty"`
	// Unread is set where those receipts could not be read, so that nothing of it was undone.
	Unread bool `json:"unread,omitempty"`
}

// lost is what a login's keeper is told by those who meet it.
type lost struct {
	Workflow string        `json:"workflow"` // who waits
	Note     plan.Note     `json:"note"`
	Need     time.Duration `json:"need,omitempty"`  // how long the session must last for what waits
	After    time.Duration `json:"after,omitempty"` // of a lock: when it ends by itself, where the cloud says so
	Began    time.Time     `json:"began,omitzero"`  // when the attempt that met it began, where that is known
}

// rotated is what a rotation tells whoever began it.
type rotated struct {
	Credential string             `json:"credential"`
	State      plan.RotationState `json:"state"`
	Promoted   bool               `json:"promoted"`
	Fault      *plan.Note         `json:"fault,omitempty"`
}

// found is what those who wait for a login are told.
type found struct {
	Login    string `json:"login"`
	Operator string `json:"operator"`
	Reason   string `json:"reason"`
}
