package wire

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"sort"
	"strconv"
	"strings"
	"time"
)

const algorithm = "AWS4-HMAC-SHA256"

// Signature is what the Authorization header of a signed request says.
type Signature struct {
	Key     string // access key id
	Date    string // yyyymmdd of the scope
	Region  string
	Service string // signing name
	Headers []string
	Value   string
}

// Signed reads a request's signature; it reports whether there is one.
func Signed(r *http.Request) (Signature, bool) {
	rest, ok := strings.CutPrefix(r.Header.Get("Authorization"), algorithm+" ")
	if !ok {
		return Signature{}, false
	}
	var s Signature
	for part := range strings.SplitSeq(rest, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		switch name {
		case "Credential":
			scope := strings.Split(value, "/")
			if len(scope) != 5 || scope[4] != "aws4_request" {
				return Signature{}, false
			}
			s.Key, s.Date, s.Region, s.Service = scope[0], scope[1], scope[2], scope[3]
		case "SignedHeaders":
			s.Headers = strings.Split(value, ";")
		case "Signature":
			s.Value = value
		}
	}
	return s, s.Key != "" && s.Value != ""
}

// Genuine reports whether the request was signed with the secret.
func (s Signature) Genuine(r *http.Request, body []byte, secret string) bool {
	at := r.Header.Get("X-Amz-Date")
	scope := strings.Join([]string{s.Date, s.Region, s.Service, "aws4_request"}, "/")
	sum := sha256.Sum256([]byte(s.canonical(r, body)))
	toSign := strings.Join([]string{algorithm, at, scope, hex.EncodeToString(sum[:])}, "\n")
	key := []byte("AWS4" + secret)
	for _, part := range []string{s.Date, s.Region, s.Service, "aws4_request", toSign} {
		key = mac(key, part)
	}
	return hmac.Equal([]byte(hex.EncodeToString(key)), []byte(s.Value))
}

// Stale reports whether the request was signed too long ago, or too far ahead, for its signature to count.
func (s Signature) Stale(r *http.Request, now time.Time) bool {
	at, err := time.Parse("20060102T150405Z", r.Header.Get("X-Amz-Date"))
	return err != nil || now.Sub(at).Abs() > 15*time.Minute || at.Format("20060102") != s.Date
}

func mac(key []byte, s string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(s))
	return h.Sum(nil)
}

func (s Signature) canonical(r *http.Request, body []byte) string {
	path := r.URL.EscapedPath()
	if s.Service != "s3" {
		path = encode(path, true) // every service but S3 escapes a path twice
	}
	if path == "" {
		path = "/"
	}
	var headers strings.Builder
	for _, name := range s.Headers {
		headers.WriteString(name + ":" + header(r, name) + "\n")
	}
	return strings.Join([]string{
		r.Method, path, query(r.URL.Query()), headers.String(), strings.Join(s.Headers, ";"), hash(r, body),
	}, "\n")
}

// hash is the payload's digest as the request declares it where it does, else as it is. A declared one that is wrong is
// found out by Intact.
func hash(r *http.Request, body []byte) string {
	if declared := r.Header.Get("X-Amz-Content-Sha256"); declared != "" {
		return declared
	}
	return digest(body)
}

// Intact reports whether the body is the one whose digest the request declares.
func Intact(r *http.Request, body []byte) bool {
	declared := r.Header.Get("X-Amz-Content-Sha256")
	return len(declared) != sha256.Size*2 || declared == digest(body)
}

func digest(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

func header(r *http.Request, name string) string {
	switch name {
	case "host":
		return r.Host
	case "content-length":
		return strconv.FormatInt(r.ContentLength, 10)
	}
	values := r.Header.Values(name)
	trimmed := make([]string, len(values))
	for i, v := range values {
		trimmed[i] = strings.Join(strings.Fields(v), " ")
	}
	return strings.Join(trimmed, ",")
}

func query(q url.Values) string {
	var pairs []string
	for name, values := range q {
		for _, v := range values {
			pairs = append(pairs, encode(name, false)+"="+encode(v, false))
		}
	}
	sort.Strings(pairs)
	return strings.Join(pairs, "&")
}

func encode(s string, path bool) string {
	var b strings.Builder
	for i := range len(s) {
		c := s[i]
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', strings.IndexByte("-_.~", c) >= 0, path && c == '/':
			b.WriteByte(c)
		default:
			b.WriteString("%" + strings.ToUpper(hex.EncodeToString([]byte{c})))
		}
	}
	return b.String()
}
