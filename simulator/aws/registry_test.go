package aws_test

import (
	"context"
	"testing"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

func text(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }

func TestATableIsMadeWrittenConditionallyAndReadInPages(t *testing.T) {
	w := begin(t, nil)
	ctx, c := context.Background(), dynamodb.NewFromConfig(w.signedIn())
	name := sdk.String("itinfra-connections")
	made, err := c.CreateTable(ctx, &dynamodb.CreateTableInput{
		TableName: name, BillingMode: types.BillingModePayPerRequest, DeletionProtectionEnabled: sdk.Bool(true),
		SSESpecification:     &types.SSESpecification{Enabled: sdk.Bool(true)},
		AttributeDefinitions: []types.AttributeDefinition{{AttributeName: sdk.String("PK"), AttributeType: "S"}, {AttributeName: sdk.String("SK"), AttributeType: "S"}},
		KeySchema:            []types.KeySchemaElement{{AttributeName: sdk.String("PK"), KeyType: "HASH"}, {AttributeName: sdk.String("SK"), KeyType: "RANGE"}},
	})
	if err != nil || made.TableDescription.TableStatus != types.TableStatusCreating {
		t.Fatalf("got %v, %v, want a table that is being made", made, err)
	}
	until(t, "the table", func() bool {
		out, err := c.DescribeTable(ctx, &dynamodb.DescribeTableInput{TableName: name})
		return err == nil && out.Table.TableStatus == types.TableStatusActive
	})
	put := func(sk string) error {
		_, err := c.PutItem(ctx, &dynamodb.PutItemInput{
			TableName: name, Item: map[string]types.AttributeValue{"PK": text("PROJECT#itbytes"), "SK": text(sk), "owner": text("platform")},
			ConditionExpression: sdk.String("attribute_not_exists(#k)"), ExpressionAttributeNames: map[string]string{"#k": "PK"},
		})
		return err
	}
	for _, sk := range []string{"CLOUD#aws", "CLOUD#azure", "CLOUD#gcp", "META"} {
		if err := put(sk); err != nil {
			t.Fatal(err)
		}
	}
	refused(t, put("CLOUD#aws"), "ConditionalCheckFailedException")

	seen := 0
	pages := dynamodb.NewQueryPaginator(c, &dynamodb.QueryInput{
		TableName: name, Limit: sdk.Int32(2), KeyConditionExpression: sdk.String("PK = :p AND begins_with(SK, :c)"),
		ExpressionAttributeValues: map[string]types.AttributeValue{":p": text("PROJECT#itbytes"), ":c": text("CLOUD#")},
	})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if len(page.Items) > 2 {
			t.Errorf("got %d items in a page, want 2 at most", len(page.Items))
		}
		seen += len(page.Items)
	}
	if seen != 3 {
		t.Errorf("got %d rows, want the 3 that begin with CLOUD#", seen)
	}
	_, err = c.DeleteTable(ctx, &dynamodb.DeleteTableInput{TableName: name})
	refused(t, err, "ValidationException")
}
