package table

import (
	"context"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// mend is one thing to change about the table.
type mend struct {
	what string // in a sentence: the table was …
	do   func(ctx context.Context) (wrote bool, err error)
}

// mends lists what is not as wanted of a table that is there, one call each: DynamoDB refuses some together.
func (t *Table) mends(ctx context.Context, d *types.TableDescription) ([]mend, error) {
	var out []mend
	if d.BillingModeSummary == nil || d.BillingModeSummary.BillingMode != types.BillingModePayPerRequest {
		out = append(out, t.update("set to on-demand capacity", dynamodb.UpdateTableInput{BillingMode: types.BillingModePayPerRequest}))
	}
	if !aws.ToBool(d.DeletionProtectionEnabled) {
		out = append(out, t.update("protected from deletion", dynamodb.UpdateTableInput{DeletionProtectionEnabled: aws.Bool(true)}))
	}
	if isLocal(d) {
		return out, nil
	}
	if d.SSEDescription == nil || (d.SSEDescription.Status != types.SSEStatusEnabled && d.SSEDescription.Status != types.SSEStatusEnabling &&
		d.SSEDescription.Status != types.SSEStatusUpdating) {
		out = append(out, t.update("encrypted with a key of the account", dynamodb.UpdateTableInput{SSESpecification: &types.SSESpecification{Enabled: aws.Bool(true)}}))
	}
	b, err := t.Client.DescribeContinuousBackups(ctx, &dynamodb.DescribeContinuousBackupsInput{TableName: &t.Name})
	if err != nil {
		return nil, t.Named("DescribeContinuousBackups", err)
	}
	if !recovers(b.ContinuousBackupsDescription) {
		out = append(out, mend{"given point-in-time recovery", t.recover})
	}
	return out, nil
}

// isLocal reports whether the table lives in DynamoDB Local, which neither shows encryption nor keeps backups. It says so
// in the table's name.
func isLocal(d *types.TableDescription) bool {
	return strings.HasPrefix(aws.ToString(d.TableArn), "arn:aws:dynamodb:ddblocal:")
}

func recovers(d *types.ContinuousBackupsDescription) bool {
	return d != nil && d.PointInTimeRecoveryDescription != nil &&
		d.PointInTimeRecoveryDescription.PointInTimeRecoveryStatus == types.PointInTimeRecoveryStatusEnabled
}

// update is a mend by UpdateTable.
func (t *Table) update(what string, in dynamodb.UpdateTableInput) mend {
	in.TableName = &t.Name
	return mend{what, func(ctx context.Context) (bool, error) {
		_, err := t.Client.UpdateTable(ctx, &in)
		return err == nil, t.Named("UpdateTable", err)
	}}
}

// recover switches point-in-time recovery on.
func (t *Table) recover(ctx context.Context) (bool, error) {
	_, err := t.Client.UpdateContinuousBackups(ctx, &dynamodb.UpdateContinuousBackupsInput{
		TableName:                        &t.Name,
		PointInTimeRecoverySpecification: &types.PointInTimeRecoverySpecification{PointInTimeRecoveryEnabled: aws.Bool(true)},
	})
	return err == nil, t.Named("UpdateContinuousBackups", err)
}
