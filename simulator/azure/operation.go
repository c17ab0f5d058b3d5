package azure

import (
	"net/http"
	"time"
)

// operation is a long operation that was begun.
type operation struct {
	id, service, subscription, location string
	ready                               time.Time
	made                                func() any // what stands when it is done; nil for a deletion
}

func operationRoutes() []route {
	const since = "2016-06-01"
	under := "/subscriptions/{sub}/providers/{namespace}/locations/{location}"
	r := func(path string, answer func(*ask)) route {
		return route{method: "GET", path: path, service: "Microsoft.Resources", operation: "operations.get", since: since, answer: answer}
	}
	return []route{
		r(under+"/operations/{op}", getOperation),
		r(under+"/operationResults/{op}", getResult),
		r("/subscriptions/{sub}/operationresults/{op}", getResult),
		r("/providers/{namespace}/operations/{op}", getOperation),
		r("/providers/{namespace}/operationResults/{op}", getResult),
	}
}

// begin remembers a long operation.
func (a *ask) begin(op operation) *operation {
	op.id = newID()
	if s := a.subscription(); s != nil {
		op.subscription = s.id
	}
	if op.location == "" {
		op.location = "global"
	}
	a.operations[op.id] = &op
	return &op
}

// patience is how long a caller should wait before it asks again: a third of what is left, at most ten seconds.
func (c *Cloud) patience(ready time.Time) time.Duration {
	return min(max(ready.Sub(c.k.Now())/3, 2*time.Millisecond), 10*time.Second)
}

func (op *operation) path(kind string) string {
	if op.subscription == "" {
		return "/providers/" + op.service + "/" + kind + "/" + op.id
	}
	return "/subscriptions/" + op.subscription + "/providers/" + op.service + "/locations/" + op.location + "/" + kind + "/" + op.id
}

// announce tells where the operation can be followed.
func (op *operation) announce(a *ask) {
	query := "?api-version=" + a.r.URL.Query().Get("api-version")
	a.w.Header().Set("Azure-AsyncOperation", base(a.r)+op.path("operations")+query)
	a.w.Header().Set("Location", base(a.r)+op.path("operationResults")+query)
	retryAfter(a.w, a.patience(op.ready))
}

// locate tells only where the result will be, as storage and resource groups do.
func (op *operation) locate(a *ask) {
	a.w.Header().Set("Location", base(a.r)+op.path("operationResults")+"?api-version="+a.r.URL.Query().Get("api-version"))
	retryAfter(a.w, a.patience(op.ready))
}

func (a *ask) operation() *operation {
	op := a.operations[a.param("op")]
	if op == nil {
		a.fail(http.StatusNotFound, "OperationNotFound", "The operation '"+a.param("op")+"' was not found.")
	}
	return op
}

func getOperation(a *ask) {
	op := a.operation()
	if op == nil {
		return
	}
	answer := obj{"id": op.path("operations"), "name": op.id, "status": "Succeeded"}
	if a.k.Now().Before(op.ready) {
		retryAfter(a.w, a.patience(op.ready))
		answer["status"] = "InProgress"
	}
	a.ok(http.StatusOK, answer)
}

func getResult(a *ask) {
	op := a.operation()
	switch {
	case op == nil:
	case a.k.Now().Before(op.ready):
		op.locate(a)
		a.ok(http.StatusAccepted, nil)
	case op.made == nil:
		a.ok(http.StatusNoContent, nil)
	default:
		a.ok(http.StatusOK, op.made())
	}
}
