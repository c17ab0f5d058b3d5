package workflows

import (
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/itbytes/landfall/plan"
)

// Names of the journal's workflow and its messages. They never change.
const (
	JournalType   = "Journal"
	RecordMessage = "record" // signal: entries to be sealed
	HomeMessage   = "home"   // signal: the account that the table is in

	homeAskedSignal = "homeAsked" // a journal asks a Migrate for it
)

// JournalID is the id of the workflow that writes a plan's journal; being one, it is the only one to write it.
func JournalID(planName string) string { return "journal/" + planName }

// JournalInput starts Journal.
type JournalInput struct {
	Plan string `json:"plan"`
	// Home is the AWS landing whose account holds the table, as the registry's. Where its account is not known yet, Ask is
	// asked for it, and entries wait until one of them tells it, or the signal home.
	Home    plan.Landing `json:"home,omitzero"`
	Ask     string       `json:"ask,omitempty"` // the Migrate that will learn it
	Journal plan.Journal `json:"journal"`
	Region  string       `json:"region,omitempty"` // the registry's
	Entries []plan.Entry `json:"entries,omitempty"`
	// Progress is carried across continue-as-new; leave it out.
	Progress *JournalProgress `json:"progress,omitempty"`
}

// Records is what the signal record takes.
type Records struct {
	Entries []plan.Entry `json:"entries"`
	Home    string       `json:"home,omitempty"` // the account that the table is in, where whoever sends it knows it
}

// HomeAccount is what the signal home takes.
type HomeAccount struct {
	ID string `json:"id"`
}

// JournalProgress is all of a journal that outlives continue-as-new.
type JournalProgress struct {
	Head     *plan.Head   `json:"head,omitempty"` // where the chain ends; nil: that must be asked
	Unsealed []plan.Entry `json:"unsealed,omitempty"`
	Sealed   int          `json:"sealed"`
	Refused  int          `json:"refused,omitempty"`
	Since    time.Time    `json:"since,omitzero"` // of the hold
	Looks    int          `json:"looks,omitempty"`
}

// JournalResult is how a journal stands, and what it comes to.
type JournalResult struct {
	Plan     string            `json:"plan"`
	State    plan.LandingState `json:"state"`
	Why      string            `json:"why,omitempty"`
	Sealed   int               `json:"sealed"` // since it was started
	Refused  int               `json:"refused,omitempty"`
	Unsealed int               `json:"unsealed"`
	Head     plan.Head         `json:"head"`
	Held     *plan.HoldReport  `json:"held,omitempty"`
}

const quietFor = time.Minute

// Journal is the single writer of one plan's chain of records. It gathers entries, seals them in batches in the order they
// came in, and ends after a quiet minute. While the store is away it holds, and nothing but the entries waits for it.
func Journal(ctx workflow.Context, in JournalInput) (JournalResult, error) {
	ctx, _ = workflow.NewDisconnectedContext(ctx) // whoever cancels it loses no entry by it: it ends once all are sealed
	j := &journal{in: in, kept: in.Progress}
	if err := j.setup(ctx); err != nil {
		return j.result(), err
	}
	for {
		j.hear()
		if len(j.kept.Unsealed) == 0 {
			if more, err := j.rest(ctx); err != nil || !more {
				return j.result(), err
			}
			continue
		}
		write := j.seal
		if j.in.Home.Adopt.ID == "" {
			write = j.findHome
		}
		err := write(ctx)
		if err == nil {
			err = j.goOn(ctx)
		}
		if err != nil {
			return j.result(), err
		}
	}
}

// journal is the state of a Journal.
type journal struct {
	in      JournalInput
	kept    *JournalProgress
	records workflow.ReceiveChannel
	homes   workflow.ReceiveChannel
	held    *plan.HoldReport
	why     string
	decided *Resume
	shown   string
	asked   bool
}

// setup registers what the UI offers before anything else is done.
func (j *journal) setup(ctx workflow.Context) error {
	if j.kept == nil {
		j.kept = &JournalProgress{}
	}
	err := workflow.SetQueryHandlerWithOptions(ctx, StatusQuery, func(Ask) (JournalResult, error) { return j.result(), nil },
		workflow.QueryHandlerOptions{Description: "How many entries are sealed and how many are not, where the chain ends, and what holds it."})
	if err != nil {
		return err
	}
	j.records = workflow.GetSignalChannelWithOptions(ctx, RecordMessage, workflow.SignalChannelOptions{
		Description: `Entries to be sealed: {"entries": [{…}]}. What is sealed can never be taken back.`,
	})
	j.homes = workflow.GetSignalChannelWithOptions(ctx, HomeMessage, workflow.SignalChannelOptions{
		Description: `The account that the table is in, where the plan does not say it: {"id": "123456789012"}.`,
	})
	j.take(j.in.Entries)
	if err := j.listen(ctx); err != nil {
		return err
	}
	if err := workflow.UpsertTypedSearchAttributes(ctx, keyword(AttrPlan, j.in.Plan), keyword(AttrOwner, j.in.Home.Owner)); err != nil {
		workflow.GetLogger(ctx).Warn("search attributes not set; register them with the namespace", "error", err)
	}
	j.tell(ctx)
	return nil
}

// hear takes in all that was signalled since.
func (j *journal) hear() {
	for r := (Records{}); j.records.ReceiveAsync(&r); r = (Records{}) {
		j.take(r.Entries)
		j.settle(r.Home)
	}
	for h := (HomeAccount{}); j.homes.ReceiveAsync(&h); h = (HomeAccount{}) {
		j.settle(h.ID)
	}
}

// heard reports whether something was signalled that is not taken in yet.
func (j *journal) heard() bool { return j.records.Len()+j.homes.Len() > 0 }

// take takes in entries in their order. One that tells of the table's own account settles where it is.
func (j *journal) take(entries []plan.Entry) {
	for _, e := range entries {
		e.Plan = first(e.Plan, j.in.Plan)
		j.kept.Unsealed = append(j.kept.Unsealed, e)
		if e.Kind == plan.EntryStep && e.Landing == j.in.Home.ID() && isAccount(e.ID) {
			j.settle(e.ID)
		}
	}
}

// settle settles which account the table is in, once.
func (j *journal) settle(id string) { j.in.Home.Adopt.ID = first(j.in.Home.Adopt.ID, id) }

// isAccount reports whether an id is that of an AWS account: twelve digits, and nothing else of AWS is.
func isAccount(id string) bool {
	for _, c := range id {
		if c < '0' || c > '9' {
			return false
		}
	}
	return len(id) == 12
}

// rest waits for more, and reports whether something came before it had been quiet for long enough.
func (j *journal) rest(ctx workflow.Context) (more bool, err error) {
	j.tell(ctx)
	return workflow.AwaitWithOptions(ctx, workflow.AwaitOptions{
		Timeout: quietFor, TimerOptions: workflow.TimerOptions{Summary: "all is sealed; the journal ends unless more comes"},
	}, j.heard)
}

// findHome asks for the account that the table belongs in, and waits until it is known. Who was to be asked may have ended:
// then an entry or a person tells.
func (j *journal) findHome(ctx workflow.Context) error {
	j.tell(ctx)
	if j.in.Ask != "" && !j.asked {
		j.asked = true
		if err := workflow.SignalExternalWorkflow(ctx, j.in.Ask, "", homeAskedSignal, HomeAccount{}).Get(ctx, nil); err != nil {
			workflow.GetLogger(ctx).Info("nobody can be asked where the journal's table belongs", "workflow", j.in.Ask, "error", err)
		}
	}
	return workflow.Await(ctx, j.heard)
}
