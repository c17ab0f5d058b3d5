package aws

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/itbytes/landfall/simulator/aws/wire"
	"github.com/itbytes/landfall/simulator/kernel"
)

// request is one call as a service's operation sees it.
type request struct {
	*Cloud
	service   *service
	operation string
	id        string
	now       time.Time
	http      *http.Request
	body      []byte
	form      url.Values
	path      map[string]string

	who     *credential
	account *account
	region  string

	header http.Header // of the answer
	raw    []byte      // an answer that is not a structure
}

// here is the caller's account in the caller's region.
func (q *request) here() *region { return q.account.in(q.region) }

// read decodes what the caller sent; a member that this simulator does not know is refused, never overlooked.
func (q *request) read(into any) error {
	switch q.service.dialect.Protocol {
	case wire.Query, wire.EC2:
		left, err := wire.Form(q.form, q.service.word, into)
		if err != nil {
			return bad("MalformedInput", "%s", err)
		}
		if len(left) > 0 {
			return q.service.dialect.Protocol.Word(wire.Unknown, "The parameter "+left[0]+" is not recognized")
		}
		return nil
	case wire.RESTXML, wire.S3:
		if len(q.body) == 0 {
			return nil
		}
		if err := xml.Unmarshal(q.body, into); err != nil {
			return bad("MalformedXML", "The XML you provided was not well-formed or did not validate against our published schema")
		}
		return nil
	}
	if len(bytes.TrimSpace(q.body)) == 0 {
		return nil
	}
	d := json.NewDecoder(bytes.NewReader(q.body))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		if strings.Contains(err.Error(), "unknown field") {
			return q.service.dialect.Protocol.Word(wire.Unknown, strings.TrimPrefix(err.Error(), "json: "))
		}
		return bad("SerializationException", "%s", err)
	}
	return nil
}

// query is a parameter of the address.
func (q *request) query(name string) string { return q.http.URL.Query().Get(name) }

func bad(code, format string, args ...any) *wire.Error { return wire.Errorf(0, code, format, args...) }

// requestID looks like AWS's.
func requestID() string { return uuid() }

func uuid() string {
	h := kernel.Random(16)
	return h[:8] + "-" + h[8:12] + "-4" + h[13:16] + "-a" + h[17:20] + "-" + h[20:]
}

func arn(service, region, account, resource string) string {
	return "arn:aws:" + service + ":" + region + ":" + account + ":" + resource
}
