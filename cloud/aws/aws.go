// Package aws speaks to Amazon Web Services in the words of the plan: it signs in, enters accounts, and carries the steps
// of a landing from observe to receipt.
package aws

import (
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/itbytes/landfall/cloud/aws/baseline"
	"github.com/itbytes/landfall/cloud/aws/iam"
	"github.com/itbytes/landfall/cloud/aws/organizations"
	"github.com/itbytes/landfall/cloud/aws/route53"
	"github.com/itbytes/landfall/cloud/aws/session"
	"github.com/itbytes/landfall/cloud/step"
	"github.com/itbytes/landfall/cloud/step/pace"
	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// Session is an open way into one landing.
type Session = session.Session

// Options say where AWS is and how to get in.
type Options struct {
	// Endpoint is the base address of an emulator; empty is the real AWS (or what AWS_ENDPOINT_URL names).
	Endpoint string
	// Sessions is the directory in which signing in leaves <login>.json. Without such a file the AWS command line's own
	// cache is read.
	Sessions string
	// HTTP sends the requests; default the SDK's client with a time-out.
	HTTP *http.Client
	// Keeper holds the access keys of logins of the type aws-keys, and takes the keys that are made.
	Keeper step.Keeper
	// Patience is as in step.Catalog.
	Patience time.Duration
	// Haste is by how much a simulated AWS is faster than ours: its limits are as much higher (see pace.New).
	Haste float64
}

// Cloud is the AWS of a worker. Its methods Steps, Carry and Preview are the catalogue's, those about keys the smithy's.
type Cloud struct {
	*step.Catalog[*Session]
	step.Smithy
	options Options
	turns   *pace.Turns
	polite  time.Duration // between two questions whether a person has signed in, where the server does not say

	loaded sync.Once
	loads  aws.Config
	broken error

	shared session.Shared

	mu    sync.Mutex
	creds map[way]*aws.CredentialsCache
	homes map[string]string // account that a login signs in to, by login
	known map[string]string // account of a landing whose plan does not name it, by plan and landing
}

// New returns a Cloud. It calls nothing.
func New(o Options) *Cloud {
	c := &Cloud{options: o, turns: pace.New(string(plan.AWS), o.Haste, limits()), polite: politely, creds: map[way]*aws.CredentialsCache{}, homes: map[string]string{}, known: map[string]string{}}
	c.Catalog = &step.Catalog[*Session]{Controls: controls, Open: c.open, Life: life, Patience: o.Patience}
	c.Smithy = step.Smithy{Smith: c.smith}
	return c
}

// controls is the catalogue: the container, who may act, what protects, the names, and what the management landing does
// for all.
func controls(l plan.Landing) []step.Control[*Session] {
	var out []step.Control[*Session]
	out = append(out, organizations.Controls()...)
	out = append(out, iam.Controls(l)...)
	out = append(out, baseline.Controls()...)
	out = append(out, route53.Controls()...)
	return append(out, organizations.Siblings()...)
}

// glance is how long a step waits in the activity that looks after other landings' accounts: what it waits for is done in
// activities of their own.
const glance = time.Second

// Carry is the catalogue's.
func (c *Cloud) Carry(ctx context.Context, t plan.Task, mark func(string)) (plan.Outcome, error) {
	if t.Step.Chapter != plan.Organise {
		return c.Catalog.Carry(ctx, t, mark)
	}
	brief := *c.Catalog
	brief.Patience = glance
	return brief.Carry(ctx, t, mark)
}

// Config gives credentials in the landing's own account, for those that keep something there (the registry's table).
func (c *Cloud) Config(ctx context.Context, l plan.Landing) (aws.Config, error) {
	s, err := c.open(ctx, plan.Task{Landing: l, Step: plan.Step{Name: "config", Outside: true}})
	if err != nil {
		return aws.Config{}, err
	}
	account, err := c.account(ctx, s, l)
	if err != nil {
		return aws.Config{}, err
	}
	return s.In(account), nil
}

// account is the landing's own account; AWS Organizations is asked, because the plan may not name it.
func (c *Cloud) account(ctx context.Context, s *Session, l plan.Landing) (string, error) {
	o, err := organizations.Account{}.Observe(ctx, s, plan.Task{Landing: l})
	if err != nil {
		return "", err
	}
	account := o.Facts[plan.FactContainer]
	if account == "" {
		return "", fault.New(fault.Propagating, "Carry the landing's account step first.", "the account of %s does not stand yet", l.ID())
	}
	return account, nil
}
