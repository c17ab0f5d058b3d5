package azure

import (
	"net/http"
	"strings"
	"time"
)

// application is an app registration.
type application struct {
	id, appID string
	fields    obj
	secrets   []*secret
	keys      []*certificate
	federated []obj
	heard     map[string]hearsay   // of each of those, by its id
	exposed   map[string]time.Time // when each identifier URI is known everywhere
	scopes    []string             // permissions of Graph that were consented to
	made      time.Time
	known     time.Time // when it has reached every replica
}

func (app *application) text(field string) string { return text(app.fields, field) }

// young reports whether the application has not reached every replica yet.
func (app *application) young(c *Cloud) bool { return c.k.Now().Before(app.known) }

func applicationRoutes() []graphRoute {
	const read, write = "Application.Read.All", "Application.ReadWrite.All"
	return []graphRoute{
		{"GET", "applications", "applications.list", read, listApplications},
		{"POST", "applications", "applications.post", write, postApplication},
		{"GET", "applications/{id}", "applications.get", read, getApplication},
		{"PATCH", "applications/{id}", "applications.upsert", write, patchApplication},
		{"DELETE", "applications/{id}", "applications.delete", write, deleteApplication},
		{"GET", "directory/deletedItems/microsoft.graph.application", "deletedItems.list", read, listDeleted},
		{"POST", "directory/deletedItems/{id}/restore", "deletedItems.restore", write, restoreApplication},
	}
}

// appByClientID finds an application by its client id.
func (c *Cloud) appByClientID(id string) *application {
	for _, app := range c.apps {
		if id != "" && strings.EqualFold(app.appID, id) {
			return app
		}
	}
	return nil
}

// app finds the application that a key names; nil where there is none.
func (c *Cloud) app(k key) *application {
	for _, app := range c.apps {
		o := c.renderApp(app, false)
		if strings.EqualFold(text(o, k.field), k.value) {
			return app
		}
	}
	return nil
}

// application is the application of the path; one that is not there is answered.
func (a *graphAsk) application() *application {
	app := a.app(a.keys[0])
	if app == nil {
		a.absent(a.keys[0])
	}
	return app
}

func (a *graphAsk) absent(k key) {
	a.graphFail(http.StatusNotFound, "Request_ResourceNotFound", "Resource '"+k.value+"' does not exist or one of its queried reference-property objects are not present.")
}

// renderApp writes an application. The public part of its keys is told only to those who ask for keyCredentials of one.
func (c *Cloud) renderApp(app *application, keys bool) obj {
	o := copied(app.fields)
	o["id"], o["appId"], o["createdDateTime"] = app.id, app.appID, app.made.Format(time.RFC3339)
	o["publisherDomain"] = c.estate.Domain
	var secrets, certificates []obj
	for _, s := range app.secrets {
		secrets = append(secrets, s.render())
	}
	for _, k := range app.keys {
		certificates = append(certificates, k.render(keys))
	}
	o["passwordCredentials"], o["keyCredentials"] = values(secrets), values(certificates)
	return o
}

func listApplications(a *graphAsk) {
	var items []obj
	for _, app := range sorted(a.apps) {
		items = append(items, a.renderApp(app, false))
	}
	if items, ok := a.filtered(items); ok {
		a.collection("applications", items)
	}
}

func postApplication(a *graphAsk) { a.register("") }

func getApplication(a *graphAsk) {
	if app := a.application(); app != nil {
		a.answer(http.StatusOK, "applications", a.renderApp(app, strings.Contains(a.r.URL.Query().Get("$select"), "keyCredentials")))
	}
}

// patchApplication updates, or makes, when the key is uniqueName and the caller prefers that.
func patchApplication(a *graphAsk) {
	app := a.app(a.keys[0])
	switch {
	case app != nil:
		if a.update(app) {
			a.ok(http.StatusNoContent, nil)
		}
	case a.keys[0].field == "uniqueName" && prefers(a.r):
		a.register(a.keys[0].value)
	default:
		a.absent(a.keys[0])
	}
}

// prefers reports whether the caller wants what is missing to be made.
func prefers(r *http.Request) bool {
	for _, v := range r.Header.Values("Prefer") {
		for part := range strings.SplitSeq(v, ",") {
			if strings.EqualFold(strings.TrimSpace(part), "create-if-missing") {
				return true
			}
		}
	}
	return false
}

