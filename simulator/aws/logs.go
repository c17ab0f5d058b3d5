package aws

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/itbytes/landfall/simulator/aws/wire"
)

// logGroup is a group of CloudWatch Logs.
type logGroup struct {
	name, class, key string
	retention        int
	guarded          bool
	tags             map[string]string
	streams          []string
	made             time.Time
}

func logsService() *service {
	return &service{
		name:    "logs",
		dialect: wire.Dialect{Protocol: wire.JSON, Version: "1.1"},
		operations: map[string]operation{
			"DescribeLogGroups":     reads(describeLogGroups),
			"DescribeLogStreams":    reads(describeLogStreams),
			"CreateLogStream":       writes(createLogStream),
			"CreateLogGroup":        writes(createLogGroup),
			"DeleteLogGroup":        writes(deleteLogGroup),
			"PutRetentionPolicy":    writes(putRetention),
			"DeleteRetentionPolicy": writes(deleteRetention),
			"ListTagsForResource":   reads(listLogTags),
			"TagResource":           writes(tagLogs),
			"UntagResource":         writes(untagLogs),
		},
	}
}

func (q *request) logARN(g *logGroup) string {
	return arn("logs", q.region, q.account.id, "log-group:"+g.name)
}

func (q *request) logGroup(name string) (*logGroup, error) {
	if g := q.here().logGroups[name]; g != nil {
		return g, nil
	}
	return nil, bad("ResourceNotFoundException", "The specified log group does not exist.")
}

func describeLogGroups(q *request) (wire.Map, error) {
	var in struct {
		LogGroupNamePrefix, LogGroupNamePattern, LogGroupClass, NextToken string
		LogGroupIdentifiers                                               []string
		Limit                                                             int
	}
	if err := q.read(&in); err != nil {
		return nil, err
	}
	all := []wire.Map{}
	for _, g := range values(q.here().logGroups) {
		if !strings.HasPrefix(g.name, in.LogGroupNamePrefix) || !strings.Contains(g.name, in.LogGroupNamePattern) ||
			in.LogGroupClass != "" && in.LogGroupClass != g.class ||
			len(in.LogGroupIdentifiers) > 0 && !slices.Contains(in.LogGroupIdentifiers, g.name) && !slices.Contains(in.LogGroupIdentifiers, q.logARN(g)) {
			continue
		}
		one := wire.Map{
			"logGroupName": g.name, "arn": q.logARN(g) + ":*", "logGroupArn": q.logARN(g), "creationTime": g.made.UnixMilli(),
			"metricFilterCount": 0, "storedBytes": 0, "logGroupClass": g.class, "kmsKeyId": wire.Or(g.key),
		}
		if g.retention > 0 {
			one["retentionInDays"] = g.retention
		}
		all = append(all, one)
	}
	some, next, ours := page(all, in.NextToken, in.Limit, 50)
	if !ours {
		return nil, bad("InvalidParameterException", "The specified nextToken is invalid.")
	}
	return wire.Map{"logGroups": some, "nextToken": wire.Or(next)}, nil
}

func createLogStream(q *request) (wire.Map, error) {
	var in struct{ LogGroupName, LogStreamName string }
	if err := q.read(&in); err != nil {
		return nil, err
	}
	g, err := q.logGroup(in.LogGroupName)
	switch {
	case err != nil:
		return nil, err
	case in.LogStreamName == "":
		return nil, bad("InvalidParameterException", "1 validation error detected: Value at 'logStreamName' failed to satisfy constraint")
	case slices.Contains(g.streams, in.LogStreamName):
		return nil, bad("ResourceAlreadyExistsException", "The specified log stream already exists")
	}
	g.streams = append(g.streams, in.LogStreamName)
	return nil, nil
}

func describeLogStreams(q *request) (wire.Map, error) {
	var in struct {
		LogGroupName, LogGroupIdentifier, LogStreamNamePrefix, OrderBy, NextToken string
		Descending                                                                bool
		Limit                                                                     int
	}
	if err := q.read(&in); err != nil {
		return nil, err
	}
	g, err := q.logGroup(in.LogGroupName)
	if err != nil {
		return nil, err
	}
	all := []wire.Map{}
	for _, s := range g.streams {
		if strings.HasPrefix(s, in.LogStreamNamePrefix) {
			all = append(all, wire.Map{"logStreamName": s, "creationTime": g.made.UnixMilli(), "arn": q.logARN(g) + ":log-stream:" + s, "storedBytes": 0})
		}
	}
	some, next, ours := page(all, in.NextToken, in.Limit, 50)
	if !ours {
		return nil, bad("InvalidParameterException", "The specified nextToken is invalid.")
	}
	return wire.Map{"logStreams": some, "nextToken": wire.Or(next)}, nil
}

