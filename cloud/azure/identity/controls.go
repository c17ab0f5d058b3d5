// Package identity is a landing's chapter of service identities: the app registration, its principal, whom it trusts, its
// credential, and the roles it holds in every subscription.
package identity

import (
	"strings"

	"github.com/itbytes/landfall/cloud/azure/session"
	"github.com/itbytes/landfall/plan"
)

// Controls lists the chapter's controls, identity by identity.
func Controls(l plan.Landing) []session.Control {
	var out []session.Control
	for _, id := range l.Identities {
		out = append(out, app{id}, principal{id}, tokens{id}, federation{id}, credential{id}, role{id})
	}
	return out
}

// home reports whether a landing is the one in which an identity is made.
func home(l plan.Landing, id plan.Identity) bool { return id.Home == l.Environment }

// Facts of an identity, for the steps after it and for the registry.
func factApp(id plan.Identity) string       { return "application-" + id.Name } // the directory's object id
func factClient(id plan.Identity) string    { return "client-" + id.Name }      // the application (client) id
func factPrincipal(id plan.Identity) string { return "principal-" + id.Name }
func factTenant(id plan.Identity) string    { return "tenant-" + id.Name } // that all of it is in

// ownership is the application's tag of a plan: applications bear a list of words, not names with values.
func ownership(planName string) string { return session.Ownership + ":" + planName }

// ownerOf is the plan that an application's tags name.
func ownerOf(tags []string) string {
	for _, t := range tags {
		if owner, ours := strings.CutPrefix(t, session.Ownership+":"); ours {
			return owner
		}
	}
	return ""
}
