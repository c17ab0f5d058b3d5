package azure_test

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/uuid"
)

const (
	storage     = "https://storage.azure.com/.default"
	account     = sub + "/resourceGroups/rg-production/providers/Microsoft.Storage/storageAccounts/thestore"
	contributor = sub + "/providers/Microsoft.Authorization/roleDefinitions/ba92f5b4-2d11-453d-a403-e96b0029c9fe"
	oneBlob     = "/blob/thestore/box/it"
)

// stored is a world with a storage account and a container in it.
func stored(t *testing.T) *world {
	t.Helper()
	w := open(t, itbytes(t), nil)
	done(t, w.arm("PUT", account, object{"location": "eastus", "kind": "StorageV2", "sku": object{"name": "Standard_LRS"}, "properties": object{"allowSharedKeyAccess": false}}), http.StatusAccepted)
	done(t, w.arm("PUT", account+"/blobServices/default", object{"properties": object{"isVersioningEnabled": true}}), http.StatusOK)
	done(t, w.arm("PUT", account+"/blobServices/default/containers/box", object{"properties": object{"publicAccess": "None"}}), http.StatusCreated)
	return w
}

// admit gives the signed-in person the role for blobs.
func (w *world) admit() {
	w.t.Helper()
	who := ""
	for _, s := range w.k.Secrets() {
		if s.ID == "access token of admin@it4bytes.example" {
			who = claim(w.t, s.Value, "oid")
		}
	}
	done(w.t, w.arm("PUT", account+"/providers/Microsoft.Authorization/roleAssignments/"+uuid.NewString(), object{"properties": object{"principalId": who, "roleDefinitionId": contributor}}), http.StatusCreated)
}

// blob asks the blob service as the signed-in person.
func (w *world) blob(method, path, body string, headers ...string) answer {
	w.t.Helper()
	return w.send(method, path, "application/octet-stream", w.token(storage), []byte(body), append([]string{"x-ms-version", "2025-11-05", "x-ms-blob-type", "BlockBlob"}, headers...)...)
}

// says checks an answer of the blob service.
func says(t *testing.T, a answer, status int, code string) {
	t.Helper()
	if got := a.header.Get("x-ms-error-code"); a.status != status || got != code {
		t.Errorf("got %d %q, want %d %q", a.status, got, status, code)
	}
}

func TestABlobIsForThoseWithARoleForDataAlone(t *testing.T) {
	w := stored(t)
	says(t, w.blob("GET", oneBlob, ""), http.StatusForbidden, "AuthorizationPermissionMismatch")
	w.admit()
	says(t, w.blob("GET", oneBlob, ""), http.StatusNotFound, "BlobNotFound")
	says(t, w.blob("HEAD", oneBlob, ""), http.StatusNotFound, "BlobNotFound")
	says(t, w.blob("GET", "/blob/thestore/none/it", ""), http.StatusNotFound, "ContainerNotFound")
	says(t, w.blob("GET", "/blob/nowhere/box/it", ""), http.StatusNotFound, "ResourceNotFound")
	for name, c := range map[string]struct {
		token, version string
		status         int
		code           string
	}{
		"no token":                   {"", "2025-11-05", http.StatusUnauthorized, "NoAuthenticationInformation"},
		"a token of another's":       {"made up", "2025-11-05", http.StatusUnauthorized, "InvalidAuthenticationInfo"},
		"a token for something else": {w.token(arm), "2025-11-05", http.StatusUnauthorized, "InvalidAuthenticationInfo"},
		"no version":                 {w.token(storage), "", http.StatusBadRequest, "MissingRequiredHeader"},
		"no such version":            {w.token(storage), "newest", http.StatusBadRequest, "InvalidHeaderValue"},
	} {
		a := w.send("GET", oneBlob, "", c.token, nil, "x-ms-version", c.version)
		if got := a.header.Get("x-ms-error-code"); a.status != c.status || got != c.code {
			t.Errorf("%s: got %d %q, want %d %q", name, a.status, got, c.status, c.code)
		}
		if c.status == http.StatusUnauthorized && a.header.Get("WWW-Authenticate") == "" {
			t.Errorf("%s: got no challenge", name)
		}
	}
	a := w.send("GET", oneBlob, "", "", nil, "x-ms-version", "2025-11-05", "Authorization", "SharedKey thestore:AAAA")
	says(t, a, http.StatusForbidden, "KeyBasedAuthenticationNotPermitted")
}

