package aws

import (
	"math/big"
	"slices"
	"strings"
)

// update carries out an update expression on an item.
func (e *expressions) update(text string, i item, keys ...string) error {
	if text == "" {
		return nil
	}
	before := item{}
	for n, v := range i {
		before[n] = v
	}
	e.begin(text, before)
	for e.peek() != "" {
		clause := strings.ToUpper(e.next())
		for {
			path, err := e.path()
			if err != nil {
				return err
			}
			switch {
			case len(path) > 1:
				return invalid("Invalid UpdateExpression: this simulator updates whole attributes only")
			case slices.Contains(keys, path[0]):
				return invalid("One or more parameter values were invalid: Cannot update attribute %s. This attribute is part of the key", path[0])
			}
			if err := e.clause(clause, path[0], i); err != nil {
				return err
			}
			if e.peek() != "," {
				break
			}
			e.at++
		}
	}
	return nil
}

func (e *expressions) clause(clause, name string, i item) error {
	switch clause {
	case "SET":
		if err := e.expect("="); err != nil {
			return err
		}
		v, err := e.sum()
		if err != nil {
			return err
		}
		i[name] = v
	case "REMOVE":
		delete(i, name)
	case "ADD":
		v, err := e.operand()
		if err != nil {
			return err
		}
		if i[name] != nil {
			if v, err = plus(i[name], v, 1); err != nil {
				return err
			}
		}
		i[name] = v
	default:
		return invalid("Invalid UpdateExpression: Syntax error; token: %q", clause)
	}
	return nil
}

// sum is an operand, or two with a sign between.
func (e *expressions) sum() (attribute, error) {
	v, err := e.term()
	for err == nil && (e.peek() == "+" || e.peek() == "-") {
		sign := int64(1)
		if e.next() == "-" {
			sign = -1
		}
		var w attribute
		if w, err = e.term(); err == nil {
			v, err = plus(v, w, sign)
		}
	}
	if err == nil && v == nil {
		err = invalid("The provided expression refers to an attribute that does not exist in the item")
	}
	return v, err
}

func (e *expressions) term() (attribute, error) {
	name := e.peek()
	if e.at+1 >= len(e.tokens) || e.tokens[e.at+1] != "(" {
		return e.operand()
	}
	e.at += 2
	first, err := e.operand()
	if err != nil {
		return nil, err
	}
	if err := e.expect(","); err != nil {
		return nil, err
	}
	second, err := e.operand()
	if err != nil {
		return nil, err
	}
	if err := e.expect(")"); err != nil {
		return nil, err
	}
	switch name {
	case "if_not_exists":
		if first != nil {
			return first, nil
		}
		return second, nil
	case "list_append":
		a, isList := first["L"].([]any)
		b, alsoList := second["L"].([]any)
		if !isList || !alsoList {
			return nil, invalid("Invalid UpdateExpression: Incorrect operand type for operator or function; operator or function: list_append")
		}
		return attribute{"L": append(slices.Clone(a), b...)}, nil
	}
	return nil, invalid("Invalid UpdateExpression: Invalid function name; function: %s", name)
}

func plus(a, b attribute, sign int64) (attribute, error) {
	x, _ := a["N"].(string)
	y, _ := b["N"].(string)
	n, ok := new(big.Rat).SetString(x)
	m, fine := new(big.Rat).SetString(y)
	if !ok || !fine {
		return nil, invalid("An operand in the update expression has an incorrect data type")
	}
	n.Add(n, m.Mul(m, big.NewRat(sign, 1)))
	if n.IsInt() {
		return attribute{"N": n.Num().String()}, nil
	}
	return attribute{"N": strings.TrimRight(n.FloatString(38), "0")}, nil
}
