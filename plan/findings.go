package plan

import (
	"fmt"
	"slices"
	"time"
)

// Finding is one thing about a credential's keys that somebody should know.
type Finding struct {
	// UID names it, at every look the same: of the plan, the credential, the kind and the key.
	UID  string      `json:"uid,omitempty"`
	Kind FindingKind `json:"kind"`
	Key  string      `json:"key,omitempty"`
	Mark int         `json:"mark,omitempty"` // of what expires: within so many days, of those at which it is said anew
	What string      `json:"what"`           // in one sentence
	Do   string      `json:"do"`             // the one thing to do
}

// FindingKind is what a finding is about.
type FindingKind string

// Kinds of findings.
const (
	OverAge    FindingKind = "over-age"
	DueSoon    FindingKind = "due-soon"
	Expiring   FindingKind = "expiring"
	Expired    FindingKind = "expired"
	NotActive  FindingKind = "not-active"  // the current key is disabled
	NeverUsed  FindingKind = "never-used"  // since it was made
	Unused     FindingKind = "unused"      // for long
	Orphan     FindingKind = "orphan"      // made by us, and in no slot of the vault
	Foreign    FindingKind = "foreign"     // made by nobody we know
	Dangling   FindingKind = "dangling"    // the vault holds it, the cloud does not
	LeftBehind FindingKind = "left-behind" // a rotation did not come to its end
	Unread     FindingKind = "unread"      // it could not be looked at: that is a report's Fault, and here for those who show it
	Untold     FindingKind = "untold"      // nobody says what should be known of it: when it was made, or when it expires
)

// When what is so becomes a finding.
const (
	neverUsedAfter = 30 * day
	unusedAfter    = 90 * day
	// onItsWay is how long a key may be on its way from its cloud into the vault, or pending there.
	onItsWay = time.Hour
)

// expiryMarks are the days before a key's end at which it is said anew.
func expiryMarks() []int { return []int{1, 7, 14, 30} }

// markOf is the last mark that what ends in so long has come to, or 0 where it has come to none.
func markOf(left time.Duration) int {
	for _, mark := range expiryMarks() {
		if left <= time.Duration(mark)*day {
			return mark
		}
	}
	return 0
}

// FindingsOf are the findings about a credential's keys, in the order of the keys, and then those about what only the vault
// holds. It is pure. An old key in its grace, until it has been observed, is no finding: it is as the rotation wants it.
func FindingsOf(c Credential, keys []Key, held Slotted, now time.Time) []Finding {
	f := finder{Credential: c, held: held, now: now}
	oldest := f.oldest(keys)
	for _, k := range keys {
		switch slot := f.slot(k); {
		case slot == Current:
			f.current(k)
		case slot == Previous && !f.graceOver():
		case slot == Previous:
			f.add(LeftBehind, k.ID, f.finish(), "the old key %s of %s is %s although its grace is over", k.ID, f.whose(), k.State)
		case slot == Staged || k.State == KeyExpired: // what is pending is said below
		case k.Ours || slices.Contains(held.Dropped, k.ID):
			f.orphan(k)
		default:
			f.add(Foreign, k.ID, "Ask "+f.owner()+" whose it is and have it deleted by them; Landfall never touches it.",
				"the key %s of %s was not made by Landfall, and %s does not hold it%s", k.ID, f.whose(), c.Item, usage(k))
		}
		if k.ID == oldest {
			f.age(k)
		}
	}
	f.pending(keys)
	f.dangling(keys)
	return f.out
}

// finder collects findings.
type finder struct {
	Credential
	held Slotted
	now  time.Time
	out  []Finding
}

func (f *finder) add(kind FindingKind, key, do, format string, a ...any) {
	f.out = append(f.out, Finding{Kind: kind, Key: key, What: fmt.Sprintf(format, a...), Do: do})
}

// slot is where the vault holds a key, or "".
func (f *finder) slot(k Key) Slot {
	for _, s := range allSlots() {
		if k.Slot == s || k.Slot == "" && k.ID != "" && f.held.Keys[s] == k.ID {
			return s
		}
	}
	return ""
}

func allSlots() []Slot { return []Slot{Current, Staged, Previous} }

// graceOver reports whether the old key should be gone by now.
func (f *finder) graceOver() bool { return f.past(f.held.Since[Previous], f.Grace+f.Observe) }

// past reports whether something has lasted for longer than it should. What began nobody knows when has.
func (f *finder) past(since time.Time, most time.Duration) bool { return f.now.Sub(since) > most }