// register makes an application.
func (a *graphAsk) register(unique string) {
	if text(a.body, "displayName") == "" {
		a.graphFail(http.StatusBadRequest, "Request_BadRequest", "A value is required for property 'displayName' of resource 'Application'.")
		return
	}
	app := &application{id: newID(), appID: newID(), fields: newFields(), made: a.k.Now(), known: a.k.Later("azure.graph.replication")}
	if unique != "" {
		app.fields["uniqueName"] = unique
	}
	if !a.update(app) {
		return
	}
	a.apps[app.id] = app
	a.answer(http.StatusCreated, "applications", a.renderApp(app, false))
}

// newFields are the fields that every application has from the start.
func newFields() obj {
	none := []any{}
	fields := obj{"signInAudience": "AzureADMyOrg"}
	for _, field := range []string{"identifierUris", "addIns", "tags", "appRoles", "requiredResourceAccess"} {
		fields[field] = none
	}
	for _, field := range []string{
		"uniqueName", "deletedDateTime", "isFallbackPublicClient", "applicationTemplateId", "isDeviceOnlyAuthSupported", "groupMembershipClaims",
		"optionalClaims", "samlMetadataUrl", "tokenEncryptionKeyId", "windows", "info", "parentalControlSettings",
	} {
		fields[field] = nil
	}
	fields["publicClient"] = obj{"redirectUris": none}
	fields["api"] = obj{"requestedAccessTokenVersion": nil, "acceptMappedClaims": nil, "knownClientApplications": none, "oauth2PermissionScopes": none, "preAuthorizedApplications": none}
	fields["web"] = obj{"redirectUris": none, "homePageUrl": nil, "logoutUrl": nil, "implicitGrantSettings": obj{"enableIdTokenIssuance": false, "enableAccessTokenIssuance": false}}
	return fields
}

// update takes over the fields of a body; it reports whether they were fit.
func (a *graphAsk) update(app *application) bool {
	for field := range a.body {
		switch field {
		case "passwordCredentials":
			a.graphFail(http.StatusBadRequest, "Request_BadRequest", "Updating passwordCredentials by PATCH is not supported. Use addPassword and removePassword.")
			return false
		case "id", "appId", "uniqueName", "createdDateTime", "publisherDomain":
			if text(a.body, field) != text(a.renderApp(app, false), field) {
				a.graphFail(http.StatusBadRequest, "Request_BadRequest", "Property '"+field+"' is read-only and cannot be set.")
				return false
			}
		case "@odata.type", "keyCredentials", "displayName", "signInAudience", "tags", "notes", "description", "identifierUris", "requiredResourceAccess", "web", "api", "spa", "publicClient", "serviceManagementReference", "isFallbackPublicClient":
		default:
			a.graphFail(http.StatusBadRequest, "Request_BadRequest", "Invalid property '"+field+"'.")
			return false
		}
	}
	if !a.identifiable(app) || !a.versioned() {
		return false
	}
	if a.body["keyCredentials"] != nil && !a.certify(app) {
		return false
	}
	app.expose(a.k, a.body)
	for field, v := range copied(a.body) {
		switch field {
		case "@odata.type", "keyCredentials", "id", "appId", "createdDateTime", "publisherDomain", "uniqueName":
		default:
			app.fields[field] = v
		}
	}
	return true
}

// deleteApplication puts an application aside for thirty days, and its service principal with it.
func deleteApplication(a *graphAsk) {
	app := a.application()
	if app == nil {
		return
	}
	delete(a.apps, app.id)
	a.deleted[app.id] = app
	if sp := a.principalOf(app.appID); sp != nil {
		delete(a.principals, sp.id)
	}
	a.ok(http.StatusNoContent, nil)
}

func listDeleted(a *graphAsk) {
	var items []obj
	for _, app := range sorted(a.deleted) {
		items = append(items, a.renderApp(app, false))
	}
	a.collection("directoryObjects", items)
}

func restoreApplication(a *graphAsk) {
	app := a.deleted[a.keys[0].value]
	if app == nil {
		a.absent(a.keys[0])
		return
	}
	delete(a.deleted, app.id)
	a.apps[app.id] = app
	a.answer(http.StatusOK, "directoryObjects", a.renderApp(app, false))
}
