package aws

import (
	"encoding/json"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"
)

// shown is what a call shows to the conditions of policies: condition keys in small letters, and their values; a key that is known
// and has none is there all the same. A condition on any other key is not weighed, and never holds.
type shown struct {
	keys map[string][]string
	now  time.Time
}

// holds reports whether every condition of a statement is fulfilled.
func (s statement) holds(in shown) bool {
	if in.keys == nil {
		return false
	}
	for op, on := range s.Condition {
		keys, is := on.(map[string]any)
		if !is {
			return false
		}
		for key, want := range keys {
			have, known := in.keys[strings.ToLower(key)]
			if !known || !fulfilled(op, have, valuesOf(want)) {
				return false
			}
		}
	}
	return true
}

// fulfilled weighs one condition (IAM User Guide, "IAM JSON policy elements: Condition operators"). An operator that is not
// weighed here is never fulfilled.
func fulfilled(op string, have, want []string) bool {
	if op == "Null" {
		return len(want) == 1 && want[0] == strconv.FormatBool(len(have) == 0)
	}
	set, bare, several := strings.Cut(op, ":")
	if !several {
		set, bare = "", op
	}
	bare, lenient := strings.CutSuffix(bare, "IfExists")
	fits, known := comparisons()[bare]
	if !known {
		return false
	}
	one := func(v string) bool { return slices.ContainsFunc(want, func(w string) bool { return fits(v, w) }) }
	switch {
	case len(have) == 0 && lenient:
		return true
	case set == "ForAllValues":
		return !slices.ContainsFunc(have, func(v string) bool { return !one(v) })
	case set == "" && len(have) == 1, set == "ForAnyValue":
		return slices.ContainsFunc(have, one)
	}
	return false
}

func comparisons() map[string]func(have, want string) bool {
	return map[string]func(have, want string) bool{
		"StringEquals":           func(have, want string) bool { return have == want },
		"StringEqualsIgnoreCase": strings.EqualFold,
		"StringLike":             wild,
		"NumericLessThanEquals": func(have, want string) bool {
			h, bad := strconv.ParseFloat(have, 64)
			w, worse := strconv.ParseFloat(want, 64)
			return bad == nil && worse == nil && h <= w
		},
	}
}

// wild matches * and ? alone; a slash is a letter as any other.
func wild(have, want string) bool {
	plain := strings.NewReplacer("/", "\x00", `\`, "\x01", "[", "\x02").Replace
	fits, err := path.Match(plain(want), plain(have))
	return err == nil && fits
}

// valuesOf are a condition's values as texts.
func valuesOf(v any) []string {
	list, several := v.([]any)
	if !several {
		list = []any{v}
	}
	out := make([]string, 0, len(list))
	for _, e := range list {
		text, is := e.(string)
		if !is {
			b, err := json.Marshal(e)
			if err != nil {
				continue
			}
			text = string(b)
		}
		out = append(out, text)
	}
	return out
}
