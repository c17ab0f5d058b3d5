package aws

import (
	"maps"
	"math/big"

	"github.com/itbytes/landfall/simulator/aws/wire"
)

// item is a row: attributes by name, each a map with one entry, its type and its value.
type item map[string]attribute

type attribute map[string]any

// itemInput is what item operations send, each a part of it.
type itemInput struct {
	TableName                                                        string
	Item, Key                                                        item
	ConditionExpression, UpdateExpression                            string
	ProjectionExpression                                             string
	ExpressionAttributeNames                                         map[string]string
	ExpressionAttributeValues                                        item
	ReturnValues, ReturnConsumedCapacity                             string
	ReturnItemCollectionMetrics, ReturnValuesOnConditionCheckFailure string
	ConsistentRead                                                   bool
}

func (in itemInput) expressions() *expressions {
	return &expressions{names: in.ExpressionAttributeNames, values: in.ExpressionAttributeValues, used: map[string]bool{}}
}

// kind is an attribute's type.
func (a attribute) kind() string {
	for k := range a {
		return k
	}
	return ""
}

// order compares two attributes of one type; it reports whether they can be compared.
func (a attribute) order(b attribute) (int, bool) {
	k := a.kind()
	if k != b.kind() {
		return 0, false
	}
	x, isText := a[k].(string)
	y, _ := b[k].(string)
	switch {
	case k == "N":
		n, ok := new(big.Rat).SetString(x)
		m, fine := new(big.Rat).SetString(y)
		if !ok || !fine {
			return 0, false
		}
		return n.Cmp(m), true
	case isText:
		return one(x > y) - one(x < y), true
	case k == "BOOL":
		return one(a[k] != b[k]), true
	case k == "NULL":
		return 0, true
	}
	return 0, false
}

// key is the text under which an item is kept; it refuses an item that lacks the table's keys.
func (t *table) key(i item, whole bool) (string, error) {
	names := []string{t.hash}
	if t.sort != "" {
		names = append(names, t.sort)
	}
	if !whole && len(i) != len(names) {
		return "", invalid("The provided key element does not match the schema")
	}
	key := ""
	for _, n := range names {
		v := i[n]
		switch text, _ := v[t.types[n]].(string); {
		case v == nil && whole:
			return "", invalid("One or more parameter values were invalid: Missing the key %s in the item", n)
		case v == nil:
			return "", invalid("The provided key element does not match the schema")
		case v.kind() != t.types[n]:
			return "", invalid("One or more parameter values were invalid: Type mismatch for key %s expected: %s actual: %s", n, t.types[n], v.kind())
		case text == "":
			return "", invalid("One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty string value. Key: %s", n)
		default:
			key += text + "\x00"
		}
	}
	return key, nil
}

// target reads a write's input, its table, the key of the item, and the item as it stands.
func (q *request) target() (itemInput, *table, string, error) {
	var in itemInput
	if err := q.read(&in); err != nil {
		return in, nil, "", err
	}
	t, err := q.open(in.TableName)
	if err != nil {
		return in, nil, "", err
	}
	key, err := t.key(orItem(in.Item, in.Key), in.Item != nil)
	return in, t, key, err
}

func orItem(a, b item) item {
	if a != nil {
		return a
	}
	return b
}

// change works out what an item becomes: the whole of a write but its doing.
func (t *table) change(in itemInput, key string) (item, error) {
	e := in.expressions()
	old := t.items[key]
	holds, err := e.condition(in.ConditionExpression, old)
	if err != nil {
		return nil, err
	}
	next := maps.Clone(in.Item)
	if in.UpdateExpression != "" || in.Item == nil && in.Key != nil {
		next = maps.Clone(orItem(old, in.Key))
		if err := e.update(in.UpdateExpression, next, t.hash, t.sort); err != nil {
			return nil, err
		}
	}
	if err := e.allUsed(); err != nil {
		return nil, err
	}
	if next.size() > 400<<10 {
		return nil, invalid("Item size has exceeded the maximum allowed size")
	}
	if !holds {
		failed := &wire.Error{Code: "ConditionalCheckFailedException", Message: "The conditional request failed"}
		if in.ReturnValuesOnConditionCheckFailure == "ALL_OLD" && old != nil {
			failed.Fields = wire.Map{"Item": old}
		}
		return nil, failed
	}
	return next, nil
}

func (in itemInput) consumed(t *table, out wire.Map, units float64) wire.Map {
	if in.ReturnConsumedCapacity == "TOTAL" || in.ReturnConsumedCapacity == "INDEXES" {
		out["ConsumedCapacity"] = wire.Map{"TableName": t.name, "CapacityUnits": units}
	}
	return out
}

func getItem(q *request) (wire.Map, error) {
	in, t, key, err := q.target()
	if err != nil {
		return nil, err
	}
	out := wire.Map{}
	if i, there := t.items[key]; there {
		e := in.expressions()
		shown, err := e.project(in.ProjectionExpression, i)
		if err != nil {
			return nil, err
		}
		out["Item"] = shown
	}
	return in.consumed(t, out, 1), nil
}

func putItem(q *request) (wire.Map, error) {
	in, t, key, err := q.target()
	if err != nil {
		return nil, err
	}
	next, err := t.change(in, key)
	if err != nil {
		return nil, err
	}
	out := wire.Map{}
	if old := t.items[key]; in.ReturnValues == "ALL_OLD" && old != nil {
		out["Attributes"] = old
	}
	t.items[key] = next
	return in.consumed(t, out, 1), nil
}

func updateItem(q *request) (wire.Map, error) {
	in, t, key, err := q.target()
	if err != nil {
		return nil, err
	}
	next, err := t.change(in, key)
	if err != nil {
		return nil, err
	}
	old, out := t.items[key], wire.Map{}
	t.items[key] = next
	changed := func(from, than item) item {
		some := item{}
		for n, v := range from {
			if r, same := v.order(than[n]); than[n] == nil || !same || r != 0 {
				some[n] = v
			}
		}
		return some
	}
	switch in.ReturnValues {
	case "ALL_NEW":
		out["Attributes"] = next
	case "ALL_OLD":
		out["Attributes"] = old
	case "UPDATED_NEW":
		out["Attributes"] = changed(next, old)
	case "UPDATED_OLD":
		out["Attributes"] = changed(old, next)
	}
	return in.consumed(t, out, 1), nil
}

func deleteItem(q *request) (wire.Map, error) {
	in, t, key, err := q.target()
	if err != nil {
		return nil, err
	}
	if _, err := t.change(in, key); err != nil {
		return nil, err
	}
	out := wire.Map{}
	if old := t.items[key]; in.ReturnValues == "ALL_OLD" && old != nil {
		out["Attributes"] = old
	}
	delete(t.items, key)
	return in.consumed(t, out, 1), nil
}