// oldest is the id of the oldest key that works, that the vault holds, and that is not in its grace.
func (f *finder) oldest(keys []Key) string {
	var oldest Key
	for _, k := range keys {
		slot := f.slot(k)
		if slot == "" || slot == Previous && !f.graceOver() || k.State != KeyActive || k.Created.IsZero() {
			continue
		}
		if oldest.ID == "" || k.Created.Before(oldest.Created) {
			oldest = k
		}
	}
	return oldest.ID
}

func (f *finder) current(k Key) {
	if k.State == KeyDisabled {
		f.add(NotActive, k.ID, f.rotate(), "the current key %s of %s is disabled: nobody can sign in with it", k.ID, f.whose())
	}
	f.expiry(k)
	switch {
	case !k.Tells || k.State != KeyActive:
	case k.Used.IsZero() && !k.Created.IsZero() && f.past(k.Created, neverUsedAfter):
		f.add(NeverUsed, k.ID, f.ask(), "the key %s of %s has not been used once in the %s since it was made", k.ID, f.whose(), f.days(k.Created))
	case !k.Used.IsZero() && f.past(k.Used, unusedAfter):
		f.add(Unused, k.ID, f.ask(), "the key %s of %s was last used %s ago", k.ID, f.whose(), f.days(k.Used))
	}
}

func (f *finder) expiry(k Key) {
	left := k.Expires.Sub(f.now)
	mark := markOf(left)
	switch {
	case k.State == KeyExpired || !k.Expires.IsZero() && left <= 0:
		f.add(Expired, k.ID, f.rotate(), "the current key %s of %s has expired: nobody can sign in with it", k.ID, f.whose())
	case !k.Expires.IsZero() && mark > 0:
		f.add(Expiring, k.ID, f.rotate(), "the key %s of %s expires on %s, within %s", k.ID, f.whose(), k.Expires.UTC().Format(time.DateOnly), days(mark))
		f.out[len(f.out)-1].Mark = mark
	}
}

// age says where the oldest key that works is older than it may be, or will be soon: in the last sixth of its time.
func (f *finder) age(k Key) {
	do := f.rotate()
	if f.slot(k) != Current {
		do = f.finish()
	}
	most := days(int(f.MaxAge / day))
	switch {
	case f.MaxAge <= 0:
	case f.past(k.Created, f.MaxAge):
		f.add(OverAge, k.ID, do, "the key %s of %s is %s old, and %s are allowed", k.ID, f.whose(), f.days(k.Created), most)
	case f.past(k.Created, f.MaxAge/6*5):
		f.add(DueSoon, k.ID, do, "the key %s of %s is %s old and will be over age at %s", k.ID, f.whose(), f.days(k.Created), most)
	}
}

// orphan says that a key of ours is in no slot: nobody can have it, or somebody who should not. One that is just made may
// still be on its way.
func (f *finder) orphan(k Key) {
	if f.past(k.Created, onItsWay) {
		f.add(Orphan, k.ID, "Delete the key "+k.ID+" of "+f.whose()+".",
			"the key %s of %s was made by Landfall, and %s does not hold it%s", k.ID, f.whose(), f.Item, usage(k))
	}
}

// pending says that a rotation has left a key behind that it was about to make current.
func (f *finder) pending(keys []Key) {
	id, held := f.held.Keys[Staged]
	for _, k := range keys {
		if f.slot(k) == Staged {
			id, held = k.ID, true
		}
	}
	if since := f.held.Since[Staged]; held && f.past(since, onItsWay) {
		f.add(LeftBehind, id, f.finish(), "%s has held a pending key%s for longer than a rotation takes to prove one", f.Item, before(" ", id))
	}
}

// dangling says which keys the vault holds that its identity does not have. A pending one may not be known everywhere yet.
func (f *finder) dangling(keys []Key) {
	for _, s := range allSlots() {
		id := f.held.Keys[s]
		if id == "" || slices.ContainsFunc(keys, func(k Key) bool { return k.ID == id }) || s == Staged && !f.past(f.held.Since[s], onItsWay) {
			continue
		}
		do, so := f.rotate(), "nobody can sign in with it"
		if s != Current {
			do, so = f.finish(), "it opens nothing"
		}
		f.add(Dangling, id, do, "%s holds the key %s as its %s one, and %s does not have it: %s", f.Item, id, s, f.whose(), so)
	}
}
