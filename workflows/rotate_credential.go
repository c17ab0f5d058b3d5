package workflows

import (
	"errors"
	"fmt"
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/itbytes/landfall/activities"
	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// RotateInput starts RotateCredential.
type RotateInput struct {
	Credential plan.Credential `json:"credential"`
	Notify     plan.Notify     `json:"notify,omitzero"`
	Journal    JournalInput    `json:"journal,omitzero"`
	Operator   string          `json:"operator"`
	Reason     string          `json:"reason"`
	// Compromised skips the grace, disables the old key at once and ends what sessions can be ended.
	Compromised bool `json:"compromised,omitempty"`
	// Retire makes no new key and takes the old one away by the same states: it is switched off, watched and deleted.
	Retire *Retire `json:"retire,omitempty"`
	// Pace is what the times of proving and watching are multiplied by in a simulated world; 0 is our own.
	Pace float64 `json:"pace,omitempty"`
	// Parent is the workflow that is told how far the rotation is.
	Parent string `json:"parent,omitempty"`
	// Parents are others that asked for the same while another rotation was under way, and are told too.
	Parents []string `json:"parents,omitempty"`
	// Progress is carried across continue-as-new; leave it out.
	Progress *RotationProgress `json:"progress,omitempty"`
}

// RotationProgress is all of a rotation that outlives continue-as-new.
type RotationProgress struct {
	plan.RotationReport
	Baseline []string       `json:"baseline,omitempty"`
	Lately   plan.Key       `json:"lately,omitzero"` // the old key as it was last read
	Back     *Abort         `json:"back,omitempty"`  // somebody wants the old key back
	Again    *RotateInput   `json:"again,omitempty"` // another rotation was asked for meanwhile
	Hold     *hold          `json:"hold,omitempty"`
	Notices  heraldProgress `json:"notices"`
}

// RotateCredential renews one credential so that it cannot be lost: it looks, makes a new key and stages it, proves it
// against the live API, makes it current in one write of the vault, tells the consumers, lets the old one work for its grace
// and until nobody uses it any more, switches it off, watches, and deletes it. Until then one message brings the old one
// back. Only keys that the vault's item knows are touched.
func RotateCredential(ctx workflow.Context, in RotateInput) (plan.RotationReport, error) {
	r := newRotation(ctx, in)
	if err := r.setup(ctx); err != nil {
		return plan.RotationReport{}, err
	}
	if in.Retire == nil {
		workflow.Go(ctx, r.watch)
	}
	err := r.carry(ctx)
	switch {
	case errors.Is(err, errBack):
		err = r.rollBack(ctx)
	case r.handsOn(ctx, err):
		return r.RotationReport, r.goOn(ctx)
	}
	if err != nil {
		return r.RotationReport, err
	}
	return r.RotationReport, r.end(ctx)
}

// errBack means that the old key is wanted back.
var errBack = errors.New("the old key is wanted back")

// carry takes the rotation from where it is to its end.
func (r *rotation) carry(ctx workflow.Context) error {
	chapters := []chapter{
		{plan.RotationLooking, r.look},
		{plan.RotationMinting, r.mint},
		{plan.RotationProving, r.prove},
		{plan.RotationPromoting, r.promote},
		{plan.RotationTelling, r.tellConsumers},
		{plan.RotationGrace, r.grace},
		{plan.RotationDisabling, r.disable},
		{plan.RotationObserving, r.observe},
		{plan.RotationDeleting, r.delete},
	}
	if r.in.Retire != nil {
		chapters = r.retiring()
	}
	for _, c := range chapters {
		if r.State.After(c.state) {
			continue // an earlier part of this run has done it
		}
		r.State = c.state
		r.tell(ctx)
		if err := c.do(ctx); err != nil {
			return err
		}
	}
	r.State = plan.RotationDone
	return nil
}

// chapter is one part of a rotation.
type chapter struct {
	state plan.RotationState
	do    func(workflow.Context) error
}

// rotation is the state of a RotateCredential.
type rotation struct {
	*RotationProgress
	in      RotateInput
	holds   holds
	scribe  *scribe
	herald  *herald
	post    *post
	turning bool
	watched bool // the watch has ended
	fast    bool // something is being changed just now: the watch looks all the time
}

func newRotation(ctx workflow.Context, in RotateInput) *rotation {
	in.Credential.Retiring = in.Retire != nil
	r := &rotation{in: in, RotationProgress: in.Progress, fast: true}
	if r.RotationProgress == nil {
		r.RotationProgress = &RotationProgress{RotationReport: plan.RotationReport{
			Credential: in.Credential.ID, Cloud: in.Credential.Cloud, Kind: in.Credential.Kind, Owner: in.Credential.Owner, Item: in.Credential.Item,
			Rotation: nameOf(workflow.GetInfo(ctx).WorkflowExecution.RunID), Operator: in.Operator, Reason: in.Reason, Compromised: in.Compromised, Retire: in.Retire != nil,
			Started: workflow.Now(ctx), State: plan.RotationLooking,
		}}
	}
	r.scribe, r.herald = newScribe(in.Journal), newHerald(in.Notify)
	r.post = newPost(in.Journal, in.Notify, in.Credential.Landing)
	r.holds.holding = holding{
		plan: in.Credential.Plan, notify: in.Notify, scribe: r.scribe, herald: r.herald, post: r.post,
		give: r.wantBack, stopped: func() bool { return r.Back != nil || r.turning }, show: r.tell,
	}
	return r
}

// mint makes the new key and stages it, in one activity.
func (r *rotation) mint(ctx workflow.Context) error {
	r.fast = true
	r.scribe.write(ctx, r.entry("a new key is about to be made", ""))
	in := r.input()
	in.Baseline = r.Baseline
	k, err := ask(ctx, r, "make a key of "+r.in.Credential.ID+" and stage it", rotations.MintKey, in)
	if err != nil {
		return err
	}
	r.New, r.NewExpires = k.ID, k.Expires
	return nil
}

// Five successes over half a minute: one proves nothing where a new key is known here and not yet there.
const (
	proofs    = 5
	proofOver = 30 * time.Second
	proofSoon = 2 * time.Second // in a world however fast
)

// proofOver is over how long a key is proven.
func (r *rotation) proofOver() time.Duration { return max(paced(proofOver, r.in.Pace), proofSoon) }

// prove signs in with the staged key against the live API. One that never proves itself is removed, and the old stays; where the
// login that looks after it is lost, nothing has been said of the key, and it is waited for.
func (r *rotation) prove(ctx workflow.Context) error {
	in := r.input()
	in.Slot, in.Times, in.Over = plan.Staged, proofs, r.proofOver()
	var f *fault.Fault
	for {
		p, err := do(ctx, proving(), CloudQueue(r.in.Credential.Cloud), "does the new key of "+r.in.Credential.ID+" work", rotations.ProveKey, in)
		if err == nil {
			r.Proofs, r.ProofTries = p.Times, p.Tries
			return nil
		}
		if ctx.Err() != nil {
			return err
		}
		if f = named(err); !f.OfLogin() {
			break
		}
		if _, err := r.holdWith(ctx, f, nil); err != nil {
			return err
		}
	}
	r.Fault = note(f)
	r.wantBack(Abort{Operator: runbook, Reason: "the new key never proved itself: " + fault.Clip(f.Error())})
	return errBack
}

// promote makes the new key current in one write, and reads it by the consumers' own way.
func (r *rotation) promote(ctx workflow.Context) error {
	if _, err := ask(ctx, r, "make "+r.New+" the current key", rotations.PromoteKey, r.input()); err != nil {
		return err
	}
	r.Promoted = workflow.Now(ctx)
	in := r.input()
	in.Slot, in.Times = plan.Current, 1
	if _, err := ask(ctx, r, "does "+r.in.Credential.Item+" give a key that works", rotations.ProveKey, in); err != nil {
		return err
	}
	r.scribe.write(ctx, r.entry(r.New+" is current", fmt.Sprintf("it worked %d times in a row", r.Proofs)))
	r.told(ctx)
	return nil
}

// tellConsumers tells each consumer that there is a new key, and waits until each has acknowledged it.
func (r *rotation) tellConsumers(ctx workflow.Context) error {
	if r.Compromised {
		if err := r.cutOff(ctx); err != nil {
			return err
		}
	}
	for _, c := range r.in.Credential.Consumers {
		if c.Webhook == "" || r.Told[c.Name] != (time.Time{}) {
			continue
		}
		n := plan.Notice{
			ID: r.Rotation + "-" + c.Name, Time: workflow.Now(ctx), Kind: plan.NoticeKey, Plan: r.in.Credential.Plan, Workflow: workflow.GetInfo(ctx).WorkflowExecution.ID,
			What: "the credential " + r.in.Credential.ID + " has a new key, " + r.New, Do: "Read " + r.in.Credential.Item + " anew; the old key works until " + r.graceEnds().UTC().Format(time.RFC3339) + ".",
		}
		tellOne := func(ctx workflow.Context) *fault.Fault {
			_, err := do(ctx, quick(), Queue, "tell "+c.Name, notices.TellNotice, activities.TellInput{Notify: plan.Notify{Webhook: c.Webhook, Key: c.Key}, Notice: n})
			if err == nil {
				return nil
			}
			f := named(err)
			f.Kind = fault.Conflict // whatever kept it: the old key is kept until the consumer has acknowledged
			f.Message = "the consumer " + c.Name + " has not acknowledged the new key: " + f.Message
			return f
		}
		for {
			f := tellOne(ctx)
			if f == nil {
				break
			}
			d, err := r.holdWith(ctx, f, tellOne)
			if err != nil {
				return err
			}
			if d.Decision == Skip || d.Decision == mended {
				break
			}
		}
		if r.Told == nil {
			r.Told = map[string]time.Time{}
		}
		r.Told[c.Name] = workflow.Now(ctx)
	}
	return nil
}

// graceEnds is until when the old key works at least.
func (r *rotation) graceEnds() time.Time {
	if r.Compromised {
		return r.Promoted
	}
	return r.Promoted.Add(r.in.Credential.Grace)
}

// grace lets the old key work until its time is over and nobody uses it any more.
func (r *rotation) grace(ctx workflow.Context) error {
	r.fast = false
	if err := r.until(ctx, r.graceEnds(), "grace of "+r.Old); err != nil {
		return err
	}
	for !r.Compromised {
		f, err := r.used(ctx)
		if f == nil || err != nil {
			return err
		}
		d, err := r.holdWith(ctx, f, func(ctx workflow.Context) *fault.Fault {
			again, err := r.used(ctx)
			if err != nil {
				return nil // whoever goes on looks at why
			}
			return again
		})
		if err != nil || d.Decision == Skip {
			return err
		}
	}
	return nil
}

// disable switches the old key off, where its cloud can: it can be switched on again.
func (r *rotation) disable(ctx workflow.Context) error {
	r.fast = true
	if r.Compromised {
		return r.cutOff(ctx) // it turned out to be while the old key had its grace
	}
	if !r.in.Credential.Kind.Disables() {
		return nil
	}
	in := r.input()
	in.Key = r.Old
	if _, err := ask(ctx, r, "switch "+r.Old+" off", rotations.DisableKey, in); err != nil {
		return err
	}
	r.Disabled = workflow.Now(ctx)
	return nil
}

// observe waits for whoever misses the old key.
func (r *rotation) observe(ctx workflow.Context) error {
	if r.Compromised || r.Disabled.IsZero() {
		return nil
	}
	r.fast = false
	return r.until(ctx, r.Disabled.Add(r.in.Credential.Observe), "does anybody miss "+r.Old)
}

// delete deletes the old key, and empties its slot. From here on there is no way back but another rotation.
func (r *rotation) delete(ctx workflow.Context) error {
	r.fast = true
	in := r.input()
	in.Key, in.Slot = r.Old, r.slot()
	if _, err := ask(ctx, r, "delete "+r.Old, rotations.DeleteKey, in); err != nil {
		return err
	}
	_, err := ask(ctx, r, "empty the slot "+string(in.Slot), rotations.DropSlot, in)
	if err == nil {
		r.Deleted = workflow.Now(ctx)
	}
	return err
}

// slot is where the vault holds the old key once it is to go.
func (r *rotation) slot() plan.Slot {
	if r.in.Retire != nil {
		return plan.Current
	}
	return plan.Previous
}

// input is what every activity of the rotation is handed.
func (r *rotation) input() activities.KeyInput {
	return activities.KeyInput{Credential: r.in.Credential, Rotation: r.Rotation}
}

// nameOf is the name of the rotation that a run is: the first half of its id, which is time and chance enough.
func nameOf(run string) string { return run[:min(13, len(run))] }
