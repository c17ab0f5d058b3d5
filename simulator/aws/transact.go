package aws

import (
	"slices"

	"github.com/itbytes/landfall/simulator/aws/wire"
)

// transactWrite does all of it or nothing.
func transactWrite(q *request) (wire.Map, error) {
	var in struct {
		ClientRequestToken, ReturnConsumedCapacity, ReturnItemCollectionMetrics string
		TransactItems                                                           []struct{ Put, Update, Delete, ConditionCheck *itemInput }
	}
	if err := q.read(&in); err != nil {
		return nil, err
	}
	if len(in.TransactItems) == 0 || len(in.TransactItems) > 100 {
		return nil, invalid("Member must have length less than or equal to 100 and greater than or equal to 1")
	}
	type deed struct {
		t    *table
		key  string
		next item
		gone bool
	}
	var deeds []deed
	reasons := make([]wire.Map, len(in.TransactItems))
	codes, failed := []string{}, false
	for i, x := range in.TransactItems {
		d := deed{gone: x.Delete != nil}
		one := slices.DeleteFunc([]*itemInput{x.Put, x.Update, x.Delete, x.ConditionCheck}, func(p *itemInput) bool { return p == nil })
		if len(one) != 1 {
			return nil, invalid("TransactItems can only contain one of Check, Put, Update or Delete")
		}
		var err error
		if d.t, err = q.open(one[0].TableName); err != nil {
			return nil, err
		}
		if d.key, err = d.t.key(orItem(one[0].Item, one[0].Key), one[0].Item != nil); err != nil {
			return nil, err
		}
		if slices.ContainsFunc(deeds, func(o deed) bool { return o.t == d.t && o.key == d.key }) {
			return nil, invalid("Transaction request cannot include multiple operations on one item")
		}
		if old := d.t.tokens[in.ClientRequestToken]; in.ClientRequestToken != "" && old != "" && i == 0 {
			if old != string(q.body) {
				return nil, bad("IdempotentParameterMismatchException", "The request uses the same client token as a previous, but non-identical request.")
			}
			return wire.Map{}, nil
		}
		reasons[i] = wire.Map{"Code": "None"}
		d.next, err = d.t.change(*one[0], d.key)
		if e, refused := err.(*wire.Error); refused { //nolint:errorlint // change answers with nothing else
			if e.Code != "ConditionalCheckFailedException" {
				return nil, e
			}
			failed = true
			reasons[i] = wire.Map{"Code": "ConditionalCheckFailed", "Message": e.Message, "Item": e.Fields["Item"]}
		}
		if x.ConditionCheck != nil {
			d.next = d.t.items[d.key]
		}
		codes = append(codes, reasons[i]["Code"].(string))
		deeds = append(deeds, d)
	}
	if failed {
		return nil, &wire.Error{
			Code: "TransactionCanceledException", Fields: wire.Map{"CancellationReasons": reasons},
			Message: "Transaction cancelled, please refer cancellation reasons for specific reasons " + bracketed(codes),
		}
	}
	for _, d := range deeds {
		switch {
		case d.gone:
			delete(d.t.items, d.key)
		case d.next != nil:
			d.t.items[d.key] = d.next
		}
	}
	if in.ClientRequestToken != "" {
		deeds[0].t.tokens[in.ClientRequestToken] = string(q.body)
	}
	return wire.Map{}, nil
}
