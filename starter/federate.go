package main

import (
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/itbytes/landfall/plan"
	"github.com/itbytes/landfall/workflows"
)

// federate shows which credentials could be done without, and takes one away that has been.
func (d *desk) federate() *cobra.Command {
	var id, reason, since string
	var retire bool
	gone := workflows.Retire{}
	cmd := &cobra.Command{
		Use:   "federate PLAN",
		Short: "Say which credentials could be done without by federation, and how; with --retire, take away one that has been.",
		Long: "federate says of each credential whether its consumers could sign in by tokens of their own, the plan's lines that let\n" +
			"them, and what proves it; it needs no server. Once federation stands, --retire takes the key away: it is switched off\n" +
			"where nobody has used it, watched, and deleted last. Until then landfall rotate rollback brings it back.",
		Example: "  landfall federate examples/itbytes.yaml\n  landfall federate itbytes --credential itmanagesgcp --retire --reason \"the pipeline signs in by its own token\"",
		Args:    one("PLAN"),
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx := cmd.Context()
			long, err := plan.Duration(since)
			switch {
			case err != nil:
				return usage("--since is a length of time such as 7d or 36h", "See landfall federate -h.")
			case retire && (id == "" || reason == "" || d.operator == ""):
				return usage("--retire takes --credential and --reason, and --operator where your name is not known", "All are kept with the run.")
			case !retire && (gone.Word || reason != ""):
				return usage("--reason and --yes-by-word belong to --retire", "See landfall federate -h.")
			}
			p, err := d.plan(ctx, args[0])
			if err != nil {
				return err
			}
			all, err := p.Federations()
			if err != nil {
				return failed(err, "Mend the plan.", "%v", err)
			}
			if id != "" {
				all = slices.DeleteFunc(all, func(f plan.Federation) bool { return f.Credential != id })
				if len(all) == 0 {
					return usage("the plan "+p.Metadata.Name+" has no credential called "+id, "See landfall federate "+args[0]+".")
				}
			}
			if !retire {
				return d.showFederations(p.Metadata.Name, all)
			}
			if f := all[0]; f.State != plan.FederationStands {
				return failed(nil, "See landfall federate "+args[0]+" --credential "+id+" for what comes first.", "%s is not to be retired: %s", id, f.Why)
			}
			c, err := d.connect(ctx)
			if err != nil {
				return err
			}
			defer c.Close()
			gone.Since = long
			in := workflows.RotateCredentialsInput{Credentials: []string{id}, Operator: d.operator, Reason: reason, Retire: &gone}
			return d.rotateNow(ctx, c, target{name: p.Metadata.Name, plan: &p}, in, 5*time.Minute)
		},
	}
	cmd.Flags().StringVar(&id, "credential", "", "only this one")
	cmd.Flags().BoolVar(&retire, "retire", false, "take the key away of a credential whose federation stands")
	cmd.Flags().StringVar(&reason, "reason", "", "with --retire: why; it is kept with the run")
	cmd.Flags().StringVar(&since, "since", "7d", "with --retire: for how long nobody may have used the key")
	cmd.Flags().BoolVar(&gone.Word, "yes-by-word", false, "with --retire: you give your word that nobody uses the key, where its cloud cannot tell")
	return cmd
}

func (d *desk) showFederations(name string, all []plan.Federation) error {
	if d.output == "json" {
		return d.json(map[string]any{"plan": name, "federations": all})
	}
	for i, f := range all {
		if i > 0 {
			d.say("")
		}
		d.say("%s (%s, kept at %s): federation %s", f.Credential, f.Kind, f.Item, f.State)
		d.say("  why     %s", f.Why)
		for _, w := range f.Ways {
			d.say("  who     %s", w.Who)
			if w.First != "" {
				d.say("  first   %s", w.First)
			}
			if w.Lines != "" {
				d.say("  plan    %s", w.Lines)
			}
			d.say("  proof   %s", w.Proof)
		}
		if f.Retire != "" {
			d.say("  last    %s", f.Retire)
		}
	}
	if len(all) == 0 {
		d.say("%s has no long-lived credential: there is nothing to do without", name)
	}
	return nil
}
