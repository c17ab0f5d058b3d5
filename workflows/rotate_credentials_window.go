package workflows

import (
	"go.temporal.io/sdk/workflow"

	"github.com/itbytes/landfall/plan"
)

// underway counts the rotations whose new key is not current yet and that wait for nobody.
func (b *batchOfRotations) underway() int {
	n := 0
	for _, id := range workflow.DeterministicKeys(b.out.Rotations) {
		if s := b.out.Rotations[id]; !b.ended(id) && s != plan.RotationHeld && s != plan.RotationQueued {
			n++
		}
	}
	return n
}

// ended reports whether nothing more of a rotation concerns whoever asked for it: its new key is current, or never will be.
func (b *batchOfRotations) ended(id string) bool {
	s := b.out.Rotations[id]
	return s == plan.RotationBack || s == plan.RotationCut || b.promoted[id] || b.in.Retire != nil && s.After(plan.RotationGrace)
}

// queued counts the rotations that wait for the end of another of their credential.
func (b *batchOfRotations) queued() int {
	n := 0
	for _, id := range workflow.DeterministicKeys(b.out.Rotations) {
		if b.out.Rotations[id] == plan.RotationQueued {
			n++
		}
	}
	return n
}

// cut notes that a rotation's workflow has ended from outside before its key was current: nobody tells any more.
func (b *batchOfRotations) cut(ctx workflow.Context, id string, err error) {
	if err == nil || ctx.Err() != nil || b.ended(id) {
		return
	}
	b.out.Rotations[id] = plan.RotationCut
	b.out.Failed[id] = plan.Note{Kind: "CutShort", Message: "its workflow was ended from outside", Hint: "See what stands: landfall credentials list " + b.out.Plan + "; then rotate it again, which begins by clearing away what is left."}
	b.tell(ctx)
}
