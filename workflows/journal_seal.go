package workflows

import (
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/itbytes/landfall/activities"
	"github.com/itbytes/landfall/plan"
)

const (
	sealedAtOnce = 25        // entries: with the head a transaction, which takes 100 writes and 4 MB
	sealedWeight = 500 << 10 // bytes of them
	carriedOver  = 1 << 20   // bytes of unsealed entries that continue as new: a payload takes 2 MB
)

// seal seals one batch, or holds.
func (j *journal) seal(ctx workflow.Context) error {
	at := activities.JournalOf{Plan: j.in.Plan, Home: j.in.Home, Region: j.in.Region, Journal: j.in.Journal}
	var err error
	if j.kept.Head == nil {
		var head plan.Head
		if head, err = do(ctx, steadyUnmarked(), CloudQueue(plan.AWS), "prepare the journal "+j.in.Journal.Table, journals.PrepareJournal, at); err == nil {
			j.kept.Head = &head
		}
	}
	part := j.part()
	var done activities.Sealed
	if err == nil {
		done, err = do(ctx, quick(), CloudQueue(plan.AWS), "seal entries of the journal", journals.SealEntries,
			activities.SealEntriesInput{JournalOf: at, After: *j.kept.Head, Entries: part})
	}
	if err != nil {
		return j.hold(ctx, named(err))
	}
	j.kept.Head, j.kept.Unsealed = &done.Head, j.kept.Unsealed[len(part):]
	j.kept.Sealed += len(part)
	j.kept.Refused += done.Refused
	j.kept.Since, j.kept.Looks = time.Time{}, 0
	j.tell(ctx)
	return nil
}

// part is the next batch.
func (j *journal) part() []plan.Entry {
	n, weight := 0, 0
	for ; n < min(sealedAtOnce, len(j.kept.Unsealed)); n++ {
		if weight += j.kept.Unsealed[n].Weight(); weight > sealedWeight && n > 0 {
			break
		}
	}
	return j.kept.Unsealed[:n]
}

// goOn continues as new where that is due, with all that is known, once nothing signalled is unheard. More entries than a
// payload takes wait in the history they came in: it may grow well beyond where Temporal suggests to begin a new one.
func (j *journal) goOn(ctx workflow.Context) error {
	if !workflow.GetInfo(ctx).GetContinueAsNewSuggested() {
		return nil
	}
	if err := workflow.Await(ctx, func() bool { return workflow.AllHandlersFinished(ctx) }); err != nil {
		return err
	}
	j.hear()
	weight := 0
	for _, e := range j.kept.Unsealed {
		weight += e.Weight()
	}
	if weight > carriedOver {
		return nil
	}
	next := j.in
	next.Entries, next.Progress = nil, j.kept
	return workflow.NewContinueAsNewError(ctx, JournalType, next)
}
