package bench

import (
	"strings"
	"testing"

	"github.com/itbytes/landfall/plan"
)

func TestTheBenchFailsWhereACredentialIsLostAKeyLeftOverOrARotationNotDone(t *testing.T) {
	all := []plan.Credential{{ID: "a", Item: secret + "a"}, {ID: "b", Item: secret + "b"}}
	kept := map[string]string{"a": "k1", "b": "k1"}
	for _, c := range []struct {
		standing   map[string][]string
		unfinished int
		lost, left int
		says       string
	}{
		{standing: map[string][]string{"a": {"k1"}, "b": {"k1"}}},
		{standing: map[string][]string{"a": {"k1"}, "b": {"k0"}}, lost: 1, says: "b is lost"},
		{standing: map[string][]string{"a": {"k1"}}, lost: 1, says: "b is lost"},
		{standing: map[string][]string{"a": {"k0", "k1"}, "b": {"k1"}}, left: 1, says: "a has keys left over"},
		{standing: map[string][]string{"a": {"k1"}, "b": {"k1"}}, unfinished: 2, says: "2 of 2 rotations are not done"},
	} {
		r := Result{Many: len(all), Unfinished: c.unfinished}
		err := verdict(all, kept, c.standing, &r)
		if r.Lost != c.lost || r.Left != c.left || (err == nil) != (c.says == "") || err != nil && !strings.Contains(err.Error(), c.says) {
			t.Errorf("%+v: got %d lost, %d left over, %v; want %d, %d and %q", c.standing, r.Lost, r.Left, err, c.lost, c.left, c.says)
		}
	}
}
