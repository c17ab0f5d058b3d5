package registry_test

import (
	"context"
	"maps"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/itbytes/landfall/plan"
	"github.com/itbytes/landfall/registry"
	"github.com/itbytes/landfall/simulator/kernel"
)

// place is a DynamoDB to be judged by: the simulator's, or DynamoDB Local.
type place struct {
	client *dynamodb.Client
	book   *registry.Book
	reg    plan.Registry
	kernel *kernel.Kernel // nil in DynamoDB Local
}

// home is the landing that the registry lives in.
func home() plan.Landing {
	return plan.Landing{Plan: "itbytes", Cloud: plan.AWS, Environment: "mgmt", Region: "us-east-1", Login: plan.Login{Name: "aws-sso", Type: "aws-sso"}}
}

// each runs a test in every place that can be had; each time with a table of its own.
func each(t *testing.T, test func(t *testing.T, p place)) {
	t.Helper()
	t.Run("simulator", func(t *testing.T) { test(t, simulated(t, nil)) })
	t.Run("DynamoDB Local", func(t *testing.T) {
		endpoint := os.Getenv("LANDFALL_DYNAMODB_LOCAL")
		if endpoint == "" {
			t.Skip("LANDFALL_DYNAMODB_LOCAL names no DynamoDB Local")
		}
		test(t, placed(t, endpoint, credentials.NewStaticCredentialsProvider("AKIALOCAL", "local", ""), nil))
	})
}

// placed is a place at an endpoint.
func placed(t *testing.T, endpoint string, creds aws.CredentialsProvider, k *kernel.Kernel) place {
	t.Helper()
	c := dynamodb.New(dynamodb.Options{BaseEndpoint: &endpoint, Region: "us-east-1", Credentials: creds, RetryMaxAttempts: 1})
	name := "landfall-" + strings.NewReplacer("/", "-", " ", "-").Replace(t.Name()) + time.Now().Format("-150405.000000")
	return place{
		client: c, kernel: k, reg: plan.Registry{Table: name[max(0, len(name)-200):]},
		book: registry.New(func(context.Context, plan.Landing) (*dynamodb.Client, error) { return c, nil }),
	}
}

func (p place) prepare(t *testing.T) (wrote bool) {
	t.Helper()
	wrote, err := p.book.Prepare(t.Context(), home(), p.reg)
	if err != nil {
		t.Fatalf("prepare: %v", err)
	}
	return wrote
}

func (p place) enter(t *testing.T, rows ...plan.Row) (written int) {
	t.Helper()
	written, err := p.book.Enter(t.Context(), home(), p.reg, rows)
	if err != nil {
		t.Fatalf("enter: %v", err)
	}
	return written
}

// writes counts the calls that changed something, where that can be known.
func (p place) writes() (n int) {
	if p.kernel == nil {
		return 0
	}
	for _, c := range p.kernel.Calls() {
		if c.Kind == "write" {
			n++
		}
	}
	return n
}

// item reads a row as DynamoDB holds it.
func (p place) item(t *testing.T, project, cloud string) map[string]string {
	t.Helper()
	out, err := p.client.GetItem(t.Context(), &dynamodb.GetItemInput{
		TableName: &p.reg.Table, ConsistentRead: aws.Bool(true),
		Key: map[string]types.AttributeValue{"PK": text("PROJECT#" + project), "SK": text("CLOUD#" + cloud)},
	})
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for name, v := range out.Item {
		s, is := v.(*types.AttributeValueMemberS)
		if !is {
			t.Errorf("the attribute %s is no text but %T", name, v)
			continue
		}
		got[name] = s.Value
	}
	return got
}

// put writes an item as another program would.
func (p place) put(t *testing.T, item map[string]string) {
	t.Helper()
	values := map[string]types.AttributeValue{}
	for name, v := range item {
		values[name] = text(v)
	}
	if _, err := p.client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &p.reg.Table, Item: values}); err != nil {
		t.Fatal(err)
	}
}

func (p place) describe(t *testing.T) *types.TableDescription {
	t.Helper()
	out, err := p.client.DescribeTable(t.Context(), &dynamodb.DescribeTableInput{TableName: &p.reg.Table})
	if err != nil {
		t.Fatal(err)
	}
	return out.Table
}

func text(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }

// row is a landing of the plan itbytes.
func row(project string) plan.Row {
	return plan.Row{
		Project: project, Cloud: plan.AWS, Kind: "landing", ID: "862973411383", Environment: "prod", Name: project, Plan: "itbytes",
		Attributes: map[string]string{"region": "us-east-1"},
	}
}

// without is a row's attributes but for some.
func without(item map[string]string, names ...string) map[string]string {
	out := maps.Clone(item)
	for _, n := range names {
		delete(out, n)
	}
	return out
}
