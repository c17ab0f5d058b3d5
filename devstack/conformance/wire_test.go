package conformance

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// call is one request as it passed on its way to the emulator.
type call struct {
	service, operation string
	status             int
	lacking            bool // the emulator had no answer of AWS's to it
}

// name is the call as conformance/moto-lacks.txt writes it.
func (c call) name() string { return c.service + " " + c.operation }

// writes reports whether a call changes anything, judged by AWS's way of naming operations.
func (c call) writes() bool {
	if c.service == "sts" {
		return false
	}
	return !slices.ContainsFunc([]string{"BatchGet", "Describe", "Get", "Head", "List", "Lookup", "Query", "Scan"}, func(verb string) bool {
		return strings.HasPrefix(c.operation, verb)
	})
}

// wire stands in front of the emulator, hands every request on as it came, Host and signature included, and notes it.
type wire struct {
	URL    string
	routes routes
	mu     sync.Mutex
	noted  []call
}

func lay(t *testing.T, emulator string) *wire {
	t.Helper()
	to, err := url.Parse(emulator)
	if err != nil {
		t.Fatal(err)
	}
	w := &wire{routes: readRoutes(t)}
	proxy := &httputil.ReverseProxy{
		Rewrite:        func(p *httputil.ProxyRequest) { p.SetURL(to); p.Out.Host = p.In.Host },
		ModifyResponse: w.note,
	}
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		service, operation := w.name(r)
		proxy.ServeHTTP(rw, r.WithContext(context.WithValue(r.Context(), passing{}, call{service: service, operation: operation})))
	}))
	t.Cleanup(server.Close)
	w.URL = server.URL
	return w
}

// passing is the key under which a request's call waits for its answer.
type passing struct{}

// note keeps a call with what the emulator answered, and puts a refusal into the envelope that AWS would have used.
func (w *wire) note(r *http.Response) error {
	c, _ := r.Request.Context().Value(passing{}).(call)
	c.status = r.StatusCode
	if strings.HasPrefix(r.Header.Get("Content-Type"), "text/html") && r.StatusCode >= http.StatusBadRequest {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return err
		}
		c.lacking = bytes.Contains(bytes.ToLower(body), []byte("<!doctype html>")) // a page for people is no answer of AWS's
		body = envelop(r, c.service, body)
		r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
		r.Header.Set("Content-Length", strconv.Itoa(len(body)))
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.noted = append(w.noted, c)
	return nil
}

// name reads who is asked for what: the service from the signature's scope, the operation from where its protocol has it.
func (w *wire) name(r *http.Request) (service, operation string) {
	_, scope, _ := strings.Cut(r.Header.Get("Authorization"), "Credential=")
	if parts := strings.Split(scope, "/"); len(parts) > 3 {
		service = parts[3]
	}
	if service == "s3" && strings.HasPrefix(r.URL.Path, "/v20180820/") {
		service = "s3control"
	}
	if target := r.Header.Get("X-Amz-Target"); target != "" {
		return service, target[strings.LastIndex(target, ".")+1:]
	}
	if strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		body, err := io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(body))
		if form, bad := url.ParseQuery(string(body)); err == nil && bad == nil {
			return service, form.Get("Action")
		}
	}
	return service, w.routes.find(service, r)
}

// calls are all calls since the first n.
func (w *wire) calls(n int) []call {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.noted[n:])
}

// changing keeps the calls that write.
func changing(calls []call) []call {
	return slices.DeleteFunc(slices.Clone(calls), func(c call) bool { return !c.writes() })
}
