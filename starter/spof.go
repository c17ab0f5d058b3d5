package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/itbytes/landfall/plan"
)

// singlePoints are the logins and containers that stop more than themselves when they are lost, as a plan has them. What
// has a fallback login does not stop with its own.
func singlePoints(p plan.Plan) ([]plan.SPOF, error) {
	landings, err := p.Resolve()
	if err != nil {
		return nil, err
	}
	p = p.WithDefaults()
	logins := map[string]*plan.SPOF{}
	var order []string
	for _, l := range landings {
		if l.Fallback != nil || l.Login.Name == "" {
			continue
		}
		s, known := logins[l.Login.Name]
		if !known {
			s = &plan.SPOF{Name: l.Login.Name, Kind: "login"}
			logins[s.Name], order = s, append(order, s.Name)
		}
		s.Stops = append(s.Stops, append([]string{l.ID()}, held(p, l)...)...)
	}
	out := []plan.SPOF{}
	for _, name := range order {
		out = append(out, *logins[name])
	}
	for _, l := range landings {
		s := plan.SPOF{Name: l.Adopt.ID, Kind: container(l.Cloud)}
		if s.Name == "" {
			s.Name = l.Name
		}
		s.Stops = append([]string{l.ID()}, held(p, l)...)
		for _, name := range order { // a login that is signed in to in this account is lost with it
			if login := p.Logins[name]; login.Account != "" && login.Account == l.Adopt.ID {
				s.Stops = append(s.Stops, "login "+name)
				for _, more := range logins[name].Stops {
					if !slices.Contains(s.Stops, more) {
						s.Stops = append(s.Stops, more)
					}
				}
			}
		}
		if len(s.Stops) > 1 {
			out = append(out, s)
		}
	}
	for i := range out {
		out[i] = counted(out[i])
	}
	return out, nil
}

// counted names what stops, and counts the landings of a cloud where they are too many to name.
func counted(s plan.SPOF) plan.SPOF {
	const many = 12
	n := map[string]int{}
	cloudOf := func(stop string) string { // of a landing; everything else is two words or one
		cloud, _, is := strings.Cut(stop, "/")
		if !is || strings.Contains(stop, " ") {
			return ""
		}
		return cloud
	}
	for _, stop := range s.Stops {
		n[cloudOf(stop)]++
	}
	var out []string
	for _, stop := range s.Stops {
		cloud := cloudOf(stop)
		if cloud != "" && n[cloud] > many {
			stop = fmt.Sprintf("%d landings in %s", n[cloud], cloud)
		}
		if !slices.Contains(out, stop) {
			out = append(out, stop)
		}
	}
	s.Stops = out
	return s
}

// held is what a landing holds for others.
func held(p plan.Plan, l plan.Landing) []string {
	var out []string
	if l.Cloud == plan.AWS && l.Environment == p.Registry.Environment {
		out = append(out, "registry")
	}
	if l.Zone != "" {
		out = append(out, "zone "+l.Zone)
	}
	for _, id := range l.Identities {
		if id.Home == l.Environment && l.Cloud != plan.AWS { // in AWS every account has its own
			out = append(out, "identity "+id.Name)
		}
	}
	return out
}

// container is what a cloud calls what an environment stands in.
func container(c plan.Cloud) string {
	switch c {
	case plan.AWS:
		return "account"
	case plan.Azure:
		return "subscription"
	case plan.GCP:
		return "project"
	}
	return "container"
}
