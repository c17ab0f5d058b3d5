// Package activities is what a chapter asks of the world: one small struct a chapter, each with the interface it asks
// through, and the one door that every activity goes through. It knows no cloud.
package activities

import (
	"context"
	"sync/atomic"
	"time"

	"go.temporal.io/sdk/activity"

	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// Carrier carries the steps of one cloud.
type Carrier interface {
	// Steps lists a landing's steps in the order of the cloud's catalogue. It calls nothing.
	Steps(l plan.Landing) []plan.Step
	// Carry takes one step from observe to receipt, and may be called again at any time: it begins by looking. It calls
	// mark before it makes something. An error carries a *fault.Fault.
	Carry(ctx context.Context, t plan.Task, mark func(what string)) (plan.Outcome, error)
	// Undo takes back what a run did in a step, from its receipt alone; it begins by looking and may be called again at any
	// time. begun says that an earlier entry has asked something of the cloud already.
	Undo(ctx context.Context, t plan.Task, d plan.Deed, begun bool) (plan.Undoing, error)
	// Preview observes every step of a landing and writes nothing; what cannot be observed is said in the outcome.
	Preview(ctx context.Context, l plan.Landing) plan.Preview
}

// Landings are the activities of the chapter "land": they run on their cloud's own task queue.
type Landings struct {
	Clouds map[plan.Cloud]Carrier
	Latch  *Latch
}

// ListStepsInput is the input of ListSteps.
type ListStepsInput struct {
	Landing plan.Landing `json:"landing"`
}

// Steps is the result of ListSteps.
type Steps struct {
	Steps []plan.Step `json:"steps"`
}

// ListSteps lists the steps of a landing as this worker's catalogue has them.
func (a *Landings) ListSteps(_ context.Context, in ListStepsInput) (Steps, error) {
	c, err := a.cloud(in.Landing)
	if err != nil {
		return Steps{}, err
	}
	return Steps{Steps: c.Steps(in.Landing)}, nil
}

// CarryStep takes one step of a landing from observe to receipt. An attempt after the first looks for what an earlier one
// may have left before it makes anything.
func (a *Landings) CarryStep(ctx context.Context, t plan.Task) (plan.Outcome, error) {
	c, err := a.cloud(t.Landing)
	if err != nil {
		return plan.Outcome{}, err
	}
	if f := a.Latch.Holds(LoginOf(t)); f != nil {
		return plan.Outcome{}, f
	}
	info := activity.GetInfo(ctx)
	t.Again = t.Again || info.Attempt > 1
	if l, known := lastMark(ctx); known {
		t.Lost = &l
	}
	pulse := beat(ctx)
	defer pulse.stop()
	out, err := c.Carry(ctx, t, pulse.mark)
	err = pulse.handOn(err)
	out.Attempts = int(info.Attempt)
	if info.Attempt > 1 {
		out.Retried = info.StartedTime.Sub(info.ScheduledTime)
	}
	return out, a.Latch.Learn(err)
}

// UndoInput is the input of UndoStep: the step as it was carried, what it did, and whether an earlier entry has begun.
type UndoInput struct {
	Task  plan.Task `json:"task"`
	Deed  plan.Deed `json:"deed"`
	Begun bool      `json:"begun,omitempty"`
}

// UndoStep takes back what a run that is given up did in a step.
func (a *Landings) UndoStep(ctx context.Context, in UndoInput) (plan.Undoing, error) {
	c, err := a.cloud(in.Task.Landing)
	if err != nil {
		return plan.Undoing{}, err
	}
	if f := a.Latch.Holds(LoginOf(in.Task)); f != nil {
		return plan.Undoing{}, f
	}
	pulse := beat(ctx)
	defer pulse.stop()
	out, err := c.Undo(ctx, in.Task, in.Deed, in.Begun || activity.GetInfo(ctx).Attempt > 1)
	return out, a.Latch.Learn(err)
}

// PreviewInput is the input of PreviewLandings: landings of one cloud, few enough for one payload.
type PreviewInput struct {
	Landings []plan.Landing `json:"landings"`
}

// Previews is the result of PreviewLandings.
type Previews struct {
	Previews []plan.Preview `json:"previews"`
}

// PreviewLandings says what every step of the landings would do. It writes nothing.
func (a *Landings) PreviewLandings(ctx context.Context, in PreviewInput) (Previews, error) {
	pulse := beat(ctx)
	defer pulse.stop()
	out := Previews{Previews: make([]plan.Preview, len(in.Landings))}
	turns := make(chan struct{}, previewsAtOnce)
	done := make(chan error, len(in.Landings))
	for i, l := range in.Landings {
		c, err := a.cloud(l)
		if err != nil {
			return Previews{}, err
		}
		turns <- struct{}{}
		go func() {
			defer func() { <-turns }()
			if f := a.Latch.Holds(l.Login.Name); f != nil {
				out.Previews[i] = unseen(c, l, f)
			} else {
				out.Previews[i] = brief(c.Preview(ctx, l))
			}
			done <- ctx.Err()
		}()
	}
	for range in.Landings {
		if err := <-done; err != nil {
			return Previews{}, err
		}
	}
	return out, nil
}

const previewsAtOnce = 8

// unseen is the preview of a landing whose login is locked: nothing was asked.
func unseen(c Carrier, l plan.Landing, f *fault.Fault) plan.Preview {
	p := plan.Preview{Landing: l.ID()}
	for _, s := range c.Steps(l) {
		p.Outcomes = append(p.Outcomes, plan.Outcome{
			Step: s.Name, State: plan.StepHeld, Change: plan.Change{Op: plan.None, Why: "it could not be observed"},
			Fault: &plan.Note{Kind: string(f.Kind), Message: fault.Clip(f.Error()), Hint: f.Hint},
		})
	}
	return p
}

// brief leaves out of a preview what nobody reads of a landing that does not exist yet, so that a thousand of them fit.
func brief(p plan.Preview) plan.Preview {
	for i, o := range p.Outcomes {
		if o.Change.Op == plan.Create && o.Reads == 0 {
			p.Outcomes[i].Change.Fields, p.Outcomes[i].Change.Why = nil, ""
		}
	}
	return p
}

func (a *Landings) cloud(l plan.Landing) (Carrier, error) {
	c, built := a.Clouds[l.Cloud]
	if !built {
		return nil, fault.New(fault.Invalid, "Start a worker with --clouds "+string(l.Cloud)+", or take the landing out of the plan.",
			"this worker was not built or started for the cloud %q", l.Cloud)
	}
	return c, nil
}

// beatEvery is how often a long activity tells that it lives.
const beatEvery = 4 * time.Second

// pulse keeps telling Temporal that the activity lives, and what it was about to make when it last said so.
type pulse struct {
	ctx    context.Context //nolint:containedctx // the activity's own, for as long as it runs
	done   chan struct{}
	making atomic.Value
}

func beat(ctx context.Context) *pulse {
	p := &pulse{ctx: ctx, done: make(chan struct{})}
	p.making.Store("")
	go func() {
		t := time.NewTicker(beatEvery)
		defer t.Stop()
		for {
			select {
			case <-p.done:
				return
			case <-t.C:
				activity.RecordHeartbeat(ctx, p.making.Load())
			}
		}
	}()
	return p
}

// mark records that something is about to be made, before the deed. What the change is stays marked while words say more.
func (p *pulse) mark(what string) {
	if _, was := plan.LostIn(p.making.Load().(string)); was { //nolint:forcetypeassert // it holds strings only
		if _, is := plan.LostIn(what); !is {
			return
		}
	}
	p.making.Store(what)
	activity.RecordHeartbeat(p.ctx, what)
}

// handOn gives a fault what was being made when it was met, for whoever tries again. A refusal is an answer; of anything else
// nobody knows what became.
func (p *pulse) handOn(err error) error {
	l, marked := plan.LostIn(p.making.Load().(string)) //nolint:forcetypeassert // it holds strings only
	f := fault.As(err)
	if !marked || f == nil {
		return err
	}
	l.Answered = f.Kind != fault.Transient && f.Kind != fault.Ambiguous
	f.Made = l.Mark()
	activity.RecordHeartbeat(p.ctx, f.Made)
	return err
}

// lastMark is what an earlier attempt of this activity was about to do when it last told.
func lastMark(ctx context.Context) (plan.Lost, bool) {
	if !activity.HasHeartbeatDetails(ctx) {
		return plan.Lost{}, false
	}
	var mark string
	if err := activity.GetHeartbeatDetails(ctx, &mark); err != nil {
		return plan.Lost{}, false
	}
	return plan.LostIn(mark)
}

func (p *pulse) stop() { close(p.done) }
