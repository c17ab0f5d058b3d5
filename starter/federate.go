package main

import (
	"slices"

	"github.com/spf13/cobra"

	"github.com/itbytes/landfall/plan"
)

// federate shows which credentials could be done without, and has its verbs do it.
func (d *desk) federate() *cobra.Command {
	var id string
	cmd := &cobra.Command{
		Use:   "federate PLAN",
		Short: "Say which credentials could be done without by federation, and how; its verbs do it, the key goes last.",
		Long: "federate says of each credential whether its consumers could sign in by tokens of their own, and what lets them; it needs\n" +
			"no server. preview looks at what stands and says what would be done; apply has the consumer's cloud sign tokens for it and\n" +
			"the credential's identity trust them, and sees it sign in; retire takes the key away once that works: it is switched off,\n" +
			"watched and deleted last. Until then undo takes all of it back that apply did.",
		Example: "  landfall federate examples/itbytes.yaml\n  landfall federate preview examples/itbytes.yaml --credential itmanagesgcp\n" +
			"  landfall federate apply itbytes --credential itmanagesgcp --reason \"no key where a role will do\"\n" +
			"  landfall federate retire itbytes --credential itmanagesgcp --reason \"the pipeline signs in by its own token\"",
		Args: one("PLAN"),
		RunE: func(cmd *cobra.Command, args []string) error {
			p, err := d.plan(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			all, err := federations(p, id, args[0])
			if err != nil {
				return err
			}
			return d.showFederations(p.Metadata.Name, all)
		},
	}
	cmd.Flags().StringVar(&id, "credential", "", "only this one")
	cmd.AddCommand(d.federatePreview(), d.federateApply(), d.federateRetire(), d.federateUndo(), d.federateStatus())
	return cmd
}

// federations are what the plan says of its credentials, or of one of them.
func federations(p plan.Plan, id, arg string) ([]plan.Federation, error) {
	all, err := p.Federations()
	if err != nil {
		return nil, failed(err, "Mend the plan.", "%v", err)
	}
	if id == "" {
		return all, nil
	}
	var known []string
	for _, f := range all {
		known = append(known, f.Credential)
	}
	all = slices.DeleteFunc(all, func(f plan.Federation) bool { return f.Credential != id })
	if len(all) == 0 {
		return nil, usage("the plan "+p.Metadata.Name+" has no credential called "+id, meant(id, known)+"See landfall federate "+arg+".")
	}
	return all, nil
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
		d.say("  why      %s", f.Why)
		for _, w := range f.Ways {
			d.say("  who      %s", w.Who)
			if w.First != "" {
				d.say("  first    %s", w.First)
			}
			if w.Lines != "" {
				d.say("  plan     %s", w.Lines)
			}
			d.say("  proof    %s", w.Proof)
		}
		for _, next := range [][2]string{{"preview", f.Preview}, {"apply", f.Apply}, {"last", f.Retire}} {
			if next[1] != "" {
				d.say("  %-8s %s", next[0], next[1])
			}
		}
	}
	if len(all) == 0 {
		d.say("%s has no long-lived credential: there is nothing to do without", name)
	}
	return nil
}
