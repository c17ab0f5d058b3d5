package activities

import (
	"context"
	"fmt"

	"go.temporal.io/sdk/activity"

	"github.com/itbytes/landfall/plan"
)

// Ledger is the journal: a chain of records for each plan, to which records are added and in which none is ever changed.
type Ledger interface {
	// Prepare makes the table if it is missing and mends what is not as it should be; wrote says whether it had to.
	Prepare(ctx context.Context, home plan.Landing, j plan.Journal) (wrote bool, err error)
	// Head is where a plan's chain ends; the zero Head where nothing was sealed yet.
	Head(ctx context.Context, home plan.Landing, j plan.Journal, planName string) (plan.Head, error)
	// Seal adds entries to a chain that ends at after, all of them or none. It may be called again: what an earlier call with
	// the same after has sealed is found. Another writer's record is a Conflict.
	Seal(ctx context.Context, home plan.Landing, j plan.Journal, planName string, after plan.Head, entries []plan.Entry) (plan.Head, error)
	// Read reads a page of a plan's journal from after a place on, small enough for one payload.
	Read(ctx context.Context, home plan.Landing, j plan.Journal, planName, after string) (plan.Page, error)
}

// Journals are the activities of the chapter "journal". They run on the AWS task queue, where its credentials are.
type Journals struct {
	Ledger Ledger
	Latch  *Latch
}

// JournalOf says whose journal: the plan's, in a table of the landing's account in a region.
type JournalOf struct {
	Plan    string       `json:"plan"`
	Home    plan.Landing `json:"home"`
	Region  string       `json:"region,omitempty"` // default the landing's
	Journal plan.Journal `json:"journal"`
}

// home is the landing as the table is reached through it.
func (of JournalOf) home() plan.Landing {
	home := of.Home
	if of.Region != "" {
		home.Region = of.Region
	}
	return home
}

// PrepareJournal makes the table if it is missing, and says where the plan's chain ends.
func (a *Journals) PrepareJournal(ctx context.Context, in JournalOf) (plan.Head, error) {
	if f := a.Latch.Holds(in.Home.Login.Name); f != nil {
		return plan.Head{}, f
	}
	if _, err := a.Ledger.Prepare(ctx, in.home(), in.Journal); err != nil {
		return plan.Head{}, a.Latch.Learn(err)
	}
	head, err := a.Ledger.Head(ctx, in.home(), in.Journal, in.Plan)
	return head, a.Latch.Learn(err)
}

// SealEntriesInput is the input of SealEntries: what is to be sealed, and where the chain ends before it.
type SealEntriesInput struct {
	JournalOf

	After   plan.Head    `json:"after"`
	Entries []plan.Entry `json:"entries"`
}

// Sealed is what SealEntries did.
type Sealed struct {
	Head    plan.Head `json:"head"`
	Refused int       `json:"refused,omitempty"` // entries in whose place stands that they were refused
}

// SealEntries adds entries to the plan's chain.
func (a *Journals) SealEntries(ctx context.Context, in SealEntriesInput) (Sealed, error) {
	if f := a.Latch.Holds(in.Home.Login.Name); f != nil {
		return Sealed{}, f
	}
	entries := make([]plan.Entry, len(in.Entries))
	refused := 0
	for i, e := range in.Entries {
		entries[i] = e
		if why := unfit(e); why != "" {
			entries[i] = withheld(e, why)
			refused++
			activity.GetLogger(ctx).Error("an entry of the journal is refused", "kind", e.Kind, "landing", e.Landing, "step", e.Step, "run", e.Run, "why", why)
		}
	}
	head, err := a.Ledger.Seal(ctx, in.home(), in.Journal, in.Plan, in.After, entries)
	return Sealed{Head: head, Refused: refused}, a.Latch.Learn(err)
}

// heaviest is the weight of an entry's texts beyond which it is refused: a transaction of DynamoDB takes 4 MB
// (API_TransactWriteItems), and a batch is one.
const heaviest = 64 << 10

// unfit says why an entry cannot be sealed as it is: a secret in it would be there for ever.
func unfit(e plan.Entry) string {
	if field, what := e.Secret(); what != "" {
		return fmt.Sprintf("its field %q looks like %s", field, what)
	}
	if n := e.Weight(); n > heaviest {
		return fmt.Sprintf("it has %d bytes, and %d at the most are kept", n, heaviest)
	}
	return ""
}

// withheld stands in the place of an entry that was refused: that something was done is kept, and when, where and in which
// run, but none of its words.
func withheld(e plan.Entry, why string) plan.Entry {
	out := plan.Entry{
		Time: e.Time, Plan: e.Plan, Kind: e.Kind, Landing: e.Landing, Step: e.Step, Change: e.Change, Run: e.Run, Quiet: e.Quiet, Who: "landfall",
		What: "an entry was refused and its words are withheld: " + why, Why: "what is sealed can never be taken back",
	}
	if unfit(out) != "" {
		out.Landing, out.Step, out.Run = "", "", ""
	}
	return out
}

// ReadJournalInput is the input of ReadJournal: a page from after a place on.
type ReadJournalInput struct {
	JournalOf

	After string `json:"after,omitempty"`
}

// ReadJournal reads a page of the plan's journal.
func (a *Journals) ReadJournal(ctx context.Context, in ReadJournalInput) (plan.Page, error) {
	if f := a.Latch.Holds(in.Home.Login.Name); f != nil {
		return plan.Page{}, f
	}
	page, err := a.Ledger.Read(ctx, in.home(), in.Journal, in.Plan, in.After)
	return page, a.Latch.Learn(err)
}
