// Package names derives from the plan what Google Cloud's things are called: ids, labels and marks. It is pure.
package names

import (
	"maps"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/itbytes/landfall/plan"
)

// Facts that the project's steps leave for later ones, beside plan.FactContainer.
const (
	FactNumber  = "projectNumber"  // the project's number, by which policies and pools are named
	FactCreated = "projectCreated" // RFC 3339; a young project's grants are still travelling
	FactMade    = "projectMade"    // not empty: the project was made for the plan, and not adopted
	FactOff     = "servicesOff"    // the wanted services that are not enabled, joined by commas

	// FactUnenforced are the wanted constraints that are not in force, joined by commas; they leave it to later steps.
	FactUnenforced = "policiesUnenforced"
)

// Keys of the labels by which a project says whose it is.
const (
	LabelPlan        = "landfall-plan"
	LabelEnvironment = "landfall-environment"
	LabelMade        = "landfall-made"        // only of a project that was made for the plan
	LabelQuarantined = "landfall-quarantined" // Closed or Release, of a project that was made by a run that was given up
)

// Values of LabelQuarantined. Release is what somebody sets it to, so that the next run brings the project back.
const (
	Closed  = "closed"
	Release = "release"
)

// Project is the id of a landing's project: as observed, else as the plan adopts or names it.
func Project(t plan.Task) string {
	for _, id := range []string{t.Fact(plan.FactContainer), t.Landing.Adopt.ID} {
		if id != "" {
			return id
		}
	}
	return t.Landing.Name
}

// Number is the number of a landing's project, or its id where the number is not yet known; the APIs take either.
func Number(t plan.Task) string {
	if n := t.Fact(FactNumber); n != "" {
		return n
	}
	return Project(t)
}

// Off are the services that are known not to be enabled.
func Off(t plan.Task) []string {
	return strings.FieldsFunc(t.Fact(FactOff), func(r rune) bool { return r == ',' })
}

// Parent is where a landing's project is placed: folders/… or organizations/….
func Parent(l plan.Landing) string {
	if l.Parent != "" {
		return l.Parent
	}
	return l.Organization
}

// Labels are a project's: whose it is, and the plan's tags in the letters that Google allows.
func Labels(l plan.Landing) map[string]string {
	out := map[string]string{}
	for k, v := range l.Tags {
		out[Label(k)] = Label(v)
	}
	maps.Copy(out, map[string]string{LabelPlan: Label(l.Plan), LabelEnvironment: Label(l.Environment)})
	return out
}

// Birth are the labels of a project at the moment it is made: what an adopted one never has tells them apart for ever.
func Birth(l plan.Landing) map[string]string {
	out := Labels(l)
	out[LabelMade] = "true"
	return out
}

// Label is s in the letters a label may have: lower case, digits, _ and -, at most 63.
func Label(s string) string {
	return clip(strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9', r == '_', r == '-':
			return r
		case r >= 'A' && r <= 'Z':
			return r + 'a' - 'A'
		}
		return '-'
	}, s), 63)
}

// Mark is what a description says of a thing that can bear no label.
func Mark(l plan.Landing) string { return LabelPlan + "=" + l.Plan }

// Owner is the plan named by a description's mark, or "".
func Owner(description string) string {
	for _, word := range strings.Fields(description) {
		if p, marked := strings.CutPrefix(word, LabelPlan+"="); marked {
			return p
		}
	}
	return ""
}

// undone ends the mark of a thing that undo has switched off and kept: the next run switches it on again, and what somebody
// else has switched off it leaves.
const undone = "landfall-undone"

// MarkUndone is the mark of a thing that undo has switched off.
func MarkUndone(l plan.Landing) string { return Mark(l) + " " + undone }

// Undone reports whether a description says that undo of this plan has switched the thing off.
func Undone(description string, l plan.Landing) bool {
	return Owner(description) == l.Plan && slices.Contains(strings.Fields(description), undone)
}

// Request is the idempotency token of one call: the same for every attempt of a step until an operation it began has
// failed, for Google answers a repeated token with the operation it first began, failed or not.
func Request(t plan.Task, what string, failed int) string {
	return uuid.NewSHA1(uuid.NameSpaceURL, []byte("landfall/"+t.Key+"/"+what+strings.Repeat("+", failed))).String()
}

func clip(s string, n int) string {
	if len(s) > n {
		return s[:n]
	}
	return s
}
