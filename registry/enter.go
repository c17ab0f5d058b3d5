package registry

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
	"github.com/itbytes/landfall/table"
)

// Enter sees to it that each row stands in the table, and says how many it wrote. A row that stands already is left
// alone; one that another plan owns is refused, and the others are entered all the same.
func (b *Book) Enter(ctx context.Context, home plan.Landing, reg plan.Registry, rows []plan.Row) (written int, err error) {
	t, err := b.at(ctx, home, reg)
	if err != nil {
		return 0, err
	}
	var refused error
	for _, r := range rows {
		wrote, err := t.enter(ctx, r)
		switch {
		case fault.KindOf(err) == fault.Conflict && refused == nil:
			refused = err
		case err != nil && fault.KindOf(err) != fault.Conflict:
			return written, err
		case wrote:
			written++
		}
	}
	return written, refused
}

// Preview says how many writes Prepare and Enter would come to, the table's own counted as one. It reads only.
func (b *Book) Preview(ctx context.Context, home plan.Landing, reg plan.Registry, rows []plan.Row) (pending int, err error) {
	t, err := b.at(ctx, home, reg)
	if err != nil {
		return 0, err
	}
	missing, wanting, err := t.Lacks(ctx)
	if err != nil {
		return 0, err
	}
	if missing {
		return len(rows) + 1, nil
	}
	pending = min(wanting, 1)
	var refused error
	for _, r := range rows {
		_, wanted, err := t.compare(ctx, r)
		switch {
		case fault.KindOf(err) == fault.Conflict && refused == nil:
			refused = err
		case err != nil && fault.KindOf(err) != fault.Conflict:
			return pending, err
		case wanted:
			pending++
		}
	}
	return pending, refused
}

// compare reads what stands in a row's place and says whether the row is to be written there. Another plan's row is a
// conflict.
func (t shelf) compare(ctx context.Context, r plan.Row) (now table.Item, wanted bool, err error) {
	if r.Project == "" || r.Cloud == "" || r.Plan == "" {
		return nil, false, fault.New(fault.Bug, "", "a row of the registry has no project, cloud or plan: %+v", r)
	}
	out, err := t.Client.GetItem(ctx, &dynamodb.GetItemInput{TableName: &t.Name, Key: keyOf(r), ConsistentRead: aws.Bool(true)})
	if err != nil {
		return nil, false, t.Named("GetItem", err)
	}
	if len(out.Item) == 0 {
		return nil, true, nil
	}
	stands, _ := decode(out.Item)
	if stands.Plan != "" && stands.Plan != r.Plan {
		return nil, false, fault.New(fault.Conflict, "Let that plan give the row up (its plan attribute), or name this one otherwise, then resume.",
			"the registry's row %s%s/%s%s belongs to the plan %q", projectKey, r.Project, cloudKey, r.Cloud, stands.Plan)
	}
	return out.Item, !same(stands, r), nil
}

// enter writes one row on the condition that nothing changed since it was compared, and compares again where it did.
func (t shelf) enter(ctx context.Context, r plan.Row) (bool, error) {
	if r.Updated.IsZero() {
		r.Updated = time.Now()
	}
	for tries := 3; ; tries-- {
		now, wanted, err := t.compare(ctx, r)
		if err != nil || !wanted {
			return false, err
		}
		err = t.put(ctx, r, now)
		if tries > 1 && table.CodeOf(err) == table.ConditionFailed {
			continue
		}
		return err == nil, t.Named("PutItem", err)
	}
}

// put writes a row in the place of now; nil is nothing.
func (t shelf) put(ctx context.Context, r plan.Row, now table.Item) error {
	in := &dynamodb.PutItemInput{TableName: &t.Name}
	stands, _ := decode(now)
	r.Version = stands.Version + 1
	in.Item = encode(r, now)
	switch version, has := now["version"]; {
	case now == nil:
		in.ConditionExpression = aws.String("attribute_not_exists(PK)")
	case !has: // another program's row, adopted
		in.ConditionExpression = aws.String("attribute_not_exists(#version)")
		in.ExpressionAttributeNames = map[string]string{"#version": "version"}
	default:
		in.ConditionExpression = aws.String("#version = :version")
		in.ExpressionAttributeNames = map[string]string{"#version": "version"}
		in.ExpressionAttributeValues = map[string]types.AttributeValue{":version": version}
	}
	_, err := t.Client.PutItem(ctx, in)
	return err
}
