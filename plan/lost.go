package plan

import (
	"encoding/json"
	"strings"
)

// Lost is what an attempt was about to do, or did, when its record was lost: the heartbeat that went before the deed is all
// that is known of it. Without it a thing that was made and not recorded would look as if it had always stood, and an abort
// would leave it behind.
type Lost struct {
	Change Change `json:"change"`
	Before Fields `json:"before,omitempty"` // what stood, for the receipt
	// Answered is set where the cloud refused: whether anything was made is then told by the thing's ownership tag alone.
	Answered bool `json:"answered,omitempty"`
}

// Mark is the heartbeat that goes before a deed.
func (l Lost) Mark() string {
	b, err := json.Marshal(map[string]Lost{"making": l})
	if err != nil {
		return "making"
	}
	return string(b)
}

// LostIn reads a heartbeat's mark: false for one that only says in words what is being made.
func LostIn(mark string) (Lost, bool) {
	var said struct {
		Making *Lost `json:"making"`
	}
	if !strings.HasPrefix(mark, "{") || json.Unmarshal([]byte(mark), &said) != nil || said.Making == nil {
		return Lost{}, false
	}
	return *said.Making, true
}

// Then is a change together with the one that came before it and was not recorded: the first is what is undone.
func (l Lost) Then(c Change) Change {
	if c.Op == None || l.Change.Op == Create {
		return l.Change
	}
	c.Fields = append([]FieldDiff{}, c.Fields...)
	for _, f := range l.Change.Fields {
		again := false
		for i := range c.Fields {
			if c.Fields[i].Field == f.Field {
				c.Fields[i].Before, again = f.Before, true
			}
		}
		if !again {
			c.Fields = append(c.Fields, f)
		}
	}
	return c
}
