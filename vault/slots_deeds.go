package vault

import (
	"time"

	"github.com/1Password/connect-sdk-go/onepassword"

	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// Each deed brings an item from one state to the next, in memory, and done again changes nothing.

// stage puts a new key into the pending slot.
func stage(it *onepassword.Item, r ref, rotation string, f plan.ItemFields, at time.Time) error {
	if err := ready(it, r); err != nil {
		return err
	}
	now, by := keyIn(it, plan.Staged), noted(it, stagedBy)
	switch {
	case rotation == "":
		return fault.New(fault.Bug, "Report this.", "a key is staged in %s by a rotation without an id", r)
	case noted(it, promotedBy) == rotation || noted(it, revertedFrom) == rotation:
		return fault.New(fault.Conflict, "Begin a new rotation.", "the rotation %s has ended in %s, and stages no further key", rotation, r)
	case now.live() && by != rotation:
		return fault.New(fault.Conflict, "Bring that rotation to its end or give it up, then resume.", "%s holds a pending key of the rotation %s, which another would overwrite", r, by)
	case !now.live() || by != rotation:
		lay(it, plan.Staged, now, nil)
		now = nil
	}
	old, next := keyIn(it, plan.Staged), now.with(f)
	lay(it, plan.Staged, old, next)
	if by != rotation || old.id() != next.id() || !old.live() {
		mark(it, plan.Staged, at)
	}
	note(it, stagedBy, rotation)
	note(it, lastRotation, rotation)
	return nil
}

// promote makes the pending key current.
func promote(it *onepassword.Item, r ref, rotation string, at time.Time) error {
	if rotation != "" && noted(it, promotedBy) == rotation {
		return nil
	}
	if err := ready(it, r); err != nil {
		return err
	}
	next := keyIn(it, plan.Staged)
	switch {
	case !next.live() || noted(it, stagedBy) != rotation:
		return fault.New(fault.Conflict, "Begin a new rotation.", "%s holds no pending key of the rotation %s that could be made current", r, rotation)
	case next.id() == "":
		return fault.New(fault.Conflict, "Begin a new rotation.", "the pending key in %s has no id: its cloud has not been shown it", r)
	}
	old := keyIn(it, plan.Current)
	lay(it, plan.Previous, keyIn(it, plan.Previous), old)
	lay(it, plan.Current, old.proper(), next) // what says nothing of the key itself, such as its user, is still so
	lay(it, plan.Staged, next, nil)
	note(it, stagedBy, "")
	note(it, promotedBy, rotation)
	note(it, lastRotation, rotation)
	for _, s := range []plan.Slot{plan.Current, plan.Staged, plan.Previous} {
		mark(it, s, at)
	}
	return nil
}

// revert makes the key current again that was so before the rotation, and drops the rotation's own.
func revert(it *onepassword.Item, r ref, rotation string, at time.Time) error {
	if rotation != "" && noted(it, revertedFrom) == rotation {
		return nil
	}
	now, before, pending := keyIn(it, plan.Current), keyIn(it, plan.Previous), keyIn(it, plan.Staged)
	switch {
	case rotation != "" && noted(it, stagedBy) == rotation: // it never became current
		lay(it, plan.Staged, pending, pending.dropped())
		mark(it, plan.Staged, at)
	case rotation == "" || noted(it, promotedBy) != rotation:
		return fault.New(fault.Conflict, "See which rotation is under way.", "the rotation %s has put no key into %s that could be taken back", rotation, r)
	case !before.live():
		return fault.New(fault.Conflict, "Begin a new rotation.", "%s no longer holds the key that was current before the rotation %s", r, rotation)
	default:
		lay(it, plan.Current, now, before)
		lay(it, plan.Previous, before, now.dropped())
		mark(it, plan.Current, at)
		mark(it, plan.Previous, at)
		note(it, promotedBy, "")
	}
	note(it, revertedFrom, rotation)
	note(it, lastRotation, rotation)
	return nil
}

// drop empties a slot's secrets.
func drop(it *onepassword.Item, r ref, slot plan.Slot, at time.Time) error {
	k := keyIn(it, slot)
	if !k.live() {
		return nil
	}
	if err := ready(it, r); err != nil {
		return err
	}
	lay(it, slot, k, k.dropped())
	mark(it, slot, at)
	return nil
}
