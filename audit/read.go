package audit

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
	"github.com/itbytes/landfall/table"
)

// A page is small enough to be handed on in one payload of Temporal, which takes 2 MB.
const (
	pageRecords = 500
	pageBytes   = 600 << 10
)

// Head is where a plan's chain ends; the zero Head where nothing was sealed yet.
func (l *Ledger) Head(ctx context.Context, home plan.Landing, j plan.Journal, planName string) (plan.Head, error) {
	t, err := l.at(ctx, home, j)
	if err != nil {
		return plan.Head{}, err
	}
	return t.head(ctx, planName)
}

// Read reads a page of a plan's journal from after a place on, everything that stands there, and the head. The head is read
// after the records: it is never behind them, unless somebody else has written one or the other.
func (l *Ledger) Read(ctx context.Context, home plan.Landing, j plan.Journal, planName, after string) (plan.Page, error) {
	t, err := l.at(ctx, home, j)
	if err != nil {
		return plan.Page{}, err
	}
	p, err := t.page(ctx, planName, after)
	if err != nil {
		return plan.Page{}, err
	}
	p.Head, err = t.head(ctx, planName)
	return p, err
}

// page reads the items of a plan from after a place on, until a page is full.
func (t shelf) page(ctx context.Context, planName, after string) (plan.Page, error) {
	in := &dynamodb.QueryInput{
		TableName: &t.Name, ConsistentRead: aws.Bool(true), Limit: aws.Int32(pageRecords),
		KeyConditionExpression:    aws.String("PK = :plan"),
		ExpressionAttributeValues: table.Item{":plan": table.Text(planKey + planName)},
	}
	if after != "" {
		in.KeyConditionExpression = aws.String("PK = :plan AND SK > :after")
		in.ExpressionAttributeValues[":after"] = table.Text(after)
	}
	out := plan.Page{Records: []plan.Record{}, Last: after}
	found, err := t.Client.Query(ctx, in)
	if err != nil {
		return out, t.missing(t.Named("Query", err))
	}
	out.More = len(found.LastEvaluatedKey) > 0
	size := 0
	for _, it := range found.Items {
		r := decode(it)
		if size += len(r.Entry) + len(r.Prev) + len(r.Hash) + len(r.Key); size > pageBytes && out.Last != after {
			out.More = true
			return out, nil
		}
		out.Last = table.Read(it, "SK")
		if r.Key != headKey {
			out.Records = append(out.Records, r)
		}
	}
	return out, nil
}

// head reads where a chain ends.
func (t shelf) head(ctx context.Context, planName string) (plan.Head, error) {
	out, err := t.Client.GetItem(ctx, &dynamodb.GetItemInput{TableName: &t.Name, Key: key(planName, headKey), ConsistentRead: aws.Bool(true)})
	if err != nil {
		return plan.Head{}, t.missing(t.Named("GetItem", err))
	}
	return decodeHead(out.Item), nil
}

// missing says what it means that there is no table to read.
func (t shelf) missing(err error) error {
	if f := fault.As(err); f != nil && f.Code == table.NotFound {
		f.Message = "there is no table " + t.Name
		f.Hint = "Nothing has been sealed here yet, or somebody has removed the table: a run of the plan makes it, and its backups hold what was in it."
	}
	return err
}
