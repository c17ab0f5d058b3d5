// Package registry is the book of what stands where: one DynamoDB table, a row for each landing and each identity, kept
// by conditional writes so that no run overwrites another's row. Rows are never deleted.
package registry

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/itbytes/landfall/plan"
	"github.com/itbytes/landfall/table"
)

// Book is the registry of every plan: where a plan keeps its own, its landing and its Registry say. Its methods may be
// called from many goroutines.
type Book struct {
	open     func(ctx context.Context, l plan.Landing) (*dynamodb.Client, error)
	patience time.Duration
}

// New returns a Book that reaches DynamoDB through clients that open gives for a landing. Open may be called often.
func New(open func(ctx context.Context, l plan.Landing) (*dynamodb.Client, error)) *Book {
	return &Book{open: open, patience: 45 * time.Second}
}

// Waiting returns a Book that waits for the table no longer than patience.
func (b *Book) Waiting(patience time.Duration) *Book { return &Book{open: b.open, patience: patience} }

// Prepare sees to it that the table stands as wanted: it makes a missing one, mends what is not so of one that stands
// there, and waits until it can be used. Wrote tells whether anything was changed. What takes longer than the Book's
// patience comes back as a Propagating fault: call again.
func (b *Book) Prepare(ctx context.Context, home plan.Landing, reg plan.Registry) (wrote bool, err error) {
	t, err := b.at(ctx, home, reg)
	if err != nil {
		return false, err
	}
	return t.Prepare(ctx, b.patience)
}

// shelf is one registry, open.
type shelf struct{ *table.Table }

// at opens the registry of a plan.
func (b *Book) at(ctx context.Context, home plan.Landing, reg plan.Registry) (shelf, error) {
	if reg.Region != "" {
		home.Region = reg.Region
	}
	c, err := b.open(ctx, home)
	if err != nil {
		return shelf{}, err
	}
	name := reg.Table
	if name == "" {
		name = "itinfra-connections"
	}
	return shelf{&table.Table{Client: c, Name: name, Login: home.Login.Name, Of: "registry"}}, nil
}
