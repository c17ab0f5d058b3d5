package report

import "github.com/itbytes/landfall/plan"

// criticalPath is the longest chain in time of steps that come after one another in a landing, over all landings: what the
// run could not have been shorter than. Steps are named cloud/environment/step, first to last.
func criticalPath(landings []plan.LandingReport) ([]string, float64) {
	var path []string
	longest := 0.0
	for _, l := range landings {
		names, seconds := longestChain(l.Steps)
		if seconds > longest {
			longest, path = seconds, nil
			for _, n := range names {
				path = append(path, id(l)+"/"+n)
			}
		}
	}
	return path, longest
}

// chain is the longest way to the end of a step.
type chain struct {
	seconds float64
	before  string
}

// longestChain is the longest chain of a landing's steps and how long it takes.
func longestChain(steps []plan.StepReport) ([]string, float64) {
	byName := map[string]plan.StepReport{}
	for _, s := range steps {
		byName[s.Name] = s
	}
	known := map[string]chain{}
	open := map[string]bool{} // a circle of steps, which no catalogue has, ends here
	var to func(name string) chain
	to = func(name string) chain {
		if c, done := known[name]; done || open[name] {
			return c
		}
		open[name] = true
		var c chain
		s := byName[name]
		for _, before := range s.After {
			if _, there := byName[before]; !there {
				continue
			}
			if b := to(before); b.seconds > c.seconds {
				c = chain{b.seconds, before}
			}
		}
		c.seconds += took(s)
		known[name] = c
		return c
	}
	last, longest := "", 0.0
	for _, s := range steps {
		if c := to(s.Name); c.seconds > longest {
			last, longest = s.Name, c.seconds
		}
	}
	var names []string
	for n := last; n != "" && len(names) <= len(steps); n = known[n].before {
		names = append([]string{n}, names...)
	}
	return names, longest
}

// took is how long a step took, its waits with it; 0 where it has not both begun and ended.
func took(s plan.StepReport) float64 {
	if s.Started.IsZero() || s.Ended.Before(s.Started) {
		return 0
	}
	return s.Ended.Sub(s.Started).Seconds()
}
