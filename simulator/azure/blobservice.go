package azure

import (
	"net/http"
	"regexp"
	"strings"
	"time"
)

// blobStore is the blob service of one storage account.
type blobStore struct {
	made       time.Time // of the account: one of the same name that is made later begins empty
	props      obj
	containers map[string]*blobContainer
}

// blobContainer is a container of blobs.
type blobContainer struct {
	name, etag string
	changed    time.Time
	props      obj
	blobs      map[string]*blobHistory
}

func blobServiceRoutes() []route {
	const under = "/subscriptions/{sub}/resourceGroups/{rg}/providers/Microsoft.Storage/storageAccounts/{account}/blobServices/default"
	r := func(method, rest, operation string, answer func(*ask)) route {
		return route{method: method, path: under + rest, service: storageService, operation: operation, since: "2019-06-01", answer: answer}
	}
	return []route{
		r("GET", "", "blobServices.get", getBlobService),
		r("PUT", "", "blobServices.put", putBlobService),
		r("GET", "/containers", "containers.list", listBlobContainers),
		r("GET", "/containers/{container}", "containers.get", getBlobContainer),
		r("PUT", "/containers/{container}", "containers.put", putBlobContainer),
		r("PATCH", "/containers/{container}", "containers.patch", patchBlobContainer),
		r("DELETE", "/containers/{container}", "containers.delete", deleteBlobContainer),
	}
}

// blobsOf is the blob service of an account that stands.
func (c *Cloud) blobsOf(account *thing) *blobStore {
	id := strings.ToLower(account.id)
	s := c.blobs[id]
	if s == nil || !s.made.Equal(account.made) {
		s = &blobStore{made: account.made, containers: map[string]*blobContainer{}, props: obj{
			"cors": obj{"corsRules": []any{}}, "deleteRetentionPolicy": obj{"allowPermanentDelete": false, "enabled": false},
		}}
		c.blobs[id] = s
	}
	return s
}

// versioned reports whether a blob that is overwritten is kept.
func (s *blobStore) versioned() bool { on, _ := s.props["isVersioningEnabled"].(bool); return on }

// account is the storage account of the path and its blob service; one that is not there, or not yet, is answered.
func (a *ask) account() (*thing, *blobStore) {
	id := a.id()[:strings.Index(strings.ToLower(a.id()), "/blobservices")] // every path that leads here has it
	t := a.thing(id)
	switch {
	case t == nil:
		a.missing(id)
		return nil, nil
	case t.busy(a.k.Now()):
		a.fail(http.StatusConflict, "StorageAccountIsNotProvisioned", "The storage account provisioning state must be 'Succeeded' before executing the operation.")
		return nil, nil
	}
	return t, a.blobsOf(t)
}

func (a *ask) renderBlobService(account *thing, s *blobStore) obj {
	return obj{
		"id": account.id + "/blobServices/default", "name": "default", "type": storageKind + "/blobServices",
		"sku": object(account.head, "sku"), "properties": copied(s.props),
	}
}

func getBlobService(a *ask) {
	if account, s := a.account(); s != nil {
		a.ok(http.StatusOK, a.renderBlobService(account, s))
	}
}

func putBlobService(a *ask) {
	account, s := a.account()
	if s == nil {
		return
	}
	p := copied(object(a.body, "properties"))
	if field := unknown(p, "automaticSnapshotPolicyEnabled", "changeFeed", "containerDeleteRetentionPolicy", "cors", "defaultServiceVersion",
		"deleteRetentionPolicy", "isVersioningEnabled", "lastAccessTimeTrackingPolicy", "restorePolicy"); field != "" {
		a.member(field, "BlobServiceProperties properties")
		return
	}
	for _, policy := range []string{"deleteRetentionPolicy", "containerDeleteRetentionPolicy"} {
		days, named := object(p, policy)["days"].(float64)
		if on, _ := object(p, policy)["enabled"].(bool); on && (!named || days < 1 || days > 365) {
			a.fail(http.StatusBadRequest, "InvalidRequestPropertyValue", "The value of the property '"+policy+".days' must be between 1 and 365.")
			return
		}
	}
	for field, v := range p {
		s.props[field] = v
	}
	if p["cors"] == nil {
		s.props["cors"] = obj{"corsRules": []any{}}
	}
	a.ok(http.StatusOK, a.renderBlobService(account, s))
}

