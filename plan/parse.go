package plan

import (
	"bytes"
	"reflect"
	"slices"
	"strings"
	"unicode/utf8"
)

// Parse reads a plan file, YAML or the same document as JSON, and validates it but for what depends on the day. The error
// is Problems: everything that is wrong, in the order of the file. The name is for messages; a name ending in .json is
// read as JSON only.
func Parse(name string, b []byte) (Plan, error) { return ParseAt(name, b, "") }

// ParseAt is Parse with the day (YYYY-MM-DD) on which waivers and skips must be in force.
func ParseAt(name string, b []byte, day string) (Plan, error) {
	doc := readDocument(name, b)
	if doc.root == nil {
		return Plan{}, doc.problems.in(name)
	}
	var p Plan
	d := decoder{problems: doc.problems, spots: map[string]spot{}}
	found := leaks(doc.root, "")
	d.problems = append(d.problems, found[:min(len(found), maxProblems)]...)
	d.decode(doc.root, reflect.ValueOf(&p).Elem(), "")
	said := slices.Clone(d.problems)
	for _, pr := range p.problems(day) {
		if slices.ContainsFunc(said, func(s Problem) bool { return around(s.Path, pr.Path) || around(pr.Path, s.Path) }) {
			continue // it follows from what could not be read there
		}
		at := d.spot(pr.Path)
		pr.Line, pr.Column = at.line, at.column
		d.problems = append(d.problems, pr)
	}
	if len(d.problems) > 0 {
		return p, d.problems.in(name)
	}
	return p, nil
}

// around reports whether one path is the other or holds it.
func around(outer, inner string) bool {
	rest, within := strings.CutPrefix(inner, outer)
	return outer != "" && within && (rest == "" || rest[0] == '.' || rest[0] == '[')
}

func readDocument(name string, b []byte) document {
	b = bytes.TrimPrefix(b, []byte("\ufeff"))
	var d document
	switch {
	case len(b) > maxBytes:
		d.problem(spot{1, 1}, "", "Say what landings have in common once, under organisation and clouds.", "a plan may be no larger than 2 MiB")
	case !utf8.Valid(b) || bytes.IndexByte(b, 0) >= 0:
		d.problem(spot{1, 1}, "", "Save it as UTF-8.", "this is not text")
	case isJSON(name, b):
		return readJSON(b)
	default:
		return readYAML(b)
	}
	return d
}

// in is the problems of a file as an error.
func (ps Problems) in(file string) error {
	for i := range ps {
		ps[i].File = file
	}
	return ps.err()
}
