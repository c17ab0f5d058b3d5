package plan

import (
	"slices"
	"strings"
	"time"
)

// Standing is a finding that somebody was told of, as the next look at a plan's credentials remembers it.
type Standing struct {
	UID        string      `json:"uid"`
	Credential string      `json:"credential"`
	Landing    string      `json:"landing,omitempty"`
	Kind       FindingKind `json:"kind"`
	Key        string      `json:"key,omitempty"`
	What       string      `json:"what"`
	Do         string      `json:"do,omitempty"`
	Since      time.Time   `json:"since"`          // when it was first found
	Told       time.Time   `json:"told,omitzero"`  // when it was said last; zero: it could not be
	Times      int         `json:"times"`          // how often it was said
	Mark       int         `json:"mark,omitempty"` // the one at which it was said last
	// Became is what a finding that has ended has turned into: one that is about to expire has not been mended by expiring.
	Became FindingKind `json:"became,omitempty"`
}

// Entry is the finding in the journal, when it is found or has ended. The key's id stands in its own field alone: in a sentence
// that of an access key would be taken for a secret.
func (s Standing) Entry(state string) Entry {
	e := Entry{Kind: EntryFinding, Landing: s.Landing, Step: s.Credential, ID: s.Key, State: state, What: s.What}
	if s.Key != "" {
		e.What = strings.ReplaceAll(strings.ReplaceAll(e.What, s.Key+" ", ""), s.Key, "it")
	}
	said := Fields{"finding": s.UID, "kind": string(s.Kind)}
	switch {
	case state == FindingOpen:
		e.After = said
		return e
	case s.Became != "":
		e.What = "it has become " + string(s.Became) + ": " + e.What
	default:
		e.What = "it is so no longer: " + e.What
	}
	said["since"] = s.Since.UTC().Format(time.RFC3339)
	e.Before = said
	return e
}

// States of a finding in the journal.
const (
	FindingOpen  = "open"
	FindingEnded = "ended"
)

// remindAfter is how long after it was said last a finding that lasts is said anew. A night comes a little before or after
// the hour of the one before it.
const remindAfter = 7*day - 6*time.Hour

// Turns are what a look at credentials found that the one before it did not know.
type Turns struct {
	New   []Standing // found for the first time, or again after it had ended
	Again []Standing // lasting, and to be said anew: at a mark, or because a week has passed
	Ended []Standing // found no more
}

// Follow compares what stands with what was told of before, and is what the next look is to remember. What is said at its
// marks is said at nothing else. A credential that could not be read has ended nothing: what was known of it is still known.
// It is pure.
func Follow(before []Standing, now []CredentialReport, at time.Time) ([]Standing, Turns) {
	known, unread := map[string]Standing{}, map[string]bool{}
	for _, s := range before {
		known[s.UID] = s
	}
	standing, turns, seen := []Standing{}, Turns{}, map[string]bool{}
	for _, r := range now {
		unread[r.ID] = r.Fault != nil
		for _, f := range r.Findings {
			old, was := known[f.UID]
			s := Standing{
				UID: f.UID, Credential: r.ID, Landing: r.Landing, Kind: f.Kind, Key: f.Key, What: f.What, Do: f.Do,
				Since: at, Told: at, Times: old.Times + 1, Mark: f.Mark,
			}
			switch {
			case !was:
				turns.New = append(turns.New, s)
			case old.Told.IsZero(), f.Mark != old.Mark, f.Mark == 0 && at.Sub(old.Told) >= remindAfter:
				s.Since = old.Since
				turns.Again = append(turns.Again, s)
			default:
				s.Since, s.Told, s.Times = old.Since, old.Told, old.Times
			}
			seen[f.UID] = true
			standing = append(standing, s)
		}
	}
	for _, s := range before {
		switch {
		case seen[s.UID]:
		case unread[s.Credential]:
			standing = append(standing, s)
		default:
			s.Became = became(s, standing)
			turns.Ended = append(turns.Ended, s)
		}
	}
	return standing, turns
}

// became is the graver finding that one has turned into, or "".
func became(s Standing, standing []Standing) FindingKind {
	graver := map[FindingKind]FindingKind{DueSoon: OverAge, Expiring: Expired}[s.Kind]
	if graver != "" && slices.ContainsFunc(standing, func(o Standing) bool { return o.Credential == s.Credential && o.Key == s.Key && o.Kind == graver }) {
		return graver
	}
	return ""
}
