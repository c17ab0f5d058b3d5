package gcp

import (
	"regexp"
	"strings"
)

// term is one condition of a search: a field, how it is compared and with what.
type term struct {
	field, op, value string
}

// search reads a query such as `state=ACTIVE AND parent=organizations/1 AND displayName="a b"` as the resource
// manager's search methods do. The fields it may name are known; a bare word means the first of them.
func search(query string, known ...string) ([]term, *problem) {
	word := regexp.MustCompile(`^\s*(?:(?i:AND)\s+)?([A-Za-z_.\-0-9*]+)\s*([:=])\s*("[^"]*"|[^\s"]+)(?:\s+|$)`)
	var out []term
	for rest := strings.TrimSpace(query); rest != ""; {
		m := word.FindStringSubmatch(rest)
		if m == nil {
			bare, after, _ := strings.Cut(rest, " ")
			if strings.ContainsAny(bare, `=:"()<>`) || strings.EqualFold(bare, "OR") || strings.EqualFold(bare, "NOT") {
				return nil, invalid("Invalid query: %q.", query)
			}
			out = append(out, term{field: known[0], op: ":", value: bare})
			rest = strings.TrimSpace(after)
			continue
		}
		field := camel(m[1])
		if !knownField(field, known) {
			return nil, invalid("Invalid query: unknown field %q.", m[1])
		}
		out = append(out, term{field: field, op: m[2], value: strings.Trim(m[3], `"`)})
		rest = strings.TrimSpace(rest[len(m[0]):])
	}
	return out, nil
}

func knownField(field string, known []string) bool {
	for _, k := range known {
		if field == k || (strings.HasSuffix(k, ".") && strings.HasPrefix(field, k)) {
			return true
		}
	}
	return false
}

// holds compares as the search does: case does not matter and * stands for anything.
func (t term) holds(got string) bool {
	pattern := "(?i)^" + strings.ReplaceAll(regexp.QuoteMeta(t.value), `\*`, ".*") + "$"
	ok, err := regexp.MatchString(pattern, got)
	return err == nil && ok
}
