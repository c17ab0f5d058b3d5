package main

import (
	"fmt"
	"strings"

	"github.com/itbytes/landfall/plan"
)

// need is what somebody must see to before a run can go on, in every landing where it is the same.
type need struct {
	state   plan.StepState
	cloud   plan.Cloud
	step    string // empty where it is the whole landing
	where   []string
	why     []string // a line each, of the first landing
	landing string   // the first, as resume takes it
}

// Of a need, so many places are named; of all needs, so many are shown.
const (
	placesShown = 4
	needsShown  = 20
)

// needs are what somebody must see to, each with what releases it.
func needs(r plan.Report) []string {
	var all []*need
	for _, l := range r.Landings {
		for _, n := range needsOf(l) {
			all = gathered(all, n)
		}
	}
	var out []string
	for i, n := range all {
		if i == needsShown {
			out = append(out, fmt.Sprintf("and %d more: landfall status %s -o json has them all", len(all)-i, r.Plan))
			break
		}
		out = append(out, n.lines(r.Plan)...)
	}
	if r.Registry.State == plan.StepHeld {
		out = append(out, "held: registry "+r.Registry.Table, "  "+r.Registry.Why,
			fmt.Sprintf("  then: landfall resume %s --decision retry --reason \"…\"", r.Plan))
	}
	return out
}

// gathered adds a need to those there are, or to the one that is like it.
func gathered(all []*need, n need) []*need {
	hint := func(n need) string { return n.why[len(n.why)-1] }
	for _, a := range all {
		if a.state == n.state && a.cloud == n.cloud && a.step == n.step && hint(*a) == hint(n) {
			a.where = append(a.where, n.where...)
			return all
		}
	}
	return append(all, &n)
}

// needsOf are the needs of one landing.
func needsOf(l plan.LandingReport) []need {
	id := string(l.Cloud) + "/" + l.Environment
	var out []need
	for _, s := range l.Steps {
		n := need{state: s.State, cloud: l.Cloud, step: s.Name, where: []string{id + "/" + s.Name}, landing: id}
		switch s.State {
		case plan.StepHeld, plan.StepFailed:
			n.why = noted(s.Fault)
		case plan.StepWaiting:
			n.why = []string{awaited(s, l)}
		default:
			continue
		}
		out = append(out, n)
	}
	if len(out) == 0 && l.State == plan.LandingWaiting {
		out = append(out, need{state: plan.StepPending, cloud: l.Cloud, where: []string{id}, why: []string{l.Why}, landing: id})
	}
	if len(l.Steps) == 0 && (l.State == plan.LandingHeld || l.State == plan.LandingFailed) {
		out = append(out, need{state: plan.StepState(l.State), cloud: l.Cloud, where: []string{id}, why: []string{l.Why}, landing: id})
	}
	return out
}

// lines show a need: where, why, and what releases it.
func (n need) lines(name string) []string {
	where := strings.Join(n.where[:min(placesShown, len(n.where))], ", ")
	if more := len(n.where) - placesShown; more > 0 {
		where += fmt.Sprintf(", and %d more like it", more)
	}
	what := string(n.state)
	switch n.state {
	case plan.StepWaiting:
		what = "waits for a person"
	case plan.StepPending:
		what = "waits for another landing"
	}
	out := []string{what + ": " + where}
	for _, w := range n.why {
		out = append(out, "  "+w)
	}
	switch only := "--landing " + n.landing; {
	case n.state == plan.StepWaiting:
		out = append(out, "  it goes on by itself once the API shows it")
	case n.state == plan.StepPending:
		out = append(out, "  it goes on by itself once that is so")
	case n.state == plan.StepHeld:
		if len(n.where) > 1 && n.step != "" {
			only = "--step " + n.step
		}
		out = append(out, fmt.Sprintf("  then: landfall resume %s %s --decision retry --reason \"…\"", name, only))
	}
	return out
}

// noted is a fault's sentence and what to do about it, a line each.
func noted(n *plan.Note) []string {
	if n == nil {
		return []string{"no reason was given"}
	}
	if n.Hint == "" {
		return []string{n.Message}
	}
	return []string{n.Message, n.Hint}
}

// awaited is what a person is to bring about.
func awaited(s plan.StepReport, l plan.LandingReport) string {
	if n := len(s.Waits); n > 0 {
		return s.Waits[n-1].For
	}
	return l.Why
}
