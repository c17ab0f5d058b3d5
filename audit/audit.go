// Package audit is the journal of what was done: one DynamoDB table beside the registry, in it a chain of records for each
// plan, to which records are added and in which none is ever changed or removed.
package audit

import (
	"cmp"
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/itbytes/landfall/plan"
	"github.com/itbytes/landfall/table"
)

// Ledger is the journal of every plan: where a plan keeps its own, its landing and its Journal say. Its methods may be
// called from many goroutines.
type Ledger struct {
	open     func(ctx context.Context, l plan.Landing) (*dynamodb.Client, error)
	patience time.Duration
}

// New returns a Ledger that reaches DynamoDB through clients that open gives for a landing. Open may be called often.
func New(open func(ctx context.Context, l plan.Landing) (*dynamodb.Client, error)) *Ledger {
	return &Ledger{open: open, patience: 45 * time.Second}
}

// Prepare sees to it that the table stands as wanted: it makes a missing one, mends what is not so of one that stands
// there, and waits until it can be used. Wrote tells whether anything was changed. What takes longer than the Ledger's
// patience comes back as a Propagating fault: call again.
func (l *Ledger) Prepare(ctx context.Context, home plan.Landing, j plan.Journal) (wrote bool, err error) {
	t, err := l.at(ctx, home, j)
	if err != nil {
		return false, err
	}
	return t.Prepare(ctx, l.patience)
}

// shelf is one table of journals, open.
type shelf struct{ *table.Table }

// at opens the table of a plan's journal.
func (l *Ledger) at(ctx context.Context, home plan.Landing, j plan.Journal) (shelf, error) {
	c, err := l.open(ctx, home)
	if err != nil {
		return shelf{}, err
	}
	return shelf{&table.Table{Client: c, Name: cmp.Or(j.Table, plan.DefaultJournal), Login: home.Login.Name, Of: "journal"}}, nil
}