func createLogGroup(q *request) (wire.Map, error) {
	var in struct {
		LogGroupName, KmsKeyId, LogGroupClass string
		DeletionProtectionEnabled             bool
		Tags                                  map[string]string
	}
	if err := q.read(&in); err != nil {
		return nil, err
	}
	switch {
	case in.LogGroupName == "" || strings.ContainsAny(in.LogGroupName, " :*"):
		return nil, bad("InvalidParameterException", "1 validation error detected: Value at 'logGroupName' failed to satisfy constraint")
	case q.here().logGroups[in.LogGroupName] != nil:
		return nil, bad("ResourceAlreadyExistsException", "The specified log group already exists")
	}
	g := q.here().newLogGroup(in.LogGroupName, q.now)
	g.key, g.guarded = in.KmsKeyId, in.DeletionProtectionEnabled
	maps.Copy(g.tags, in.Tags)
	if in.LogGroupClass != "" {
		g.class = in.LogGroupClass
	}
	return nil, nil
}

func (r *region) newLogGroup(name string, now time.Time) *logGroup {
	g := &logGroup{name: name, class: "STANDARD", tags: map[string]string{}, made: now}
	r.logGroups[name] = g
	return g
}

func deleteLogGroup(q *request) (wire.Map, error) {
	var in struct{ LogGroupName string }
	if err := q.read(&in); err != nil {
		return nil, err
	}
	g, err := q.logGroup(in.LogGroupName)
	switch {
	case err != nil:
		return nil, err
	case g.guarded:
		return nil, bad("ValidationException", "Deletion protection is enabled for the log group.")
	}
	delete(q.here().logGroups, g.name)
	return nil, nil
}

func putRetention(q *request) (wire.Map, error) {
	var in struct {
		LogGroupName    string
		RetentionInDays int
	}
	if err := q.read(&in); err != nil {
		return nil, err
	}
	g, err := q.logGroup(in.LogGroupName)
	if err != nil {
		return nil, err
	}
	if !slices.Contains([]int{1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653}, in.RetentionInDays) {
		return nil, bad("InvalidParameterException", "1 validation error detected: Value at 'retentionInDays' failed to satisfy constraint")
	}
	g.retention = in.RetentionInDays
	return nil, nil
}

func deleteRetention(q *request) (wire.Map, error) {
	var in struct{ LogGroupName string }
	if err := q.read(&in); err != nil {
		return nil, err
	}
	g, err := q.logGroup(in.LogGroupName)
	if err == nil {
		g.retention = 0
	}
	return nil, err
}

// taggedLogs reads the input and finds the log group it names by ARN.
func (q *request) taggedLogs() (*logGroup, map[string]string, []string, error) {
	var in struct {
		ResourceArn string
		Tags        map[string]string
		TagKeys     []string
	}
	if err := q.read(&in); err != nil {
		return nil, nil, nil, err
	}
	for _, g := range q.here().logGroups {
		if q.logARN(g) == in.ResourceArn {
			return g, in.Tags, in.TagKeys, nil
		}
	}
	return nil, nil, nil, bad("ResourceNotFoundException", "The specified resource does not exist.")
}

func listLogTags(q *request) (wire.Map, error) {
	g, _, _, err := q.taggedLogs()
	if err != nil {
		return nil, err
	}
	return wire.Map{"tags": g.tags}, nil
}

func tagLogs(q *request) (wire.Map, error) {
	g, tags, _, err := q.taggedLogs()
	if err == nil {
		maps.Copy(g.tags, tags)
	}
	return nil, err
}

func untagLogs(q *request) (wire.Map, error) {
	g, _, keys, err := q.taggedLogs()
	for _, k := range keys {
		delete(g.tags, k)
	}
	return nil, err
}
