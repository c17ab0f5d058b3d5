// Package session is an open way into one tenant and one subscription, and what every control of the Azure catalogue needs
// to read a thing, name it and wait for it.
package session

import (
	"sync"

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
	// Told holds the handles of operations whose failure was told once. Whoever comes again has read it and wants the
	// thing tried again.
	Told *sync.Map
}

// FactMade is the fact that says when the landing's subscription was made, where a plan of ours made it.
const FactMade = "subscription-made"

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
