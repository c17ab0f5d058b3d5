package aws

import (
	"slices"
	"strings"
)

// expressions reads DynamoDB's expressions with the names and values that came with them.
type expressions struct {
	names  map[string]string
	values item
	used   map[string]bool

	tokens []string
	at     int
	item   item
}

// tokens of an expression: names, numbers, placeholders, and signs.
func tokens(text string) []string {
	var out []string
	for i := 0; i < len(text); {
		c := text[i]
		switch {
		case c == ' ' || c == '\t' || c == '\n':
			i++
		case strings.HasPrefix(text[i:], "<>"), strings.HasPrefix(text[i:], "<="), strings.HasPrefix(text[i:], ">="):
			out, i = append(out, text[i:i+2]), i+2
		case strings.IndexByte("()=<>,+-", c) >= 0:
			out, i = append(out, text[i:i+1]), i+1
		default:
			j := i
			for j < len(text) && strings.IndexByte(" \t\n()=<>,+-", text[j]) < 0 {
				j++
			}
			out, i = append(out, text[i:j]), j
		}
	}
	return out
}

func (e *expressions) begin(text string, i item) { e.tokens, e.at, e.item = tokens(text), 0, i }

func (e *expressions) peek() string {
	if e.at < len(e.tokens) {
		return e.tokens[e.at]
	}
	return ""
}

func (e *expressions) next() string {
	t := e.peek()
	e.at++
	return t
}

func (e *expressions) word(w string) bool {
	if strings.EqualFold(e.peek(), w) {
		e.at++
		return true
	}
	return false
}

func (e *expressions) expect(t string) error {
	if got := e.next(); got != t {
		return invalid("Invalid expression: Syntax error; token: %q, expected %q", got, t)
	}
	return nil
}

// path is where an attribute lies: names between dots, each written out or as a #placeholder.
func (e *expressions) path() ([]string, error) {
	token := e.next()
	if token == "" || strings.Contains("()=<>,+-", token) || strings.HasPrefix(token, ":") {
		return nil, invalid("Invalid expression: Syntax error; token: %q", token)
	}
	var out []string
	for part := range strings.SplitSeq(token, ".") {
		if strings.HasPrefix(part, "#") {
			name, given := e.names[part]
			if !given {
				return nil, invalid("Invalid expression: An expression attribute name used in the document path is not defined; attribute name: %s", part)
			}
			e.used[part] = true
			out = append(out, name)
			continue
		}
		if slices.Contains(reserved(), strings.ToUpper(part)) {
			return nil, invalid("Invalid expression: Attribute name is a reserved keyword; reserved keyword: %s", part)
		}
		out = append(out, part)
	}
	return out, nil
}

// lookup follows a path through an item.
func lookup(i item, path []string) attribute {
	v := i[path[0]]
	for _, name := range path[1:] {
		m, _ := v["M"].(map[string]any)
		inner, _ := m[name].(map[string]any)
		v = inner
	}
	return v
}

// operand is a value, an attribute, or what a function makes of them.
func (e *expressions) operand() (attribute, error) {
	if token := e.peek(); strings.HasPrefix(token, ":") {
		e.at++
		v, given := e.values[token]
		if !given {
			return nil, invalid("Invalid expression: An expression attribute value used in expression is not defined; attribute value: %s", token)
		}
		e.used[token] = true
		return v, nil
	}
	path, err := e.path()
	if err != nil {
		return nil, err
	}
	return lookup(e.item, path), nil
}

// allUsed refuses names and values that no expression used.
func (e *expressions) allUsed() error {
	var names, values []string
	for n := range e.names {
		if !e.used[n] {
			names = append(names, n)
		}
	}
	for v := range e.values {
		if !e.used[v] {
			values = append(values, v)
		}
	}
	switch {
	case len(names) > 0:
		return invalid("Value provided in ExpressionAttributeNames unused in expressions: keys: {%s}", strings.Join(names, ", "))
	case len(values) > 0:
		return invalid("Value provided in ExpressionAttributeValues unused in expressions: keys: {%s}", strings.Join(values, ", "))
	}
	return nil
}

// project keeps only the attributes that a projection names.
func (e *expressions) project(text string, i item) (item, error) {
	if text == "" {
		return i, nil
	}
	e.begin(text, i)
	out := item{}
	for {
		path, err := e.path()
		if err != nil {
			return nil, err
		}
		if len(path) > 1 {
			return nil, invalid("Invalid ProjectionExpression: this simulator projects whole attributes only")
		}
		if v := lookup(i, path); v != nil {
			out[path[0]] = v
		}
		if e.peek() == "" {
			return out, nil
		}
		if err := e.expect(","); err != nil {
			return nil, err
		}
	}
}

// reserved are words that no expression may use as a name; DynamoDB has some hundred more.
func reserved() []string {
	return strings.Fields(`ACTION ADD ALL ALTER AND ANY AS AT BATCH BETWEEN BY CASE CHECK CLUSTER COLUMN COMMENT CONDITION CONNECTION COUNT
		CREATE CURRENT DATA DATABASE DATE DAY DEFAULT DELETE DESCRIBE DOMAIN END ERROR EXISTS EXPLAIN FILTER FROM FUNCTION GROUP HASH
		HOST HOUR IDENTITY IN INDEX INSERT INTO IS ITEM ITEMS JOIN KEY KEYS LANGUAGE LAST LEVEL LIKE LIMIT LIST LOCATION LOCK LOG MAP
		MAX MEMBER METHOD MIN MODE MONTH NAME NAMES NEXT NO NOT NULL NUMBER OBJECT OF OFFSET ON ONLINE OPERATOR OPTION OR ORDER OWNER
		PARAMETER PATH PERCENT PERMISSIONS PLAN POSITION PRIMARY PROJECT QUERY RANGE READ REFERENCE REGION REMOVE RENAME REPLACE REQUEST
		RESET RESOURCE RETURN ROLE ROLES ROW RULE RULES SCAN SCHEMA SCOPE SEARCH SECOND SECTION SELECT SEQUENCE SESSION SET SHARE SIZE
		SOURCE START STATE STATEMENT STATUS STORAGE STRING TABLE TEXT TIME TIMESTAMP TO TOKEN TOTAL TYPE UNION UNIQUE UNKNOWN UPDATE
		URL USE USER USERS USING UUID VALUE VALUES VIEW WHERE WITH WORK YEAR ZONE`)
}
