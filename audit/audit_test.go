package audit_test

import (
	"context"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/itbytes/landfall/audit"
	"github.com/itbytes/landfall/audit/chain"
	"github.com/itbytes/landfall/plan"
	"github.com/itbytes/landfall/simulator/kernel"
)

// place is a DynamoDB to be judged by: the simulator's, or DynamoDB Local.
type place struct {
	client  *dynamodb.Client
	ledger  *audit.Ledger
	journal plan.Journal
	kernel  *kernel.Kernel // nil in DynamoDB Local
}

// home is the landing that the journal lives in.
func home() plan.Landing {
	return plan.Landing{Plan: "itbytes", Cloud: plan.AWS, Environment: "mgmt", Region: "us-east-1", Login: plan.Login{Name: "aws-sso", Type: "aws-sso"}}
}

// each runs a test in every place that can be had; each time with a table of its own, prepared.
func each(t *testing.T, test func(t *testing.T, p place)) {
	t.Helper()
	t.Run("simulator", func(t *testing.T) { test(t, simulated(t).prepared(t)) })
	t.Run("DynamoDB Local", func(t *testing.T) {
		endpoint := os.Getenv("LANDFALL_DYNAMODB_LOCAL")
		if endpoint == "" {
			t.Skip("LANDFALL_DYNAMODB_LOCAL names no DynamoDB Local")
		}
		test(t, placed(t, endpoint, credentials.NewStaticCredentialsProvider("AKIALOCAL", "local", ""), nil).prepared(t))
	})
}

// placed is a place at an endpoint.
func placed(t *testing.T, endpoint string, creds aws.CredentialsProvider, k *kernel.Kernel) place {
	t.Helper()
	c := dynamodb.New(dynamodb.Options{BaseEndpoint: &endpoint, Region: "us-east-1", Credentials: creds, RetryMaxAttempts: 1})
	name := "landfall-" + strings.NewReplacer("/", "-", " ", "-").Replace(t.Name()) + time.Now().Format("-150405.000000")
	return place{
		client: c, kernel: k, journal: plan.Journal{Table: name[max(0, len(name)-200):]},
		ledger: audit.New(func(context.Context, plan.Landing) (*dynamodb.Client, error) { return c, nil }),
	}
}

func (p place) prepared(t *testing.T) place {
	t.Helper()
	if wrote, err := p.ledger.Prepare(t.Context(), home(), p.journal); err != nil || !wrote {
		t.Fatalf("prepare: wrote %v, %v; want the table made", wrote, err)
	}
	return p
}

// seal seals entries after a head, which must be well.
func (p place) seal(t *testing.T, after plan.Head, entries ...plan.Entry) plan.Head {
	t.Helper()
	head, err := p.ledger.Seal(t.Context(), home(), p.journal, "itbytes", after, entries)
	if err != nil {
		t.Fatalf("seal: %v", err)
	}
	return head
}

// read reads the whole journal of a plan, page by page.
func (p place) read(t *testing.T, planName string) (records []plan.Record, head plan.Head, pages int) {
	t.Helper()
	for last := ""; ; {
		page, err := p.ledger.Read(t.Context(), home(), p.journal, planName, last)
		if err != nil {
			t.Fatalf("read: %v", err)
		}
		pages++
		if records, last = append(records, page.Records...), page.Last; !page.More {
			return records, page.Head, pages
		}
	}
}

// breaks verifies the journal of itbytes as it stands.
func (p place) breaks(t *testing.T) []string {
	t.Helper()
	records, head, _ := p.read(t, "itbytes")
	var out []string
	for _, b := range chain.Verify("itbytes", records, head) {
		out = append(out, b.What)
	}
	return out
}

// item is an item as DynamoDB holds it.
func (p place) item(t *testing.T, sort string) map[string]types.AttributeValue {
	t.Helper()
	out, err := p.client.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: &p.journal.Table, Key: key(sort), ConsistentRead: aws.Bool(true)})
	if err != nil {
		t.Fatal(err)
	}
	return out.Item
}

// put writes an item over whatever stands there, as somebody would who has the right to.
func (p place) put(t *testing.T, sort string, item map[string]types.AttributeValue) {
	t.Helper()
	item["PK"], item["SK"] = key(sort)["PK"], key(sort)["SK"]
	if _, err := p.client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &p.journal.Table, Item: item}); err != nil {
		t.Fatal(err)
	}
}

func (p place) remove(t *testing.T, sort string) {
	t.Helper()
	if _, err := p.client.DeleteItem(t.Context(), &dynamodb.DeleteItemInput{TableName: &p.journal.Table, Key: key(sort)}); err != nil {
		t.Fatal(err)
	}
}

func key(sort string) map[string]types.AttributeValue {
	return map[string]types.AttributeValue{"PK": text("PLAN#itbytes"), "SK": text(sort)}
}

func text(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }

// entries are n of the plan itbytes, told apart by their numbers.
func entries(from, n int) []plan.Entry {
	out := make([]plan.Entry, n)
	for i := range out {
		out[i] = plan.Entry{
			Time: time.Date(2026, 5, 6, 6, 20, from+i, 0, time.UTC), Plan: "itbytes", Kind: plan.EntryStep, Landing: "aws/prod",
			Step: "vpc", Who: "landfall", What: "made network " + strconv.Itoa(from+i), Run: "land/itbytes/aws/prod/1",
		}
	}
	return out
}

func textOf(v types.AttributeValue) string {
	s, _ := v.(*types.AttributeValueMemberS)
	return s.Value
}
