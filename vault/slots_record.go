package vault

import (
	"slices"
	"time"

	"github.com/1Password/connect-sdk-go/onepassword"

	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// record is the section that says who has put the keys where they are.
const record = "rotation"

// Fields of the record. Each slot has two more, its key's id and since when it is as it is: see idIn and sinceIn.
const (
	lastRotation = "rotation"         // the one that wrote last
	stagedBy     = "staged by"        // the one whose key is pending
	promotedBy   = "promoted by"      // the one whose key is current
	revertedFrom = "reverted from"    // the last one whose key was taken back
	lastProbe    = "last probe"       // when the item was last written to be sure that it can be
	layout       = "kept by landfall" // says that the sections are Landfall's, and by which rules
)

// layoutNow is how the sections are laid out by this version.
const layoutNow = "1"

func idIn(slot plan.Slot) string    { return string(slot) + " key" }
func sinceIn(slot plan.Slot) string { return string(slot) + " since" }

// note writes into the record.
func note(it *onepassword.Item, label, value string) {
	put(it, record, part{label: layout, value: layoutNow})
	put(it, record, part{label: label, value: value})
}

// noted reads the record.
func noted(it *onepassword.Item, label string) string {
	if !ours(it) {
		return ""
	}
	return partsOf(within(it, record)).value(label)
}

// value is the value of a label, or "".
func (k key) value(label string) string {
	if p := k.part(label); p != nil {
		return p.value
	}
	return ""
}

// mark notes that a slot is as it is since now.
func mark(it *onepassword.Item, slot plan.Slot, at time.Time) {
	note(it, idIn(slot), keyIn(it, slot).id())
	note(it, sinceIn(slot), at.UTC().Format(time.RFC3339))
}

// ours reports whether the sections that a rotation keeps are Landfall's own.
func ours(it *onepassword.Item) bool { return partsOf(within(it, record)).value(layout) != "" }

// aside reports whether a field is one that a rotation keeps beside the current key.
func aside(it *onepassword.Item, f *onepassword.ItemField) bool {
	return ours(it) && slices.ContainsFunc(sections(), func(s string) bool { return in(it, f, s) })
}

// sections are those that a rotation keeps.
func sections() []string { return []string{string(plan.Staged), string(plan.Previous), record} }

// ready refuses an item in which somebody else has a section of a name that a rotation needs.
func ready(it *onepassword.Item, r ref) error {
	if ours(it) {
		return nil
	}
	for _, s := range sections() {
		if len(within(it, s)) > 0 {
			return fault.New(fault.Conflict, "Rename that section, then resume.", "the item %s has a section %q that Landfall did not make, and needs one of that name", r, s)
		}
	}
	return nil
}

// slotted is what an item holds, without secrets.
func slotted(it *onepassword.Item) plan.Slotted {
	out := plan.Slotted{Keys: map[plan.Slot]string{}, Since: map[plan.Slot]time.Time{}, Rotation: noted(it, lastRotation)}
	for _, s := range []plan.Slot{plan.Current, plan.Staged, plan.Previous} {
		k := keyIn(it, s)
		switch id := k.id(); {
		case k.live():
			out.Keys[s] = id
			since, err := time.Parse(time.RFC3339, noted(it, sinceIn(s)))
			if err == nil && noted(it, idIn(s)) == id { // else somebody has put another key there since
				out.Since[s] = since
			}
		case id != "":
			out.Dropped = append(out.Dropped, id)
		}
	}
	return out
}
