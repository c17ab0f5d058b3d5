package azure

import (
	"crypto/md5" //nolint:gosec // the service's own checksum
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// blobHistory is what stands under a blob's name: the current version last, and those before it where versioning is on.
type blobHistory struct {
	versions []*blob
	gone     bool // the current version was deleted; earlier ones are kept
}

// blob is one version of a block blob.
type blob struct {
	id, etag, mime string
	body           []byte
	meta           map[string]string
	changed        time.Time
}

func blobTag() string { return "0x8D" + strings.ToUpper(strings.ReplaceAll(newID(), "-", ""))[:12] }

// current is the version that stands under the name; nil where none does.
func (b *blobAsk) current() *blob {
	h := b.holder.blobs[b.name]
	if h == nil || h.gone {
		return nil
	}
	return h.versions[len(h.versions)-1]
}

// asked is the version that a request is about.
func (b *blobAsk) asked() *blob {
	id := b.r.URL.Query().Get("versionid")
	if id == "" {
		return b.current()
	}
	if h := b.holder.blobs[b.name]; h != nil {
		if i := slices.IndexFunc(h.versions, func(v *blob) bool { return v.id == id }); i >= 0 {
			return h.versions[i]
		}
	}
	return nil
}

// conditions checks If-Match and If-None-Match against what stands.
func (b *blobAsk) conditions(stands *blob, writes bool) bool {
	match, none := b.r.Header.Get("If-Match"), b.r.Header.Get("If-None-Match")
	same := func(tag string) bool { return stands != nil && (tag == "*" || strings.Trim(tag, `"`) == stands.etag) }
	switch {
	case match != "" && !same(match):
		b.fail(http.StatusPreconditionFailed, "ConditionNotMet", "The condition specified using HTTP conditional header(s) is not met.")
	case none == "*" && stands != nil && writes:
		b.fail(http.StatusConflict, "BlobAlreadyExists", "The specified blob already exists.")
	case none != "" && same(none) && writes:
		b.fail(http.StatusPreconditionFailed, "ConditionNotMet", "The condition specified using HTTP conditional header(s) is not met.")
	case none != "" && same(none):
		b.w.Header().Set("x-ms-error-code", "ConditionNotMet")
		b.w.WriteHeader(http.StatusNotModified)
	default:
		return true
	}
	return false
}

func (b *blobAsk) get() {
	v := b.asked()
	if v == nil {
		b.fail(http.StatusNotFound, "BlobNotFound", "The specified blob does not exist.")
		return
	}
	if !b.conditions(v, false) {
		return
	}
	h := b.w.Header()
	b.head(v)
	h.Set("Content-Type", v.mime)
	h.Set("Content-Length", strconv.Itoa(len(v.body)))
	h.Set("Accept-Ranges", "bytes")
	h.Set("x-ms-blob-type", "BlockBlob")
	h.Set("x-ms-lease-status", "unlocked")
	h.Set("x-ms-lease-state", "available")
	h.Set("x-ms-server-encrypted", "true")
	for name, value := range v.meta {
		h.Set("x-ms-meta-"+name, value)
	}
	b.w.WriteHeader(http.StatusOK)
	if b.r.Method == http.MethodGet {
		_, _ = b.w.Write(v.body) // a caller that went away wants nothing
	}
}

// head is what answers say of a version.
func (b *blobAsk) head(v *blob) {
	h := b.w.Header()
	sum := md5.Sum(v.body) //nolint:gosec // see the import
	h.Set("ETag", `"`+v.etag+`"`)
	h.Set("Last-Modified", v.changed.UTC().Format(http.TimeFormat))
	h.Set("Content-MD5", base64.StdEncoding.EncodeToString(sum[:]))
	if b.store.versioned() {
		h.Set("x-ms-version-id", v.id)
	}
}

func (b *blobAsk) put() {
	sum := md5.Sum(b.body) //nolint:gosec // see the import
	said := b.r.Header.Get("Content-MD5")
	switch {
	case b.r.Header.Get("x-ms-blob-type") != "BlockBlob":
		b.fail(http.StatusBadRequest, "InvalidHeaderValue", "The value for one of the HTTP headers is not in the correct format: x-ms-blob-type.")
		return
	case b.r.ContentLength < 0:
		b.fail(http.StatusLengthRequired, "MissingContentLengthHeader", "The Content-Length header was not specified.")
		return
	case said != "" && said != base64.StdEncoding.EncodeToString(sum[:]):
		b.fail(http.StatusBadRequest, "Md5Mismatch", "The MD5 value specified in the request did not match with the MD5 value calculated by the server.")
		return
	case !b.conditions(b.current(), true):
		return
	}
	now := b.k.Now()
	v := &blob{id: stamp(now), etag: blobTag(), body: b.body, mime: b.r.Header.Get("x-ms-blob-content-type"), meta: map[string]string{}, changed: now}
	if v.mime == "" {
		v.mime = "application/octet-stream"
	}
	for name := range b.r.Header {
		if own, is := strings.CutPrefix(strings.ToLower(name), "x-ms-meta-"); is {
			v.meta[own] = b.r.Header.Get(name)
		}
	}
	h := b.holder.blobs[b.name]
	if h == nil || !b.store.versioned() {
		h = &blobHistory{}
		b.holder.blobs[b.name] = h
	}
	h.versions, h.gone = append(h.versions, v), false
	b.head(v)
	b.w.Header().Set("x-ms-request-server-encrypted", "true")
	b.w.WriteHeader(http.StatusCreated)
}

func (b *blobAsk) delete() {
	v := b.current()
	if v == nil {
		b.fail(http.StatusNotFound, "BlobNotFound", "The specified blob does not exist.")
		return
	}
	if !b.conditions(v, true) {
		return
	}
	if h := b.holder.blobs[b.name]; b.store.versioned() {
		h.gone = true
	} else {
		delete(b.holder.blobs, b.name)
	}
	b.w.Header().Set("x-ms-delete-type-permanent", strconv.FormatBool(!b.store.versioned()))
	b.w.WriteHeader(http.StatusAccepted)
}

// showBlobs is what stands in the storage accounts, for /sim/state: names, sizes and digests, and no content.
func (c *Cloud) showBlobs() obj {
	out := obj{}
	for id, s := range c.blobs {
		account := c.thing(id)
		if account == nil || !s.made.Equal(account.made) {
			continue
		}
		containers := obj{}
		for name, held := range s.containers {
			blobs := obj{}
			for name, h := range held.blobs {
				v := h.versions[len(h.versions)-1]
				sum := sha256.Sum256(v.body)
				blobs[name] = obj{
					"etag": v.etag, "size": len(v.body), "sha256": hex.EncodeToString(sum[:]), "versions": len(h.versions), "deleted": h.gone,
					"metadata": maps.Clone(v.meta),
				}
			}
			containers[name] = obj{"publicAccess": held.props["publicAccess"], "blobs": blobs}
		}
		out[account.name] = obj{"versioning": s.versioned(), "containers": containers}
	}
	return out
}
