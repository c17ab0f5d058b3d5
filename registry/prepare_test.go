package registry_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/simulator/kernel"
)

func TestTheTableIsMadeOnceAndAsWanted(t *testing.T) {
	each(t, func(t *testing.T, p place) {
		if !p.prepare(t) {
			t.Error("the first time wrote nothing")
		}
		d := p.describe(t)
		if d.TableStatus != types.TableStatusActive || d.BillingModeSummary.BillingMode != types.BillingModePayPerRequest || !aws.ToBool(d.DeletionProtectionEnabled) {
			t.Errorf("the table is %s, %v, protected %v", d.TableStatus, d.BillingModeSummary, aws.ToBool(d.DeletionProtectionEnabled))
		}
		p.recoverable(t, d)
		if p.prepare(t) {
			t.Error("the second time wrote")
		}
	})
}

// recoverable asks what DynamoDB Local cannot tell.
func (p place) recoverable(t *testing.T, d *types.TableDescription) {
	t.Helper()
	if p.kernel == nil {
		return
	}
	if d.SSEDescription == nil || d.SSEDescription.Status != types.SSEStatusEnabled {
		t.Errorf("encryption is %+v, want it enabled", d.SSEDescription)
	}
	b, err := p.client.DescribeContinuousBackups(t.Context(), &dynamodb.DescribeContinuousBackupsInput{TableName: &p.reg.Table})
	if err != nil {
		t.Fatal(err)
	}
	if got := b.ContinuousBackupsDescription.PointInTimeRecoveryDescription.PointInTimeRecoveryStatus; got != types.PointInTimeRecoveryStatusEnabled {
		t.Errorf("point-in-time recovery is %s", got)
	}
}

// make makes a table by hand, as bare as it can be: with provisioned capacity in DynamoDB Local; the simulator knows
// on-demand tables alone.
func (p place) make(t *testing.T, hash, sort string) {
	t.Helper()
	in := &dynamodb.CreateTableInput{
		TableName: &p.reg.Table, BillingMode: types.BillingModePayPerRequest,
		AttributeDefinitions: []types.AttributeDefinition{
			{AttributeName: &hash, AttributeType: types.ScalarAttributeTypeS}, {AttributeName: &sort, AttributeType: types.ScalarAttributeTypeS},
		},
		KeySchema: []types.KeySchemaElement{{AttributeName: &hash, KeyType: types.KeyTypeHash}, {AttributeName: &sort, KeyType: types.KeyTypeRange}},
	}
	if p.kernel == nil {
		in.BillingMode = types.BillingModeProvisioned
		in.ProvisionedThroughput = &types.ProvisionedThroughput{ReadCapacityUnits: aws.Int64(5), WriteCapacityUnits: aws.Int64(5)}
	}
	if _, err := p.client.CreateTable(t.Context(), in); err != nil {
		t.Fatal(err)
	}
	err := dynamodb.NewTableExistsWaiter(p.client, func(o *dynamodb.TableExistsWaiterOptions) { o.MinDelay, o.MaxDelay = 20*time.Millisecond, time.Second }).
		Wait(t.Context(), &dynamodb.DescribeTableInput{TableName: &p.reg.Table}, 20*time.Second)
	if err != nil {
		t.Fatal(err)
	}
}

func TestATableThatStandsThereIsAdoptedAndMended(t *testing.T) {
	each(t, func(t *testing.T, p place) {
		p.make(t, "PK", "SK")
		p.put(t, map[string]string{"PK": "PROJECT#old", "SK": "CLOUD#aws", "note": "by hand"})
		if !p.prepare(t) {
			t.Error("nothing was mended")
		}
		d := p.describe(t)
		if d.BillingModeSummary.BillingMode != types.BillingModePayPerRequest || !aws.ToBool(d.DeletionProtectionEnabled) {
			t.Errorf("the table is %v, protected %v", d.BillingModeSummary, aws.ToBool(d.DeletionProtectionEnabled))
		}
		p.recoverable(t, d)
		if got := p.item(t, "old", "aws")["note"]; got != "by hand" {
			t.Errorf("the row that stood there has the note %q", got)
		}
		if p.prepare(t) {
			t.Error("the second time wrote")
		}
	})
}

func TestATableWithOtherKeysIsLeftAlone(t *testing.T) {
	each(t, func(t *testing.T, p place) {
		p.make(t, "id", "SK")
		if wrote, err := p.book.Prepare(t.Context(), home(), p.reg); wrote || fault.KindOf(err) != fault.Conflict {
			t.Errorf("got wrote %v and %v, want a conflict", wrote, err)
		}
	})
}

func TestATableThatTakesTooLongIsAskedForAgain(t *testing.T) {
	p := simulated(t, map[string]kernel.Duration{"aws.dynamodb.CreateTable": kernel.Duration(time.Second)})
	wrote, err := p.book.Waiting(50*time.Millisecond).Prepare(t.Context(), home(), p.reg)
	if !wrote || fault.KindOf(err) != fault.Propagating {
		t.Errorf("got wrote %v and %v, want it made and awaited", wrote, err)
	}
	made := 0
	p.prepare(t)
	for _, c := range p.kernel.Calls() {
		if c.Operation == "CreateTable" {
			made++
		}
	}
	if made != 1 {
		t.Errorf("the table was made %d times", made)
	}
}

func TestATableWhoseMakingGaveNoAnswerIsNotMadeTwice(t *testing.T) {
	p := simulated(t, nil)
	p.kernel.Order(kernel.Fault{Match: kernel.Match{Operation: "CreateTable"}, Do: kernel.DoLose, Times: 1})
	if _, err := p.book.Prepare(t.Context(), home(), p.reg); fault.KindOf(err) != fault.Transient {
		t.Fatalf("the lost answer: got %v, want it transient", err)
	}
	p.prepare(t)
	p.recoverable(t, p.describe(t))
	made := 0
	for _, c := range p.kernel.Calls() {
		if c.Operation == "CreateTable" {
			made++
		}
	}
	if made != 1 {
		t.Errorf("the table was made %d times", made)
	}
}

func TestASignInThatExpiredIsNamedWithItsLogin(t *testing.T) {
	p := simulated(t, nil)
	if err := p.kernel.SetLogin("aws-sso", kernel.LoginExpired); err != nil {
		t.Fatal(err)
	}
	_, err := p.book.Prepare(t.Context(), home(), p.reg)
	if f := fault.As(err); f == nil || f.Kind != fault.SessionExpired || f.Login != "aws-sso" {
		t.Errorf("got %v (%+v), want the session of aws-sso expired", err, f)
	}
	if got := p.writes(); got != 0 {
		t.Errorf("%d writes were tried", got)
	}
}
