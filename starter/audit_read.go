package main

import (
	"context"
	"time"

	"go.temporal.io/sdk/client"

	"github.com/itbytes/landfall/audit/chain"
	"github.com/itbytes/landfall/plan"
	"github.com/itbytes/landfall/workflows"
)

// journal is a plan's journal as it was read.
type journal struct {
	plan    string
	records []plan.Record
	head    plan.Head
}

// journal reads a plan's journal through a worker, which has the credentials, page by page.
func (d *desk) journal(ctx context.Context, arg string) (journal, error) {
	c, err := d.connect(ctx)
	if err != nil {
		return journal{}, err
	}
	defer c.Close()
	t, err := d.find(ctx, c, arg)
	if err != nil {
		return journal{}, err
	}
	if err := staffed(ctx, c, workflows.Queue); err != nil {
		return journal{}, err
	}
	in := workflows.ShowJournalInput{Plan: t.plan, PlanRef: t.ref(), Containers: containersOf(ctx, c, t)}
	return readAll(t.name, func(after string) (plan.Page, error) {
		in.After = after
		return readPage(ctx, c, t.name, in)
	})
}

// readAll reads pages until the head is reached, or until nothing more comes and the head has not moved: what is sealed
// while a journal is read must not look like a removal.
func readAll(name string, page func(after string) (plan.Page, error)) (journal, error) {
	j := journal{plan: name}
	for after := ""; ; {
		p, err := page(after)
		if err != nil {
			return j, err
		}
		j.records = append(j.records, p.Records...)
		done := !p.More && (p.Head == j.last() || len(p.Records) == 0 && p.Head == j.head)
		if j.head, after = p.Head, p.Last; done {
			return j, nil
		}
	}
}

// last is where the records end.
func (j journal) last() plan.Head {
	if len(j.records) == 0 {
		return plan.Head{}
	}
	return chain.HeadOf(j.records[len(j.records)-1])
}

// readPage has a worker read one page.
func readPage(ctx context.Context, c client.Client, name string, in workflows.ShowJournalInput) (plan.Page, error) {
	run, err := c.ExecuteWorkflow(ctx, client.StartWorkflowOptions{
		ID: "audit/" + name + "/" + in.After, TaskQueue: workflows.Queue, StaticSummary: "read the journal of " + name,
		WorkflowExecutionTimeout: 5 * time.Minute,
	}, workflows.ShowJournalType, in)
	if err != nil {
		return plan.Page{}, failed(err, "See that the Temporal server answers.", "the journal could not be asked: %v", err)
	}
	var p plan.Page
	if err := outcome(ctx, c, run, &p); err != nil {
		return plan.Page{}, ended(err, "reading of the journal")
	}
	return p, nil
}
