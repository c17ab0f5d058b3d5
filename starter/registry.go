package main

import (
	"context"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"
	"go.temporal.io/sdk/client"

	"github.com/itbytes/landfall/plan"
	"github.com/itbytes/landfall/workflows"
)

// registry reads the table of what stands where.
func (d *desk) registry() *cobra.Command {
	cmd := &cobra.Command{Use: "registry", Short: "Read the registry of what stands where.", Example: "  landfall registry list itbytes\n  landfall registry show it4bytes-prod-core"}
	var of string
	list := &cobra.Command{
		Use:     "list [PLAN]",
		Short:   "List every row of the registry.",
		Example: "  landfall registry list\n  landfall registry list itbytes -o json",
		Args:    atMostOne("PLAN"),
		RunE: func(cmd *cobra.Command, args []string) error {
			rows, err := d.rows(cmd.Context(), args)
			if err != nil {
				return err
			}
			return d.showRows(rows)
		},
	}
	show := &cobra.Command{
		Use:     "show PROJECT",
		Short:   "Show the rows of one project: a landing or an identity.",
		Example: "  landfall registry show it4bytes-prod-core\n  landfall registry show itmanageso365 --plan itbytes",
		Args:    one("PROJECT"),
		RunE: func(cmd *cobra.Command, args []string) error {
			var given []string
			if of != "" {
				given = []string{of}
			}
			rows, err := d.rows(cmd.Context(), given)
			if err != nil {
				return err
			}
			var found []plan.Row
			for _, r := range rows {
				if strings.EqualFold(r.Project, args[0]) {
					found = append(found, r)
				}
			}
			if len(found) == 0 {
				return failed(nil, "See landfall registry list for those that are.", "no project named %q is in the registry", args[0])
			}
			return d.showRows(found)
		},
	}
	show.Flags().StringVar(&of, "plan", "", "whose registry, where several plans have run")
	cmd.AddCommand(list, show)
	d.verbsOnly(cmd)
	return cmd
}

// rows reads the registry through a worker, which has the credentials.
func (d *desk) rows(ctx context.Context, args []string) ([]plan.Row, error) {
	c, err := d.connect(ctx)
	if err != nil {
		return nil, err
	}
	defer c.Close()
	names, err := d.named(ctx, c, args)
	if err != nil {
		return nil, err
	}
	switch len(names) {
	case 0:
		return nil, failed(nil, "Start one with landfall migrate PLAN, or name a plan's file: landfall registry list PLAN.", "no plan has run here, so there is no registry to read")
	case 1:
	default:
		return nil, usage(fmt.Sprintf("%d plans have run here", len(names)), "Name one: landfall registry list PLAN, or landfall registry show PROJECT --plan PLAN.")
	}
	if err := staffed(ctx, c, workflows.Queue); err != nil {
		return nil, err
	}
	t := names[0]
	in := workflows.ShowRegistryInput{Plan: t.plan, PlanRef: t.ref(), Home: homeOf(ctx, c, t)}
	run, err := c.ExecuteWorkflow(ctx, client.StartWorkflowOptions{
		ID: "registry/" + t.name, TaskQueue: workflows.Queue, StaticSummary: "read the registry of " + t.name,
		WorkflowExecutionTimeout: 5 * time.Minute,
	}, workflows.ShowRegistryType, in)
	if err != nil {
		return nil, failed(err, "See that the Temporal server answers.", "the registry could not be asked: %v", err)
	}
	var rows []plan.Row
	if err := outcome(ctx, c, run, &rows); err != nil {
		return nil, ended(err, "reading of the registry")
	}
	return rows, nil
}

// homeOf is the account that the last run found for the registry, for plans that do not adopt it.
func homeOf(ctx context.Context, c client.Client, t target) string {
	last, err := stand(ctx, c, t.name)
	if err != nil {
		return ""
	}
	for _, r := range last.Registry.Rows {
		if r.Kind == "landing" && r.Cloud == plan.AWS && (t.plan == nil || r.Environment == t.plan.WithDefaults().Registry.Environment) {
			return r.ID
		}
	}
	return ""
}

func (d *desk) showRows(rows []plan.Row) error {
	if d.output == "json" {
		if rows == nil {
			rows = []plan.Row{}
		}
		return d.json(map[string]any{"rows": rows})
	}
	w := tabwriter.NewWriter(d.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "PROJECT\tCLOUD\tKIND\tENVIRONMENT\tID\tCREDENTIAL")
	for _, r := range rows {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", r.Project, r.Cloud, r.Kind, r.Environment, r.ID, or(r.Credential, "-"))
	}
	return w.Flush()
}

func or(s, other string) string {
	if s != "" {
		return s
	}
	return other
}
