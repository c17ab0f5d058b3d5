package organizations

import (
	"testing"

	"github.com/itbytes/landfall/plan"
)

func TestOnlyAStepThatHasBegunAndHasNothingToDoWaitsForOtherLandings(t *testing.T) {
	want := plan.Fields{"prod": "core", "dti": "core"}
	for name, c := range map[string]struct {
		live    plan.Fields
		missing []string
		begun   *plan.Begun
		state   plan.State
		behind  string
	}{
		"nobody is there":                     {plan.Fields{}, []string{"prod", "dti"}, nil, plan.Absent, ""},
		"nobody is there, and it has begun":   {plan.Fields{}, []string{"prod", "dti"}, &plan.Begun{}, plan.Pending, "aws/prod"},
		"one is there and lies elsewhere":     {plan.Fields{"prod": "the root"}, []string{"dti"}, &plan.Begun{}, plan.Present, ""},
		"one is there as wanted":              {plan.Fields{"prod": "core"}, []string{"dti"}, nil, plan.Present, ""},
		"one is as wanted, and it has begun":  {plan.Fields{"prod": "core"}, []string{"dti"}, &plan.Begun{}, plan.Pending, "aws/dti"},
		"all are as wanted, and it has begun": {plan.Fields{"prod": "core", "dti": "core"}, nil, &plan.Begun{}, plan.Present, ""},
	} {
		t.Run(name, func(t *testing.T) {
			o := roll{want: want, live: c.live, missing: c.missing}.observed(plan.Task{Landing: plan.Landing{Cloud: plan.AWS}, Begun: c.begun})
			if o.State != c.state || o.Behind != c.behind || (o.State == plan.Pending) != (o.Why != "") {
				t.Errorf("got %s behind %q (%s), want %s behind %q", o.State, o.Behind, o.Why, c.state, c.behind)
			}
		})
	}
}
