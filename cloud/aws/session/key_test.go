package session_test

import (
	"context"
	"testing"

	"github.com/itbytes/landfall/cloud/aws/session"
	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// restless is a vault in which another key becomes current so many times, each time just before its secret is read.
type restless struct{ n, changes int }

func (r *restless) Find(context.Context, string) (plan.Item, error) {
	return plan.Item{Exists: true, Fields: map[string]string{session.FieldKeyID: r.key()}}, nil
}

func (r *restless) Keep(context.Context, string, plan.ItemFields) (plan.Item, error) {
	return plan.Item{}, nil
}

func (r *restless) Reveal(context.Context, string, string) (plan.Secret, error) {
	if r.n < r.changes {
		r.n++
	}
	return plan.NewSecret("secret of " + r.key()), nil
}

func (r *restless) key() string { return string(rune('A' + r.n)) }

func TestAKeyIsNeverReadHalfOfOneAndHalfOfAnother(t *testing.T) {
	id, secret, err := session.Key(t.Context(), &restless{changes: 1}, "op://v/i")
	if err != nil || id != "B" || secret.Reveal() != "secret of B" {
		t.Errorf("got %s, %v; want both halves of the key that has become current", id, err)
	}
	if _, _, err := session.Key(t.Context(), &restless{changes: 9}, "op://v/i"); fault.KindOf(err) != fault.Transient {
		t.Errorf("a key that changes again and again: got %v, want it tried again", err)
	}
}
