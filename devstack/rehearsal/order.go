package rehearsal

import (
	"fmt"
	"slices"
	"strings"

	"github.com/itbytes/landfall/plan"
	"github.com/itbytes/landfall/simulator/failing"
	"github.com/itbytes/landfall/simulator/kernel"
)

// Order is a fault that is to be met: a kind of failing in a step of a landing.
type Order struct{ Kind, Cloud, Environment, Step string }

// Place is where it is to be met: cloud/environment/step.
func (o Order) Place() string { return o.Landing() + "/" + o.Step }

// Landing is the landing it is to be met in: cloud/environment.
func (o Order) Landing() string { return o.Cloud + "/" + o.Environment }

func (o Order) String() string { return o.Kind + "@" + o.Place() }

// fault is the order as the simulators take it.
func (o Order) fault() kernel.Fault {
	return kernel.Fault{Kind: o.Kind, Match: kernel.Match{Step: o.Place()}}
}

// parse reads KIND@cloud/environment/step and sees that a plan has such a landing and its cloud such an answer.
func parse(text string, landings []plan.Landing) (Order, error) {
	kind, place, found := strings.Cut(text, "@")
	parts := strings.SplitN(place, "/", 3)
	if !found || len(parts) != 3 || slices.Contains(parts, "") {
		return Order{}, refuse("Write KIND@cloud/environment/step, as Denied@aws/prod/vpc.", "%q is no fault", text)
	}
	o := Order{Kind: kind, Cloud: parts[0], Environment: parts[1], Step: parts[2]}
	for _, k := range failing.Kinds() {
		if strings.EqualFold(k, kind) {
			o.Kind = k
		}
	}
	var ids []string
	for _, l := range landings {
		ids = append(ids, l.ID())
	}
	switch {
	case !slices.Contains(failing.Kinds(), o.Kind):
		return o, refuse(meant(kind, failing.Kinds()), "no kind of fault is named %q", kind)
	case !slices.Contains(ids, o.Landing()):
		return o, refuse(meant(o.Landing(), ids), "the plan has no landing %q", o.Landing())
	case !failing.Knows(o.Cloud, o.Kind):
		says := slices.DeleteFunc(failing.Kinds(), func(k string) bool { return !failing.Knows(o.Cloud, k) })
		return o, refuse("It says "+strings.Join(says, ", ")+".", "no answer of %s says %s", o.Cloud, o.Kind)
	}
	return o, nil
}

// meant is a hint at the name that was meant, and at all there are where none is near.
func meant(word string, names []string) string {
	if n := nearest(word, names); n != "" {
		return "Did you mean " + n + "?"
	}
	return "There are " + strings.Join(names, ", ") + "."
}

// nearest is the one of names that differs from a word in the fewest letters, or "" where none is near.
func nearest(word string, names []string) string {
	best, found := len(word)/3+2, ""
	for _, n := range names {
		if d := distance(strings.ToLower(word), strings.ToLower(n)); d < best {
			best, found = d, n
		}
	}
	return found
}

// distance counts the letters to add, drop or change to come from a to b.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		last := row[0]
		row[0]++
		for j := range len(b) {
			change := last
			if a[i] != b[j] {
				change++
			}
			last, row[j+1] = row[j+1], min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}

// Refusal is an order that makes no sense: what is wrong with it, and what to write instead.
type Refusal struct {
	What string `json:"error"`
	Hint string `json:"hint"`
}

func (r *Refusal) Error() string { return r.What }

func refuse(hint, format string, a ...any) error {
	return &Refusal{What: fmt.Sprintf(format, a...), Hint: hint}
}
