// Package gcp carries a plan's landings out in Google Cloud: a catalogue of controls over Google's own clients, all REST.
package gcp

import (
	"context"
	"net/http"
	"time"

	"github.com/itbytes/landfall/cloud/gcp/wire"
	"github.com/itbytes/landfall/cloud/step"
	"github.com/itbytes/landfall/plan"
)

// Session is a login at work on one step.
type Session = wire.Session

// Options say where Google Cloud is, how it is entered and where keys are kept.
type Options struct {
	Endpoint string        // LANDFALL_GCP_ENDPOINT: base address of another Google Cloud; empty is the real one
	Sessions string        // folder of the people's sign-ins: <login>.json, as gcloud auth application-default login leaves it
	HTTP     *http.Client  // what every call goes through; nil makes one
	Keeper   step.Keeper   // where one-shot keys are kept; nil where no identity has any
	Patience time.Duration // how long Carry waits for what it made to be seen; 0 is step's default
	Haste    float64       // by how much a simulated Google Cloud is faster than ours (see pace.New)
}

// Cloud is Google Cloud as the runbook sees it. Its methods may be called from many goroutines.
type Cloud struct {
	step.Smithy
	catalog step.Catalog[*Session]
	logins  *wire.Logins
}

// New returns a Cloud. It calls nothing until a step is carried or previewed.
func New(o Options) *Cloud {
	logins := wire.NewLogins(wire.Options{Endpoint: o.Endpoint, Sessions: o.Sessions, HTTP: o.HTTP, Keeper: o.Keeper, Haste: o.Haste})
	c := &Cloud{logins: logins, catalog: step.Catalog[*Session]{Controls: controls, Open: logins.Open, Patience: o.Patience}}
	c.Smithy = step.Smithy{Smith: c.smith}
	return c
}

// Steps lists the steps of a landing in the order of the catalogue.
func (c *Cloud) Steps(l plan.Landing) []plan.Step { return c.catalog.Steps(l) }

// Carry takes one step from observe to receipt (see step.Catalog).
func (c *Cloud) Carry(ctx context.Context, t plan.Task, mark func(string)) (plan.Outcome, error) {
	return c.catalog.Carry(ctx, t, mark)
}

// Preview says what every step of a landing would do; it writes nothing.
func (c *Cloud) Preview(ctx context.Context, l plan.Landing) plan.Preview {
	return c.catalog.Preview(ctx, l)
}

// Undo takes back what a run that is given up did in a step (see step.Catalog).
func (c *Cloud) Undo(ctx context.Context, t plan.Task, d plan.Deed, begun bool) (plan.Undoing, error) {
	return c.catalog.Undo(ctx, t, d, begun)
}

// Probe signs in with a login as a step would, past whatever is cached, and reads who that is. Google tells nobody beforehand
// when a session ends, so that need cannot be held to it.
func (c *Cloud) Probe(ctx context.Context, l plan.Login, _ time.Duration) (plan.Pass, error) {
	return c.logins.Probe(ctx, l)
}

// SignIn returns once a person has signed in to a login, and says by which command where they have not.
func (c *Cloud) SignIn(ctx context.Context, l plan.Login, _ func(plan.Challenge)) error {
	return c.logins.SignIn(ctx, l)
}
