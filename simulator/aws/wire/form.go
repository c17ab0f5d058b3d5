package wire

import (
	"fmt"
	"net/url"
	"reflect"
	"sort"
	"strconv"
)

// Form decodes a query request into a structure. A field takes the parameter of its own name or of its "form" tag; the
// elements of a list are named Name.1, with a word between (Name.member.1) where the service has one. It returns the
// parameters that no field took, sorted.
func Form(values url.Values, word string, into any) ([]string, error) {
	d := form{values: values, word: word, taken: map[string]bool{"Action": true, "Version": true}}
	if err := d.fill("", reflect.ValueOf(into).Elem()); err != nil {
		return nil, err
	}
	var left []string
	for name := range values {
		if !d.taken[name] {
			left = append(left, name)
		}
	}
	sort.Strings(left)
	return left, nil
}

type form struct {
	values url.Values
	word   string
	taken  map[string]bool
}

func (d *form) has(prefix string) bool {
	for name := range d.values {
		if name == prefix || len(name) > len(prefix) && name[:len(prefix)+1] == prefix+"." {
			return true
		}
	}
	return false
}

func (d *form) fill(name string, into reflect.Value) error {
	switch into.Kind() {
	case reflect.Struct:
		for i := range into.NumField() {
			f := into.Type().Field(i)
			own := f.Name
			if tag := f.Tag.Get("form"); tag != "" {
				own = tag
			}
			if name != "" {
				own = name + "." + own
			}
			if !d.has(own) {
				continue
			}
			if err := d.fill(own, into.Field(i)); err != nil {
				return err
			}
		}
		return nil
	case reflect.Pointer:
		into.Set(reflect.New(into.Type().Elem()))
		return d.fill(name, into.Elem())
	case reflect.Slice:
		if d.word != "" {
			if _, empty := d.values[name]; empty {
				d.taken[name] = true // an empty list is its bare name
			}
			name += "." + d.word
		}
		for n := 1; d.has(name + "." + strconv.Itoa(n)); n++ {
			e := reflect.New(into.Type().Elem()).Elem()
			if err := d.fill(name+"."+strconv.Itoa(n), e); err != nil {
				return err
			}
			into.Set(reflect.Append(into, e))
		}
		return nil
	}
	d.taken[name] = true
	return scalar(name, d.values.Get(name), into)
}

func scalar(name, s string, into reflect.Value) error {
	switch into.Kind() {
	case reflect.String:
		into.SetString(s)
	case reflect.Bool:
		v, err := strconv.ParseBool(s)
		if err != nil {
			return fmt.Errorf("%s is true or false, not %q", name, s)
		}
		into.SetBool(v)
	case reflect.Int:
		v, err := strconv.Atoi(s)
		if err != nil {
			return fmt.Errorf("%s is a number, not %q", name, s)
		}
		into.SetInt(int64(v))
	default:
		return fmt.Errorf("%s cannot be read", name)
	}
	return nil
}
