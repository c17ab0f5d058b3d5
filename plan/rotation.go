package plan

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"time"
)

// Rotation says how the plan's long-lived credentials are renewed. Durations are written as 90d, 24h or 30m.
type Rotation struct {
	MaxAge  string `json:"maxAge,omitempty"  yaml:"maxAge,omitempty"`  // age of the oldest live key that is a finding. Default 90d
	Grace   string `json:"grace,omitempty"   yaml:"grace,omitempty"`   // how long an old key still works after the new one is current. Default 24h; 72h where it cannot be disabled
	Observe string `json:"observe,omitempty" yaml:"observe,omitempty"` // how long an old key stays disabled before it is deleted. Default 24h
	// Schedules are when credentials are rotated by themselves.
	Schedules []Schedule `json:"schedules,omitempty" yaml:"schedules,omitempty"`
	// Freeze are the days on which no schedule begins a rotation; one that was due is begun afterwards.
	Freeze []Freeze `json:"freeze,omitempty" yaml:"freeze,omitempty"`
	// Credentials are those that differ from the rest.
	Credentials []CredentialRule `json:"credentials,omitempty" yaml:"credentials,omitempty"`
}

// Schedule is when some of the credentials are rotated.
type Schedule struct {
	Name        string   `json:"name"                  yaml:"name"`                  // lower case, digits and hyphens
	Credentials []string `json:"credentials,omitempty" yaml:"credentials,omitempty"` // ids, or a cloud's name for all of its. Default all
	Every       string   `json:"every,omitempty"       yaml:"every,omitempty"`       // an interval: 30d
	// Calendar is a cron expression of five fields, instead of an interval: 0 3 1 * *. A day must fit the day of month and the
	// day of week.
	Calendar string `json:"calendar,omitempty" yaml:"calendar,omitempty"`
	TimeZone string `json:"timeZone,omitempty" yaml:"timeZone,omitempty"` // of the calendar, as in the IANA database. Default UTC
	Jitter   string `json:"jitter,omitempty"   yaml:"jitter,omitempty"`   // begins at random up to so much later
	// KeepOn goes on although a rotation has failed. Default: the schedule pauses and asks.
	KeepOn bool `json:"keepOn,omitempty" yaml:"keepOn,omitempty"`
}

// PostureSchedule is the name of the schedule that every plan has: each night its credentials are looked at.
const PostureSchedule = "posture"

// Freeze is a time in which nothing is rotated.
type Freeze struct {
	From   string `json:"from"   yaml:"from"` // YYYY-MM-DD, the first day
	To     string `json:"to"     yaml:"to"`   // YYYY-MM-DD, the last day
	Reason string `json:"reason" yaml:"reason"`
}

// CredentialRule says where one credential differs from the rest.
type CredentialRule struct {
	// ID is the login's name or the identity's in small letters; a name that two credentials share is ended by the cloud's:
	// robot-azure and robot-gcp. Of connect-token, which people renew, owner and maxAge may be said.
	ID      string `json:"id"                yaml:"id"`
	Owner   string `json:"owner,omitempty"   yaml:"owner,omitempty"`   // who answers for it. Default the plan's owner
	MaxAge  string `json:"maxAge,omitempty"  yaml:"maxAge,omitempty"`  // as in Rotation
	Grace   string `json:"grace,omitempty"   yaml:"grace,omitempty"`   // as in Rotation
	Observe string `json:"observe,omitempty" yaml:"observe,omitempty"` // as in Rotation
	// Consumers are told of each new key and acknowledge it before the old one's grace begins. One that is an identity of this plan
	// in another cloud could do without the key: see landfall federate.
	Consumers []Consumer `json:"consumers,omitempty" yaml:"consumers,omitempty"`
	// Instead is, of an access key, the role of this plan that its consumers take once they need no key.
	Instead string `json:"instead,omitempty" yaml:"instead,omitempty"`
}

// Consumer is somebody who uses a credential and must learn that there is a new one.
type Consumer struct {
	Name    string `json:"name"              yaml:"name"`
	Webhook string `json:"webhook,omitempty" yaml:"webhook,omitempty"` // told as Notify.Webhook is; a 2xx answer acknowledges
	Key     string `json:"key,omitempty"     yaml:"key,omitempty"`     // as Notify.Key
	TTL     string `json:"ttl,omitempty"     yaml:"ttl,omitempty"`     // how long it keeps what it has read of the vault. Default 1h
}

// CredentialKind is what a credential is.
type CredentialKind string

// Kinds of credentials.
const (
	AccessKey        CredentialKind = "aws-access-key"
	EntraSecret      CredentialKind = "entra-secret"
	EntraCertificate CredentialKind = "entra-certificate"
	ServiceKey       CredentialKind = "gcp-key"
)

