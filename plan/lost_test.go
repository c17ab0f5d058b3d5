package plan_test

import (
	"testing"

	"github.com/itbytes/landfall/plan"
)

func TestAMarkComesBackAsItWasAndWordsAreNone(t *testing.T) {
	l := plan.Lost{Change: plan.Change{Op: plan.Update, Fields: []plan.FieldDiff{{Field: "size", Before: "1", After: "2"}}}, Before: plan.Fields{"size": "1"}}
	got, is := plan.LostIn(l.Mark())
	if !is || got.Change.Fields[0].Before != "1" || got.Before["size"] != "1" {
		t.Errorf("got %+v, %v; want %+v", got, is, l)
	}
	for _, words := range []string{"", "create an access key", "{", `{"other": 1}`} {
		if _, is := plan.LostIn(words); is {
			t.Errorf("%q was taken for a mark", words)
		}
	}
}

func TestOfTwoChangesTheFirstIsWhatIsUndone(t *testing.T) {
	first := plan.Lost{Change: plan.Change{Op: plan.Update, Fields: []plan.FieldDiff{{Field: "size", Before: "1", After: "2"}, {Field: "tag", Before: "", After: "x"}}}}
	then := plan.Change{Op: plan.Update, Fields: []plan.FieldDiff{{Field: "size", Before: "2", After: "3"}}}
	got := first.Then(then)
	if len(got.Fields) != 2 || got.Fields[0].Before != "1" || got.Fields[0].After != "3" || got.Fields[1].Field != "tag" {
		t.Errorf("got %+v, want size from 1 to 3, and the tag", got.Fields)
	}
	if made := (plan.Lost{Change: plan.Change{Op: plan.Create}}).Then(then); made.Op != plan.Create {
		t.Errorf("got %s, want that it was created", made.Op)
	}
	if len(then.Fields) != 1 || then.Fields[0].Before != "2" {
		t.Errorf("what came in was changed: %+v", then)
	}
}
