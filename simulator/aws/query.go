package aws

import (
	"slices"
	"strings"

	"github.com/itbytes/landfall/simulator/aws/wire"
)

// queryInput is what Query and Scan send.
type queryInput struct {
	TableName, IndexName, Select                                   string
	KeyConditionExpression, FilterExpression, ProjectionExpression string
	ExpressionAttributeNames                                       map[string]string
	ExpressionAttributeValues                                      item
	ExclusiveStartKey                                              item
	Limit                                                          int
	ScanIndexForward                                               *bool
	ConsistentRead                                                 bool
	ReturnConsumedCapacity                                         string
}

func queryItems(q *request) (wire.Map, error) {
	var in queryInput
	if err := q.read(&in); err != nil {
		return nil, err
	}
	t, err := q.open(in.TableName)
	if err != nil {
		return nil, err
	}
	if in.KeyConditionExpression == "" {
		return nil, invalid("Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.")
	}
	return t.walk(in)
}

func scanItems(q *request) (wire.Map, error) {
	var in queryInput
	if err := q.read(&in); err != nil {
		return nil, err
	}
	t, err := q.open(in.TableName)
	if err != nil {
		return nil, err
	}
	if in.KeyConditionExpression != "" {
		return nil, invalid("KeyConditionExpression is not a member of Scan")
	}
	return t.walk(in)
}

// walk goes through the items in order, from after the start key, for at most a page.
func (t *table) walk(in queryInput) (wire.Map, error) {
	hash, sort := t.hash, t.sort
	if in.IndexName != "" {
		keys, there := t.indexes[in.IndexName]
		if !there {
			return nil, invalid("The table does not have the specified index: %s", in.IndexName)
		}
		hash, sort = keys[0], keys[1]
	}
	e := &expressions{names: in.ExpressionAttributeNames, values: in.ExpressionAttributeValues, used: map[string]bool{}}
	if in.KeyConditionExpression != "" {
		if err := e.keyed(in.KeyConditionExpression, hash, sort); err != nil {
			return nil, err
		}
	}
	var found []item
	for _, k := range sorted(t.items) {
		i := t.items[k]
		fits, err := e.condition(in.KeyConditionExpression, i)
		if err != nil {
			return nil, err
		}
		if fits && i[hash] != nil && (sort == "" || i[sort] != nil) {
			found = append(found, i)
		}
	}
	slices.SortStableFunc(found, func(a, b item) int {
		if r, _ := a[hash].order(b[hash]); r != 0 || sort == "" {
			return r
		}
		r, _ := a[sort].order(b[sort])
		return r
	})
	if in.ScanIndexForward != nil && !*in.ScanIndexForward {
		slices.Reverse(found)
	}
	if in.ExclusiveStartKey != nil {
		at := slices.IndexFunc(found, func(i item) bool { return t.same(i, in.ExclusiveStartKey) })
		found = found[at+1:]
	}
	return t.page(in, e, found)
}

func (t *table) same(i, key item) bool {
	for _, n := range []string{t.hash, t.sort} {
		if r, ok := i[n].order(key[n]); n != "" && (!ok || r != 0) {
			return false
		}
	}
	return true
}

// page filters what was read: the limit and the megabyte count before the filter does.
func (t *table) page(in queryInput, e *expressions, found []item) (wire.Map, error) {
	out, shown, read, size := wire.Map{}, []item{}, 0, 0
	for n, i := range found {
		if in.Limit > 0 && read == in.Limit || size > 1<<20 {
			last := found[n-1]
			key := item{t.hash: last[t.hash]}
			for _, name := range []string{t.sort, t.indexes[in.IndexName][0], t.indexes[in.IndexName][1]} {
				if name != "" {
					key[name] = last[name]
				}
			}
			out["LastEvaluatedKey"] = key
			break
		}
		read, size = read+1, size+i.size()
		fits, err := e.condition(in.FilterExpression, i)
		if err != nil {
			return nil, err
		}
		if !fits {
			continue
		}
		if i, err = e.project(in.ProjectionExpression, i); err != nil {
			return nil, err
		}
		shown = append(shown, i)
	}
	if len(found) == 0 { // the expressions must be sound even where nothing is read
		if _, err := e.condition(in.FilterExpression, item{}); err != nil {
			return nil, err
		}
		if _, err := e.project(in.ProjectionExpression, item{}); err != nil {
			return nil, err
		}
		if _, err := e.condition(in.KeyConditionExpression, item{}); err != nil {
			return nil, err
		}
	}
	if len(found) > 0 && len(shown) == 0 && in.ProjectionExpression != "" {
		if _, err := e.project(in.ProjectionExpression, item{}); err != nil {
			return nil, err
		}
	}
	if err := e.allUsed(); err != nil {
		return nil, err
	}
	out["Count"], out["ScannedCount"] = len(shown), read
	if in.Select != "COUNT" {
		out["Items"] = shown
	}
	if in.ReturnConsumedCapacity == "TOTAL" || in.ReturnConsumedCapacity == "INDEXES" {
		out["ConsumedCapacity"] = wire.Map{"TableName": t.name, "CapacityUnits": 0.5}
	}
	return out, nil
}

func bracketed(list []string) string { return "[" + strings.Join(list, ", ") + "]" }
