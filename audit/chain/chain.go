// Package chain is the arithmetic of the journal: how entries are chained, how a chain is verified, and the lines it is
// exported as. It does no I/O, so that whoever verifies a journal needs nothing but the journal.
package chain

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strings"

	"github.com/itbytes/landfall/plan"
)

// Origin is what stands for the hash before the first record.
const Origin = "sha256:0000000000000000000000000000000000000000000000000000000000000000"

// Link chains entries after a head, in their order.
func Link(after plan.Head, entries []plan.Entry) ([]plan.Record, error) {
	out := make([]plan.Record, len(entries))
	for i, e := range entries {
		text, err := Canonical(e)
		if err != nil {
			return nil, err
		}
		prev := before(after)
		out[i] = plan.Record{Seq: after.Seq + 1, Prev: prev, Hash: Hash(prev, text), Entry: text}
		after = HeadOf(out[i])
	}
	return out, nil
}

// Hash is the hash of a record: "sha256:" and the hex of the SHA-256 of the hash before it as text, a line feed and the
// entry's canonical JSON.
func Hash(prev, entry string) string {
	sum := sha256.Sum256([]byte(prev + "\n" + entry))
	return "sha256:" + hex.EncodeToString(sum[:])
}

// HeadOf is the head of a chain that ends with a record.
func HeadOf(r plan.Record) plan.Head { return plan.Head{Seq: r.Seq, Hash: r.Hash} }

// before is the hash that the record after a head is chained to.
func before(h plan.Head) string {
	if h.Seq == 0 {
		return Origin
	}
	return h.Hash
}

// Entry reads the entry of a record.
func Entry(r plan.Record) (plan.Entry, error) {
	var e plan.Entry
	err := json.Unmarshal([]byte(r.Entry), &e)
	return e, err
}

// Line is a record as a line of JSON, with the very text of the entry that was hashed.
func Line(r plan.Record) string {
	var out strings.Builder
	out.WriteString(`{"entry":` + r.Entry + `,"hash":`)
	quote(&out, r.Hash)
	out.WriteString(`,"prev":`)
	quote(&out, r.Prev)
	seq, _ := json.Marshal(r.Seq) // a number marshals
	out.WriteString(`,"seq":` + string(seq) + "}")
	return out.String()
}
