package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/itbytes/landfall/audit/ocsf"
	"github.com/itbytes/landfall/plan"
	"github.com/itbytes/landfall/workflows"
)

// credentials shows what stands of a plan's long-lived credentials.
func (d *desk) credentials() *cobra.Command {
	cmd := &cobra.Command{Use: "credentials", Short: "Look at the long-lived credentials of plans.", Example: "  landfall credentials list itbytes"}
	list := &cobra.Command{
		Use:   "list [PLAN]",
		Short: "List every credential with its age, when it was last used, when it expires and what is wrong with it; it reads only.",
		Long: "list reads each credential's keys in its cloud and in the vault, and says which are over age, expiring, orphans, foreign,\n" +
			"dangling or never used; connect-token is the token by which the workers ask 1Password. Without PLAN it looks at every plan\n" +
			"that has run. Findings are the answer, and no failure (exit 0); a credential that could not be read is (exit 1). With\n" +
			"-o ocsf each finding is an event of OCSF " + ocsf.Version + " on a line of its own, under the same finding_info.uid at every look.",
		Example:     "  landfall credentials list\n  landfall credentials list itbytes -o json\n  landfall credentials list itbytes -o ocsf >> findings.jsonl",
		Args:        atMostOne("PLAN"),
		Annotations: map[string]string{alsoAs: "ocsf"},
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx := cmd.Context()
			c, err := d.connect(ctx)
			if err != nil {
				return err
			}
			defer c.Close()
			targets, err := d.named(ctx, c, args)
			if err != nil {
				return err
			}
			if len(targets) > 0 {
				if err := staffed(ctx, c, workflows.Queue); err != nil {
					return err
				}
			}
			var all []workflows.Posture
			for _, t := range targets {
				p, err := posture(ctx, c, t)
				if err != nil {
					return err
				}
				all = append(all, p)
			}
			return d.showPostures(all, time.Now())
		},
	}
	cmd.AddCommand(list)
	d.verbsOnly(cmd)
	return cmd
}

// showPostures shows the credentials of plans, in the form that is asked for.
func (d *desk) showPostures(all []workflows.Posture, now time.Time) error {
	credentials := []plan.CredentialReport{}
	for _, p := range all {
		credentials = append(credentials, p.Credentials...)
	}
	if d.output != "ocsf" {
		return d.showCredentials(credentials, now)
	}
	d.unread(credentials)
	enc := json.NewEncoder(d.out)
	for _, p := range all {
		for _, e := range ocsf.Posture(p.Plan, p.Credentials, now) {
			if err := enc.Encode(e); err != nil {
				return err
			}
		}
	}
	return nil
}

// unread sets the exit code where a credential could not be read.
func (d *desk) unread(all []plan.CredentialReport) {
	if slices.ContainsFunc(all, func(r plan.CredentialReport) bool { return r.Fault != nil }) {
		d.code = exitFailed
	}
}

// showCredentials shows a table of credentials, and below it what is wrong with them.
func (d *desk) showCredentials(all []plan.CredentialReport, now time.Time) error {
	d.unread(all)
	if d.output == "json" {
		return d.json(map[string]any{"credentials": all})
	}
	if len(all) == 0 {
		d.say("no plan that has run here has a long-lived credential")
		return nil
	}
	w := tabwriter.NewWriter(d.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "ID\tKIND\tKEPT AT\tAGE\tLAST USED\tEXPIRES\tOWNER\tKEYS\tFINDINGS")
	for _, r := range all {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", r.ID, r.Kind, r.Item, ageOf(r), usedOf(r, now), day(r.Expires), or(r.Owner, "-"), keysOf(r), findingsOf(r))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	for _, r := range all {
		if r.Fault != nil {
			d.say("\n%s could not be read: %s", r.ID, strings.Join(noted(r.Fault), " "))
		}
		for _, f := range r.Findings {
			d.say("\n%s, %s: %s\n  %s", r.ID, f.Kind, f.What, f.Do)
		}
	}
	return nil
}

func ageOf(r plan.CredentialReport) string {
	if r.Age <= 0 {
		return "-"
	}
	return span(r.Age)
}

// usedOf is when the current key was last used, as far as its cloud tells.
func usedOf(r plan.CredentialReport, now time.Time) string {
	if !r.Used.IsZero() {
		return span(now.Sub(r.Used)) + " ago"
	}
	for _, k := range r.Keys {
		if k.Slot == plan.Current && k.Tells {
			return "never"
		}
	}
	return "not told"
}

// keysOf counts the keys that stand, by where the vault holds them.
func keysOf(r plan.CredentialReport) string {
	if r.Fault != nil {
		return "?"
	}
	other := 0
	for _, k := range r.Keys {
		if k.Slot == "" {
			other++
		}
	}
	if other > 0 {
		return fmt.Sprintf("%d, %d not in the vault", len(r.Keys), other)
	}
	return strconv.Itoa(len(r.Keys))
}

func findingsOf(r plan.CredentialReport) string {
	if r.Fault != nil {
		return string(plan.Unread)
	}
	var kinds []string
	for _, f := range r.Findings {
		kinds = append(kinds, string(f.Kind))
	}
	return or(strings.Join(kinds, ", "), "-")
}

func day(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return t.UTC().Format(time.DateOnly)
}

// span is a length of time in its largest unit.
func span(d time.Duration) string {
	switch {
	case d >= 48*time.Hour:
		return strconv.Itoa(int(d/(24*time.Hour))) + "d"
	case d >= 2*time.Hour:
		return strconv.Itoa(int(d/time.Hour)) + "h"
	case d >= 2*time.Minute:
		return strconv.Itoa(int(d/time.Minute)) + "m"
	}
	return strconv.Itoa(int(max(d, 0)/time.Second)) + "s"
}
