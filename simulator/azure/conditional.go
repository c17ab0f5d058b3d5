package azure

import (
	"net/http"
	"time"
)

func conditionalRoutes() []graphRoute {
	const path, read, write = "identity/conditionalAccess/policies", "Policy.Read.All", "Policy.ReadWrite.ConditionalAccess"
	return []graphRoute{
		{"GET", path, "conditionalAccess.list", read, listConditional},
		{"POST", path, "conditionalAccess.post", write, postConditional},
		{"GET", path + "/{id}", "conditionalAccess.get", read, getConditional},
		{"PATCH", path + "/{id}", "conditionalAccess.patch", write, patchConditional},
		{"DELETE", path + "/{id}", "conditionalAccess.delete", write, deleteConditional},
	}
}

func listConditional(a *graphAsk) {
	if items, ok := a.filtered(sorted(a.policies)); ok {
		a.collection("identity/conditionalAccess/policies", items)
	}
}

// fit checks a policy: it needs Entra ID P1, and cannot be enabled beside Security Defaults.
func (a *graphAsk) fit(p obj) bool {
	state := text(p, "state")
	switch {
	case !a.licensed("AAD_PREMIUM") && !a.licensed("AAD_PREMIUM_P2"):
		a.graphFail(http.StatusBadRequest, "AadPremiumLicenseRequired", "The tenant needs to have Microsoft Entra ID P1 or Microsoft Entra ID P2 license.")
	case state != "enabled" && state != "disabled" && state != "enabledForReportingButNotEnforced":
		a.graphFail(http.StatusBadRequest, "BadRequest", "1033: The policy state '"+state+"' is not valid.")
	case text(p, "displayName") == "" || p["conditions"] == nil:
		a.graphFail(http.StatusBadRequest, "BadRequest", "1007: The policy needs a display name and conditions.")
	case state == "enabled" && a.defaults:
		a.graphFail(http.StatusBadRequest, "BadRequest", "1037: Security Defaults is enabled in the tenant. You must disable Security defaults before enabling a Conditional Access policy.")
	default:
		return true
	}
	return false
}

func postConditional(a *graphAsk) {
	p := copied(a.body)
	if !a.fit(p) {
		return
	}
	p["id"], p["createdDateTime"], p["modifiedDateTime"] = newID(), a.k.Now().Format(time.RFC3339), nil
	a.policies[text(p, "id")] = p
	a.answer(http.StatusCreated, "identity/conditionalAccess/policies", p)
}

// conditional is the policy of the path; one that is not there is answered.
func (a *graphAsk) conditional() obj {
	p := a.policies[a.keys[0].value]
	if p == nil {
		a.graphFail(http.StatusNotFound, "ResourceNotFound", a.keys[0].value+" does not exist.")
	}
	return p
}

func getConditional(a *graphAsk) {
	if p := a.conditional(); p != nil {
		a.answer(http.StatusOK, "identity/conditionalAccess/policies", p)
	}
}

func patchConditional(a *graphAsk) {
	p := a.conditional()
	if p == nil {
		return
	}
	next := copied(p)
	for field, v := range copied(a.body) {
		next[field] = v
	}
	next["id"], next["modifiedDateTime"] = p["id"], a.k.Now().Format(time.RFC3339)
	if a.fit(next) {
		a.policies[text(p, "id")] = next
		a.ok(http.StatusNoContent, nil)
	}
}

func deleteConditional(a *graphAsk) {
	if p := a.conditional(); p != nil {
		delete(a.policies, text(p, "id"))
		a.ok(http.StatusNoContent, nil)
	}
}
