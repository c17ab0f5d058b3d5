package gcp

import (
	"bytes"
	"crypto/md5" //nolint:gosec // the service's own checksum
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// object is one version of an object of Cloud Storage.
type object struct {
	name, contentType string
	generation        int64
	made              time.Time
	metadata          map[string]string
	content           []byte
}

func objectShape() shape {
	return shape{"name": text(), "bucket": text(), "contentType": text(), "metadata": labelled(), "crc32c": text(), "md5Hash": text(), "cacheControl": text()}
}

func (o *object) wire(b *bucket) fields {
	at := "https://www.googleapis.com" + bucketPath + "/" + b.name + "/o/" + o.name
	return full(fields{
		"kind": "storage#object", "id": b.name + "/" + o.name + "/" + strconv.FormatInt(o.generation, 10), "selfLink": at, "name": o.name, "bucket": b.name,
		"mediaLink": at + "?generation=" + strconv.FormatInt(o.generation, 10) + "&alt=media", "generation": o.generation, "metageneration": int64(1),
		"contentType": o.contentType, "storageClass": "STANDARD", "size": uint64(len(o.content)), "md5Hash": o.md5(), "crc32c": o.crc32c(),
		"etag": etagOf(o.generation), "timeCreated": o.made, "updated": o.made, "timeStorageClassUpdated": o.made, "metadata": o.metadata,
	})
}

func (o *object) md5() string {
	sum := md5.Sum(o.content) //nolint:gosec // see the import
	return base64.StdEncoding.EncodeToString(sum[:])
}

func (o *object) crc32c() string {
	sum := crc32.Checksum(o.content, crc32.MakeTable(crc32.Castagnoli))
	return base64.StdEncoding.EncodeToString(binary.BigEndian.AppendUint32(nil, sum))
}

// standing is the version of an object that stands, or the one of a generation.
func (b *bucket) standing(name, generation string) *object {
	versions := b.objects[name]
	if generation == "" && len(versions) > 0 {
		return versions[len(versions)-1]
	}
	for _, o := range versions {
		if strconv.FormatInt(o.generation, 10) == generation {
			return o
		}
	}
	return nil
}

// media is an answer that is an object's own content.
type media struct{ of *object }

// sent answers what is not JSON: an object's content, and what is wrong with asking for it. It reports whether it did.
func sent(w http.ResponseWriter, q *request, answer any, p *problem) bool {
	m, is := answer.(media)
	switch {
	case is:
		h := w.Header()
		h.Set("Content-Type", m.of.contentType)
		h.Set("Content-Length", strconv.Itoa(len(m.of.content)))
		h.Set("X-Goog-Generation", strconv.FormatInt(m.of.generation, 10))
		h.Set("X-Goog-Hash", "crc32c="+m.of.crc32c())
		h.Add("X-Goog-Hash", "md5="+m.of.md5())
		h.Set("Etag", etagOf(m.of.generation))
		_, _ = w.Write(m.of.content) // a client that went away hears nothing
	case p != nil && q.api.name == "storage" && q.arg("alt") == "media":
		w.Header().Set("Content-Type", "text/html; charset=UTF-8")
		w.WriteHeader(p.code)
		_, _ = io.WriteString(w, p.message) // likewise
	default:
		return false
	}
	return true
}

// json is a request's body where it is JSON; an upload's is read by its method.
func (q *request) json() []byte {
	if q.route.operation == "objects.insert" {
		return nil
	}
	return q.raw
}

func (c *Cloud) getObject(q *request) (any, *problem) {
	b := c.buckets[q.vars["bucket"]]
	if b == nil {
		return nil, notFound("The specified bucket does not exist.")
	}
	o := b.standing(q.vars["object"], q.arg("generation"))
	if o == nil {
		return nil, notFound("No such object: %s/%s", b.name, q.vars["object"])
	}
	if bad := condition(q, "ifGenerationMatch", o.generation, true); bad != nil {
		return nil, bad
	}
	if bad := condition(q, "ifGenerationNotMatch", o.generation, false); bad != nil {
		return nil, bad
	}
	if q.arg("alt") == "media" {
		return media{o}, nil
	}
	return o.wire(b), nil
}

func (c *Cloud) insertObject(q *request) (any, *problem) {
	b := c.buckets[q.vars["bucket"]]
	if b == nil {
		return nil, notFound("The specified bucket does not exist.")
	}
	o, bad := readUpload(q)
	if bad != nil {
		return nil, bad
	}
	stands, generation := b.standing(o.name, ""), int64(0)
	if stands != nil {
		generation = stands.generation
	}
	if bad := condition(q, "ifGenerationMatch", generation, true); bad != nil {
		return nil, bad
	}
	o.made, o.generation = q.now, max(q.now.UnixMicro(), generation+1)
	if !b.body.sub("versioning").flag("enabled") {
		b.objects[o.name] = nil
	}
	b.objects[o.name] = append(b.objects[o.name], o)
	return o.wire(b), nil
}

// readUpload reads what is uploaded: the content alone (uploadType=media) or with what is said of it (multipart).
func readUpload(q *request) (*object, *problem) {
	kind, params, err := mime.ParseMediaType(q.http.Header.Get("Content-Type"))
	switch how := q.query.Get("uploadType"); {
	case how == "media":
		o := &object{name: q.arg("name"), contentType: orText(kind, "application/octet-stream"), content: slices.Clone(q.raw)}
		return o.checked(fields{})
	case how != "multipart":
		return nil, problemf(http.StatusBadRequest, "INVALID_ARGUMENT", "badRequest", "Invalid upload type: %s", how)
	case err != nil || kind != "multipart/related":
		return nil, problemf(http.StatusBadRequest, "INVALID_ARGUMENT", "badContent", "Malformed multipart body.")
	}
	parts := multipart.NewReader(bytes.NewReader(q.raw), params["boundary"])
	said, _, bad := nextPart(parts)
	if bad != nil {
		return nil, bad
	}
	content, contentType, bad := nextPart(parts)
	if bad != nil {
		return nil, bad
	}
	f, bad := objectShape().decode(said)
	if bad != nil {
		return nil, bad
	}
	o := &object{name: orText(f.str("name"), q.arg("name")), contentType: orText(f.str("contentType"), contentType), metadata: f.labels("metadata"), content: content}
	return o.checked(f)
}

func nextPart(r *multipart.Reader) (content []byte, contentType string, bad *problem) {
	part, err := r.NextPart()
	if err == nil {
		content, err = io.ReadAll(part)
	}
	if err != nil {
		return nil, "", problemf(http.StatusBadRequest, "INVALID_ARGUMENT", "badContent", "Malformed multipart body.")
	}
	return content, part.Header.Get("Content-Type"), nil
}

// checked holds an upload to what was said of it.
func (o *object) checked(said fields) (*object, *problem) {
	if o.name == "" || len(o.name) > 1024 || strings.ContainsAny(o.name, "\r\n") {
		return nil, problemf(http.StatusBadRequest, "INVALID_ARGUMENT", "required", "Required parameter: name")
	}
	for name, got := range map[string]string{"crc32c": o.crc32c(), "md5Hash": o.md5()} {
		if want := said.str(name); want != "" && want != got {
			return nil, problemf(http.StatusBadRequest, "INVALID_ARGUMENT", "invalid", "%s", fmt.Sprintf("Provided %s %q doesn't match calculated %q.", name, want, got))
		}
	}
	return o, nil
}
