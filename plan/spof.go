package plan

import (
	"fmt"
	"slices"
	"strings"
)

// SPOF is a single point of failure: something of which there is one, and what stops with it. To stop is to be out of
// Landfall's and its operators' reach: a zone whose login is lost goes on answering, and nobody can change it.
type SPOF struct {
	Name   string   `json:"name"`
	Kind   string   `json:"kind"`
	Stops  []string `json:"stops"`
	GoesOn []string `json:"goesOn,omitempty"` // what would stop, and has another way
	Why    string   `json:"why,omitempty"`    // why there is but one
	Mend   string   `json:"mend,omitempty"`   // the plan's field, or the act, that makes it hurt less
}

// SinglePoints are the plan's single points of failure, by kind: what stops, through everything that needs it, when that
// one thing is lost. A plan that is not valid has none; the error is Problems.
func (p Plan) SinglePoints() ([]SPOF, error) {
	landings, err := p.Resolve()
	if err != nil {
		return nil, err
	}
	w := newWeb(p.WithDefaults(), landings)
	out := []SPOF{}
	for _, kind := range spofKinds() {
		for _, key := range w.order {
			t := w.things[key]
			if t.kind != kind {
				continue
			}
			if s, hurts := w.lost(key); hurts {
				out = append(out, s)
			}
		}
	}
	return out, nil
}

// Container is what a cloud calls what an environment stands in.
func (c Cloud) Container() string {
	switch c {
	case AWS:
		return "account"
	case Azure:
		return "subscription"
	case GCP:
		return "project"
	}
	return "container"
}

// spofKinds are the kinds of things that can be lost, in the order in which they are told.
func spofKinds() []string {
	return []string{
		"login", "identity provider", AWS.Container(), Azure.Container(), GCP.Container(), Cloud("").Container(),
		"domain", "vault", "key", "registry", "journal", "webhook", "temporal",
	}
}

// lost says what stops when a thing is lost, and whether that is more than the thing itself.
func (w *web) lost(key string) (SPOF, bool) {
	t := w.things[key]
	stopped := w.stopped(key)
	s := SPOF{Name: t.name, Kind: t.kind, Stops: slices.Clone(t.own), Why: t.why, Mend: t.mend}
	hurts := len(t.own) > 0
	for _, other := range w.order {
		o := w.things[other]
		switch {
		case other == key:
		case stopped[other]:
			if o.says != "" {
				s.Stops = append(s.Stops, o.says)
			}
			hurts = hurts || !o.minor && other != t.holds
		default:
			if way := o.otherWay(w, stopped); way != "" {
				s.GoesOn = append(s.GoesOn, way)
			}
		}
	}
	s.Stops, s.GoesOn = w.counted(s.Stops), w.counted(s.GoesOn)
	return s, hurts
}

// stopped is everything that stops when a thing is lost, that thing too.
func (w *web) stopped(key string) map[string]bool {
	out := map[string]bool{key: true}
	for next := []string{key}; len(next) > 0; {
		var then []string
		for _, gone := range next {
			for _, key := range w.needed[gone] {
				if !out[key] && w.things[key].stops(out) {
					out[key] = true
					then = append(then, key)
				}
			}
		}
		next = then
	}
	return out
}

// stops reports whether a thing stops with others: one of its needs has no way left.
func (t *thing) stops(stopped map[string]bool) bool {
	return slices.ContainsFunc(t.needs, func(ways []string) bool {
		return !slices.ContainsFunc(ways, func(way string) bool { return !stopped[way] })
	})
}

// otherWay says how a thing goes on whose first way has stopped, or "".
func (t *thing) otherWay(w *web, stopped map[string]bool) string {
	for _, ways := range t.needs {
		if t.goesOn == "" || !stopped[ways[0]] {
			continue
		}
		for _, way := range ways[1:] {
			if !stopped[way] {
				return t.goesOn + " by " + w.things[way].name
			}
		}
	}
	return ""
}

// counted keeps a list short: logins, and the landings of a cloud, are counted where they are too many to name, and all of
// the plan's landings where none is missing.
func (w *web) counted(list []string) []string {
	const many = 12
	n, all := map[string]int{}, 0
	for _, said := range list {
		n[w.group(said)]++
		if w.cloudOf[said] != "" {
			all++
		}
	}
	var out []string
	for _, said := range list {
		group := w.group(said)
		switch {
		case group == "":
		case w.cloudOf[said] != "" && all == len(w.cloudOf) && all > 3:
			said = fmt.Sprintf("all %d landings", all)
		case n[group] > many:
			said = fmt.Sprintf("%d %s", n[group], group)
		}
		if !slices.Contains(out, said) {
			out = append(out, said)
		}
	}
	return out
}

// group is what a thing is counted among; empty for what is always named.
func (w *web) group(said string) string {
	first, more, _ := strings.Cut(said, " ")
	switch cloud := w.cloudOf[first]; {
	case first == "login":
		return "logins"
	case cloud != "" && more != "":
		return "landings in " + cloud + " by their fallbacks"
	case cloud != "":
		return "landings in " + cloud
	}
	return ""
}