func TestABlobIsWrittenOnlyWhereItsConditionsHold(t *testing.T) {
	w := stored(t)
	w.admit()
	first := w.blob("PUT", oneBlob, "one", "If-None-Match", "*")
	done(t, first, http.StatusCreated)
	says(t, w.blob("PUT", oneBlob, "two", "If-None-Match", "*"), http.StatusConflict, "BlobAlreadyExists")
	says(t, w.blob("PUT", oneBlob, "two", "If-Match", `"0x8D000"`), http.StatusPreconditionFailed, "ConditionNotMet")
	says(t, w.blob("PUT", "/blob/thestore/box/other", "two", "If-Match", first.header.Get("ETag")), http.StatusPreconditionFailed, "ConditionNotMet")
	says(t, w.blob("PUT", oneBlob, "two", "Content-MD5", "AAAAAAAAAAAAAAAAAAAAAA=="), http.StatusBadRequest, "Md5Mismatch")
	second := w.blob("PUT", oneBlob, "two", "If-Match", first.header.Get("ETag"))
	done(t, second, http.StatusCreated)
	if second.header.Get("ETag") == first.header.Get("ETag") || second.header.Get("x-ms-version-id") == "" {
		t.Errorf("got %v, want another ETag and a version", second.header)
	}
	says(t, w.blob("GET", oneBlob, "", "If-None-Match", second.header.Get("ETag")), http.StatusNotModified, "ConditionNotMet")
	done(t, w.blob("GET", oneBlob+"?versionid="+url.QueryEscape(first.header.Get("x-ms-version-id")), ""), http.StatusOK)
	done(t, w.blob("DELETE", oneBlob, ""), http.StatusAccepted)
	says(t, w.blob("GET", oneBlob, ""), http.StatusNotFound, "BlobNotFound")
	done(t, w.blob("GET", oneBlob+"?versionid="+url.QueryEscape(first.header.Get("x-ms-version-id")), ""), http.StatusOK)
}

func TestWhatTheBlobServiceDoesNotKnowItRefuses(t *testing.T) {
	w := stored(t)
	w.admit()
	says(t, w.blob("GET", oneBlob+"?comp=blocklist", ""), http.StatusBadRequest, "UnsupportedQueryParameter")
	says(t, w.blob("GET", oneBlob, "", "Range", "bytes=0-1"), http.StatusBadRequest, "UnsupportedHeader")
	says(t, w.blob("PUT", oneBlob, "x", "x-ms-lease-id", "y"), http.StatusBadRequest, "UnsupportedHeader")
	says(t, w.blob("PUT", oneBlob, "x", "x-ms-blob-type", "PageBlob"), http.StatusBadRequest, "InvalidHeaderValue")
	says(t, w.blob("PATCH", oneBlob, "x"), http.StatusMethodNotAllowed, "UnsupportedHttpVerb")
	says(t, w.blob("GET", "/blob/thestore", ""), http.StatusBadRequest, "InvalidUri")
}

func TestAContainerIsNeverMorePublicThanItsAccountAllows(t *testing.T) {
	w := stored(t)
	one := account + "/blobServices/default/containers/"
	refused(t, w.arm("PATCH", one+"box", object{"properties": object{"publicAccess": "Blob"}}), http.StatusConflict, "PublicAccessNotPermitted")
	refused(t, w.arm("PUT", one+"Box", object{}), http.StatusBadRequest, "InvalidResourceName")
	refused(t, w.arm("GET", one+"none", nil), http.StatusNotFound, "ContainerNotFound")
	refused(t, w.arm("PUT", account+"/blobServices/default", object{"properties": object{"colour": "red"}}), http.StatusBadRequest, "InvalidRequestContent")
	refused(t, w.arm("PUT", account+"/blobServices/default", object{"properties": object{"deleteRetentionPolicy": object{"enabled": true}}}), http.StatusBadRequest, "InvalidRequestPropertyValue")
	done(t, w.arm("PUT", one+"box", object{}), http.StatusOK)
	if got := w.arm("GET", account+"/blobServices/default/containers", nil).at("value", 0, "name"); got != "box" {
		t.Errorf("got %v, want the container listed", got)
	}
	done(t, w.arm("DELETE", one+"box", nil), http.StatusOK)
	done(t, w.arm("DELETE", one+"box", nil), http.StatusNoContent)
}

// claim is what an access token says of its caller.
func claim(t *testing.T, token, name string) string {
	t.Helper()
	b, err := base64.RawURLEncoding.DecodeString(strings.Split(token, ".")[1])
	if err != nil {
		t.Fatal(err)
	}
	var claims object
	if err := json.Unmarshal(b, &claims); err != nil {
		t.Fatal(err)
	}
	s, _ := claims[name].(string)
	return s
}
