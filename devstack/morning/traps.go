package morning

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/itbytes/landfall/plan"
)

// trap is something that went wrong that morning, and how a report shows what became of it. Without an answer the morning has
// not been played.
type trap struct {
	then string
	now  func(plan.Report) (string, error)
}

// traps are the rows of the paper's table.
func traps() []trap {
	return []trap{
		{"the SSO session of AWS mgmt expired and all three clouds felt it", lockout},
		{"45 minutes went into enabling multi-factor authentication that was on", alreadySo},
		{"the baseline was run without looking: duplicate networks and groups", adopted},
		{"a licence was to be bought that was owned; the blocker was a preview's approval", entitled},
		{"six wrong portal addresses and menu paths", byHand},
		{"temporary, half-done state was left behind", receipts},
	}
}

// step finds a step of a landing.
func step(r plan.Report, landing, name string) (plan.StepReport, error) {
	for _, l := range r.Landings {
		if string(l.Cloud)+"/"+l.Environment != landing {
			continue
		}
		for _, s := range l.Steps {
			if s.Name == name {
				return s, nil
			}
		}
	}
	return plan.StepReport{}, fmt.Errorf("the report has no step %s/%s", landing, name)
}

// each calls f with every step.
func each(r plan.Report, f func(landing string, s plan.StepReport)) {
	for _, l := range r.Landings {
		for _, s := range l.Steps {
			f(string(l.Cloud)+"/"+l.Environment, s)
		}
	}
}

func lockout(r plan.Report) (string, error) {
	waited, by, others := 0.0, map[string]int{}, []string{}
	each(r, func(landing string, s plan.StepReport) {
		for _, w := range s.Waits {
			switch {
			case w.Kind != "SessionExpired":
			case landing == "aws/mgmt":
				waited = max(waited, w.Seconds)
			case !slices.Contains(others, landing):
				others = append(others, landing)
			}
		}
		if s.Login != "" {
			by[landing+" by "+s.Login]++
		}
	})
	if waited == 0 || len(by) < 2 || len(others) > 0 {
		return "", fmt.Errorf("aws/mgmt waited %.1f s for a sign-in, others too: %v, went on by a fallback: %v", waited, others, by)
	}
	var on []string
	for _, of := range []string{"aws/prod by aws-prod-keys", "aws/dti by aws-dti-keys"} {
		on = append(on, fmt.Sprintf("%s (%d steps)", of, by[of]))
	}
	return fmt.Sprintf("aws/mgmt alone waited, %.1f s for one sign-in, and ended by itself; %s went on", waited, strings.Join(on, " and ")), nil
}

func alreadySo(r plan.Report) (string, error) {
	var so []string
	each(r, func(landing string, s plan.StepReport) {
		if s.Objective == "O05" && s.Change == plan.None && len(s.Evidence) > 0 {
			so = append(so, landing+" "+s.Evidence[0])
		}
	})
	if len(so) < 3 {
		return "", fmt.Errorf("a second factor is already so in %v alone", so)
	}
	return "already so, with the evidence: " + strings.Join(so, "; "), nil
}

func adopted(r plan.Report) (string, error) {
	var found []string
	for _, name := range []string{"resource-group", "vnet", "nsg"} {
		s, err := step(r, "azure/prod", name)
		if err != nil {
			return "", err
		}
		if s.Change != plan.Adopted {
			return "", fmt.Errorf("azure/prod/%s was %s, not adopted", name, s.Change)
		}
		found = append(found, s.ID[strings.LastIndex(s.ID, "/")+1:])
	}
	return "found, matched and adopted: " + strings.Join(found, ", ") + " of azure/prod; the strays beside them are left to whoever owns them", nil
}

func entitled(r plan.Report) (string, error) {
	waited, says, where := 0.0, "", []string{}
	each(r, func(landing string, s plan.StepReport) {
		for _, w := range s.Waits {
			if w.Kind == "PendingApproval" {
				waited, says, where = max(waited, w.Seconds), cmp.Or(says, w.For), append(where, landing+"/"+s.Name)
			}
		}
	})
	if len(where) == 0 {
		return "", errors.New("no step waited for a preview's approval")
	}
	return fmt.Sprintf("%s waited %.1f s, looked at its state and went on by themselves: %s", strings.Join(where, ", "), waited, says), nil
}

func byHand(r plan.Report) (string, error) {
	s, err := step(r, "gcp/mgmt", "org-name")
	if err != nil {
		return "", err
	}
	if s.Change != plan.Manual || len(s.Waits) == 0 || len(s.Evidence) == 0 {
		return "", fmt.Errorf("gcp/mgmt/org-name was %s, waits %v, evidence %v", s.Change, s.Waits, s.Evidence)
	}
	return fmt.Sprintf("what no API does was asked for as an outcome (%s), done by a person within %.1f s, and proven: %s", s.Waits[0].For, s.Waits[0].Seconds, s.Evidence[0]), nil
}

func receipts(r plan.Report) (string, error) {
	n := map[plan.Inverse]int{}
	all := 0
	each(r, func(_ string, s plan.StepReport) {
		if s.Change == plan.Create || s.Change == plan.Update {
			n[cmp.Or(s.Inverse, plan.NoInverse)]++
			all++
		}
	})
	if all == 0 {
		return "", errors.New("the run changed nothing")
	}
	return fmt.Sprintf("%d changes, each with a receipt; an abort would put %d back, switch %d off, put %d in quarantine, and say of %d that they stay",
		all, n[plan.Revert], n[plan.Neutralise], n[plan.Quarantine], n[plan.NoInverse]), nil
}
