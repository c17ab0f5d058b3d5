package gcp

import (
	"slices"
	"time"
)

// operation is something that takes its time: it answers done:false until it is due, and its deed is done then.
type operation struct {
	api    string
	name   string
	scope  string
	made   time.Time
	due    time.Time
	order  int64
	early  any // metadata while it runs
	late   any // metadata once it is done
	finish func() (any, *problem)

	done     bool
	ended    time.Time
	response any
	fault    *problem
	compute  *computeFacts // of an operation of the compute API, which words them its own way
}

// computeFacts is what a compute operation says beside its state.
type computeFacts struct {
	id, kind, scope, target, targetID, user string
}

// begin starts an operation.
func (c *Cloud) begin(o *operation) *operation {
	o.made, o.order = c.k.Now(), c.next()
	c.operations[o.api+" "+o.name] = o
	c.waiting = append(c.waiting, o)
	return o
}

// settle does the deeds of the operations that are due, in the order in which they fall due.
func (c *Cloud) settle(now time.Time) {
	slices.SortStableFunc(c.waiting, func(a, b *operation) int {
		if d := a.due.Compare(b.due); d != 0 {
			return d
		}
		return int(a.order - b.order)
	})
	for len(c.waiting) > 0 && !c.waiting[0].due.After(now) {
		o := c.waiting[0]
		c.waiting = c.waiting[1:]
		o.response, o.fault = o.finish()
		if f, ok := o.response.(fields); ok {
			o.response = copyOf(f)
		}
		o.done, o.ended = true, o.due
	}
}

// wire is the operation as google.longrunning.Operation.
func (o *operation) wire() fields {
	f := fields{"name": o.name}
	if !o.done {
		if o.early != nil {
			f["metadata"] = o.early
		}
		return f
	}
	f["done"] = true
	if o.late != nil {
		f["metadata"] = o.late
	}
	if o.fault != nil {
		f["error"] = o.fault.rpc()
		return f
	}
	f["response"] = o.response
	return f
}

// typed puts the type in front of a message that goes into an Any.
func typed(name string, f fields) fields {
	out := copyOf(f)
	out["@type"] = "type.googleapis.com/" + name
	return out
}

func emptyValue() fields {
	return fields{"@type": "type.googleapis.com/google.protobuf.Empty", "value": fields{}}
}

// operationName is the name by which a request asks for an operation; empty where it asks for none.
func operationName(q *request) string {
	id := q.vars["operation"]
	switch {
	case id == "":
		return ""
	case q.route.api == "compute":
		return id
	case q.vars["provider"] != "":
		return "projects/" + q.vars["project"] + "/locations/global/workloadIdentityPools/" + q.vars["pool"] + "/providers/" + q.vars["provider"] + "/operations/" + id
	case q.vars["pool"] != "":
		return "projects/" + q.vars["project"] + "/locations/global/workloadIdentityPools/" + q.vars["pool"] + "/operations/" + id
	}
	return "operations/" + id
}

func (c *Cloud) getOperation(q *request) (any, *problem) {
	o := c.operations[q.route.api+" "+operationName(q)]
	if o == nil {
		return nil, noEntity()
	}
	return o.wire(), nil
}
