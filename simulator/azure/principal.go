package azure

import (
	"net/http"
	"strings"
	"time"
)

// principal is a service principal.
type principal struct {
	id, appID string
	fields    obj
	secrets   []*secret // of its own, beside the application's
	made      time.Time
	known     time.Time // when Resource Manager knows it
}

func principalRoutes() []graphRoute {
	const read, write = "Application.Read.All", "Application.ReadWrite.All"
	return []graphRoute{
		{"GET", "servicePrincipals", "servicePrincipals.list", read, listPrincipals},
		{"POST", "servicePrincipals", "servicePrincipals.post", write, postPrincipal},
		{"GET", "servicePrincipals/{id}", "servicePrincipals.get", read, getPrincipal},
		{"PATCH", "servicePrincipals/{id}", "servicePrincipals.upsert", write, patchPrincipal},
		{"DELETE", "servicePrincipals/{id}", "servicePrincipals.delete", write, deletePrincipal},
	}
}

// principalOf finds the service principal of an application.
func (c *Cloud) principalOf(app string) *principal {
	for _, sp := range c.principals {
		if strings.EqualFold(sp.appID, app) {
			return sp
		}
	}
	return nil
}

// principal finds the service principal that a key names; nil where there is none.
func (c *Cloud) principal(k key) *principal {
	for _, sp := range c.principals {
		if strings.EqualFold(text(c.renderPrincipal(sp), k.field), k.value) {
			return sp
		}
	}
	return nil
}

func (c *Cloud) renderPrincipal(sp *principal) obj {
	o := copied(sp.fields)
	o["id"], o["appId"], o["servicePrincipalType"], o["createdDateTime"] = sp.id, sp.appID, "Application", sp.made.Format(time.RFC3339)
	names := []string{sp.appID}
	if app := c.appByClientID(sp.appID); app != nil {
		names = append(texts(app.fields, "identifierUris"), names...)
	}
	o["appOwnerOrganizationId"], o["servicePrincipalNames"] = c.tenant, names
	var secrets []obj
	for _, s := range sp.secrets {
		secrets = append(secrets, s.render())
	}
	o["passwordCredentials"], o["keyCredentials"] = values(secrets), []any{}
	if app := c.appByClientID(sp.appID); app != nil {
		o["displayName"], o["appDisplayName"], o["signInAudience"] = app.text("displayName"), app.text("displayName"), app.text("signInAudience")
	}
	return o
}

func listPrincipals(a *graphAsk) {
	var items []obj
	for _, sp := range sorted(a.principals) {
		items = append(items, a.renderPrincipal(sp))
	}
	if items, ok := a.filtered(items); ok {
		a.collection("servicePrincipals", items)
	}
}

func postPrincipal(a *graphAsk) {
	if a.principalOf(text(a.body, "appId")) != nil {
		a.graphFail(http.StatusConflict, "Request_MultipleObjectsWithSameKeyValue", "The service principal cannot be created, updated, or restored because the service principal name "+text(a.body, "appId")+" is already in use.")
		return
	}
	a.enlist(text(a.body, "appId"))
}

// enlist makes the service principal of an application that has reached every replica.
func (a *graphAsk) enlist(appID string) {
	app := a.appByClientID(appID)
	if app == nil || app.young(a.Cloud) {
		message := "The appId '" + appID + "' of the service principal does not reference a valid application object."
		a.graphFail(http.StatusBadRequest, "Request_BadRequest", message, obj{"code": "NoBackingApplicationObject", "message": message, "target": "appId"})
		return
	}
	sp := &principal{id: newID(), appID: app.appID, fields: obj{"accountEnabled": true, "appRoleAssignmentRequired": false, "tags": []any{}}, made: a.k.Now(), known: a.k.Later("azure.graph.replication")}
	if !a.refresh(sp) {
		return
	}
	a.principals[sp.id] = sp
	a.answer(http.StatusCreated, "servicePrincipals", a.renderPrincipal(sp))
}

// refresh takes over the fields of a body; it reports whether they were fit.
func (a *graphAsk) refresh(sp *principal) bool {
	if field := unknown(a.body, "@odata.type", "appId", "accountEnabled", "appRoleAssignmentRequired", "displayName", "notes", "description", "tags"); field != "" {
		a.graphFail(http.StatusBadRequest, "Request_BadRequest", "Invalid property '"+field+"'.")
		return false
	}
	for field, v := range copied(a.body) {
		if field != "appId" && field != "@odata.type" && field != "displayName" {
			sp.fields[field] = v
		}
	}
	return true
}

func getPrincipal(a *graphAsk) {
	sp := a.principal(a.keys[0])
	if sp == nil {
		a.absent(a.keys[0])
		return
	}
	a.answer(http.StatusOK, "servicePrincipals", a.renderPrincipal(sp))
}

// patchPrincipal updates, or makes, when the key is the application's id and the caller prefers that.
func patchPrincipal(a *graphAsk) {
	sp := a.principal(a.keys[0])
	switch {
	case sp != nil:
		if a.refresh(sp) {
			a.ok(http.StatusNoContent, nil)
		}
	case a.keys[0].field == "appId" && prefers(a.r):
		a.enlist(a.keys[0].value)
	default:
		a.absent(a.keys[0])
	}
}

func deletePrincipal(a *graphAsk) {
	sp := a.principal(a.keys[0])
	if sp == nil {
		a.absent(a.keys[0])
		return
	}
	delete(a.principals, sp.id)
	a.ok(http.StatusNoContent, nil)
}
