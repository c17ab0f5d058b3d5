package azure

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// mostFederated is how many federated identity credentials an application may have.
const mostFederated = 20

func federationRoutes() []graphRoute {
	const path, read, write = "applications/{id}/federatedIdentityCredentials", "Application.Read.All", "Application.ReadWrite.All"
	return []graphRoute{
		{"GET", path, "federatedIdentityCredentials.list", read, listFederated},
		{"POST", path, "federatedIdentityCredentials.post", write, postFederated},
		{"GET", path + "/{id}", "federatedIdentityCredentials.get", read, getFederated},
		{"PATCH", path + "/{id}", "federatedIdentityCredentials.upsert", write, patchFederated},
		{"DELETE", path + "/{id}", "federatedIdentityCredentials.delete", write, deleteFederated},
	}
}

// federatedAt is where the credential of the path stands; -1 where it does not. Graph takes its name for its id as well.
func (a *graphAsk) federatedAt(app *application) int {
	k := a.keys[1]
	return slices.IndexFunc(app.federated, func(f obj) bool {
		return strings.EqualFold(text(f, k.field), k.value) || k.field == "id" && strings.EqualFold(text(f, "name"), k.value)
	})
}

func listFederated(a *graphAsk) {
	app := a.application()
	if app == nil {
		return
	}
	if items, ok := a.filtered(slices.Clone(app.federated)); ok {
		a.collection("applications('"+app.id+"')/federatedIdentityCredentials", items)
	}
}

func postFederated(a *graphAsk) {
	if app := a.application(); app != nil {
		a.federate(app, text(a.body, "name"))
	}
}

// federate adds a credential.
func (a *graphAsk) federate(app *application, name string) {
	f := obj{"id": newID(), "name": name, "description": nil}
	for field, v := range copied(a.body) {
		f[field] = v
	}
	f["name"] = name
	if !a.federable(app, f) {
		return
	}
	app.federated = append(app.federated, f)
	app.hear(a.k, f, nil)
	a.answer(http.StatusCreated, "applications('"+app.id+"')/federatedIdentityCredentials", f)
}

// federable checks a credential against the limits and against those that stand.
func (a *graphAsk) federable(app *application, f obj) bool {
	if field := unknown(f, "id", "name", "description", "issuer", "subject", "audiences", "@odata.type"); field != "" {
		a.graphFail(http.StatusBadRequest, "Request_BadRequest", "Invalid property '"+field+"'.")
		return false
	}
	others := 0
	for _, other := range app.federated {
		if text(other, "id") == text(f, "id") {
			continue
		}
		others++
		if strings.EqualFold(text(other, "name"), text(f, "name")) || text(other, "issuer") == text(f, "issuer") && text(other, "subject") == text(f, "subject") {
			a.graphFail(http.StatusConflict, "Request_MultipleObjectsWithSameKeyValue", "FederatedIdentityCredential with this name, or with this issuer and subject, already exists on the application.")
			return false
		}
	}
	field := longest(f, "issuer", "subject")
	for _, audience := range texts(f, "audiences") {
		if len(audience) > 600 {
			field = "audiences"
		}
	}
	switch {
	case field != "":
		a.graphFail(http.StatusBadRequest, "Request_BadRequest", "The property '"+field+"' of a federated identity credential has a limit of 600 characters.")
	case len(text(f, "name")) > 120 || url.PathEscape(text(f, "name")) != text(f, "name"):
		a.graphFail(http.StatusBadRequest, "Request_BadRequest", "The property 'name' of a federated identity credential has a limit of 120 characters and must be URL friendly.")
	case text(f, "name") == "" || text(f, "issuer") == "" || text(f, "subject") == "":
		a.graphFail(http.StatusBadRequest, "Request_BadRequest", "The properties 'name', 'issuer' and 'subject' are required.")
	case len(texts(f, "audiences")) != 1:
		a.graphFail(http.StatusBadRequest, "Request_BadRequest", "The property 'audiences' must hold exactly one value.")
	case others >= mostFederated:
		a.graphFail(http.StatusBadRequest, "Request_BadRequest", "The maximum number of federated identity credentials (20) for the application has been reached.")
	default:
		return true
	}
	return false
}

// longest is the first of the fields whose text is longer than Graph takes.
func longest(f obj, fields ...string) string {
	i := slices.IndexFunc(fields, func(field string) bool { return len(text(f, field)) > 600 })
	if i < 0 {
		return ""
	}
	return fields[i]
}

func getFederated(a *graphAsk) {
	app := a.application()
	if app == nil {
		return
	}
	i := a.federatedAt(app)
	if i < 0 {
		a.absent(a.keys[1])
		return
	}
	a.answer(http.StatusOK, "applications('"+app.id+"')/federatedIdentityCredentials", app.federated[i])
}

// patchFederated updates, or makes, when the key is the name and the caller prefers that.
func patchFederated(a *graphAsk) {
	app := a.application()
	if app == nil {
		return
	}
	i := a.federatedAt(app)
	switch {
	case i < 0 && a.keys[1].field == "name" && prefers(a.r):
		a.federate(app, a.keys[1].value)
	case i < 0:
		a.absent(a.keys[1])
	default:
		next := copied(app.federated[i])
		for field, v := range copied(a.body) {
			next[field] = v
		}
		next["id"], next["name"] = app.federated[i]["id"], app.federated[i]["name"]
		if a.federable(app, next) {
			app.hear(a.k, next, app.heard[text(next, "id")].last(a.k.Now(), app.federated[i]))
			app.federated[i] = next
			a.ok(http.StatusNoContent, nil)
		}
	}
}

func deleteFederated(a *graphAsk) {
	app := a.application()
	if app == nil {
		return
	}
	i := a.federatedAt(app)
	if i < 0 {
		a.absent(a.keys[1])
		return
	}
	delete(app.heard, text(app.federated[i], "id"))
	app.federated = slices.Delete(app.federated, i, i+1)
	a.ok(http.StatusNoContent, nil)
}
