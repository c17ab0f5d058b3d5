package gcp

import (
	"crypto/rand"
	"encoding/base64"
	"math/big"
	"strconv"
	"time"
)

// fields is one protobuf message in its JSON form: names in camelCase, enums as enum, times as time.Time, 64-bit
// integers as int64 or uint64.
type fields map[string]any

// enum is a value of a protobuf enum, which answers as its name or as its number.
type enum struct {
	name   string
	number int
}

// MarshalJSON implements json.Marshaler; /sim/state speaks names.
func (e enum) MarshalJSON() ([]byte, error) { return strconv.AppendQuote(nil, e.name), nil }

// encode makes v what goes over the wire; ints says that the caller wants enums as numbers.
func encode(v any, ints bool) any {
	switch v := v.(type) {
	case enum:
		if ints {
			return v.number
		}
		return v.name
	case time.Time:
		return stamp(v)
	case int64:
		return strconv.FormatInt(v, 10)
	case uint64:
		return strconv.FormatUint(v, 10)
	case fields:
		out := make(map[string]any, len(v))
		for n, f := range v {
			out[n] = encode(f, ints)
		}
		return out
	case []fields:
		out := make([]any, len(v))
		for i, f := range v {
			out[i] = encode(f, ints)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, f := range v {
			out[i] = encode(f, ints)
		}
		return out
	}
	return v
}

// full drops what proto3 JSON leaves out: empty texts, false, zero and empty lists.
func full(f fields) fields {
	for n, v := range f {
		if empty(v) {
			delete(f, n)
		}
	}
	return f
}

func empty(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case string:
		return v == ""
	case bool:
		return !v
	case int:
		return v == 0
	case int64:
		return v == 0
	case time.Time:
		return v.IsZero()
	case []string:
		return len(v) == 0
	case []any:
		return len(v) == 0
	case []fields:
		return len(v) == 0
	case map[string]string:
		return len(v) == 0
	case fields:
		return v == nil
	}
	return false
}

// copied is a deep copy, so that what was answered never changes with what stands.
func copied(v any) any {
	switch v := v.(type) {
	case fields:
		out := make(fields, len(v))
		for n, f := range v {
			out[n] = copied(f)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, f := range v {
			out[i] = copied(f)
		}
		return out
	}
	return v
}

func copyOf(f fields) fields { return copied(f).(fields) }

// str, list and sub read a field of a message that was read by its shape; absent is the zero value.
func (f fields) str(name string) string {
	s, _ := f[name].(string)
	return s
}

func (f fields) list(name string) []any {
	l, _ := f[name].([]any)
	return l
}

func (f fields) sub(name string) fields {
	m, _ := f[name].(fields)
	return m
}

func (f fields) flag(name string) bool {
	b, _ := f[name].(bool)
	return b
}

func (f fields) texts(name string) []string {
	var out []string
	for _, v := range f.list(name) {
		if s, ok := v.(string); ok {
			out = append(out, s)
		}
	}
	return out
}

func (f fields) labels(name string) map[string]string {
	m := f.sub(name)
	if m == nil {
		return nil
	}
	out := map[string]string{}
	for n, v := range m {
		out[n], _ = v.(string)
	}
	return out
}

func stamp(t time.Time) string { return t.UTC().Truncate(time.Microsecond).Format(time.RFC3339Nano) }

func newEtag() string {
	b := make([]byte, 8)
	_, _ = rand.Read(b)
	return base64.StdEncoding.EncodeToString(b)
}

// digits is a random decimal number of n digits, as Google numbers projects, accounts and resources.
func digits(n int) string {
	low := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n-1)), nil)
	span := new(big.Int).Mul(low, big.NewInt(9))
	r, _ := rand.Int(rand.Reader, span)
	return r.Add(r, low).String()
}
