package aws

import (
	"testing"

	"github.com/itbytes/landfall/cloud/step"
	"github.com/itbytes/landfall/plan"
)

func TestEveryStepWithAnInverseCanBeUndone(t *testing.T) {
	l := plan.Landing{
		Plan: "itbytes", Cloud: plan.AWS, Environment: "mgmt", Name: "aws-mgmt", Management: true, Parent: "core", Zone: "aws.it4bytes.example",
		Fallback:   &plan.Login{Name: "aws-mgmt-keys", Type: "aws-keys", Item: "op://itbytes-internal/aws-mgmt"},
		Identities: []plan.Identity{{Name: "itManagesAWS", Cloud: plan.AWS, TokensFor: []plan.Cloud{plan.GCP}}},
		Siblings:   []plan.Sibling{{Environment: "mgmt", Name: "aws-mgmt"}},
	}
	classes := map[plan.Inverse]int{}
	for _, c := range controls(l) {
		s, wanted := c.Describe(l)
		if !wanted {
			t.Errorf("%T is not wanted in a landing that has everything", c)
		}
		classes[s.Inverse]++
		_, undoes := c.(step.Undoer[*Session])
		_, stays := c.(step.Neutral)
		switch s.Inverse {
		case plan.NoInverse:
			if undoes || stays {
				t.Errorf("%s says that it has no inverse, and has an undo", s.Name)
			}
		case plan.Revert:
			if !undoes || stays {
				t.Errorf("%s is reverted: undo %t, stays %t; want an undo, after which nothing stays", s.Name, undoes, stays)
			}
		case plan.Neutralise, plan.Quarantine:
			if !undoes || !stays {
				t.Errorf("%s stays after its undo: undo %t, told neutral %t; want both", s.Name, undoes, stays)
			}
		default:
			t.Errorf("%s does not say what its inverse is", s.Name)
		}
	}
	if classes[plan.Quarantine] != 1 || classes[plan.NoInverse] != 2 { // the account; the organisation and a person's step
		t.Errorf("got the classes %v, want one quarantine and two without an inverse", classes)
	}
}
