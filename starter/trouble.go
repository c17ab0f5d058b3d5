package main

import (
	"errors"
	"fmt"

	"github.com/itbytes/landfall/plan"
)

// Exit codes (design §9).
const (
	exitDone    = 0
	exitFailed  = 1
	exitPending = 2
	exitHeld    = 3
	exitUsage   = 64
)

// trouble is an error as a person meets it: one sentence, the one thing to do next, and the exit code.
type trouble struct {
	What     string        `json:"error"`
	Hint     string        `json:"hint"`
	Problems plan.Problems `json:"problems,omitempty"` // of a plan, each with its place
	code     int
	err      error
}

func (t *trouble) Error() string { return t.What }
func (t *trouble) Unwrap() error { return t.err }

func usage(what, hint string) error { return &trouble{What: what, Hint: hint, code: exitUsage} }

// failed is what could not be done. What was said already, and what Temporal itself refuses, keeps its own sentence.
func failed(err error, hint, format string, a ...any) error {
	if said := (*trouble)(nil); errors.As(err, &said) || stopped(err) {
		return err
	}
	t := &trouble{What: fmt.Sprintf(format, a...), Hint: hint, code: exitFailed, err: err}
	if what, instead, known := refused(err); known {
		t.What, t.Hint = what, instead
	}
	return t
}

// close says what went wrong, if anything did, and returns the exit code.
func (d *desk) close(err error) int {
	if err == nil {
		return d.code
	}
	var t *trouble
	switch {
	case errors.As(err, &t):
	case stopped(err):
		t = &trouble{What: "stopped, as you asked", Hint: "What has begun goes on: see landfall status.", code: exitFailed}
	default:
		t = &trouble{What: err.Error(), Hint: "See landfall -h.", code: exitFailed}
	}
	if d.output == "json" {
		_ = d.json(t) // standard output is gone: there is nobody left to tell
		return t.code
	}
	fmt.Fprintln(d.errs, "landfall: "+t.What)
	for _, p := range t.Problems {
		fmt.Fprintln(d.errs, "  "+p.Error())
	}
	if t.Hint != "" {
		fmt.Fprintln(d.errs, "  "+t.Hint)
	}
	return t.code
}
