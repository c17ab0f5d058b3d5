package wire

import (
	"encoding/json"
	"fmt"
	"hash/crc32"
	"net/http"
	"strconv"
	"strings"
)

// Protocol is how a service talks.
type Protocol int

// The protocols of AWS.
const (
	JSON     Protocol = iota // X-Amz-Target, JSON 1.0 or 1.1
	Query                    // Action=…, XML back
	EC2                      // EC2's own query dialect
	RESTJSON                 // paths and verbs, JSON bodies
	RESTXML                  // paths and verbs, XML bodies
	S3                       // REST XML with bare errors
)

// Error is a refusal in the service's own words.
type Error struct {
	Status  int // 0: what the protocol usually answers to a mistake of the caller
	Code    string
	Message string
	Fields  Map // further members of the exception
	After   int // seconds of Retry-After
}

// Error implements error.
func (e *Error) Error() string { return e.Code + ": " + e.Message }

// Errorf makes a refusal.
func Errorf(status int, code, format string, args ...any) *Error {
	return &Error{Status: status, Code: code, Message: fmt.Sprintf(format, args...)}
}

// Dialect is how one service talks.
type Dialect struct {
	Protocol  Protocol
	Version   string // of JSON: 1.0 or 1.1
	Namespace string // of XML
	Prefix    string // before the type of an error: com.amazonaws.dynamodb.v20120810#
	Text      string // member of an error that holds the message; default message
	Checksum  bool   // whether answers carry x-amz-crc32
}

// Answer is what an admitted call is answered with.
type Answer struct {
	Operation string
	Request   string // request id
	Status    int    // 0: 200
	Header    http.Header
	Body      Map    // nil: nothing
	Root      string // of REST XML
	Raw       []byte // a body that is not a structure, instead of Body
}

// Send answers an admitted call.
func (d Dialect) Send(w http.ResponseWriter, a Answer) {
	for name, values := range a.Header {
		w.Header()[name] = values
	}
	var b strings.Builder
	switch d.Protocol {
	case JSON, RESTJSON:
		body := a.Body
		if body == nil {
			body = Map{}
		}
		out, err := json.Marshal(body)
		if err != nil {
			panic(err) // a Map holds nothing that JSON cannot
		}
		b.Write(out)
	case Query:
		b.WriteString("<" + a.Operation + `Response xmlns="` + d.Namespace + `">`)
		XML(&b, a.Operation+"Result", orEmpty(a.Body), "member")
		b.WriteString("<ResponseMetadata><RequestId>" + a.Request + "</RequestId></ResponseMetadata></" + a.Operation + "Response>")
	case EC2:
		b.WriteString("<" + a.Operation + `Response xmlns="` + d.Namespace + `"><requestId>` + a.Request + "</requestId>")
		Members(&b, a.Body, "item")
		b.WriteString("</" + a.Operation + "Response>")
	case RESTXML, S3:
		if a.Body != nil {
			root := a.Root
			if root == "" {
				root = a.Operation + "Response"
			}
			b.WriteString("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<" + root + ` xmlns="` + d.Namespace + `">`)
			Members(&b, a.Body, "member")
			b.WriteString("</" + root + ">")
		}
	}
	if a.Raw != nil {
		b.Reset()
		b.Write(a.Raw)
	}
	d.write(w, a.Status, a.Request, b.String())
}

// Refuse answers a call that is not admitted or not right.
func (d Dialect) Refuse(w http.ResponseWriter, r *http.Request, request string, e *Error) {
	status := e.Status
	if status == 0 {
		status = http.StatusBadRequest
	}
	if e.After > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(e.After))
	}
	d.write(w, status, request, d.complaint(w, r, request, status, e))
}

func (d Dialect) complaint(w http.ResponseWriter, r *http.Request, request string, status int, e *Error) string {
	details := "<Code>" + e.Code + "</Code><Message>" + escape(e.Message) + "</Message>"
	side := "Sender"
	if status >= 500 {
		side = "Receiver"
	}
	var extra strings.Builder
	switch d.Protocol {
	case JSON, RESTJSON:
		body := Map{}
		for name, v := range e.Fields {
			body[name] = v
		}
		member := d.Text
		if member == "" {
			member = "message"
		}
		body[member] = e.Message
		if d.Protocol == JSON {
			body["__type"] = d.Prefix + e.Code
		} else {
			w.Header().Set("X-Amzn-Errortype", e.Code)
		}
		out, err := json.Marshal(body)
		if err != nil {
			panic(err) // as above
		}
		return string(out)
	case EC2:
		return "<Response><Errors><Error>" + details + "</Error></Errors><RequestID>" + request + "</RequestID></Response>"
	case S3:
		if r.Method == http.MethodHead {
			return ""
		}
		Members(&extra, e.Fields, "member")
		return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error>" + details + extra.String() + "<RequestId>" + request + "</RequestId><HostId>" + request + "</HostId></Error>"
	}
	Members(&extra, e.Fields, "member")
	return "<ErrorResponse xmlns=\"" + d.Namespace + "\"><Error><Type>" + side + "</Type>" + details + extra.String() + "</Error><RequestId>" + request + "</RequestId></ErrorResponse>"
}

func (d Dialect) write(w http.ResponseWriter, status int, request, body string) {
	kind := "text/xml"
	switch d.Protocol {
	case JSON:
		kind = "application/x-amz-json-" + d.Version
	case RESTJSON:
		kind = "application/json"
	case RESTXML, S3:
		kind = "application/xml"
	}
	if w.Header().Get("Content-Type") == "" {
		w.Header().Set("Content-Type", kind)
	}
	w.Header().Set("X-Amzn-Requestid", request)
	if d.Protocol == S3 {
		w.Header().Set("X-Amz-Request-Id", request)
	}
	if d.Checksum {
		w.Header().Set("X-Amz-Crc32", strconv.FormatUint(uint64(crc32.ChecksumIEEE([]byte(body))), 10))
	}
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	if status == 0 {
		status = http.StatusOK
	}
	w.WriteHeader(status)
	if status != http.StatusNoContent {
		_, _ = w.Write([]byte(body)) // a caller that has gone hears nothing
	}
}

func orEmpty(m Map) Map {
	if m == nil {
		return Map{}
	}
	return m
}
