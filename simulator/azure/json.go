package azure

import (
	"crypto/sha1" //nolint:gosec // names are derived with it (UUID version 5), nothing is protected by it
	"encoding/hex"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/itbytes/landfall/simulator/kernel"
)

// obj is a JSON object.
type obj = map[string]any

// object is the object in a field; nil where there is none.
func object(o obj, field string) obj {
	v, _ := o[field].(obj)
	return v
}

// text is the text in a field; empty where there is none.
func text(o obj, field string) string {
	v, _ := o[field].(string)
	return v
}

// list is the list in a field; nil where there is none.
func list(o obj, field string) []any {
	v, _ := o[field].([]any)
	return v
}

// objects are the objects in a field's list.
func objects(o obj, field string) []obj {
	var out []obj
	for _, v := range list(o, field) {
		if m, ok := v.(obj); ok {
			out = append(out, m)
		}
	}
	return out
}

// texts are the texts in a field's list.
func texts(o obj, field string) []string {
	var out []string
	for _, v := range list(o, field) {
		if s, ok := v.(string); ok {
			out = append(out, s)
		}
	}
	return out
}

// copied is a deep copy, so that what is stored never changes under an answer.
func copied(o obj) obj {
	if o == nil {
		return nil
	}
	b, err := json.Marshal(o)
	if err != nil {
		return obj{}
	}
	var out obj
	if json.Unmarshal(b, &out) != nil {
		return obj{}
	}
	return out
}

// with is o with one more field.
func with(o obj, field string, value any) obj {
	out := maps.Clone(o)
	if out == nil {
		out = obj{}
	}
	out[field] = value
	return out
}

// unknown is the first field of o that is not among the known ones.
func unknown(o obj, known ...string) string {
	for _, field := range slices.Sorted(maps.Keys(o)) {
		if !slices.Contains(known, field) {
			return field
		}
	}
	return ""
}

// tagsOf reads tags; a value that is no text is refused by ok being false.
func tagsOf(o obj) (tags map[string]string, ok bool) {
	if o["tags"] == nil {
		return nil, true
	}
	tags = map[string]string{}
	for name, v := range object(o, "tags") {
		s, isText := v.(string)
		if !isText {
			return nil, false
		}
		tags[name] = s
	}
	return tags, true
}

// newID is a random identifier in the form Azure uses.
func newID() string { return guid(kernel.Random(16)) }

// idOf derives an identifier from words, so that an estate has the same ids in every run.
func idOf(words ...string) string {
	sum := sha1.Sum([]byte(strings.Join(words, "/"))) //nolint:gosec // see the import
	return guid(hex.EncodeToString(sum[:16]))
}

func guid(h string) string {
	return h[:8] + "-" + h[8:12] + "-4" + h[13:16] + "-8" + h[17:20] + "-" + h[20:32]
}

func isGUID(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i, r := range strings.ToLower(s) {
		switch i {
		case 8, 13, 18, 23:
			if r != '-' {
				return false
			}
		default:
			if !strings.ContainsRune("0123456789abcdef", r) {
				return false
			}
		}
	}
	return true
}

// stamp is a time as Azure writes it.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.0000000Z") }

// sorted are the values of a map by key.
func sorted[V any](m map[string]V) []V {
	out := make([]V, 0, len(m))
	for _, key := range slices.Sorted(maps.Keys(m)) {
		out = append(out, m[key])
	}
	return out
}
