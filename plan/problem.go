package plan

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Problem is one thing that is wrong with a plan: where, what, and what to do about it. It never quotes a secret.
type Problem struct {
	File    string `json:"file,omitempty"`
	Line    int    `json:"line,omitempty"`   // from 1; 0 where the plan did not come from a file
	Column  int    `json:"column,omitempty"` // from 1
	Path    string `json:"path,omitempty"`   // landings[2].cloud
	Message string `json:"message"`          // one sentence
	Hint    string `json:"hint,omitempty"`   // what to do next
}

// Error is the problem on one line: where, path, message, hint.
func (p Problem) Error() string {
	where := p.File
	if p.Line > 0 {
		where = strings.TrimPrefix(fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Column), ":")
	}
	out := p.Message
	for _, before := range []string{p.Path, where} {
		if before != "" {
			out = before + ": " + out
		}
	}
	if p.Hint != "" {
		out += ". " + p.Hint
	}
	return out
}

// Problems are all that was found wrong with a plan, in the order of the file.
type Problems []Problem

// Error is every problem, one a line.
func (ps Problems) Error() string {
	lines := make([]string, 0, len(ps))
	for _, p := range ps {
		lines = append(lines, p.Error())
	}
	return strings.Join(lines, "\n")
}

// err is the problems as an error, or nil where there are none.
func (ps Problems) err() error {
	if len(ps) == 0 {
		return nil
	}
	return ps.sorted()
}

// sorted is the problems in the order of the file, each said once.
func (ps Problems) sorted() Problems {
	out := slices.Clone(ps)
	slices.SortStableFunc(out, func(a, b Problem) int {
		return cmp.Or(
			cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column),
			cmp.Compare(a.Path, b.Path), cmp.Compare(a.Message, b.Message),
		)
	})
	return slices.CompactFunc(out, func(a, b Problem) bool { return a == b })
}
