package plan

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"unicode/utf8"
)

// readJSON reads one JSON document with the place of every value.
func readJSON(b []byte) (d document) {
	j := &jsonReader{document: &d, text: b, dec: json.NewDecoder(bytes.NewReader(b)), here: spot{1, 1}}
	j.dec.UseNumber()
	var any json.RawMessage
	if err := json.Unmarshal(b, &any); err != nil {
		at := spot{1, 1}
		var syntax *json.SyntaxError
		if errors.As(err, &syntax) {
			at = j.at(max(0, syntax.Offset-1))
		}
		d.problem(at, "", "Look for a missing quote, comma or bracket just before it.", "this is not JSON")
		return d
	}
	d.root = j.node("", 0)
	return d
}

// jsonReader turns the decoder's tokens into nodes. The document is known to be well-formed.
type jsonReader struct {
	*document
	text []byte
	dec  *json.Decoder
	read int  // bytes of text that here is past
	here spot // where they end
}

// next is the next token and where it begins.
func (j *jsonReader) next() (json.Token, spot) {
	i := int(j.dec.InputOffset())
	for i < len(j.text) && bytes.IndexByte([]byte(" \t\r\n,:"), j.text[i]) >= 0 {
		i++
	}
	t, err := j.dec.Token()
	if err != nil {
		t = nil
	}
	return t, j.at(int64(i))
}

func (j *jsonReader) node(path string, depth int) *node {
	t, at := j.next()
	out := &node{kind: aNull, at: at}
	if j.nodes++; (j.nodes == maxNodes+1) || depth == maxDepth+1 {
		j.problem(at, "", "A plan is nested a few levels only.", "the document is too large or nested too deeply")
	}
	switch t := t.(type) {
	case string:
		out.kind, out.text = aText, t
	case json.Number:
		out.kind, out.text = aNumber, t.String()
	case bool:
		out.kind, out.text = aBool, fmt.Sprint(t)
	case json.Delim:
		if t == '[' {
			out.kind = aList
			for i := 0; j.dec.More(); i++ {
				out.items = append(out.items, j.node(item(path, i), depth+1))
			}
		} else {
			out.kind = aMap
			j.members(out, path, depth)
		}
		_, _ = j.dec.Token() // the closing bracket, known to be there
	}
	return out
}

func (j *jsonReader) members(out *node, path string, depth int) {
	seen := map[string]int{}
	for j.dec.More() {
		t, at := j.next()
		key, _ := t.(string)
		m := member{key: key, at: at, value: j.node(under(path, key), depth+1)}
		if first, twice := seen[key]; twice {
			j.problem(at, under(path, key), "Keep one of the two.", fmt.Sprintf("%s is written twice, first on line %d", quoted(key), first))
			continue
		}
		seen[key] = at.line
		out.members = append(out.members, m)
	}
}

// at is the place of an offset, which is asked for in rising order.
func (j *jsonReader) at(offset int64) spot {
	for ; j.read < min(int(offset), len(j.text)); j.read++ {
		switch c := j.text[j.read]; {
		case c == '\n':
			j.here = spot{j.here.line + 1, 1}
		case utf8.RuneStart(c):
			j.here.column++
		}
	}
	return j.here
}

// isJSON reports whether a file is meant as JSON rather than as YAML, which may begin with a brace too.
func isJSON(name string, b []byte) bool {
	b = bytes.TrimSpace(b)
	if slices.Contains([]string{".json", ".JSON"}, name[max(0, len(name)-5):]) {
		return true
	}
	return bytes.HasPrefix(b, []byte("{")) && json.Valid(b)
}
