// Package session is an open way into one tenant and one subscription, and what every control of the Azure catalogue needs
// to read a thing, name it and wait for it.
package session

import (
	"context"
	"sync"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/arm"

	"github.com/itbytes/landfall/cloud/azure/graph"
	"github.com/itbytes/landfall/cloud/step"
	"github.com/itbytes/landfall/plan"
)

// Session is what a control works with. Clients are made from Cred and ARM where they are used; that costs nothing.
type Session struct {
	Tenant       string
	Subscription string // empty before the landing's subscription is known
	Cred         azcore.TokenCredential
	ARM          *arm.ClientOptions
	Graph        *graph.Client
	Keeper       step.Keeper
	// Bearer says whom the login's tokens speak for.
	Bearer func(context.Context) (Bearer, error)
	// SignIn redeems a credential of an application, past every cache, and says whom the token for Microsoft Graph speaks for.
	SignIn func(context.Context, ClientKey) (Bearer, error)
	// Grant redeems a credential of an application for a token of a scope, likewise.
	Grant func(ctx context.Context, k ClientKey, scope string) (Grant, error)
	// Told holds the handles of operations whose failure was told once. Whoever comes again has read it and wants the
	// thing tried again.
	Told *sync.Map
	// Previews holds the previews that steps were found to stand behind, by subscription and step.
	Previews *sync.Map
}

// Bearer is whom a login's tokens speak for.
type Bearer struct {
	Who     string
	Tenant  string
	App     string   // the application (client) id
	Object  string   // the object id, of the user or the service principal
	Person  bool     // a user, who signs in; not an application
	Factors []string // how a user has proven who they are: pwd, mfa, fido … (RFC 8176)
}

// FactMade is the fact that says when the landing's subscription was made, where a plan of ours made it.
const FactMade = "subscription-made"

// FactDeed is the fact that says, while a deed is undone, what it was done to: it may be that nothing else still names it.
const FactDeed = "deed"

// Late is how long Azure may take until a management group, or a role defined in one, is seen everywhere.
const Late = 30 * time.Minute

// Newer reports whether the landing's subscription was made less than so long ago.
func Newer(t plan.Task, than time.Duration) bool {
	at, err := time.Parse(time.RFC3339, t.Fact(FactMade))
	return err == nil && time.Since(at) < than
}

// Control is one control of the Azure catalogue.
type Control = step.Control[*Session]

// Scope is the subscription as a scope of the resource manager.
func (s *Session) Scope() string { return "/subscriptions/" + s.Subscription }

// Str is the text that p points to, or "".
func Str[T ~string](p *T) string {
	if p == nil {
		return ""
	}
	return string(*p)
}

// Is is the truth that p points to, or false.
func Is(p *bool) bool { return p != nil && *p }

// Ptr returns a pointer to v, as the SDK's bodies want them.
func Ptr[T any](v T) *T { return &v }

// OnOff is a truth as a field's value.
func OnOff(v bool) string {
	if v {
		return "on"
	}
	return "off"
}

// WithFact is the observation with one more fact for later steps.
func WithFact(o plan.Observation, name, value string) plan.Observation {
	if value == "" {
		return o
	}
	if o.Facts == nil {
		o.Facts = map[string]string{}
	}
	o.Facts[name] = value
	return o
}
