package plan

import (
	"regexp"
	"strconv"
)

// kind is what a node of a document is.
type kind string

const (
	aNull   kind = "nothing"
	aText   kind = "text"
	aNumber kind = "a number"
	aBool   kind = "true or false"
	aMap    kind = "a map"
	aList   kind = "a list"
)

// spot is a place in a file, both from 1.
type spot struct{ line, column int }

// node is one value of a document, whether it was written as YAML or as JSON.
type node struct {
	kind    kind
	at      spot
	text    string // of a scalar, as written and without quotes
	members []member
	items   []*node
}

// member is one entry of a map, in the order of the file.
type member struct {
	key   string
	at    spot
	value *node
}

// document is a file as a tree. A file that is no document has problems and no root.
type document struct {
	root     *node
	problems Problems
	nodes    int
}

func (d *document) problem(at spot, path, hint, message string) {
	if len(d.problems) == maxProblems {
		return
	}
	d.problems = append(d.problems, Problem{Line: at.line, Column: at.column, Path: path, Message: message, Hint: hint})
}

// Bounds of a plan file. They keep a hostile file from costing more than a moment.
const (
	maxBytes = 2 << 20
	maxNodes = 500_000
	maxDepth = 64
	// maxProblems is how many mistakes of form are named in one reading.
	maxProblems = 1000
)

var plainKey = regexp.MustCompile(`^[A-Za-z0-9_/*-]+$`)

// under is the path of a map's entry.
func under(path, key string) string {
	switch {
	case !plainKey.MatchString(key) || !shows(key):
		return path + "[" + quoted(key) + "]"
	case path == "":
		return key
	}
	return path + "." + key
}

// item is the path of a list's entry.
func item(path string, i int) string { return path + "[" + strconv.Itoa(i) + "]" }
