package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
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
	var of, from string
	list := &cobra.Command{
		Use:     "list [PLAN]",
		Short:   "List every row of the registry, or of its newest export while AWS is away.",
		Example: "  landfall registry list\n  landfall registry list itbytes -o json\n  landfall registry list itbytes --from azure",
		Args:    atMostOne("PLAN"),
		RunE: func(cmd *cobra.Command, args []string) error {
			shown, err := d.rows(cmd.Context(), args, from)
			if err != nil {
				return err
			}
			return d.showRows(shown)
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
			shown, err := d.rows(cmd.Context(), given, from)
			if err != nil {
				return err
			}
			shown.Rows = slices.DeleteFunc(shown.Rows, func(r plan.Row) bool { return !strings.EqualFold(r.Project, args[0]) })
			if len(shown.Rows) == 0 {
				return failed(nil, "See landfall registry list for those that are.", "no project named %q is in the registry", args[0])
			}
			return d.showRows(shown)
		},
	}
	show.Flags().StringVar(&of, "plan", "", "whose registry, where several plans have run")
	for _, c := range []*cobra.Command{list, show} {
		c.Flags().StringVar(&from, "from", "", "azure or gcp: read the signed export there, and ask AWS nothing")
	}
	cmd.AddCommand(list, show)
	d.verbsOnly(cmd)
	return cmd
}

// rows reads the registry, or an export of it, through a worker, which has the credentials.
func (d *desk) rows(ctx context.Context, args []string, from string) (shown workflows.ShownRegistry, err error) {
	c, err := d.connect(ctx)
	if err != nil {
		return shown, err
	}
	defer c.Close()
	names, err := d.named(ctx, c, args)
	if err != nil {
		return shown, err
	}
	switch len(names) {
	case 0:
		return shown, failed(nil, "Start one with landfall migrate PLAN, or name a plan's file: landfall registry list PLAN.", "no plan has run here, so there is no registry to read")
	case 1:
	default:
		return shown, usage(fmt.Sprintf("%d plans have run here", len(names)), "Name one: landfall registry list PLAN, or landfall registry show PROJECT --plan PLAN.")
	}
	if err := staffed(ctx, c, workflows.Queue); err != nil {
		return shown, err
	}
	t := names[0]
	id, summary := "registry/"+t.name, "read the registry of "+t.name
	if from != "" {
		id, summary = id+"/"+from, summary+" as it was exported to "+from
	}
	run, err := c.ExecuteWorkflow(ctx, client.StartWorkflowOptions{
		ID: id, TaskQueue: workflows.Queue, StaticSummary: summary, WorkflowExecutionTimeout: 5 * time.Minute,
	}, workflows.ShowRegistryType, workflows.ShowRegistryInput{Plan: t.plan, PlanRef: t.ref(), From: from, Containers: containersOf(ctx, c, t)})
	if err != nil {
		return shown, failed(err, "See that the Temporal server answers.", "the registry could not be asked: %v", err)
	}
	if err := outcome(ctx, c, run, &shown); err != nil {
		return shown, elsewhere(ended(err, "reading of the registry"), t, from)
	}
	return shown, nil
}

// elsewhere adds to why the registry could not be read that exports of it can be.
func elsewhere(err error, t target, from string) error {
	var said *trouble
	if t.plan == nil || from != "" || !errors.As(err, &said) {
		return err
	}
	for _, to := range t.plan.WithDefaults().Registry.ExportTo {
		cloud, _, _ := strings.Cut(to, "/")
		said.Hint = strings.TrimSpace(said.Hint + " Meanwhile: landfall registry list " + t.name + " --from " + cloud + ".")
		break
	}
	return err
}

// containersOf are the accounts, subscriptions and projects that the last run found, by landing, for those that the plan
// does not adopt. Where no run is remembered there are none.
func containersOf(ctx context.Context, c client.Client, t target) map[string]string {
	last, err := stand(ctx, c, t.name)
	if err != nil {
		return nil
	}
	out := map[string]string{}
	for _, r := range last.Registry.Rows {
		if r.Kind == "landing" {
			out[string(r.Cloud)+"/"+r.Environment] = r.ID
		}
	}
	return out
}

func (d *desk) showRows(shown workflows.ShownRegistry) error {
	if d.output == "json" {
		if shown.Rows == nil {
			shown.Rows = []plan.Row{}
		}
		return d.json(shown)
	}
	if p := shown.Proof; p != nil {
		d.say("signed by key %s, as of %s", p.Key, p.AsOf.UTC().Format(time.RFC3339))
		d.say("read from %s (%s)", p.Where, p.Landing)
	}
	w := tabwriter.NewWriter(d.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "PROJECT\tCLOUD\tKIND\tENVIRONMENT\tID\tCREDENTIAL")
	for _, r := range shown.Rows {
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