func (a *ask) renderContainer(account *thing, c *blobContainer) obj {
	props := copied(c.props)
	props["lastModifiedTime"] = stamp(c.changed)
	return obj{
		"id": account.id + "/blobServices/default/containers/" + c.name, "name": c.name, "type": storageKind + "/blobServices/containers",
		"etag": `"` + c.etag + `"`, "properties": props,
	}
}

// container is the container of the path, its account with it; one that is not there is answered.
func (a *ask) container() (*thing, *blobStore, *blobContainer) {
	account, s := a.account()
	if s == nil {
		return nil, nil, nil
	}
	c := s.containers[strings.ToLower(a.param("container"))]
	if c == nil {
		a.fail(http.StatusNotFound, "ContainerNotFound", "The specified container does not exist.\nRequestId:"+a.w.Header().Get("x-ms-request-id")+"\nTime:"+stamp(a.k.Now()))
	}
	return account, s, c
}

func listBlobContainers(a *ask) {
	account, s := a.account()
	if s == nil {
		return
	}
	var items []obj
	for _, c := range sorted(s.containers) {
		items = append(items, a.renderContainer(account, c))
	}
	a.page(items)
}

func getBlobContainer(a *ask) {
	if account, _, c := a.container(); c != nil {
		a.ok(http.StatusOK, a.renderContainer(account, c))
	}
}

var containerName = regexp.MustCompile(`^(\$root|\$web|[a-z0-9](-?[a-z0-9])+)$`)

func putBlobContainer(a *ask) {
	account, s := a.account()
	if s == nil {
		return
	}
	name := a.param("container")
	if !containerName.MatchString(name) || len(name) < 3 || len(name) > 63 {
		a.fail(http.StatusBadRequest, "InvalidResourceName", "The specified resource name contains invalid characters.")
		return
	}
	if old := s.containers[name]; old != nil { // asking for it again does not fail
		a.ok(http.StatusOK, a.renderContainer(account, old))
		return
	}
	c := newContainer(name)
	if a.changeContainer(account, c) {
		s.containers[name] = c
		a.ok(http.StatusCreated, a.renderContainer(account, c))
	}
}

// newContainer is a container as it begins: private and empty.
func newContainer(name string) *blobContainer {
	return &blobContainer{name: name, blobs: map[string]*blobHistory{}, props: obj{
		"publicAccess": "None", "leaseStatus": "Unlocked", "leaseState": "Available", "hasImmutabilityPolicy": false, "hasLegalHold": false,
		"defaultEncryptionScope": "$account-encryption-key", "denyEncryptionScopeOverride": false, "immutableStorageWithVersioning": obj{"enabled": false},
	}}
}

func patchBlobContainer(a *ask) {
	if account, _, c := a.container(); c != nil && a.changeContainer(account, c) {
		a.ok(http.StatusOK, a.renderContainer(account, c))
	}
}

// changeContainer takes over what a body says of a container.
func (a *ask) changeContainer(account *thing, c *blobContainer) bool {
	p := object(a.body, "properties")
	if field := unknown(p, "publicAccess", "metadata"); field != "" {
		return a.member(field, "BlobContainer properties")
	}
	public := text(p, "publicAccess")
	switch allowed, _ := account.props["allowBlobPublicAccess"].(bool); {
	case public != "" && public != "None" && public != "Blob" && public != "Container":
		a.fail(http.StatusBadRequest, "InvalidRequestPropertyValue", "The value '"+public+"' is not allowed for property publicAccess.")
		return false
	case public != "" && public != "None" && !allowed:
		a.fail(http.StatusConflict, "PublicAccessNotPermitted", "Public access is not permitted on this storage account.")
		return false
	case public != "":
		c.props["publicAccess"] = public
	}
	if m := object(p, "metadata"); m != nil {
		c.props["metadata"] = copied(m)
	}
	c.etag, c.changed = blobTag(), a.k.Now()
	return true
}

func deleteBlobContainer(a *ask) {
	_, s := a.account()
	if s == nil {
		return
	}
	c := s.containers[strings.ToLower(a.param("container"))]
	if c == nil {
		a.ok(http.StatusNoContent, nil)
		return
	}
	delete(s.containers, c.name)
	a.ok(http.StatusOK, nil)
}
