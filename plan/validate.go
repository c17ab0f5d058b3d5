package plan

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
)

// Validate says everything that is wrong with the plan; the error is Problems. It reads nothing but the plan. With a day
// (YYYY-MM-DD) waivers and skips that have run out by then are problems too.
func (p Plan) Validate(day string) error { return p.problems(day).err() }

// check collects what is wrong with a plan.
type check struct {
	matrix
	written  Plan            // as written: what the plan leaves unsaid is not complained about by the path of a default
	misspelt map[Cloud]Cloud // what was likely meant, and how it is written
	out      Problems
}

func (p Plan) problems(day string) Problems {
	c := check{matrix: newMatrix(p, day), written: p, misspelt: misspelt(p)}
	c.required(reflect.ValueOf(p), "")
	c.texts(reflect.ValueOf(p), "")
	for _, part := range []func(*check){
		(*check).header, (*check).organisation, (*check).homes, (*check).logins, (*check).landingList, (*check).skips,
		(*check).identityList, (*check).network, (*check).baseline, (*check).registry, (*check).dns,
		(*check).containers, (*check).emails, (*check).tagRules, (*check).items, (*check).manual, (*check).notify, (*check).rotation,
	} {
		part(&c)
	}
	return c.out.sorted()
}

// add says one thing that is wrong.
func (c *check) add(path, hint, format string, a ...any) {
	c.out = append(c.out, Problem{Path: path, Message: fmt.Sprintf(format, a...), Hint: hint})
}

// form says what is wrong with a text that is there and not written as it must be.
func (c *check) form(path, text string, f form) bool {
	if text == "" || f.expr == nil || f.expr.MatchString(text) {
		return true
	}
	c.add(path, f.hint, "%s", f.what)
	return false
}

// oneOf says what is wrong with a word that is none of those there are.
func (c *check) oneOf(path, word, what string, words []string) bool {
	if word == "" || len(words) == 0 || slices.Contains(words, word) {
		return true
	}
	c.add(path, didYouMean(word, words), "there is no %s %s", what, quoted(word))
	return false
}

// required says which fields that must be there are not.
func (c *check) required(v reflect.Value, path string) {
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			name, required := fieldTag(v.Type().Field(i))
			f := v.Field(i)
			switch {
			case name == "-":
			case required && (f.IsZero() || f.Kind() != reflect.Struct && f.Kind() != reflect.String && f.Len() == 0):
				c.add(under(path, name), "Add the field "+name+".", "%s is missing", name)
			default:
				c.required(f, under(path, name))
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			c.required(v.Index(i), item(path, i))
		}
	case reflect.Map:
		if v.Type().Elem().Kind() == reflect.Struct {
			for _, k := range sortedKeys(v) {
				c.required(v.MapIndex(k), under(path, k.String()))
			}
		}
	}
}

// texts says where a text looks like a secret.
func (c *check) texts(v reflect.Value, path string) {
	switch v.Kind() {
	case reflect.String:
		if v.String() != "" {
			c.out = append(c.out, leaks(&node{kind: aText, text: v.String()}, path)...)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if name, _ := fieldTag(v.Type().Field(i)); name != "-" {
				c.texts(v.Field(i), under(path, name))
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			c.texts(v.Index(i), item(path, i))
		}
	case reflect.Map:
		for _, k := range sortedKeys(v) {
			e := v.MapIndex(k)
			n := &node{kind: aMap, members: []member{{key: k.String(), value: &node{kind: aNull}}}}
			if e.Kind() == reflect.String {
				n.members[0].value = &node{kind: aText, text: e.String()}
			} else {
				c.texts(e, under(path, k.String()))
			}
			c.out = append(c.out, leaks(n, path)...)
		}
	}
}

func sortedKeys(v reflect.Value) []reflect.Value {
	return slices.SortedFunc(slices.Values(v.MapKeys()), func(a, b reflect.Value) int {
		switch {
		case a.String() < b.String():
			return -1
		case a.String() > b.String():
			return 1
		}
		return 0
	})
}

// keys are a map's keys as texts, sorted.
func keys[K ~string, V any](m map[K]V) []string {
	out := make([]string, 0, len(m))
	for _, k := range slices.Sorted(maps.Keys(m)) {
		out = append(out, string(k))
	}
	return out
}

// cloudNames are the plan's clouds as texts, in their order.
func (c *check) cloudNames() []string {
	out := make([]string, 0, len(c.clouds))
	for _, n := range c.clouds {
		out = append(out, string(n))
	}
	return out
}
