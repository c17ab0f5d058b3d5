package aws

import (
	"slices"
	"strconv"
	"strings"
)

// condition reports whether an item fulfils a condition; none is always fulfilled.
func (e *expressions) condition(text string, i item) (bool, error) {
	if text == "" {
		return true, nil
	}
	e.begin(text, i)
	holds, err := e.or()
	if err == nil && e.peek() != "" {
		err = invalid("Invalid ConditionExpression: Syntax error; token: %q", e.peek())
	}
	return holds, err
}

func (e *expressions) or() (bool, error) {
	holds, err := e.and()
	for err == nil && e.word("OR") {
		var other bool
		other, err = e.and()
		holds = holds || other
	}
	return holds, err
}

func (e *expressions) and() (bool, error) {
	holds, err := e.not()
	for err == nil && e.word("AND") {
		var other bool
		other, err = e.not()
		holds = holds && other
	}
	return holds, err
}

func (e *expressions) not() (bool, error) {
	if e.word("NOT") {
		holds, err := e.not()
		return !holds, err
	}
	if e.peek() == "(" {
		e.at++
		holds, err := e.or()
		if err == nil {
			err = e.expect(")")
		}
		return holds, err
	}
	if e.at+1 < len(e.tokens) && e.tokens[e.at+1] == "(" && e.peek() != "size" {
		return e.function()
	}
	return e.comparison()
}

// function is one that is true or false.
func (e *expressions) function() (bool, error) {
	name := e.next()
	if err := e.expect("("); err != nil {
		return false, err
	}
	path, err := e.path()
	if err != nil {
		return false, err
	}
	have := lookup(e.item, path)
	var arg attribute
	if two := slices.Contains([]string{"begins_with", "contains", "attribute_type"}, name); two {
		if err := e.expect(","); err != nil {
			return false, err
		}
		if arg, err = e.operand(); err != nil {
			return false, err
		}
	}
	if err := e.expect(")"); err != nil {
		return false, err
	}
	text, _ := arg["S"].(string)
	switch name {
	case "attribute_exists":
		return have != nil, nil
	case "attribute_not_exists":
		return have == nil, nil
	case "attribute_type":
		return have.kind() == text, nil
	case "begins_with":
		s, isText := have["S"].(string)
		return isText && strings.HasPrefix(s, text), nil
	case "contains":
		return contains(have, arg), nil
	}
	return false, invalid("Invalid expression: Invalid function name; function: %s", name)
}

func contains(have, want attribute) bool {
	if s, isText := have["S"].(string); isText {
		part, _ := want["S"].(string)
		return strings.Contains(s, part)
	}
	for _, set := range []string{"SS", "NS"} {
		list, _ := have[set].([]any)
		if slices.Contains(list, want[set[:1]]) {
			return true
		}
	}
	list, _ := have["L"].([]any)
	return slices.ContainsFunc(list, func(v any) bool {
		m, _ := v.(map[string]any)
		r, comparable := attribute(m).order(want)
		return comparable && r == 0
	})
}

func (e *expressions) comparison() (bool, error) {
	left, err := e.sized()
	if err != nil {
		return false, err
	}
	switch sign := strings.ToUpper(e.next()); sign {
	case "BETWEEN":
		low, err := e.sized()
		if err != nil {
			return false, err
		}
		if !e.word("AND") {
			return false, invalid("Invalid expression: Syntax error; token: %q, expected AND", e.peek())
		}
		high, err := e.sized()
		if err != nil {
			return false, err
		}
		a, one := left.order(low)
		b, two := left.order(high)
		return one && two && a >= 0 && b <= 0, nil
	case "IN":
		return e.among(left)
	case "=", "<>", "<", "<=", ">", ">=":
		right, err := e.sized()
		if err != nil {
			return false, err
		}
		r, comparable := left.order(right)
		if left == nil || right == nil || !comparable {
			return sign == "<>", nil
		}
		return map[string]bool{"=": r == 0, "<>": r != 0, "<": r < 0, "<=": r <= 0, ">": r > 0, ">=": r >= 0}[sign], nil
	default:
		return false, invalid("Invalid expression: Syntax error; token: %q", sign)
	}
}

func (e *expressions) among(left attribute) (bool, error) {
	if err := e.expect("("); err != nil {
		return false, err
	}
	found := false
	for {
		v, err := e.operand()
		if err != nil {
			return false, err
		}
		r, comparable := left.order(v)
		found = found || comparable && r == 0
		if e.peek() == ")" {
			e.at++
			return found, nil
		}
		if err := e.expect(","); err != nil {
			return false, err
		}
	}
}

// sized is an operand, or the size of one.
func (e *expressions) sized() (attribute, error) {
	if e.peek() != "size" || e.at+1 >= len(e.tokens) || e.tokens[e.at+1] != "(" {
		return e.operand()
	}
	e.at += 2
	v, err := e.operand()
	if err != nil {
		return nil, err
	}
	size := 0
	switch x := v[v.kind()].(type) {
	case string:
		size = len(x)
	case []any:
		size = len(x)
	case map[string]any:
		size = len(x)
	}
	return attribute{"N": strconv.Itoa(size)}, e.expect(")")
}

// keyed refuses a key condition that does more than fix the partition key and bound the sort key.
func (e *expressions) keyed(text, hash, sort string) error {
	fixed := false
	list := tokens(text)
	for n, t := range list {
		name := t
		if strings.HasPrefix(t, "#") {
			name = e.names[t]
		}
		word := strings.HasPrefix(t, ":") || strings.Contains("()=<>,", t) && t != "<>" ||
			slices.Contains([]string{"AND", "BETWEEN", "BEGINS_WITH", "<=", ">="}, strings.ToUpper(t))
		switch {
		case name == hash && n+1 < len(list) && list[n+1] == "=":
			fixed = true
		case name == sort && sort != "", word:
		case slices.Contains([]string{"OR", "NOT", "<>", "IN"}, strings.ToUpper(t)):
			return invalid("Invalid operator used in KeyConditionExpression: %s", t)
		default:
			return invalid("Query condition missed key schema element: %s", hash)
		}
	}
	if !fixed {
		return invalid("Query condition missed key schema element: %s", hash)
	}
	return nil
}
