package aws

import (
	"maps"
	"slices"
	"time"

	"github.com/itbytes/landfall/simulator/aws/wire"
)

func (t *table) backups(now time.Time) wire.Map {
	pitr := wire.Map{"PointInTimeRecoveryStatus": onOff(t.pitr)}
	if t.pitr {
		pitr["RecoveryPeriodInDays"], pitr["EarliestRestorableDateTime"], pitr["LatestRestorableDateTime"] = 35, t.pitrSince, now
	}
	return wire.Map{"ContinuousBackupsDescription": wire.Map{"ContinuousBackupsStatus": "ENABLED", "PointInTimeRecoveryDescription": pitr}}
}

func describeBackups(q *request) (wire.Map, error) {
	var in struct{ TableName string }
	if err := q.read(&in); err != nil {
		return nil, err
	}
	t, err := q.table(in.TableName)
	if err != nil {
		return nil, bad("TableNotFoundException", "Table not found: %s", in.TableName)
	}
	return t.backups(q.now), nil
}

func updateBackups(q *request) (wire.Map, error) {
	var in struct {
		TableName                        string
		PointInTimeRecoverySpecification struct {
			PointInTimeRecoveryEnabled bool
			RecoveryPeriodInDays       int
		}
	}
	if err := q.read(&in); err != nil {
		return nil, err
	}
	t, err := q.table(in.TableName)
	switch {
	case err != nil:
		return nil, bad("TableNotFoundException", "Table not found: %s", in.TableName)
	case t.status(q.now) != "ACTIVE":
		return nil, bad("ContinuousBackupsUnavailableException", "Backups are being enabled for the table: %s. Please retry later", t.name)
	}
	t.pitr, t.pitrSince = in.PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled, q.now
	return t.backups(q.now), nil
}

// taggedTable reads the input and finds the table it names by ARN.
func (q *request) taggedTable() (*table, []tag, []string, error) {
	var in struct {
		ResourceArn, NextToken string
		Tags                   []tag
		TagKeys                []string
	}
	if err := q.read(&in); err != nil {
		return nil, nil, nil, err
	}
	for _, t := range q.here().dynamo {
		if t.arn == in.ResourceArn {
			return t, in.Tags, in.TagKeys, nil
		}
	}
	return nil, nil, nil, bad("ResourceNotFoundException", "Requested resource not found: ResourcArn: %s not found", in.ResourceArn)
}

func listTableTags(q *request) (wire.Map, error) {
	t, _, _, err := q.taggedTable()
	if err != nil {
		return nil, err
	}
	return wire.Map{"Tags": tagList(t.tags)}, nil
}

func tagTable(q *request) (wire.Map, error) {
	t, tags, _, err := q.taggedTable()
	if err == nil {
		maps.Copy(t.tags, tagMap(tags))
	}
	return nil, err
}

func untagTable(q *request) (wire.Map, error) {
	t, _, keys, err := q.taggedTable()
	if err == nil {
		maps.DeleteFunc(t.tags, func(k, _ string) bool { return slices.Contains(keys, k) })
	}
	return nil, err
}
