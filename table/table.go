// Package table keeps a DynamoDB table of ours as it should be (keyed by the texts PK and SK, billed by request, encrypted,
// recoverable, protected from deletion) and names what DynamoDB refuses. The registry and the journal stand on it.
package table

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// Table is one table, open.
type Table struct {
	Client *dynamodb.Client
	Name   string
	Login  string // by which it is open
	Of     string // whose it is, in sentences: registry, journal
}

// Item is what a table holds: attributes by name.
type Item = map[string]types.AttributeValue

// Text is a text as an attribute.
func Text(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }

// Read is an attribute as text, whether it was written as a text or as a number.
func Read(it Item, name string) string {
	switch v := it[name].(type) {
	case *types.AttributeValueMemberS:
		return v.Value
	case *types.AttributeValueMemberN:
		return v.Value
	}
	return ""
}

// Lacks says what Prepare would do: make the table, or so many changes to the one that is there. It reads only.
func (t *Table) Lacks(ctx context.Context) (all bool, some int, err error) {
	d, err := t.look(ctx)
	if err != nil || d == nil {
		return err == nil, 0, err
	}
	if err := t.usable(d); err != nil {
		return false, 0, err
	}
	mends, err := t.mends(ctx, d)
	return false, len(mends), err
}
