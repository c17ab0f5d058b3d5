package gcp

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// shape is what a message may hold, by the JSON names of its fields. What is not in a shape is refused, as the real
// front refuses an unknown field.
type shape map[string]kind

// kind is the type of one field.
type kind struct {
	sort  string
	names []string // of an enum, by number
	of    shape    // of a message
	each  *kind    // of a list or a map
}

func text() kind                      { return kind{sort: "string"} }
func boolean() kind                   { return kind{sort: "boolean"} }
func integer() kind                   { return kind{sort: "integer"} }
func number() kind                    { return kind{sort: "number"} }
func long() kind                      { return kind{sort: "long"} }
func octets() kind                    { return kind{sort: "bytes"} }
func moment() kind                    { return kind{sort: "time"} }
func anything() kind                  { return kind{sort: "any"} }
func choice(names ...string) kind     { return kind{sort: "enum", names: names} }
func message(of shape) kind           { return kind{sort: "message", of: of} }
func listOf(each kind) kind           { return kind{sort: "list", each: &each} }
func mapOf(each kind) kind            { return kind{sort: "map", each: &each} }
func texts() kind                     { return listOf(text()) }
func labelled() kind                  { return mapOf(text()) }
func (k kind) pick(n string) enum     { return enum{name: n, number: slices.Index(k.names, n)} }
func (s shape) pick(f, n string) enum { return s[f].pick(n) }

// decode reads a request's body.
func (s shape) decode(body []byte) (fields, *problem) {
	if len(strings.TrimSpace(string(body))) == 0 {
		return fields{}, nil
	}
	var raw any
	d := json.NewDecoder(strings.NewReader(string(body)))
	d.UseNumber()
	if err := d.Decode(&raw); err != nil {
		return nil, invalid("Invalid JSON payload received. %s", err)
	}
	v, err := message(s).read("", raw)
	if err != nil {
		return nil, badPayload(err)
	}
	return v.(fields), nil
}

// payloadError is one field that the front would not take.
type payloadError struct{ at, field, says string }

func (e *payloadError) Error() string {
	if e.at == "" {
		return fmt.Sprintf("Invalid JSON payload received. Unknown name %q: %s", e.field, e.says)
	}
	return fmt.Sprintf("Invalid JSON payload received. Unknown name %q at '%s': %s", e.field, e.at, e.says)
}

type valueError struct{ at, sort string }

func (e *valueError) Error() string {
	return fmt.Sprintf("Invalid value at '%s' (TYPE_%s)", e.at, strings.ToUpper(e.sort))
}

// read takes the value v of the field at a path.
func (k kind) read(at string, v any) (any, error) {
	bad := &valueError{at: at, sort: k.sort}
	switch k.sort {
	case "any":
		return loose(v), nil
	case "message", "map":
		m, ok := v.(map[string]any)
		if !ok {
			return nil, bad
		}
		return k.readFields(at, m)
	case "list":
		l, ok := v.([]any)
		if !ok {
			return nil, bad
		}
		out := make([]any, 0, len(l))
		for i, e := range l {
			r, err := k.each.read(at+"["+strconv.Itoa(i)+"]", e)
			if err != nil {
				return nil, err
			}
			out = append(out, r)
		}
		return out, nil
	case "enum":
		return k.readEnum(bad, v)
	}
	return k.readPlain(bad, v)
}

func (k kind) readFields(at string, m map[string]any) (fields, error) {
	out := make(fields, len(m))
	for n, v := range m {
		if v == nil {
			continue
		}
		each := k.each
		name := n
		if k.sort == "message" {
			name = camel(n)
			f, known := k.of[name]
			if !known {
				return nil, &payloadError{at: at, field: n, says: "Cannot find field."}
			}
			each = &f
		}
		r, err := each.read(join(at, name), v)
		if err != nil {
			return nil, err
		}
		out[name] = r
	}
	return out, nil
}

func (k kind) readEnum(bad error, v any) (any, error) {
	switch v := v.(type) {
	case string:
		if slices.Contains(k.names, v) {
			return k.pick(v), nil
		}
	case json.Number:
		if n, err := strconv.Atoi(v.String()); err == nil && n >= 0 && n < len(k.names) {
			return enum{name: k.names[n], number: n}, nil
		}
	}
	return nil, bad
}

func (k kind) readPlain(bad error, v any) (any, error) {
	s, isText := v.(string)
	n, isNumber := v.(json.Number)
	switch k.sort {
	case "string":
		if isText {
			return s, nil
		}
	case "bytes":
		if _, err := base64.StdEncoding.DecodeString(s); isText && err == nil {
			return s, nil
		}
		if b, err := base64.URLEncoding.DecodeString(s); isText && err == nil {
			return base64.StdEncoding.EncodeToString(b), nil
		}
	case "boolean":
		if b, ok := v.(bool); ok {
			return b, nil
		}
	case "integer":
		if i, err := strconv.Atoi(n.String() + s); (isText || isNumber) && err == nil {
			return i, nil
		}
	case "long":
		if i, err := strconv.ParseInt(n.String()+s, 10, 64); (isText || isNumber) && err == nil {
			return i, nil
		}
	case "number":
		if f, err := n.Float64(); isNumber && err == nil {
			return f, nil
		}
	case "time":
		if t, err := time.Parse(time.RFC3339Nano, s); isText && err == nil {
			return t.UTC(), nil
		}
	}
	return nil, bad
}

func loose(v any) any {
	switch v := v.(type) {
	case map[string]any:
		out := make(fields, len(v))
		for n, e := range v {
			out[n] = loose(e)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, e := range v {
			out[i] = loose(e)
		}
		return out
	case json.Number:
		f, _ := v.Float64()
		return f
	}
	return v
}

func join(at, name string) string {
	if at == "" {
		return name
	}
	return at + "." + name
}

// camel is the JSON name of a field that may have been written as the proto file writes it.
func camel(s string) string {
	if !strings.Contains(s, "_") {
		return s
	}
	parts := strings.Split(s, "_")
	for i, p := range parts[1:] {
		if p != "" {
			parts[i+1] = strings.ToUpper(p[:1]) + p[1:]
		}
	}
	return strings.Join(parts, "")
}
