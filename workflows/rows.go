package workflows

import (
	"strings"

	"github.com/itbytes/landfall/plan"
)

// rowsOf are the registry's rows of a landing: the landing itself, and the identities that are made in it and have a
// credential to find. idOf is the provider's id that a step found or made, by the step's name in lower case.
func rowsOf(l plan.Landing, container string, idOf func(step string) string) []plan.Row {
	rows := []plan.Row{{
		Project: l.Name, Cloud: l.Cloud, Kind: "landing", ID: container, Environment: l.Environment,
		Name: l.Name, Plan: l.Plan, Credential: credentialOf(l),
	}}
	for _, id := range l.Identities {
		if id.Home != l.Environment || id.Credential == "" {
			continue
		}
		rows = append(rows, plan.Row{
			Project: strings.ToLower(id.Name), Cloud: l.Cloud, Kind: "identity", ID: identityID(id, idOf), Environment: l.Environment,
			Name: id.Name, Plan: l.Plan, Credential: kept(id, idOf),
		})
	}
	return rows
}

// kept is where an identity's credential is, or empty where the cloud allowed none to be made.
func kept(id plan.Identity, idOf func(step string) string) string {
	for _, prefix := range []string{"credential-", "key-"} {
		if idOf(strings.ToLower(prefix+id.Name)) != "" {
			return id.Credential
		}
	}
	return ""
}

// identityID is the provider's id of an identity, as the step that made or found it says.
func identityID(id plan.Identity, idOf func(step string) string) string {
	for _, prefix := range []string{"app-", "account-", "identity-"} {
		if found := idOf(strings.ToLower(prefix + id.Name)); found != "" {
			return found
		}
	}
	return ""
}

// credentialOf is where the landing's own long-lived credential is kept, if it has one: its fallback login's item.
func credentialOf(l plan.Landing) string {
	if l.Fallback != nil {
		return l.Fallback.Item
	}
	return l.Login.Item
}
