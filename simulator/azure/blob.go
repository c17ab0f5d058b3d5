package azure

import (
	"encoding/xml"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/itbytes/landfall/simulator/kernel"
)

// audienceStorage is the service that tokens for blobs are made for.
const audienceStorage = "https://storage.azure.com"

// blobAsk is one admitted request to the blob service, at /blob/{account}/{container}/{blob}.
type blobAsk struct {
	*Cloud
	w       http.ResponseWriter
	r       *http.Request
	who     *token
	account *thing
	store   *blobStore
	holder  *blobContainer
	name    string // of the blob
	body    []byte
}

// blobVerbs are the operations of the blob service that the simulator knows, by method; each is on a whole blob.
func blobVerbs() map[string]func(*blobAsk) {
	return map[string]func(*blobAsk){
		http.MethodGet: (*blobAsk).get, http.MethodHead: (*blobAsk).get, http.MethodPut: (*blobAsk).put, http.MethodDelete: (*blobAsk).delete,
	}
}

// serveBlob answers the data plane of the storage accounts: segments are {account}/{container}/{blob}….
func (c *Cloud) serveBlob(w http.ResponseWriter, r *http.Request, segments []string) {
	body, _ := io.ReadAll(io.LimitReader(r.Body, 64<<20)) // what was cut off has another length than it says
	b := &blobAsk{Cloud: c, r: r, body: body, who: c.bearer(r)}
	call := kernel.Call{Cloud: "azure", Service: storageService, Operation: "blobs." + strings.ToLower(r.Method), Write: r.Method != http.MethodGet && r.Method != http.MethodHead}
	c.mu.Lock()
	if len(segments) > 0 {
		b.account = c.things.named[nameOf(storageKind, segments[0])]
	}
	if b.account != nil {
		call.Scope = shelf(b.account.id)
	}
	c.mu.Unlock()
	if b.who != nil {
		call.Login = b.who.login
	}
	c.k.Serve(w, r, call, refuseBlob, func(w http.ResponseWriter) {
		c.mu.Lock()
		defer c.mu.Unlock()
		b.w = w
		w.Header().Set("x-ms-request-id", newID())
		w.Header().Set("Server", "Windows-Azure-Blob/1.0 Microsoft-HTTPAPI/2.0")
		do, known := blobVerbs()[r.Method]
		switch {
		case !b.versioned() || !b.authentic() || !b.plain() || !b.found(segments) || !b.permitted():
		case !known:
			b.fail(http.StatusMethodNotAllowed, "UnsupportedHttpVerb", "The resource doesn't support specified Http Verb.")
		default:
			do(b)
		}
	})
}

// versioned checks the service's version, which whoever comes with a token must name.
func (b *blobAsk) versioned() bool {
	v := b.r.Header.Get("x-ms-version")
	switch _, err := time.Parse(time.DateOnly, v); {
	case v == "":
		b.fail(http.StatusBadRequest, "MissingRequiredHeader", "An HTTP header that's mandatory for this request is not specified.")
	case err != nil, v > newest:
		b.fail(http.StatusBadRequest, "InvalidHeaderValue", "The value for one of the HTTP headers is not in the correct format.")
	default:
		b.w.Header().Set("x-ms-version", v)
		return true
	}
	return false
}

// authentic checks that the token is one of ours, for storage, and still holds.
func (b *blobAsk) authentic() bool {
	said := b.r.Header.Get("Authorization")
	shared, _ := b.accountProps()["allowSharedKeyAccess"].(bool)
	switch {
	case said == "":
		b.challenge()
		b.fail(http.StatusUnauthorized, "NoAuthenticationInformation", "Server failed to authenticate the request. Please refer to the information in the www-authenticate header.")
	case strings.HasPrefix(said, "SharedKey") && !shared:
		b.fail(http.StatusForbidden, "KeyBasedAuthenticationNotPermitted", "Key based authentication is not permitted on this storage account.")
	case !strings.HasPrefix(said, "Bearer "):
		b.fail(http.StatusForbidden, "AuthenticationFailed", "Server failed to authenticate the request. Make sure the value of Authorization header is formed correctly including the signature.")
	case b.who == nil, b.who.audience != audienceStorage, b.k.Now().After(b.who.expires):
		b.challenge()
		b.fail(http.StatusUnauthorized, "InvalidAuthenticationInfo", "Server failed to authenticate the request. Please refer to the information in the www-authenticate header.")
	default:
		return true
	}
	return false
}

func (b *blobAsk) challenge() {
	b.w.Header().Set("WWW-Authenticate", "Bearer authorization_uri=https://login.microsoftonline.com/"+b.tenant+"/oauth2/authorize resource_id="+audienceStorage)
}

