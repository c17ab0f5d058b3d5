package chain

import (
	"fmt"

	"github.com/itbytes/landfall/plan"
)

// Break is one place where a chain does not hold.
type Break struct {
	Seq  int    `json:"seq"`  // the record it is about; 0 where it is about none of the chain's
	What string `json:"what"` // in one sentence
}

// Verify says where the records of a plan's journal, in the order of their places, are not as they were sealed: changed,
// removed, out of order, or put there by somebody else. It finds nothing where the chain holds.
//
// Whoever can write to the table can also write it anew from some record on, with hashes and head. Such a chain holds; a
// head that was noted before tells: see Holds.
func Verify(planName string, records []plan.Record, head plan.Head) []Break {
	v := &verifier{plan: planName, head: head, sealed: sealed(records)}
	for _, r := range records {
		v.record(r)
	}
	v.end()
	return v.found
}

// Holds reports whether a head that was noted before is still in the chain.
func Holds(records []plan.Record, noted string) bool {
	for _, r := range records {
		if r.Hash == noted && r.Key == "" {
			return true
		}
	}
	return noted == Origin
}

// sealed are the numbers that records were sealed as, by their hashes: each follows the one it is chained to, from the
// first, for as long as that can be told.
func sealed(records []plan.Record) map[string]int {
	after := map[string][]plan.Record{}
	for _, r := range records {
		if r.Key == "" {
			after[r.Prev] = append(after[r.Prev], r)
		}
	}
	out := map[string]int{}
	for at, n := Origin, 1; len(after[at]) > 0; n++ {
		r := after[at][0]
		for _, other := range after[at] { // of several, the one that stands in its place
			if other.Seq == n {
				r = other
			}
		}
		if at = r.Hash; out[at] > 0 {
			break
		}
		out[at] = n
	}
	return out
}

type verifier struct {
	plan   string
	last   plan.Head      // of what was verified so far
	head   plan.Head      // as the journal says it
	sealed map[string]int // see above
	found  []Break
}

func (v *verifier) say(seq int, format string, a ...any) {
	v.found = append(v.found, Break{Seq: seq, What: fmt.Sprintf(format, a...)})
}

// record verifies the next record.
func (v *verifier) record(r plan.Record) {
	switch {
	case r.Key != "":
		v.say(0, "the item %q is no record of this journal: somebody else has put it there", r.Key)
		return
	case r.Seq <= v.last.Seq:
		v.say(r.Seq, "record %d stands after record %d: the order was changed", r.Seq, v.last.Seq)
		return
	}
	following := r.Seq == v.last.Seq+1
	if !following {
		v.gone(v.last.Seq+1, r.Seq-1)
	}
	e, err := Entry(r)
	switch as, known := v.sealed[r.Hash]; {
	case Hash(r.Prev, r.Entry) != r.Hash:
		v.say(r.Seq, "record %d was changed after it was sealed: its hash is not that of what it says", r.Seq)
	case err != nil:
		v.say(r.Seq, "record %d holds no entry: %v", r.Seq, err)
	case e.Plan != v.plan:
		v.say(r.Seq, "record %d is of the plan %q: it belongs to another journal", r.Seq, e.Plan)
	case known && as != r.Seq:
		v.say(r.Seq, "record %d is not in its place: it was sealed as record %d", r.Seq, as)
	case !known && following && r.Prev != before(v.last):
		v.say(r.Seq, "record %d does not follow record %d: one of the two was changed together with its hash, or put there by somebody else", r.Seq, v.last.Seq)
	}
	if r.Seq == v.head.Seq && r.Hash != v.head.Hash {
		v.say(r.Seq, "record %d is not the one that the head says: one of the two was changed", r.Seq)
	}
	v.last = HeadOf(r)
}

// end compares where the chain ends with its head.
func (v *verifier) end() {
	switch first := v.head.Seq + 1; {
	case v.last.Seq < v.head.Seq:
		v.gone(v.last.Seq+1, v.head.Seq)
	case v.last.Seq > 0 && v.head.Seq == 0:
		v.say(0, "the head, which says where the chain ends, is missing: it was removed")
	case v.last.Seq == first:
		v.say(first, "record %d lies beyond the head: somebody else has put it there, or put the head back", first)
	case v.last.Seq > first:
		v.say(first, "records %d to %d lie beyond the head: somebody else has put them there, or put the head back", first, v.last.Seq)
	}
}

// gone says that records are missing.
func (v *verifier) gone(from, to int) {
	if from == to {
		v.say(from, "record %d is missing: it was removed", from)
		return
	}
	v.say(from, "records %d to %d are missing: they were removed", from, to)
}