// Disables reports whether a key of this kind can be switched off and on again before it is deleted.
func (k CredentialKind) Disables() bool { return k == AccessKey || k == ServiceKey }

// Watched is how long a canary waits between two sign-ins with a key of this kind. It asks as often as a consumer would be hurt by
// a gap, and takes from nobody what a cloud allows: Entra lets one application have only so many tokens.
func (k CredentialKind) Watched() time.Duration {
	if k == EntraSecret || k == EntraCertificate {
		return 5 * time.Second
	}
	return 500 * time.Millisecond
}

// Most is how many keys of this kind one identity may have at a time; 0 where its cloud names no small number.
func (k CredentialKind) Most() int {
	switch k {
	case AccessKey:
		return 2 // per IAM user
	case ServiceKey:
		return 10 // user-managed keys per service account
	}
	return 0
}

// Credential is one long-lived credential of a plan with every default settled.
type Credential struct {
	ID        string         `json:"id"` // unique in the plan
	Plan      string         `json:"plan"`
	Owner     string         `json:"owner,omitempty"`
	Cloud     Cloud          `json:"cloud"`
	Kind      CredentialKind `json:"kind"`
	Item      string         `json:"item"`    // op:// item that keeps it
	Landing   Landing        `json:"landing"` // where its identity lives, and by which login it is looked after
	Identity  *Identity      `json:"identity,omitempty"`
	Login     *Login         `json:"login,omitempty"` // a fallback login that is made of it
	MaxAge    time.Duration  `json:"maxAge"`
	Grace     time.Duration  `json:"grace"`
	Observe   time.Duration  `json:"observe"`
	Consumers []Consumer     `json:"consumers,omitempty"`
	// Retiring lets the current key be switched off and deleted: there is to be none.
	Retiring bool `json:"retiring,omitempty"`
}

// Slot is where the vault's item keeps a key. Consumers read the current one, by references that never change.
type Slot string

// Slots of an item. A key in none of them is not ours to touch.
const (
	Current  Slot = "current"
	Staged   Slot = "pending"
	Previous Slot = "previous"
)

// KeyState is how a key is in its cloud.
type KeyState string

// States of a key.
const (
	KeyActive   KeyState = "active"
	KeyDisabled KeyState = "disabled"
	KeyExpired  KeyState = "expired"
)

// Key is one key of a credential's identity as it stands in the cloud, without its secret.
type Key struct {
	ID      string    `json:"id"`
	Slot    Slot      `json:"slot,omitempty"` // empty: the vault does not hold it
	State   KeyState  `json:"state"`
	Ours    bool      `json:"ours,omitempty"` // it bears a name that only this plan gives
	Created time.Time `json:"created,omitzero"`
	Expires time.Time `json:"expires,omitzero"`
	Used    time.Time `json:"used,omitzero"` // last used, where the cloud says so
	UsedFor string    `json:"usedFor,omitempty"`
	Tells   bool      `json:"tells,omitempty"` // the cloud says when it was last used; with no Used: never
}

// Proof is one sign-in with a key.
type Proof struct {
	Key string    `json:"key"`
	Who string    `json:"who"` // as the cloud names the principal
	At  time.Time `json:"at"`
}

// Slotted is what a vault's item holds, without secrets: by slot, the key's id and since when.
type Slotted struct {
	Keys     map[Slot]string    `json:"keys"`
	Since    map[Slot]time.Time `json:"since,omitempty"`
	Rotation string             `json:"rotation,omitempty"` // the one that wrote last
	// Dropped are ids that the item remembers of keys whose secret it no longer holds: they were made by us.
	Dropped []string `json:"dropped,omitempty"`
}

// TTL is how long the slowest consumer keeps what it has read of the vault; an hour where none says.
func (c Credential) TTL() time.Duration {
	ttl := time.Hour
	for _, k := range c.Consumers {
		if d, err := Duration(k.TTL); err == nil {
			ttl = max(ttl, d)
		}
	}
	return ttl
}

// RotationState is how far a rotation is.
type RotationState string

// States of a rotation, in their order; the last three are ends.
const (
	RotationLooking   RotationState = "looking"
	RotationMinting   RotationState = "minting"
	RotationProving   RotationState = "proving"
	RotationPromoting RotationState = "promoting"
	RotationTelling   RotationState = "telling"
	RotationGrace     RotationState = "grace"
	RotationDisabling RotationState = "disabling"
	RotationObserving RotationState = "observing"
	RotationDeleting  RotationState = "deleting"
	RotationDone      RotationState = "done"
	RotationBack      RotationState = "rolled back" // the old key is current, the new one gone
	RotationHeld      RotationState = "held"        // as it is shown while something holds it
	RotationQueued    RotationState = "queued"      // as it is shown while it waits for the end of another of its credential
	RotationCut       RotationState = "cut short"   // as it is shown where somebody ended its workflow from outside
)

