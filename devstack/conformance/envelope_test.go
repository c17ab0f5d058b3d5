package conformance

import (
	"encoding/json"
	"encoding/xml"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// refusal is what moto says of a signature or a permission that it checked: one form for every service, which only
// clients of its own language read. Code and message are AWS's.
type refusal struct {
	XMLName xml.Name `xml:"ErrorResponse"`
	Code    string   `xml:"Errors>Error>Code"`
	Message string   `xml:"Errors>Error>Message"`
}

// envelop puts a refusal of moto's into the form in which AWS's protocol of the request carries one; its code and message
// stay what they are. Whatever else a body holds passes as it is.
func envelop(r *http.Response, service string, body []byte) []byte {
	var said refusal
	if err := xml.Unmarshal(body, &said); err != nil || said.Code == "" {
		return body
	}
	type named struct{ Type, Code, Message string }
	var out []byte
	var err error
	switch {
	case r.Request.Header.Get("X-Amz-Target") != "", service == "guardduty", service == "securityhub":
		r.Header.Set("Content-Type", "application/x-amz-json-1.1")
		r.Header.Set("X-Amzn-Errortype", said.Code)
		out, err = json.Marshal(map[string]string{"__type": said.Code, "message": said.Message})
	case service == "ec2":
		r.Header.Set("Content-Type", "text/xml")
		out, err = xml.Marshal(struct {
			XMLName xml.Name `xml:"Response"`
			Error   named    `xml:"Errors>Error"`
		}{Error: named{"Sender", said.Code, said.Message}})
	default:
		r.Header.Set("Content-Type", "text/xml")
		out, err = xml.Marshal(struct {
			XMLName xml.Name `xml:"ErrorResponse"`
			Error   named
		}{Error: named{"Sender", said.Code, said.Message}})
	}
	if err != nil {
		return body
	}
	return out
}

func TestARefusalKeepsItsWordsInTheFormOfTheProtocol(t *testing.T) {
	const said = `<?xml version="1.0"?><ErrorResponse><Errors><Error><Code>AccessDenied</Code><Message>User: a &amp; b</Message><Type>Sender</Type></Error></Errors></ErrorResponse>`
	for _, c := range []struct{ service, target, want string }{
		{"organizations", "AWSOrganizationsV20161128.ListRoots", `{"__type":"AccessDenied","message":"User: a \u0026 b"}`},
		{"guardduty", "", `{"__type":"AccessDenied","message":"User: a \u0026 b"}`},
		{"ec2", "", `<Response><Errors><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>User: a &amp; b</Message></Error></Errors></Response>`},
		{"sts", "", `<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>User: a &amp; b</Message></Error></ErrorResponse>`},
	} {
		req := httptest.NewRequest(http.MethodPost, "/", nil)
		if c.target != "" {
			req.Header.Set("X-Amz-Target", c.target)
		}
		r := &http.Response{Header: http.Header{}, Request: req, Body: io.NopCloser(strings.NewReader(said))}
		if got := string(envelop(r, c.service, []byte(said))); got != c.want {
			t.Errorf("%s: got %s, want %s", c.service, got, c.want)
		}
		if page := "<!doctype html><title>404</title>"; string(envelop(r, c.service, []byte(page))) != page {
			t.Errorf("%s: a page is changed", c.service)
		}
	}
}
