package onepassword

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// change is one operation of a JSON patch.
type change struct {
	Op    string          `json:"op"`
	Path  string          `json:"path"`
	Value json.RawMessage `json:"value"`
}

// patchItem applies a patch wholly or not at all.
func (v *Vault) patchItem(r *http.Request, body []byte) reply {
	v.mu.Lock()
	defer v.mu.Unlock()
	b, old, refused := v.find(r)
	if old == nil {
		return refused
	}
	var changes []change
	if err := json.Unmarshal(body, &changes); err != nil {
		return failed(http.StatusBadRequest, "Invalid request body")
	}
	if len(changes) == 0 {
		return ok(old.copied())
	}
	it := old.copied()
	for _, c := range changes {
		next, err := it.patched(c)
		if err != nil {
			return failed(http.StatusBadRequest, "%s %s: %s", c.Op, c.Path, err)
		}
		it = next
	}
	it.ID, it.Vault.ID = old.ID, b.ID
	if why := it.check(b); why != "" {
		return failed(http.StatusBadRequest, "%s", why)
	}
	return ok(v.replace(b, old, it).copied())
}

// patched is the item after one change of its JSON form, in which fields are addressed by their ids.
func (it *item) patched(c change) (*item, error) {
	if !slices.Contains([]string{"add", "remove", "replace"}, c.Op) {
		return nil, errors.New("only add, remove and replace are supported")
	}
	var doc any
	if err := recode(it, &doc); err != nil {
		return nil, err
	}
	var value any
	if c.Op != "remove" {
		if err := json.Unmarshal(c.Value, &value); err != nil {
			return nil, errors.New("the value is missing")
		}
	}
	path := strings.Split(strings.Trim(c.Path, "/"), "/")
	if path[0] == "" {
		doc = value
	} else {
		var err error
		if doc, err = patch(doc, path, c.Op, value); err != nil {
			return nil, err
		}
	}
	var out item
	if err := recode(doc, &out); err != nil {
		return nil, err
	}
	return &out, nil
}

// patch changes what stands at path in doc.
func patch(doc any, path []string, op string, value any) (any, error) {
	key, last := path[0], len(path) == 1
	switch at := doc.(type) {
	case map[string]any:
		inner, there := at[key]
		_, list := inner.([]any)
		switch {
		case last && op == "add" && list && !isList(value):
			at[key] = append(inner.([]any), value)
		case last && op == "remove":
			delete(at, key)
		case last && op == "add" && key == "fields" && !isList(value):
			at[key] = []any{value}
		case last:
			at[key] = value
		case !there:
			return nil, fmt.Errorf("there is no %q", key)
		default:
			changed, err := patch(inner, path[1:], op, value)
			at[key] = changed
			return at, err
		}
		return at, nil
	case []any:
		i := position(at, key)
		switch {
		case i < 0:
			return nil, fmt.Errorf("there is no %q", key)
		case last && op == "remove":
			return slices.Delete(at, i, i+1), nil
		case last:
			at[i] = keepID(at[i], value)
			return at, nil
		}
		changed, err := patch(at[i], path[1:], op, value)
		at[i] = changed
		return at, err
	}
	return nil, fmt.Errorf("%q cannot be entered", key)
}

// position finds an element by its id, or by its number.
func position(list []any, key string) int {
	for i, e := range list {
		if m, is := e.(map[string]any); is && m["id"] == key {
			return i
		}
	}
	if n, err := strconv.Atoi(key); err == nil && n >= 0 && n < len(list) {
		return n
	}
	return -1
}

// keepID gives a replacement the id of what it replaces.
func keepID(old, value any) any {
	o, is := old.(map[string]any)
	n, isToo := value.(map[string]any)
	if is && isToo && n["id"] == nil {
		n["id"] = o["id"]
	}
	return value
}

func isList(v any) bool { _, is := v.([]any); return is }

func recode(from, into any) error {
	b, err := json.Marshal(from)
	if err != nil {
		return err
	}
	return json.Unmarshal(b, into)
}
