package plan

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// readYAML reads one YAML document.
func readYAML(b []byte) (d document) {
	defer func() {
		if recover() != nil { // the parser met what it did not expect; its panic text may hold the file's
			d = document{}
			d.problem(spot{1, 1}, "", "Write it as plain YAML: maps, lists, text and numbers.", "this is not YAML that can be read")
		}
	}()
	if at, what := tooMuch(b); what != "" {
		d.problem(at, "", "A plan is nested a few levels only, and its maps have a few entries.", what)
		return d
	}
	file, err := parser.ParseBytes(b, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		at, what := yamlError(err)
		d.problem(at, "", "Look at the line's indentation, quotes and brackets.", "this is not YAML: "+what)
		return d
	}
	var bodies []ast.Node
	for _, doc := range file.Docs {
		if doc.Body != nil && doc.Body.Type() != ast.CommentType {
			bodies = append(bodies, doc.Body)
		}
	}
	if len(bodies) == 0 {
		d.problem(spot{1, 1}, "", "It begins with apiVersion: "+APIVersion+" and kind: "+KindPlan+".", "the file is empty")
		return d
	}
	if len(bodies) > 1 {
		d.problem(place(bodies[1]), "", "Write each plan in a file of its own.", "the file holds more than one document")
		return d
	}
	y := yamlReader{document: &d, anchors: map[string]ast.Node{}}
	d.root = y.node(bodies[0], "", 0)
	return d
}

// yamlReader turns the parser's nodes into ours.
type yamlReader struct {
	*document
	anchors map[string]ast.Node
}

func (y yamlReader) node(n ast.Node, path string, depth int) *node {
	out := &node{kind: aNull, at: place(n)}
	if y.nodes++; y.nodes > maxNodes || depth > maxDepth {
		if y.nodes <= maxNodes+1 || depth > maxDepth {
			y.problem(out.at, "", "Use fewer aliases.", "the document is too large or nested too deeply")
		}
		return out
	}
	switch n := n.(type) {
	case nil, *ast.NullNode:
	case *ast.StringNode:
		out.kind, out.text = aText, n.Value
	case *ast.LiteralNode:
		out.kind, out.text = aText, n.Value.Value
	case *ast.IntegerNode, *ast.FloatNode, *ast.InfinityNode, *ast.NanNode:
		out.kind, out.text = aNumber, n.GetToken().Value
	case *ast.BoolNode:
		out.kind, out.text = aBool, fmt.Sprint(n.Value)
	case *ast.AnchorNode:
		out = y.node(n.Value, path, depth)
		y.anchors[n.Name.GetToken().Value] = n.Value
	case *ast.AliasNode:
		if v, known := y.anchors[n.Value.GetToken().Value]; known {
			return y.node(v, path, depth+1)
		}
		y.problem(out.at, path, "Write an anchor before the alias that names it.", "this alias names no anchor above it")
	case *ast.TagNode:
		y.problem(out.at, path, "Leave the tag out.", "a plan has no YAML tags")
	case *ast.SequenceNode:
		out.kind = aList
		for i, v := range n.Values {
			out.items = append(out.items, y.node(v, item(path, i), depth+1))
		}
	case *ast.MappingNode:
		out.kind = aMap
		y.members(out, n.Values, path, depth)
	case *ast.MappingValueNode:
		out.kind = aMap
		y.members(out, []*ast.MappingValueNode{n}, path, depth)
	default:
		y.problem(out.at, path, "Write plain maps, lists, text and numbers.", "a plan has no such thing as a "+n.Type().String())
	}
	return out
}

