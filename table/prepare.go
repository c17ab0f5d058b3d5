package table

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/itbytes/landfall/fault"
)

// Prepare sees to it that the table stands as wanted: it makes a missing one, mends what is not so of one that stands
// there, and waits until it can be used. Wrote tells whether anything was changed. What takes longer than
// patience comes back as a Propagating fault: call again.
func (t *Table) Prepare(ctx context.Context, patience time.Duration) (wrote bool, err error) {
	deadline := time.Now().Add(patience)
	done := map[string]bool{}
	for wait := 50 * time.Millisecond; ; wait = min(wait*2, 2*time.Second) {
		wanting, awaited, err := t.next(ctx, done)
		if err != nil || (wanting == nil && awaited == "") {
			return wrote, err
		}
		if wanting != nil {
			switch did, err := wanting.do(ctx); {
			case passing(err):
				awaited = "the table " + t.Name + " takes no change yet"
			case err != nil:
				return wrote, err
			default:
				done[wanting.what] = true
				wrote = wrote || did
				continue
			}
		}
		if time.Now().Add(wait).After(deadline) {
			return wrote, fault.New(fault.Propagating, "", "%s", awaited)
		}
		select {
		case <-ctx.Done():
			return wrote, ctx.Err()
		case <-time.After(wait):
		}
	}
}

// next is what to do now so that the table becomes as wanted, or what is awaited before more can be done, or neither.
func (t *Table) next(ctx context.Context, done map[string]bool) (do *mend, awaited string, err error) {
	d, err := t.look(ctx)
	if err != nil {
		return nil, "", err
	}
	if d == nil {
		if done["made"] {
			return nil, "the table " + t.Name + " is made but not yet seen", nil
		}
		return &mend{"made", t.create}, "", nil
	}
	if err := t.usable(d); err != nil {
		return nil, "", err
	}
	if d.TableStatus != types.TableStatusActive {
		return nil, "the table " + t.Name + " is " + string(d.TableStatus), nil
	}
	mends, err := t.mends(ctx, d)
	if err != nil || len(mends) == 0 {
		return nil, "", err
	}
	for i := range mends {
		if !done[mends[i].what] {
			return &mends[i], "", nil
		}
	}
	return nil, "the table " + t.Name + " does not show yet that it was " + mends[0].what, nil
}

// look describes the table, or answers nil for a definite not-found.
func (t *Table) look(ctx context.Context) (*types.TableDescription, error) {
	out, err := t.Client.DescribeTable(ctx, &dynamodb.DescribeTableInput{TableName: &t.Name})
	if CodeOf(err) == NotFound {
		return nil, nil //nolint:nilnil // no table, and nothing wrong
	}
	if err != nil {
		return nil, t.Named("DescribeTable", err)
	}
	return out.Table, nil
}

// usable says why a table that stands there cannot be ours.
func (t *Table) usable(d *types.TableDescription) error {
	keys := ""
	for _, k := range d.KeySchema {
		keys += string(k.KeyType) + " " + aws.ToString(k.AttributeName) + " "
	}
	for _, a := range d.AttributeDefinitions {
		if n := aws.ToString(a.AttributeName); (n == "PK" || n == "SK") && a.AttributeType != types.ScalarAttributeTypeS {
			keys += "not text "
		}
	}
	switch {
	case keys != "HASH PK RANGE SK ":
		return fault.New(fault.Conflict, "Name another table in the plan's "+t.Of+", then resume.",
			"the table %s stands there with other keys than the texts PK and SK", t.Name)
	case d.TableStatus == types.TableStatusCreating, d.TableStatus == types.TableStatusUpdating, d.TableStatus == types.TableStatusActive:
		return nil
	}
	return fault.New(fault.Conflict, "Restore the table or let it be gone, then resume.", "the table %s is %s", t.Name, d.TableStatus)
}

// create makes the table; one that somebody else made meanwhile is as good.
func (t *Table) create(ctx context.Context) (bool, error) {
	_, err := t.Client.CreateTable(ctx, &dynamodb.CreateTableInput{
		TableName:   &t.Name,
		BillingMode: types.BillingModePayPerRequest,
		AttributeDefinitions: []types.AttributeDefinition{
			{AttributeName: aws.String("PK"), AttributeType: types.ScalarAttributeTypeS},
			{AttributeName: aws.String("SK"), AttributeType: types.ScalarAttributeTypeS},
		},
		KeySchema: []types.KeySchemaElement{
			{AttributeName: aws.String("PK"), KeyType: types.KeyTypeHash},
			{AttributeName: aws.String("SK"), KeyType: types.KeyTypeRange},
		},
		SSESpecification:          &types.SSESpecification{Enabled: aws.Bool(true)},
		DeletionProtectionEnabled: aws.Bool(true),
	})
	if CodeOf(err) == inUse {
		return false, nil
	}
	return err == nil, t.Named("CreateTable", err)
}
