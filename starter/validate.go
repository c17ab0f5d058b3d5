package main

import (
	"github.com/spf13/cobra"

	"github.com/itbytes/landfall/plan"
)

// validate says what is wrong with a plan file. It needs no credentials and no server.
func (d *desk) validate() *cobra.Command {
	return &cobra.Command{
		Use:     "validate PLAN",
		Short:   "Say what is wrong with a plan file, with line and column; no credentials and no server are needed.",
		Example: "  landfall validate examples/itbytes.yaml\n  landfall validate plan.yaml -o json",
		Args:    one("PLAN"),
		RunE: func(_ *cobra.Command, args []string) error {
			p, err := d.read(args[0])
			if err != nil {
				return err
			}
			landings, err := p.Resolve()
			if err != nil {
				return failed(err, "Mend the plan.", "%v", err)
			}
			if d.output == "json" {
				return d.json(map[string]any{"plan": p.Metadata.Name, "digest": p.Digest(), "valid": true, "landings": ids(landings)})
			}
			d.say("%s is a valid plan: %d landings, digest %s", args[0], len(landings), p.Digest())
			return nil
		},
	}
}

func ids(landings []plan.Landing) []string {
	out := make([]string, 0, len(landings))
	for _, l := range landings {
		out = append(out, l.ID())
	}
	return out
}
