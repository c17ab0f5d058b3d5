// Package wire speaks the protocols of AWS: Signature Version 4, JSON, query, EC2 query, REST JSON and REST XML.
//
// It knows no service: an answer is a tree of Maps, and a refusal is an Error.
package wire

import (
	"encoding/json"
	"fmt"
	"reflect"
	"sort"
	"strconv"
	"strings"
	"time"
)

// Map is a structure with its members by their names on the wire. Members that are nil are left out.
type Map map[string]any

// List is a list whose elements have a name of their own in XML.
type List struct {
	Of    string
	Items any // a slice
}

// MarshalJSON encodes a Map as the JSON protocols do: times are seconds since the epoch.
func (m Map) MarshalJSON() ([]byte, error) {
	out := make(map[string]any, len(m))
	for name, v := range m {
		if missing(v) {
			continue
		}
		out[name] = plain(v)
	}
	return json.Marshal(out)
}

func plain(v any) any {
	switch v := v.(type) {
	case time.Time:
		return json.Number(strconv.FormatFloat(float64(v.UnixMilli())/1000, 'f', 3, 64))
	case List:
		return plain(v.Items)
	}
	if s := reflect.ValueOf(v); s.Kind() == reflect.Slice && s.Type().Elem().Kind() != reflect.Uint8 {
		out := make([]any, s.Len())
		for i := range out {
			out[i] = plain(s.Index(i).Interface())
		}
		return out
	}
	return v
}

// XML encodes a value as an element; item names the elements of a list that does not name them itself.
func XML(b *strings.Builder, name string, v any, item string) {
	switch v := v.(type) {
	case Map:
		b.WriteString("<" + name + ">")
		Members(b, v, item)
		b.WriteString("</" + name + ">")
		return
	case List:
		list(b, name, v.Items, v.Of, item)
		return
	case time.Time:
		text(b, name, v.UTC().Format("2006-01-02T15:04:05.000Z"))
		return
	}
	if reflect.ValueOf(v).Kind() == reflect.Slice {
		list(b, name, v, item, item)
		return
	}
	text(b, name, fmt.Sprint(v))
}

// Members encodes a Map's members in the order of their names.
func Members(b *strings.Builder, m Map, item string) {
	names := make([]string, 0, len(m))
	for name, v := range m {
		if !missing(v) {
			names = append(names, name)
		}
	}
	sort.Strings(names)
	for _, name := range names {
		XML(b, name, m[name], item)
	}
}

func list(b *strings.Builder, name string, items any, of, item string) {
	b.WriteString("<" + name + ">")
	for s, i := reflect.ValueOf(items), 0; i < s.Len(); i++ {
		XML(b, of, s.Index(i).Interface(), item)
	}
	b.WriteString("</" + name + ">")
}

func text(b *strings.Builder, name, s string) {
	b.WriteString("<" + name + ">" + escape(s) + "</" + name + ">")
}

func missing(v any) bool {
	if v == nil {
		return true
	}
	switch r := reflect.ValueOf(v); r.Kind() {
	case reflect.Pointer, reflect.Map:
		return r.IsNil()
	}
	return false
}

func escape(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;").Replace(s)
}

// Or is s, or nothing where it is empty, so that an empty text is left out of an answer.
func Or(s string) any {
	if s == "" {
		return nil
	}
	return s
}
