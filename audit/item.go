package audit

import (
	"fmt"
	"regexp"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/itbytes/landfall/plan"
	"github.com/itbytes/landfall/table"
)

// What keys begin with, and the place of a chain's head.
const (
	planKey = "PLAN#"
	seqKey  = "SEQ#"
	headKey = "HEAD"
)

// place is where the record of a number stands: twelve digits, so that places sort as their numbers do.
func place(planName string, seq int) table.Item {
	return key(planName, fmt.Sprintf("%s%012d", seqKey, seq))
}

func key(planName, sort string) table.Item {
	return table.Item{"PK": table.Text(planKey + planName), "SK": table.Text(sort)}
}

// encode is a record as DynamoDB holds it: its number is its place, and nothing of it stands there twice.
func encode(planName string, r plan.Record) table.Item {
	it := place(planName, r.Seq)
	it["prev"], it["hash"], it["entry"] = table.Text(r.Prev), table.Text(r.Hash), table.Text(r.Entry)
	return it
}

var recordPlace = regexp.MustCompile(`^` + seqKey + `([0-9]{12})$`)

// decode reads a record; of what stands in no record's place only the key is read.
func decode(it table.Item) plan.Record {
	at := recordPlace.FindStringSubmatch(table.Read(it, "SK"))
	if at == nil {
		return plan.Record{Key: table.Read(it, "SK")}
	}
	r := plan.Record{Prev: table.Read(it, "prev"), Hash: table.Read(it, "hash"), Entry: table.Read(it, "entry")}
	r.Seq, _ = strconv.Atoi(at[1]) // twelve digits are a number
	return r
}

// encodeHead is a head as DynamoDB holds it.
func encodeHead(planName string, h plan.Head) table.Item {
	it := key(planName, headKey)
	it["seq"], it["hash"] = number(h.Seq), table.Text(h.Hash)
	return it
}

// decodeHead reads a head; nothing is the head of an empty chain.
func decodeHead(it table.Item) plan.Head {
	seq, _ := strconv.Atoi(table.Read(it, "seq")) // none, or no number: no head
	return plan.Head{Seq: seq, Hash: table.Read(it, "hash")}
}

func number(n int) types.AttributeValue { return &types.AttributeValueMemberN{Value: strconv.Itoa(n)} }
