package fault

import "time"

// Rhythm is how often the world is looked at while a step is held: Early after the hold began, then half as long again each
// time, Late at the most. The zero Rhythm never looks: only a person's word releases the hold.
type Rhythm struct{ Early, Late time.Duration }

// Next is how long to wait before the look after n others.
func (r Rhythm) Next(n int) time.Duration {
	d := r.Early
	for range min(n, 64) {
		if d = d * 3 / 2; d >= r.Late {
			return r.Late
		}
	}
	return d
}

// Rhythm is how often a hold of this kind is looked at again by itself. A login that is locked is not (each attempt can
// lengthen the lock), nor is what only a person can tell.
func (k Kind) Rhythm() Rhythm {
	switch k {
	case SessionExpired: // asked by the login's keeper, once for all who wait for it
		return Rhythm{15 * time.Second, 5 * time.Minute}
	case Locked: // an account, a subscription or a project that is suspended; reading its state locks nothing
		return Rhythm{time.Minute, 6 * time.Hour}
	case PendingApproval:
		return Rhythm{5 * time.Second, 15 * time.Minute}
	case Denied, Conflict:
		return Rhythm{time.Minute, time.Hour}
	case Entitlement, Quota:
		return Rhythm{time.Minute, 6 * time.Hour}
	case Throttled, Transient, Propagating: // tried again by themselves for long enough already
		return Rhythm{time.Minute, time.Hour}
	}
	return Rhythm{}
}
