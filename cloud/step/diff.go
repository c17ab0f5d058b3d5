package step

import (
	"strings"

	"github.com/itbytes/landfall/plan"
)

// Diff is what must be done so that what was observed becomes what is wanted. It is pure: the preview, the tests and
// the run all ask it. Owned says whether the thing bears an ownership tag.
func Diff(t plan.Task, want plan.Fields, o plan.Observation, owned bool) plan.Change {
	if t.Step.Manual {
		return manual(want, o)
	}
	if o.State == plan.Absent {
		c := plan.Change{Op: plan.Create, Why: "nothing of the kind stands"}
		for _, f := range want.Names() {
			c.Fields = append(c.Fields, plan.FieldDiff{Field: f, After: want[f]})
		}
		return c
	}
	c := plan.Change{Op: plan.None, Fields: differing(want, o.Live)}
	names := make([]string, 0, len(c.Fields))
	for _, f := range c.Fields {
		names = append(names, f.Field)
	}
	switch {
	case owned && o.Owner == "" && o.State == plan.Present:
		c.Op, c.Why = plan.Adopted, "it stands already, found by "+string(o.Match)
		if len(names) > 0 {
			c.Why += "; it differs in " + strings.Join(names, ", ")
		}
	case len(names) > 0:
		c.Op, c.Why = plan.Update, "it differs in "+strings.Join(names, ", ")
	default:
		c.Why = "already so"
	}
	return c
}

// manual is the change of a step whose Apply is a person.
func manual(want plan.Fields, o plan.Observation) plan.Change {
	c := plan.Change{Op: plan.None, Fields: differing(want, o.Live), Why: "already so"}
	if len(c.Fields) > 0 || o.State == plan.Absent {
		c.Op, c.Why = plan.Manual, "a person must see to it"
	}
	return c
}

// differing lists the wanted fields whose live value is another.
func differing(want, live plan.Fields) []plan.FieldDiff {
	var out []plan.FieldDiff
	for _, f := range want.Names() {
		if live[f] != want[f] {
			out = append(out, plan.FieldDiff{Field: f, Before: live[f], After: want[f]})
		}
	}
	return out
}