// members reads the entries of a map; what is merged in (<<) gives way to what is written.
func (y yamlReader) members(out *node, values []*ast.MappingValueNode, path string, depth int) {
	var merged []member
	for _, v := range values {
		if v.Key.IsMergeKey() {
			merged = append(merged, y.merged(v.Value, path, depth)...)
			continue
		}
		key := keyText(v.Key)
		m := member{key: key, at: place(v.Key), value: y.node(v.Value, under(path, key), depth+1)}
		if i := slices.IndexFunc(out.members, func(o member) bool { return o.key == key }); i >= 0 {
			y.problem(m.at, under(path, key), "Keep one of the two.", fmt.Sprintf("%s is written twice, first on line %d", quoted(key), out.members[i].at.line))
			continue
		}
		out.members = append(out.members, m)
	}
	for _, m := range merged {
		if !slices.ContainsFunc(out.members, func(o member) bool { return o.key == m.key }) {
			out.members = append(out.members, m)
		}
	}
}

func (y yamlReader) merged(v ast.Node, path string, depth int) []member {
	n := y.node(v, path, depth+1)
	from := []*node{n}
	if n.kind == aList {
		from = n.items
	}
	var out []member
	for _, f := range from {
		if f.kind != aMap {
			y.problem(place(v), path, "Merge the anchor of a map: <<: *name.", "only a map can be merged in")
			continue
		}
		out = append(out, f.members...)
	}
	return out
}

func keyText(k ast.MapKeyNode) string {
	if s, isText := k.(*ast.StringNode); isText {
		return s.Value
	}
	return k.GetToken().Value
}

func place(n ast.Node) spot {
	if n == nil || n.GetToken() == nil || n.GetToken().Position == nil {
		return spot{1, 1}
	}
	if m, isMap := n.(*ast.MappingNode); isMap && !m.IsFlowStyle && len(m.Values) > 0 {
		return place(m.Values[0].Key)
	}
	if m, isEntry := n.(*ast.MappingValueNode); isEntry {
		return place(m.Key)
	}
	p := n.GetToken().Position
	return spot{p.Line, p.Column}
}

var quotation = regexp.MustCompile("'[^']*'|\"[^\"]*\"|`[^`]*`|:.*")

// yamlError is where and what a syntax error is, without what the parser quotes of the file but single signs.
func yamlError(err error) (spot, string) {
	at, what := spot{1, 1}, ""
	var known yaml.Error
	if errors.As(err, &known) {
		if t := known.GetToken(); t != nil && t.Position != nil {
			at = spot{t.Position.Line, t.Position.Column}
		}
		what = known.GetMessage()
	}
	if strings.Contains(what, "\t") {
		return at, "a line is indented with spaces, not with a tab"
	}
	what = strings.TrimSpace(quotation.ReplaceAllStringFunc(what, func(q string) string {
		if len(q) == 3 {
			return q
		}
		return ""
	}))
	if what == "" || len(what) > 80 || looksRandom(what) {
		what = "it cannot be read"
	}
	return at, what
}

// tooMuch says where brackets or dashes nest deeper, or a map is longer, than in any plan, before a parser sees them that
// is recursive, and quadratic in the length of a map.
func tooMuch(b []byte) (spot, string) {
	entries := map[int]int{} // by indentation, of the maps that are open
	line, documents := 0, 0
	for text := range bytes.Lines(b) {
		line++
		body := bytes.TrimLeft(text, " ")
		indent := len(text) - len(body)
		if len(bytes.TrimSpace(body)) == 0 || body[0] == '#' {
			continue
		}
		if bytes.HasPrefix(text, []byte("---")) {
			if documents++; documents > 100 {
				return spot{line, 1}, "the file holds more than one document"
			}
		}
		maps.DeleteFunc(entries, func(at, _ int) bool { return at > indent || at == indent && body[0] == '-' })
		if entries[indent]++; entries[indent] > 5000 {
			return spot{line, 1}, "this map has too many entries"
		}
		if bytes.Count(body, []byte("- "))+bytes.Count(body, []byte("? ")) > 500 {
			return spot{line, 1}, "this is nested too deeply"
		}
	}
	open := 0
	for i, c := range b {
		switch c {
		case '[', '{':
			open++
		case ']', '}':
			open = max(0, open-1)
		}
		if open > 500 {
			return spot{1 + bytes.Count(b[:i], []byte("\n")), 1}, "this is nested too deeply"
		}
	}
	return spot{}, ""
}
