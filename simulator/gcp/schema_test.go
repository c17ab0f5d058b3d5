package gcp

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// holdShape says where a shape takes what the schema has not. The clients of protobuf APIs also send the fields that
// stand in the path; those the schema of the body leaves out.
func (d *document) holdShape(s schema, k kind, at string) []string {
	s = d.resolve(s)
	if s.Type == "any" || k.sort == "any" {
		return nil
	}
	var out []string
	switch k.sort {
	case "message":
		for n, f := range k.of {
			p, ok := s.Properties[n]
			if !ok {
				if top := !strings.Contains(at, "."+n) && strings.Count(at, " ") == 0; top && slices.Contains([]string{"name", "resource", "parent"}, n) {
					continue
				}
				out = append(out, fmt.Sprintf("%s: field %q is not published", at, n))
				continue
			}
			out = append(out, d.holdShape(p, f, at+" "+n)...)
		}
	case "list":
		if s.Type != "array" {
			return []string{fmt.Sprintf("%s: a list is not published", at)}
		}
		out = append(out, d.holdShape(*s.Items, *k.each, at)...)
	case "map":
		if s.Additional == nil {
			return []string{fmt.Sprintf("%s: a map is not published", at)}
		}
		out = append(out, d.holdShape(*s.Additional, *k.each, at)...)
	default:
		want := map[string]string{"string": "string", "boolean": "boolean", "integer": "integer", "number": "number", "long": "string", "bytes": "string", "time": "string", "enum": "string"}[k.sort]
		if s.Type != want {
			out = append(out, fmt.Sprintf("%s: taken as %s, published as %s", at, k.sort, s.Type))
		}
		if k.sort == "enum" && len(s.Enum) > 0 {
			for _, n := range k.names {
				if !slices.Contains(s.Enum, n) {
					out = append(out, fmt.Sprintf("%s: enum value %s is not published", at, n))
				}
			}
		}
	}
	return out
}

func (d *document) resolve(s schema) schema {
	for s.Ref != "" {
		s = d.Schemas[s.Ref]
	}
	return s
}

// hold says where an answer differs from its schema: a property that is not published, or a value of another type.
func (d *document) hold(s schema, v any, at string, docs []published) []string {
	s = d.resolve(s)
	wrong := []string{fmt.Sprintf("%s: got %v (%T), published as %s", at, v, v, s.Type)}
	switch s.Type {
	case "object":
		m, ok := v.(map[string]any)
		if !ok {
			return wrong
		}
		if typ, is := m["@type"].(string); is {
			return holdAny(typ, m, at, docs)
		}
		var out []string
		for n, e := range m {
			p, known := s.Properties[n]
			if !known && s.Additional != nil {
				p, known = *s.Additional, true
			}
			if !known {
				out = append(out, fmt.Sprintf("%s: property %q is not published", at, n))
				continue
			}
			out = append(out, d.hold(p, e, at+"."+n, docs)...)
		}
		return out
	case "array":
		l, ok := v.([]any)
		if !ok {
			return wrong
		}
		var out []string
		for i, e := range l {
			out = append(out, d.hold(*s.Items, e, fmt.Sprintf("%s[%d]", at, i), docs)...)
		}
		return out
	case "string":
		if n, isNumber := v.(float64); isNumber && len(s.Enum) > 0 && int(n) < len(s.Enum) {
			return nil // the caller asked for enums as numbers
		}
		text, ok := v.(string)
		if !ok {
			return wrong
		}
		if len(s.Enum) > 0 && !slices.Contains(s.Enum, text) {
			return []string{fmt.Sprintf("%s: %q is not one of the published values", at, text)}
		}
		if (s.Format == "int64" || s.Format == "uint64") && !regexp.MustCompile(`^\d+$`).MatchString(text) {
			return []string{fmt.Sprintf("%s: %q is no number", at, text)}
		}
		return nil
	case "boolean":
		if _, ok := v.(bool); !ok {
			return wrong
		}
	case "integer", "number":
		if n, ok := v.(float64); !ok || (s.Type == "integer" && n != float64(int64(n))) {
			return wrong
		}
	}
	return nil
}

// holdAny holds a message inside an Any to the schema of its own type, where one is published.
func holdAny(typ string, m map[string]any, at string, docs []published) []string {
	name := typ[strings.LastIndex(typ, ".")+1:]
	v1 := strings.Contains(typ, ".v1.")
	for _, p := range docs {
		if strings.Contains(p.path.String(), "/v3/") && v1 {
			continue
		}
		s, ok := p.doc.Schemas[name]
		if !ok {
			continue
		}
		plain := map[string]any{}
		for n, v := range m {
			if n != "@type" && (name != "Empty" || n != "value") { // a well-known type stands under "value" in an Any
				plain[n] = v
			}
		}
		return p.doc.hold(s, plain, at+"<"+name+">", docs)
	}
	if slices.Contains([]string{"Empty", "UpdateFolderMetadata", "WorkloadIdentityPoolOperationMetadata", "WorkloadIdentityPoolProviderOperationMetadata"}, name) {
		return nil
	}
	return []string{fmt.Sprintf("%s: no type %s is published", at, typ)}
}