func (b *blobAsk) accountProps() obj {
	if b.account == nil {
		return nil
	}
	return b.account.props
}

// plain refuses what a request asks for beyond a whole blob: the simulator has no ranges, blocks, leases or snapshots.
func (b *blobAsk) plain() bool {
	for name := range b.r.URL.Query() {
		if name != "versionid" && name != "timeout" {
			b.fail(http.StatusBadRequest, "UnsupportedQueryParameter", "One of the query parameters specified in the request URI is not supported: "+name+".")
			return false
		}
	}
	for name := range b.r.Header {
		switch name = strings.ToLower(name); {
		case name == "range", strings.HasPrefix(name, "x-ms-") && !blobHeader(name):
			b.fail(http.StatusBadRequest, "UnsupportedHeader", "One of the HTTP headers specified in the request is not supported: "+name+".")
			return false
		}
	}
	return true
}

// blobHeader reports whether the simulator knows a header of the service.
func blobHeader(name string) bool {
	switch name {
	case "x-ms-version", "x-ms-date", "x-ms-client-request-id", "x-ms-return-client-request-id", "x-ms-blob-type", "x-ms-blob-content-type", "x-ms-blob-content-md5":
		return true
	}
	return strings.HasPrefix(name, "x-ms-meta-")
}

// found finds the container that a path names. Whether the blob is there, its operation says.
func (b *blobAsk) found(segments []string) bool {
	if b.account == nil || b.account.busy(b.k.Now()) { // its name is not in DNS
		b.fail(http.StatusNotFound, "ResourceNotFound", "The specified resource does not exist.")
		return false
	}
	b.store = b.blobsOf(b.account)
	if len(segments) < 3 {
		b.fail(http.StatusBadRequest, "InvalidUri", "The requested URI does not represent any resource on the server.")
		return false
	}
	b.holder, b.name = b.store.containers[segments[1]], strings.Join(segments[2:], "/")
	return true
}

// permitted checks that the caller holds a role with data actions: to be an owner in Azure Resource Manager is not enough.
func (b *blobAsk) permitted() bool {
	scope := b.account.id + "/blobServices/default/containers/"
	if b.holder != nil {
		scope += b.holder.name
	}
	for _, t := range b.things.near(scope) {
		if t.kind != roleAssignmentKind || !strings.EqualFold(text(t.props, "principalId"), b.who.object) || b.k.Now().Before(t.ready) || !b.covers(text(t.props, "scope"), scope) {
			continue
		}
		switch b.roleName(text(t.props, "roleDefinitionId")) {
		case "Storage Blob Data Owner", "Storage Blob Data Contributor":
		case "Storage Blob Data Reader":
			if b.r.Method != http.MethodGet && b.r.Method != http.MethodHead {
				continue
			}
		default:
			continue
		}
		if b.holder == nil {
			b.fail(http.StatusNotFound, "ContainerNotFound", "The specified container does not exist.")
			return false
		}
		return true
	}
	b.fail(http.StatusForbidden, "AuthorizationPermissionMismatch", "This request is not authorized to perform this operation using this permission.")
	return false
}

// blobError is an error as the storage services word it.
type blobError struct {
	XMLName xml.Name `xml:"Error"`
	Code    string   `xml:"Code"`
	Message string   `xml:"Message"`
}

func (b *blobAsk) fail(status int, code, message string) {
	id := b.w.Header().Get("x-ms-request-id")
	failBlob(b.w, status, code, message+"\nRequestId:"+id+"\nTime:"+stamp(b.k.Now()))
}

func failBlob(w http.ResponseWriter, status int, code, message string) {
	w.Header().Set("x-ms-error-code", code)
	w.Header().Set("Content-Type", "application/xml")
	body, err := xml.Marshal(blobError{Code: code, Message: message})
	if err != nil { // it is two texts
		status, body = http.StatusInternalServerError, nil
	}
	w.WriteHeader(status)
	_, _ = w.Write(append([]byte("\ufeff"+`<?xml version="1.0" encoding="utf-8"?>`), body...)) // nobody reads it after a HEAD, or where the caller went away
}

func refuseBlob(w http.ResponseWriter, x kernel.Refusal) {
	status, code, message := http.StatusUnauthorized, "InvalidAuthenticationInfo", "Server failed to authenticate the request. Please refer to the information in the www-authenticate header."
	if x.Reason == kernel.Ordered {
		status, code, message = ordered(w, x)
	}
	if status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", "Bearer authorization_uri=https://login.microsoftonline.com/common/oauth2/authorize resource_id="+audienceStorage)
	}
	failBlob(w, status, code, message)
}
