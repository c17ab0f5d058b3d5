package audit

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/itbytes/landfall/audit/chain"
	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
	"github.com/itbytes/landfall/table"
)

// Seal adds entries to a plan's chain, in their order, all of them or none, and returns where it ends then. The chain must
// end at after: an attempt whose answer was lost is found by its own records and done; where another writer has sealed
// something meanwhile it is a conflict that says so, and nothing is written.
func (l *Ledger) Seal(ctx context.Context, home plan.Landing, j plan.Journal, planName string, after plan.Head, entries []plan.Entry) (plan.Head, error) {
	records, err := chain.Link(after, entries)
	if err != nil {
		return after, fault.New(fault.Bug, "", "an entry of the journal cannot be sealed: %v", err)
	}
	if len(records) == 0 {
		return after, nil
	}
	t, err := l.at(ctx, home, j)
	if err != nil {
		return after, err
	}
	head := chain.HeadOf(records[len(records)-1])
	err = t.add(ctx, planName, after, records, head)
	var cancelled *types.TransactionCanceledException
	if errors.As(err, &cancelled) && refused(cancelled.CancellationReasons) {
		return t.settle(planName, after, records, head, cancelled)
	}
	if err != nil {
		return after, t.Named("TransactWriteItems", err)
	}
	return head, nil
}

// add writes records and the head that they lead to in one transaction, on the condition that nothing stands in their
// places and that the chain ends where it should.
func (t shelf) add(ctx context.Context, planName string, after plan.Head, records []plan.Record, head plan.Head) error {
	items := make([]types.TransactWriteItem, 0, len(records)+1)
	for _, r := range records {
		items = append(items, types.TransactWriteItem{Put: &types.Put{
			TableName: &t.Name, Item: encode(planName, r), ConditionExpression: aws.String("attribute_not_exists(PK)"),
			ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
		}})
	}
	end := &types.Put{
		TableName: &t.Name, Item: encodeHead(planName, head), ConditionExpression: aws.String("attribute_not_exists(PK)"),
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
	}
	if after.Seq > 0 {
		end.ConditionExpression = aws.String("#seq = :seq AND #hash = :hash")
		end.ExpressionAttributeNames = map[string]string{"#seq": "seq", "#hash": "hash"}
		end.ExpressionAttributeValues = table.Item{":seq": number(after.Seq), ":hash": table.Text(after.Hash)}
	}
	_, err := t.Client.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{TransactItems: append(items, types.TransactWriteItem{Put: end})})
	return err
}

// refused reports whether a transaction was cancelled by its own conditions and by nothing else.
func refused(reasons []types.CancellationReason) bool {
	some := false
	for _, r := range reasons {
		switch aws.ToString(r.Code) {
		case "ConditionalCheckFailed":
			some = true
		case "None", "":
		default:
			return false
		}
	}
	return some
}

// settle looks at what stood in the way, which came with the refusal: the records themselves, from an attempt whose answer
// was lost, or somebody else's.
func (t shelf) settle(planName string, after plan.Head, records []plan.Record, head plan.Head, why *types.TransactionCanceledException) (plan.Head, error) {
	if len(why.CancellationReasons) != len(records)+1 {
		return after, t.Named("TransactWriteItems", why)
	}
	hint := "Run landfall audit verify " + planName + " and see who else writes to " + t.Name + "; then resume, and what waits is sealed after it."
	own := 0
	for i, r := range records {
		there := why.CancellationReasons[i].Item
		switch stands := decode(there); {
		case len(there) == 0:
		case stands.Hash == r.Hash && stands.Prev == r.Prev && stands.Entry == r.Entry:
			own++
		default:
			return after, fault.New(fault.Conflict, hint, "record %d of the journal of %s was sealed by another writer", r.Seq, planName)
		}
	}
	end := after
	if last := why.CancellationReasons[len(records)]; aws.ToString(last.Code) != "None" {
		end = decodeHead(last.Item)
	}
	if own == len(records) && end.Seq >= head.Seq {
		return head, nil
	}
	return after, fault.New(fault.Conflict, hint, "the journal of %s ends at record %d, and was left at record %d", planName, end.Seq, after.Seq)
}
