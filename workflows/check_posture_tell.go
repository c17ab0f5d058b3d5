package workflows

import (
	"errors"
	"fmt"
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/itbytes/landfall/plan"
)

// tell says what a look at credentials found that the one before it had not told of, and remembers it for the next.
func (p *Posture) tell(ctx workflow.Context, of plan.Plan) error {
	var turns plan.Turns
	p.Standing, turns = plan.Follow(lookedBefore(ctx, p.Plan), p.Credentials, workflow.Now(ctx))
	h, s := newHerald(of.Notify), newScribe(journalOf(of))
	for _, f := range turns.New {
		h.tell(ctx, noticeOf(p.Plan, f))
		s.write(ctx, f.Entry(plan.FindingOpen))
	}
	for _, f := range turns.Again {
		h.tell(ctx, noticeOf(p.Plan, f))
	}
	for _, f := range turns.Ended {
		s.write(ctx, f.Entry(plan.FindingEnded))
		if f.Became == "" {
			h.tell(ctx, plan.Notice{
				ID: noticeID(f) + "-mended", Kind: plan.NoticeMended, Plan: p.Plan, Landing: f.Landing, Step: f.Credential, Finding: f.UID,
				What: fmt.Sprintf("%s (%s) is so no longer: %s", f.Credential, f.Kind, f.What), Since: f.Since,
			})
		}
	}
	err := h.flush(ctx)
	p.untold(h.Untold)
	return errors.Join(err, s.flush(ctx))
}

// untold remembers what could not be told: the next look tells it as if it were this one, under the same id.
func (p *Posture) untold(all []plan.Notice) {
	for _, n := range all {
		for i, s := range p.Standing {
			if n.Kind == plan.NoticeFinding && n.Finding == s.UID {
				p.Standing[i].Told, p.Standing[i].Times = time.Time{}, s.Times-1
			}
		}
	}
}

// lookedBefore is what the look before this one told of: the last result of the schedule that began both.
func lookedBefore(ctx workflow.Context, planName string) []plan.Standing {
	var last Posture
	if !workflow.HasLastCompletionResult(ctx) {
		return nil
	}
	if err := workflow.GetLastCompletionResult(ctx, &last); err != nil || last.Plan != planName {
		workflow.GetLogger(ctx).Warn("what the look before this one told of cannot be read: all is told anew", "plan", last.Plan, "error", err)
		return nil
	}
	return last.Standing
}

func noticeOf(planName string, f plan.Standing) plan.Notice {
	return plan.Notice{
		ID: noticeID(f), Kind: plan.NoticeFinding, Plan: planName, Landing: f.Landing, Step: f.Credential, Finding: f.UID,
		What: fmt.Sprintf("%s (%s): %s", f.Credential, f.Kind, f.What), Do: f.Do, Since: f.Since,
	}
}

// noticeID is the same however often a finding is told for the same reason, in whichever run: because it is new, because it
// has come to a mark, or because it lasts.
func noticeID(f plan.Standing) string {
	return fmt.Sprintf("%s-%d-%d-%d", f.UID, f.Since.Unix(), f.Mark, f.Times)
}
