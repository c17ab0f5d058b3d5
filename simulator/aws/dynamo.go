package aws

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/itbytes/landfall/simulator/aws/wire"
)

// table is a DynamoDB table.
type table struct {
	name, id, arn, billing       string
	account, region              string
	hash, sort                   string            // key attributes
	types                        map[string]string // of key attributes
	indexes                      map[string][2]string
	definition                   definition
	guarded, pitr, encrypted     bool
	pitrSince, made, ready, busy time.Time
	tags                         map[string]string
	items                        map[string]item   // by key
	tokens                       map[string]string // of transactions, to what they asked
}

type definition struct {
	AttributeDefinitions   []struct{ AttributeName, AttributeType string }
	KeySchema              []keyPart
	GlobalSecondaryIndexes []struct {
		IndexName  string
		KeySchema  []keyPart
		Projection struct {
			ProjectionType   string
			NonKeyAttributes []string `json:",omitempty"`
		}
	}
}

type keyPart struct{ AttributeName, KeyType string }

func dynamodbService() *service {
	return &service{
		name: "dynamodb",
		dialect: wire.Dialect{
			Protocol: wire.JSON, Version: "1.0", Prefix: "com.amazonaws.dynamodb.v20120810#", Checksum: true,
		},
		operations: map[string]operation{
			"ListTables":                reads(listTables),
			"DescribeTable":             reads(describeTable),
			"CreateTable":               writes(createTable),
			"UpdateTable":               writes(updateTable),
			"DeleteTable":               writes(deleteTable),
			"DescribeContinuousBackups": reads(describeBackups),
			"UpdateContinuousBackups":   writes(updateBackups),
			"ListTagsOfResource":        reads(listTableTags),
			"TagResource":               writes(tagTable),
			"UntagResource":             writes(untagTable),
			"GetItem":                   reads(getItem),
			"PutItem":                   writes(putItem),
			"UpdateItem":                writes(updateItem),
			"DeleteItem":                writes(deleteItem),
			"Query":                     reads(queryItems),
			"Scan":                      reads(scanItems),
			"TransactWriteItems":        writes(transactWrite),
		},
	}
}

func noTable(name string) error {
	return bad("ResourceNotFoundException", "Requested resource not found: Table: %s not found", name)
}

func invalid(format string, args ...any) error { return bad("ValidationException", format, args...) }

// table finds a table by name or ARN, whatever its state.
func (q *request) table(name string) (*table, error) {
	if t := q.here().dynamo[name[strings.LastIndex(name, "/")+1:]]; t != nil {
		return t, nil
	}
	return nil, noTable(name)
}

// open finds a table that takes items: one that is being made is not found.
func (q *request) open(name string) (*table, error) {
	t, err := q.table(name)
	if err == nil && q.now.Before(t.ready) {
		return nil, bad("ResourceNotFoundException", "Requested resource not found")
	}
	return t, err
}

func (t *table) status(now time.Time) string {
	switch {
	case now.Before(t.ready):
		return "CREATING"
	case now.Before(t.busy):
		return "UPDATING"
	}
	return "ACTIVE"
}

func (t *table) wire(now time.Time) wire.Map {
	size := 0
	for _, i := range t.items {
		size += i.size()
	}
	out := wire.Map{
		"TableName": t.name, "TableId": t.id, "TableArn": t.arn, "TableStatus": t.status(now), "CreationDateTime": t.made,
		"KeySchema": t.definition.KeySchema, "AttributeDefinitions": t.definition.AttributeDefinitions,
		"ItemCount": len(t.items), "TableSizeBytes": size, "DeletionProtectionEnabled": t.guarded,
		"ProvisionedThroughput": wire.Map{"NumberOfDecreasesToday": 0, "ReadCapacityUnits": 0, "WriteCapacityUnits": 0},
		"BillingModeSummary":    wire.Map{"BillingMode": t.billing, "LastUpdateToPayPerRequestDateTime": t.made},
	}
	if t.encrypted {
		out["SSEDescription"] = wire.Map{"Status": "ENABLED", "SSEType": "KMS", "KMSMasterKeyArn": arn("kms", t.region, t.account, "key/"+t.id)}
	}
	indexes := []wire.Map{}
	for _, g := range t.definition.GlobalSecondaryIndexes {
		indexes = append(indexes, wire.Map{
			"IndexName": g.IndexName, "KeySchema": g.KeySchema, "Projection": g.Projection, "IndexStatus": t.status(now),
			"IndexArn": t.arn + "/index/" + g.IndexName, "ItemCount": len(t.items), "IndexSizeBytes": size,
			"ProvisionedThroughput": wire.Map{"NumberOfDecreasesToday": 0, "ReadCapacityUnits": 0, "WriteCapacityUnits": 0},
		})
	}
	if len(indexes) > 0 {
		out["GlobalSecondaryIndexes"] = indexes
	}
	return out
}

func listTables(q *request) (wire.Map, error) {
	var in struct {
		ExclusiveStartTableName string
		Limit                   int
	}
	if err := q.read(&in); err != nil {
		return nil, err
	}
	names := slices.DeleteFunc(sorted(q.here().dynamo), func(n string) bool { return n <= in.ExclusiveStartTableName })
	if in.Limit <= 0 || in.Limit > 100 {
		in.Limit = 100
	}
	out := wire.Map{}
	if len(names) > in.Limit {
		names = names[:in.Limit]
		out["LastEvaluatedTableName"] = names[len(names)-1]
	}
	out["TableNames"] = orNone(names)
	return out, nil
}

