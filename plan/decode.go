package plan

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
)

// decoder puts a document into Go values and remembers where each path stands. It is strict: a field that is not known
// is refused, and nothing is turned from one type into another.
type decoder struct {
	problems Problems
	spots    map[string]spot
}

func (d *decoder) problem(at spot, path, hint, format string, a ...any) {
	if len(d.problems) >= maxProblems {
		return
	}
	d.problems = append(d.problems, Problem{Line: at.line, Column: at.column, Path: path, Message: fmt.Sprintf(format, a...), Hint: hint})
}

// decode puts n into v, whose types are those a plan is made of.
func (d *decoder) decode(n *node, v reflect.Value, path string) {
	if _, known := d.spots[path]; !known {
		d.spots[path] = n.at
	}
	if n.kind == aNull {
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		if d.is(n, aMap, path) {
			d.structure(n, v, path)
		}
	case reflect.Map:
		if d.is(n, aMap, path) {
			d.table(n, v, path)
		}
	case reflect.Slice:
		if d.is(n, aList, path) {
			v.Set(reflect.MakeSlice(v.Type(), len(n.items), len(n.items)))
			for i, it := range n.items {
				d.decode(it, v.Index(i), item(path, i))
			}
		}
	case reflect.String:
		if d.is(n, aText, path) {
			v.SetString(n.text)
		}
	case reflect.Bool:
		if d.is(n, aBool, path) {
			v.SetBool(n.text == "true")
		}
	case reflect.Int:
		if d.is(n, aNumber, path) {
			whole, err := strconv.Atoi(n.text)
			if err != nil {
				d.problem(n.at, path, "Write a whole number, such as 20.", "this is not a whole number")
			}
			v.SetInt(int64(whole))
		}
	default:
		panic("plan: no field of a plan may be of type " + v.Type().String())
	}
}

// is reports whether n is of the wanted kind, and says so where it is not.
func (d *decoder) is(n *node, want kind, path string) bool {
	if n.kind == want {
		return true
	}
	hint := map[kind]string{
		aText: "Write one text.", aNumber: "Write a whole number, without quotes.", aBool: "Write true or false, without quotes.",
		aMap: "Write it as name: value.", aList: "Write it as a list: [one, another].",
	}[want]
	if want == aText && (n.kind == aNumber || n.kind == aBool) {
		hint = "Put it in quotes."
	}
	d.problem(n.at, path, hint, "this should be %s, not %s", want, n.kind)
	return false
}

// structure decodes a map into a struct. A field that is not known but near one that is missing is decoded as that one,
// so that one slip of the pen does not bring a dozen complaints after it.
func (d *decoder) structure(n *node, v reflect.Value, path string) {
	names := fieldNames(v.Type())
	written := map[string]bool{}
	for _, m := range n.members {
		written[m.key] = true
	}
	for _, m := range n.members {
		name := m.key
		if _, known := names[name]; !known {
			name = d.unknown(m, v.Type(), path)
		}
		i, known := names[name]
		if !known || name != m.key && written[name] {
			continue
		}
		written[name] = true
		d.mark(m, under(path, name))
		d.decode(m.value, v.Field(i), under(path, name))
	}
}

// unknown refuses a field that is not known and returns the one that was likely meant.
func (d *decoder) unknown(m member, t reflect.Type, path string) string {
	names := orderedFields(t)
	where := " in " + path
	if path == "" {
		where = " in a plan"
	}
	d.problem(m.at, under(path, m.key), didYouMean(m.key, names), "there is no field %s%s", quoted(m.key), where)
	return nearest(m.key, names)
}

// table decodes a map whose keys the plan chooses.
func (d *decoder) table(n *node, v reflect.Value, path string) {
	v.Set(reflect.MakeMapWithSize(v.Type(), len(n.members)))
	for _, m := range n.members {
		p := under(path, m.key)
		d.mark(m, p)
		e := reflect.New(v.Type().Elem()).Elem()
		d.decode(m.value, e, p)
		v.SetMapIndex(reflect.ValueOf(m.key).Convert(v.Type().Key()), e)
	}
}

// mark remembers where an entry stands: its value where that is one word, else its key.
func (d *decoder) mark(m member, path string) {
	d.spots[path] = m.at
	if k := m.value.kind; k == aText || k == aNumber || k == aBool {
		d.spots[path] = m.value.at
	}
}

// spot is where a path stands, or the nearest thing around it that stands somewhere.
func (d *decoder) spot(path string) spot {
	for path != "" {
		if s, known := d.spots[path]; known {
			return s
		}
		path = path[:max(0, strings.LastIndexAny(path, ".["))]
	}
	if s, known := d.spots[""]; known {
		return s
	}
	return spot{1, 1}
}

// fieldNames are the fields of a struct by their name in a plan file.
func fieldNames(t reflect.Type) map[string]int {
	out := map[string]int{}
	for i := range t.NumField() {
		if name, _ := fieldTag(t.Field(i)); name != "-" {
			out[name] = i
		}
	}
	return out
}

// orderedFields are the names of a struct's fields as they stand in it.
func orderedFields(t reflect.Type) []string {
	var out []string
	for i := range t.NumField() {
		if name, _ := fieldTag(t.Field(i)); name != "-" {
			out = append(out, name)
		}
	}
	return out
}

// fieldTag is a field's name in a plan file, and whether it must be there.
func fieldTag(f reflect.StructField) (name string, required bool) {
	name, rest, _ := strings.Cut(f.Tag.Get("yaml"), ",")
	return name, rest != "omitempty"
}
