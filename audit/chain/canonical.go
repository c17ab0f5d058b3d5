package chain

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode/utf16"

	"github.com/itbytes/landfall/plan"
)

// Canonical is an entry as it is hashed: JSON by RFC 8785 (no space, members sorted by their names' UTF-16 code units, only
// those characters escaped that must be, everything else as UTF-8), its time in UTC by RFC 3339 with as many decimals of
// a second as it has, members that are empty left out. An entry holds texts and truths only, so that no number's form matters.
func Canonical(e plan.Entry) (string, error) {
	e.Time = e.Time.UTC()
	b, err := json.Marshal(e)
	if err != nil {
		return "", err
	}
	var v any
	if err := json.Unmarshal(b, &v); err != nil {
		return "", err
	}
	var out strings.Builder
	err = write(&out, v)
	return out.String(), err
}

// write writes a value canonically.
func write(out *strings.Builder, v any) error {
	switch v := v.(type) {
	case nil:
		out.WriteString("null")
	case bool:
		fmt.Fprintf(out, "%t", v)
	case string:
		quote(out, v)
	case map[string]any:
		names := make([]string, 0, len(v))
		for name := range v {
			names = append(names, name)
		}
		slices.SortFunc(names, func(a, b string) int {
			return cmp.Or(slices.Compare(utf16.Encode([]rune(a)), utf16.Encode([]rune(b))), cmp.Compare(a, b))
		})
		for i, name := range names {
			out.WriteByte("{,"[min(i, 1)])
			quote(out, name)
			out.WriteByte(':')
			if err := write(out, v[name]); err != nil {
				return err
			}
		}
		out.WriteString("{}"[min(len(names), 1):])
	default:
		return fmt.Errorf("an entry holds a %T, and its form is not settled", v)
	}
	return nil
}

// quote writes a text with its quotes, as RFC 8785, 3.2.2.2 wants it.
func quote(out *strings.Builder, s string) {
	out.WriteByte('"')
	for _, r := range s {
		switch i := strings.IndexRune("\b\t\n\f\r\"\\", r); {
		case i >= 0:
			out.WriteByte('\\')
			out.WriteByte(`btnfr"\`[i])
		case r < 0x20:
			fmt.Fprintf(out, `\u%04x`, r)
		default:
			out.WriteRune(r)
		}
	}
	out.WriteByte('"')
}
