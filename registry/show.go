package registry

import (
	"cmp"
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/itbytes/landfall/plan"
	"github.com/itbytes/landfall/table"
)

// List reads every row, by project and cloud.
func (b *Book) List(ctx context.Context, home plan.Landing, reg plan.Registry) ([]plan.Row, error) {
	t, err := b.at(ctx, home, reg)
	if err != nil {
		return nil, err
	}
	var out []plan.Row
	pages := dynamodb.NewScanPaginator(t.Client, &dynamodb.ScanInput{TableName: &t.Name, ConsistentRead: aws.Bool(true)})
	for pages.HasMorePages() {
		p, err := pages.NextPage(ctx)
		if err != nil {
			return nil, t.Named("Scan", err)
		}
		out = append(out, decoded(p.Items)...)
	}
	slices.SortFunc(out, inOrder)
	return out, nil
}

// inOrder is the order of rows: by project and cloud.
func inOrder(a, b plan.Row) int {
	return cmp.Or(cmp.Compare(a.Project, b.Project), cmp.Compare(a.Cloud, b.Cloud))
}

// Show reads a project's rows, by cloud.
func (b *Book) Show(ctx context.Context, home plan.Landing, reg plan.Registry, project string) ([]plan.Row, error) {
	t, err := b.at(ctx, home, reg)
	if err != nil {
		return nil, err
	}
	var out []plan.Row
	pages := dynamodb.NewQueryPaginator(t.Client, &dynamodb.QueryInput{
		TableName: &t.Name, ConsistentRead: aws.Bool(true),
		KeyConditionExpression:    aws.String("PK = :project"),
		ExpressionAttributeValues: map[string]types.AttributeValue{":project": table.Text(projectKey + project)},
	})
	for pages.HasMorePages() {
		p, err := pages.NextPage(ctx)
		if err != nil {
			return nil, t.Named("Query", err)
		}
		out = append(out, decoded(p.Items)...)
	}
	return out, nil
}

// decoded are those items that are rows of the registry.
func decoded(items []table.Item) []plan.Row {
	var out []plan.Row
	for _, it := range items {
		if r, is := decode(it); is {
			out = append(out, r)
		}
	}
	return out
}
