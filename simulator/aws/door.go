package aws

import (
	"errors"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strings"

	"github.com/itbytes/landfall/simulator/aws/wire"
	"github.com/itbytes/landfall/simulator/kernel"
)

// serve takes one request through the door: which service, who asks, may they; then the operation itself.
func (c *Cloud) serve(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 16<<20))
	if err != nil {
		http.Error(w, "request body could not be read", http.StatusRequestEntityTooLarge)
		return
	}
	q := &request{Cloud: c, id: requestID(), http: r, body: body, now: c.k.Now(), header: http.Header{}}
	q.form = form(r, body)
	sig, signed := wire.Signed(r)
	q.service = c.find(r, sig.Service, q.form)
	q.operation, q.path = q.service.named(r, q.form)
	op, able := q.service.operations[q.operation]
	if !able {
		op.write = writing(q.operation)
	}
	q.region = sig.Region
	turned := c.identify(q, sig, signed)

	call := kernel.Call{Cloud: "aws", Service: q.service.name, Operation: q.operation, Write: op.write}
	switch {
	case q.who != nil:
		call.Scope, call.Login = q.who.account, q.who.login
	case q.anonymous():
		_, call.Scope, _ = roleIn(q.form.Get("RoleArn"))
	}
	c.k.Serve(w, r, call, func(w http.ResponseWriter, x kernel.Refusal) {
		q.service.dialect.Refuse(w, r, q.id, q.refusal(x))
	}, func(w http.ResponseWriter) {
		switch {
		case turned != nil:
			q.service.dialect.Refuse(w, r, q.id, turned)
		case !able:
			q.service.dialect.Refuse(w, r, q.id, q.service.dialect.Protocol.Word(wire.NoOperation,
				"The action "+q.operation+" is not valid for this web service."))
		default:
			q.answer(w, op)
		}
	})
}

// answer carries the operation out under the cloud's lock, so that each call sees the world before or after another, never
// in between.
func (q *request) answer(w http.ResponseWriter, op operation) {
	out, err := func() (wire.Map, error) {
		q.mu.Lock()
		defer q.mu.Unlock()
		q.now = q.k.Now()
		q.settle(q.now)
		if err := q.permitted(op.write); err != nil {
			return nil, err
		}
		return op.do(q)
	}()
	if err != nil {
		var e *wire.Error
		if !errors.As(err, &e) {
			e = wire.Errorf(http.StatusInternalServerError, "InternalFailure", "%s", err)
		}
		maps.Copy(w.Header(), q.header)
		q.service.dialect.Refuse(w, q.http, q.id, e)
		return
	}
	q.service.dialect.Send(w, wire.Answer{
		Operation: q.operation, Request: q.id, Status: op.status, Header: q.header, Body: out, Root: op.root, Raw: q.raw,
	})
}

// refusal words what the kernel has decided: a login that is expired or locked, or an ordered fault.
func (q *request) refusal(x kernel.Refusal) *wire.Error {
	p := q.service.dialect.Protocol
	switch {
	case x.Reason == kernel.LoginExpired && q.service.name == "sso":
		return unauthorized()
	case x.Reason == kernel.LoginExpired:
		return p.Word(wire.Expired, "")
	case x.Reason == kernel.LoginLocked && q.service.name == "sso":
		return wire.Errorf(http.StatusForbidden, "ForbiddenException", "No access")
	case x.Reason == kernel.LoginLocked:
		return p.Word(wire.Stranger, "")
	}
	e := &wire.Error{Status: x.Status, Code: x.Code, Message: x.Message, Fields: wire.Map{}, After: int(x.RetryAfter.Seconds())}
	for name, text := range x.Members {
		e.Fields[name] = text
	}
	if e.Code == "" {
		e.Code = "ThrottlingException"
		if x.Status >= 500 {
			e.Code = "InternalFailure"
		}
	}
	if e.Message == "" {
		e.Message = "Rate exceeded"
		if x.Status >= 500 {
			e.Message = "The request processing has failed because of an unknown error, exception or failure."
		}
	}
	return e
}

// find is the service a request is for: by the signature's scope where there is one, else by what it looks like. A service
// that is not simulated knows no operation.
func (c *Cloud) find(r *http.Request, signing string, form url.Values) *service {
	switch {
	case signing == "s3" && strings.HasPrefix(r.URL.Path, "/v20180820/"):
		return c.services["s3control"]
	case signing == "" && ssoPath(r.URL.Path):
		return c.services["sso"]
	case signing == "" && oidcPath(r.URL.Path):
		return c.services["sso-oauth"]
	case signing == "" && form.Get("Action") == "AssumeRoleWithWebIdentity":
		return c.services["sts"]
	}
	if s, simulated := c.services[signing]; simulated {
		return s
	}
	stranger := &service{name: signing, dialect: wire.Dialect{Protocol: wire.RESTJSON}}
	switch {
	case r.Header.Get("X-Amz-Target") != "":
		stranger.dialect = wire.Dialect{Protocol: wire.JSON, Version: "1.1"}
	case form.Get("Action") != "":
		stranger.dialect = wire.Dialect{Protocol: wire.Query}
	}
	return stranger
}

func form(r *http.Request, body []byte) url.Values {
	if strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		if v, err := url.ParseQuery(string(body)); err == nil {
			return v
		}
	}
	return url.Values{}
}
