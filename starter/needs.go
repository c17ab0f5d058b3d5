package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/itbytes/landfall/plan"
)

// need is what somebody must see to before a run can go on, in every landing where it is the same.
type need struct {
	state    plan.StepState
	cloud    plan.Cloud
	step     string // empty where it is the whole landing
	login    string // of a lost login, which is the same need wherever it is met
	where    []string
	why      []string // a line each, of the first landing
	landing  string   // the first, as resume takes it
	since    time.Time
	behind   int
	releases string
	next     time.Time
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
	if n, held := needOfRegistry(r.Registry); held {
		all = gathered(all, n)
	}
	var out []string
	for i, n := range all {
		if i == needsShown {
			out = append(out, fmt.Sprintf("and %d more: landfall status %s -o json has them all", len(all)-i, r.Plan))
			break
		}
		out = append(out, n.lines(r.Plan)...)
	}
	return out
}

// needOfRegistry is what the registry's own step needs.
func needOfRegistry(r plan.RegistryReport) (need, bool) {
	if r.State != plan.StepHeld {
		return need{}, false
	}
	n := need{state: plan.StepHeld, cloud: plan.AWS, step: "registry", where: []string{"registry " + r.Table}, why: []string{r.Why}}
	n.hold(r.Hold)
	return n, true
}

// hold takes in what is known of a hold.
func (n *need) hold(h *plan.HoldReport) {
	if h == nil {
		return
	}
	n.since, n.behind, n.releases, n.next = h.Since, len(h.Behind), h.Releases, h.Next
	if h.Kind == "SessionExpired" || h.Kind == "Locked" && strings.Contains(h.Releases, "landfall login") {
		n.login = h.Login
	}
}

// gathered adds a need to those there are, or to the one that is like it.
func gathered(all []*need, n need) []*need {
	hint := func(n need) string { return n.why[len(n.why)-1] }
	for _, a := range all {
		same := a.state == n.state && a.cloud == n.cloud && a.step == n.step && hint(*a) == hint(n)
		if n.login != "" && a.login == n.login || n.login == "" && a.login == "" && same {
			a.where = append(a.where, n.where...)
			a.behind += n.behind
			if !n.since.IsZero() && n.since.Before(a.since) {
				a.since = n.since
			}
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
		n.hold(s.Hold)
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
	if !n.since.IsZero() {
		out[0] += ", since " + n.since.Local().Format("2006-01-02 15:04:05")
	}
	if n.behind > 0 {
		out = append(out, fmt.Sprintf("  %d steps wait behind it", n.behind))
	}
	switch {
	case n.releases != "":
		out = append(out, "  ends when "+n.release(name))
		if !n.next.IsZero() {
			out = append(out, "  looked at again at "+n.next.Local().Format("15:04:05"))
		}
	case n.state == plan.StepWaiting:
		out = append(out, "  it goes on by itself once the API shows it")
	case n.state == plan.StepPending:
		out = append(out, "  it goes on by itself once that is so")
	case n.state == plan.StepHeld:
		out = append(out, fmt.Sprintf("  then: landfall resume %s %s --decision retry --reason \"…\"", name, n.only()))
	}
	return out
}

// only narrows a resume to the need: to its landing, or to its step where several landings have it.
func (n need) only() string {
	if n.landing == "" {
		return "--step " + n.step
	}
	if len(n.where) > 1 && n.step != "" {
		return "--step " + n.step
	}
	return "--landing " + n.landing
}

// release is what ends a need; of one that several landings have, the command for all of them.
func (n need) release(name string) string {
	one := "landfall resume " + name + " --landing " + n.landing + " --step " + n.step
	return strings.Replace(n.releases, one, "landfall resume "+name+" "+n.only(), 1)
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
