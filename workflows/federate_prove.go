package workflows

import (
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/itbytes/landfall/activities"
	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// prove sees each consumer sign in by its own token, five times over half a minute. Where nobody but the consumer can, somebody's
// word stands for it.
func (f *federation) prove(ctx workflow.Context) error {
	for i := range f.links {
		if f.Ways[i].Proofs > 0 || f.Ways[i].Word != "" {
			continue
		}
		if err := f.proveOne(ctx, i, proofs, max(paced(proofOver, f.pace), proofSoon)); err != nil {
			return err
		}
	}
	f.Proven = workflow.Now(ctx)
	f.scribe.write(ctx, f.entry("its consumers sign in without it", f.proof()))
	return nil
}

// proof is in one sentence who was seen to sign in, and for whom somebody gave their word.
func (f *federation) proof() string {
	out := ""
	for _, w := range f.Ways {
		one := w.Who + " was seen as " + w.As
		if w.Word != "" {
			one = w.Who + " by the word of " + w.Word
		}
		if out != "" {
			out += "; "
		}
		out += one
	}
	return out
}

func (f *federation) proveOne(ctx workflow.Context, i, times int, over time.Duration) error {
	l, w := f.links[i], &f.Ways[i]
	in := activities.FederationInput{
		From: f.task(l.From), Who: l.Who, Into: f.task(f.target()), Identity: l.Identity, Trust: w.Trust, Times: times, Over: over,
	}
	try := func(ctx workflow.Context) *fault.Fault {
		p, err := do(ctx, proving(), CloudQueue(l.From.Cloud), "does "+l.Who.Name+" become "+f.Identity+" by its own token", federations.ProveFederation, in)
		if err != nil {
			return named(err)
		}
		w.Proofs, w.As, w.Word = p.Times, p.Who, ""
		return nil
	}
	for {
		ft := try(ctx)
		if ft == nil || ctx.Err() != nil {
			return f.stop()
		}
		d, err := f.holdWith(ctx, ft, true, try)
		switch {
		case err != nil:
			return err
		case d.Decision == mended:
			return nil
		case d.Decision == Done || d.Decision == Skip:
			w.Word = d.Operator + ", " + workflow.Now(ctx).UTC().Format(time.DateOnly)
			f.scribe.write(ctx, plan.Entry{
				Kind: plan.EntryWord, Landing: l.Into.ID(), Step: f.step(), Who: d.Operator, What: l.Who.Name + " signs in without " + f.Credential, Why: d.Reason,
			})
			return nil
		}
	}
}

// task is where a side of the federation lives, with what its steps have told.
func (f *federation) task(l plan.Landing) plan.Task {
	return plan.Task{Landing: l, Facts: f.Facts[l.ID()]}
}

// stand waits for whoever takes the key away, or all of it back.
func (f *federation) stand(ctx workflow.Context) error {
	return f.waitFor(ctx, time.Time{}, "", func() bool { return f.Going != nil })
}