// rotationStates are the states in their order.
func rotationStates() []RotationState {
	return []RotationState{
		RotationLooking, RotationMinting, RotationProving, RotationPromoting, RotationTelling, RotationGrace, RotationDisabling,
		RotationObserving, RotationDeleting, RotationDone,
	}
}

// After reports whether a state comes after another.
func (s RotationState) After(other RotationState) bool {
	return slices.Index(rotationStates(), s) > slices.Index(rotationStates(), other)
}

// RotationReport is what a rotation did. It holds ids of keys, and no key.
type RotationReport struct {
	Credential  string               `json:"credential"`
	Cloud       Cloud                `json:"cloud"`
	Kind        CredentialKind       `json:"kind"`
	Owner       string               `json:"owner,omitempty"`
	Item        string               `json:"item"`
	Rotation    string               `json:"rotation"`
	Operator    string               `json:"operator"`
	Reason      string               `json:"reason"`
	Compromised bool                 `json:"compromised,omitempty"`
	Retire      bool                 `json:"retire,omitempty"` // no new key: the credential goes
	State       RotationState        `json:"state"`
	Old         string               `json:"old,omitempty"`
	New         string               `json:"new,omitempty"`
	NewExpires  time.Time            `json:"newExpires,omitzero"`
	Foreign     []string             `json:"foreign,omitempty"` // keys that the vault does not know: a finding, never touched
	Proofs      int                  `json:"proofs,omitempty"`  // sign-ins with the new key in a row, before it became current
	ProofTries  int                  `json:"proofTries,omitempty"`
	Started     time.Time            `json:"started"`
	Promoted    time.Time            `json:"promoted,omitzero"`
	Disabled    time.Time            `json:"disabled,omitzero"`
	Deleted     time.Time            `json:"deleted,omitzero"`
	Ended       time.Time            `json:"ended,omitzero"`
	Told        map[string]time.Time `json:"told,omitempty"` // consumers, when each acknowledged
	Cut         time.Time            `json:"cut,omitzero"`   // when a compromised key was taken from whoever has it
	Left        string               `json:"left,omitempty"` // sessions of a compromised key that could not be ended
	Canary      Canary               `json:"canary"`
	Hold        *HoldReport          `json:"hold,omitempty"`
	Fault       *Note                `json:"fault,omitempty"`
	Queued      bool                 `json:"queued,omitempty"`    // another rotation begins when this one has ended
	Returning   string               `json:"returning,omitempty"` // why the old key is being made current again, while it is
	Until       time.Time            `json:"until,omitzero"`      // when what is waited for just now is over by itself: the grace, or what is observed
}

// Canary is what signing in with the vault's current key all through a rotation came to.
type Canary struct {
	Probes   int     `json:"probes"`
	Failures int     `json:"failures"`
	MaxGap   float64 `json:"maxGapSeconds"` // the longest time without a success
	Last     string  `json:"last,omitempty"`
}

// Plus is a canary with what another has seen after it.
func (c Canary) Plus(o Canary) Canary {
	if o.Last == "" {
		o.Last = c.Last
	}
	return Canary{Probes: c.Probes + o.Probes, Failures: c.Failures + o.Failures, MaxGap: max(c.MaxGap, o.MaxGap), Last: o.Last}
}

// CredentialReport is a credential as it stands, and what is wrong with it.
type CredentialReport struct {
	ID       string         `json:"id"`
	Cloud    Cloud          `json:"cloud"`
	Kind     CredentialKind `json:"kind"`
	Owner    string         `json:"owner,omitempty"`
	Item     string         `json:"item"`
	Landing  string         `json:"landing"`
	Age      time.Duration  `json:"age,omitempty"` // of the current key
	Used     time.Time      `json:"used,omitzero"`
	Expires  time.Time      `json:"expires,omitzero"`
	Keys     []Key          `json:"keys"`
	Findings []Finding      `json:"findings"`
	Fault    *Note          `json:"fault,omitempty"` // why it could not be read
}

// Found adds findings of the plan's credential, each with the name by which it is known again.
func (r *CredentialReport) Found(planName string, findings ...Finding) {
	for _, f := range findings {
		sum := sha256.Sum256([]byte(strings.Join([]string{planName, r.ID, string(f.Kind), f.Key}, "\n")))
		f.UID = hex.EncodeToString(sum[:16])
		r.Findings = append(r.Findings, f)
	}
}

// FrozenOn is the freeze in force on a day (YYYY-MM-DD), if any.
func (p Plan) FrozenOn(day string) (Freeze, bool) {
	for _, f := range p.Rotation.Freeze {
		if f.From <= day && day <= f.To {
			return f, true
		}
	}
	return Freeze{}, false
}