func describeTable(q *request) (wire.Map, error) {
	var in struct{ TableName string }
	if err := q.read(&in); err != nil {
		return nil, err
	}
	t, err := q.table(in.TableName)
	if err != nil {
		return nil, err
	}
	return wire.Map{"Table": t.wire(q.now)}, nil
}

func createTable(q *request) (wire.Map, error) {
	var in struct {
		definition
		TableName, BillingMode, TableClass string
		DeletionProtectionEnabled          bool
		SSESpecification                   struct {
			Enabled                 bool
			SSEType, KMSMasterKeyId string
		}
		Tags []tag
	}
	if err := q.read(&in); err != nil {
		return nil, err
	}
	switch {
	case len(in.TableName) < 3 || len(in.TableName) > 255:
		return nil, invalid("TableName must be at least 3 characters long and at most 255 characters long")
	case q.here().dynamo[in.TableName] != nil:
		return nil, bad("ResourceInUseException", "Table already exists: %s", in.TableName)
	case in.BillingMode != "PAY_PER_REQUEST":
		return nil, invalid("No provisioned throughput specified for the table: this simulator bills per request only")
	}
	t := &table{
		name: in.TableName, id: uuid(), account: q.account.id, region: q.region, arn: arn("dynamodb", q.region, q.account.id, "table/"+in.TableName), billing: in.BillingMode,
		definition: in.definition, guarded: in.DeletionProtectionEnabled, encrypted: in.SSESpecification.Enabled, made: q.now,
		ready: q.k.Later("aws.dynamodb.CreateTable"), tags: tagMap(in.Tags), items: map[string]item{}, tokens: map[string]string{},
	}
	if err := t.schema(); err != nil {
		return nil, err
	}
	q.here().dynamo[t.name] = t
	return wire.Map{"TableDescription": t.wire(q.now)}, nil
}

// schema reads the keys out of the definition.
func (t *table) schema() error {
	t.types, t.indexes = map[string]string{}, map[string][2]string{}
	for _, a := range t.definition.AttributeDefinitions {
		t.types[a.AttributeName] = a.AttributeType
	}
	used := map[string]bool{}
	keys := func(parts []keyPart) ([2]string, error) {
		var out [2]string
		for _, k := range parts {
			if t.types[k.AttributeName] == "" {
				return out, invalid("One or more parameter values were invalid: Some index key attributes are not defined in AttributeDefinitions. Keys: [%s]", k.AttributeName)
			}
			used[k.AttributeName] = true
			out[one(k.KeyType == "RANGE")] = k.AttributeName
		}
		if out[0] == "" {
			return out, invalid("One or more parameter values were invalid: Missing hash key in KeySchema")
		}
		return out, nil
	}
	own, err := keys(t.definition.KeySchema)
	if err != nil {
		return err
	}
	t.hash, t.sort = own[0], own[1]
	for _, g := range t.definition.GlobalSecondaryIndexes {
		if t.indexes[g.IndexName], err = keys(g.KeySchema); err != nil {
			return err
		}
	}
	if len(used) != len(t.types) {
		return invalid("One or more parameter values were invalid: Number of attributes in KeySchema does not exactly match number of attributes defined in AttributeDefinitions")
	}
	return nil
}

func updateTable(q *request) (wire.Map, error) {
	var in struct {
		TableName, BillingMode    string
		DeletionProtectionEnabled *bool
		SSESpecification          *struct {
			Enabled                 bool
			SSEType, KMSMasterKeyId string
		}
	}
	if err := q.read(&in); err != nil {
		return nil, err
	}
	t, err := q.table(in.TableName)
	switch {
	case err != nil:
		return nil, err
	case t.status(q.now) != "ACTIVE":
		return nil, bad("ResourceInUseException", "Attempt to change a resource which is still in use: Table is being %s: %s", strings.ToLower(t.status(q.now)), t.name)
	case in.DeletionProtectionEnabled == nil && in.SSESpecification == nil && in.BillingMode == "":
		return nil, invalid("At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled, GlobalSecondaryIndexUpdates or SSESpecification or ReplicaUpdates is required")
	}
	if in.DeletionProtectionEnabled != nil {
		t.guarded = *in.DeletionProtectionEnabled
	}
	if in.SSESpecification != nil {
		t.encrypted = in.SSESpecification.Enabled
	}
	t.busy = q.k.Later("aws.dynamodb.UpdateTable")
	return wire.Map{"TableDescription": t.wire(q.now)}, nil
}

func deleteTable(q *request) (wire.Map, error) {
	var in struct{ TableName string }
	if err := q.read(&in); err != nil {
		return nil, err
	}
	t, err := q.table(in.TableName)
	switch {
	case err != nil:
		return nil, err
	case t.guarded:
		return nil, invalid("Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first.")
	case t.status(q.now) == "CREATING":
		return nil, bad("ResourceInUseException", "Attempt to change a resource which is still in use: Table is being created: %s", t.name)
	}
	delete(q.here().dynamo, t.name)
	out := t.wire(q.now)
	out["TableStatus"] = "DELETING"
	return wire.Map{"TableDescription": out}, nil
}

// size is about what an item weighs.
func (i item) size() int {
	b, err := json.Marshal(i)
	if err != nil {
		return 0
	}
	return len(b)
}
