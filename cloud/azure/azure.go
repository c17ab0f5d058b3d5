// Package azure speaks to Azure and Microsoft Entra in the words of the plan, through Microsoft's own SDK.
package azure

import (
	"context"
	"maps"
	"net/http"
	"time"

	"github.com/itbytes/landfall/cloud/azure/session"
	"github.com/itbytes/landfall/cloud/step"
	"github.com/itbytes/landfall/plan"
)

// Options are what the worker gives the cloud.
type Options struct {
	// Endpoint is one base address that serves the resource manager at /, Microsoft Graph at /graph/v1.0, Entra at /entra and
	// each storage account's blobs at /blob/{account} (LANDFALL_AZURE_ENDPOINT). Empty means the real Azure.
	Endpoint string
	// Insecure lets tokens travel over plain http to an Endpoint that is not on this machine: a simulator in a container.
	Insecure bool
	// Sessions is the folder of the sessions that people leave when they sign in (LANDFALL_SESSIONS): one <login>.json each.
	Sessions string
	// HTTP is the transport. Default: a client that gives up on an answer after a minute.
	HTTP *http.Client
	// Keeper is the vault that one-shot secrets go to.
	Keeper step.Keeper
	// Patience is how long a step waits in its activity for what it made to be seen. Default 20 s.
	Patience time.Duration
	// Haste is by how much a simulated Azure is faster than ours: its limits are as much higher (see pace.New).
	Haste float64
}

// Cloud is Azure as one worker sees it.
type Cloud struct {
	step.Smithy
	catalog step.Catalog[*session.Session]
	door    *door
}

// New returns a Cloud. It makes no call.
func New(o Options) *Cloud {
	if o.HTTP == nil {
		o.HTTP = &http.Client{Timeout: time.Minute}
	}
	d := newDoor(o)
	c := &Cloud{door: d, catalog: step.Catalog[*session.Session]{
		Controls: func(l plan.Landing) []session.Control { return edged(Controls(l)) },
		Open:     d.open,
		Patience: o.Patience,
	}}
	c.Smithy = step.Smithy{Smith: c.smith, Name: func(err error, of plan.Credential) error { return name(err, tending(of)) }}
	return c
}

// Steps lists the steps of a landing in the order of the catalogue.
func (c *Cloud) Steps(l plan.Landing) []plan.Step { return c.catalog.Steps(l) }

// Carry takes one step of a landing from observe to receipt.
func (c *Cloud) Carry(ctx context.Context, t plan.Task, mark func(string)) (plan.Outcome, error) {
	return c.catalog.Carry(ctx, t, mark)
}

// Preview says what every step of a landing would do, and writes nothing.
func (c *Cloud) Preview(ctx context.Context, l plan.Landing) plan.Preview {
	return c.catalog.Preview(ctx, l)
}

// Undo takes back what a run that is given up did in a step (see step.Catalog).
func (c *Cloud) Undo(ctx context.Context, t plan.Task, d plan.Deed, begun bool) (plan.Undoing, error) {
	if d = session.Lasting(d); d.Change.Op == plan.Update && len(d.Change.Fields) == 0 {
		return plan.Undoing{State: plan.Left, Why: "this run only finished what had failed before"}, nil
	}
	t.Facts = maps.Clone(t.Facts)
	if t.Facts == nil {
		t.Facts = map[string]string{}
	}
	t.Facts[session.FactDeed] = d.Receipt.ID
	return c.catalog.Undo(ctx, t, d, begun)
}
