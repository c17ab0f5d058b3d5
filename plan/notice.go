package plan

import "time"

// Notice is what somebody outside is told of a run, once. Its time and kind are named as the Standard Webhooks have them, so
// that receivers made for those can sort notices by type.
type Notice struct {
	ID       string     `json:"id"` // the same at every attempt to tell it
	Time     time.Time  `json:"timestamp"`
	Kind     NoticeKind `json:"type"`
	Plan     string     `json:"plan"`
	Landing  string     `json:"landing,omitempty"` // cloud/environment
	Step     string     `json:"step,omitempty"`
	Login    string     `json:"login,omitempty"`
	Fault    string     `json:"fault,omitempty"`   // the kind of fault
	What     string     `json:"what"`              // what happened, in one sentence
	Do       string     `json:"do,omitempty"`      // the one thing to do next
	Since    time.Time  `json:"since,omitzero"`    // of the hold
	By       string     `json:"by,omitempty"`      // who released it; landfall where a look found the world mended
	Finding  string     `json:"finding,omitempty"` // its uid: the same as long as it is the same finding
	Workflow string     `json:"workflow"`          // whose it is, for the Temporal UI
}

// NoticeKind is what a notice is about.
type NoticeKind string

// Kinds of notices.
const (
	NoticeHold     NoticeKind = "hold.opened"
	NoticeReminder NoticeKind = "hold.reminder"
	NoticeRelease  NoticeKind = "hold.released"
	NoticeLogin    NoticeKind = "login.needed" // somebody must sign in, or have a login unlocked: asked once, whoever waits
	NoticeBack     NoticeKind = "login.back"
	NoticePerson   NoticeKind = "person.awaited" // a manual step waits for its person
	NoticeKey      NoticeKind = "key.new"        // to a credential's consumers: read it anew
	NoticeKeyBack  NoticeKind = "key.back"       // a rotation was rolled back
	NoticeFinding  NoticeKind = "key.finding"    // something is wrong with a credential: when it is found, at its marks, else weekly
	NoticeMended   NoticeKind = "key.mended"     // it is so no longer
	NoticeAborted  NoticeKind = "run.aborted"
)
