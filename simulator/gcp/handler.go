package gcp

import (
	"fmt"
	"html"
	"io"
	"net/http"
	"strings"

	"github.com/itbytes/landfall/simulator/kernel"
)

// Handler serves the cloud: each API under the first segment of its path.
func (c *Cloud) Handler() http.Handler {
	known := apis()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		raw, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20))
		if err != nil {
			invalid("Request payload size exceeds the limit: 1048576 bytes.").write(w, known["cloudresourcemanager"])
			return
		}
		t, vars, found := c.find(r)
		q := &request{route: t, api: known[t.api], http: r, vars: vars, query: r.URL.Query(), raw: raw}
		if !found {
			c.k.Serve(w, r, c.unknownCall(q), refuse(q.api), func(w http.ResponseWriter) { unknown(w, r) })
			return
		}
		switch t.operation {
		case "token":
			c.serveToken(w, q)
			return
		case exchangeToken:
			c.serveExchange(w, q)
			return
		}
		c.k.Serve(w, r, c.call(q), refuse(q.api), func(w http.ResponseWriter) {
			answer, p := c.answer(q)
			if sent(w, q, answer, p) {
				return
			}
			if p != nil {
				p.write(w, q.api)
				return
			}
			send(w, http.StatusOK, answer, q.ints())
		})
	})
}

// answer does what the request asks, holding the cloud still meanwhile.
func (c *Cloud) answer(q *request) (any, *problem) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.settle(c.k.Now())
	q.now = c.k.Now()
	if p := c.authenticate(q); p != nil {
		return nil, p
	}
	if p := q.checkQuery(); p != nil {
		return nil, p
	}
	if p := c.gate(q); p != nil {
		return nil, p
	}
	body, p := q.route.body.decode(q.json())
	if p != nil {
		return nil, p
	}
	q.body = body
	if p := c.permit(q); p != nil {
		return nil, p
	}
	answer, p := q.route.do(c, q)
	if f, ok := answer.(fields); ok {
		answer = copyOf(f)
	}
	return answer, p
}

// call says what a request is, for the kernel's journal, faults and latencies.
func (c *Cloud) call(q *request) kernel.Call {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.settle(c.k.Now()) // what has fallen due stands before anybody asks for it
	q.scope = c.scopeOf(q)
	return kernel.Call{Cloud: "gcp", Scope: q.scope, Service: q.route.api, Operation: q.route.operation, Write: q.route.write, Login: c.loginOf(q.http)}
}

func (c *Cloud) unknownCall(q *request) kernel.Call {
	c.mu.Lock()
	defer c.mu.Unlock()
	return kernel.Call{Cloud: "gcp", Service: q.route.api, Operation: "unknown", Write: q.http.Method != http.MethodGet, Login: c.loginOf(q.http)}
}

// scopeOf is the project, folder, organisation or billing account that a request acts in.
func (c *Cloud) scopeOf(q *request) string {
	if o := c.operations[q.route.api+" "+operationName(q)]; o != nil {
		return o.scope
	}
	if q.route.operation == "CreateProject" {
		if b, p := q.route.body.decode(q.raw); p == nil {
			return "projects/" + b.str("projectId")
		}
	}
	v := q.vars
	switch {
	case q.route.api == "storage":
		return c.bucketScope(q)
	case v["project"] == "-":
		a := c.accounts[v["account"]] // a deleted one is still known by its number
		if a == nil {
			a = c.accountNamed("-", v["account"])
		}
		if a != nil {
			return "projects/" + a.project.id
		}
		_, host, _ := strings.Cut(v["account"], "@")
		return "projects/" + strings.TrimSuffix(host, ".iam.gserviceaccount.com")
	case v["project"] != "":
		if p := c.project(v["project"]); p != nil {
			return "projects/" + p.id
		}
		return "projects/" + v["project"]
	case v["folder"] != "":
		return "folders/" + v["folder"]
	case v["organization"] != "":
		return "organizations/" + v["organization"]
	case v["billing"] != "":
		return "billingAccounts/" + v["billing"]
	}
	return ""
}

func refuse(a api) func(http.ResponseWriter, kernel.Refusal) {
	return func(w http.ResponseWriter, x kernel.Refusal) {
		retryAfter(w, x.RetryAfter)
		refused(x).write(w, a)
	}
}

// unknown is what Google's front says of a path that no API has.
func unknown(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=UTF-8")
	w.Header().Set("Referrer-Policy", "no-referrer")
	w.WriteHeader(http.StatusNotFound)
	fmt.Fprintf(w, "<!DOCTYPE html>\n<html lang=en>\n  <meta charset=utf-8>\n  <title>Error 404 (Not Found)!!1</title>\n"+
		"  <p><b>404.</b> <ins>That’s an error.</ins>\n  <p>The requested URL <code>%s</code> was not found on this server.  <ins>That’s all we know.</ins>\n",
		html.EscapeString(r.URL.Path))
}
