package gcp

import (
	"slices"
	"strings"
)

// mask is an update mask: the top fields that it names, each known to the shape. prefix is the name of the message
// itself, which some clients write before its fields ("policy.spec"). An empty mask names nothing.
func mask(written, prefix string, of shape) ([]string, *problem) {
	var out []string
	for _, path := range strings.Split(written, ",") {
		path = strings.TrimSpace(path)
		if path == "" {
			continue
		}
		if path == "*" {
			return []string{"*"}, nil
		}
		path = strings.TrimPrefix(path, prefix+".")
		top, rest, deep := strings.Cut(path, ".")
		top = camel(top)
		k, known := of[top]
		if !known || (deep && !k.has(rest)) {
			return nil, invalid("Invalid field mask: unknown path %q.", path).add(fields{
				"@type":           "type.googleapis.com/google.rpc.BadRequest",
				"fieldViolations": []any{fields{"field": "update_mask", "description": "Invalid field mask: unknown path \"" + path + "\"."}},
			})
		}
		out = append(out, top)
	}
	return out, nil
}

// has says whether a path leads somewhere inside the kind.
func (k kind) has(path string) bool {
	top, rest, deep := strings.Cut(path, ".")
	switch k.sort {
	case "map":
		return true
	case "message":
		f, known := k.of[camel(top)]
		return known && (!deep || f.has(rest))
	}
	return false
}

// named says whether a mask covers a field.
func named(mask []string, field string) bool {
	return slices.Contains(mask, field) || slices.Contains(mask, "*")
}
