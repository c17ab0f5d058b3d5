package vault

import (
	"regexp"
	"strings"

	"github.com/itbytes/landfall/fault"
)

// ref is a parsed reference, op://vault/item[/[section/]field]. The SDK does not know them.
type ref struct {
	vault   string
	item    string
	section string
	field   string
}

// parse reads a reference. Quotes are refused: the SDK puts names between quotes without escaping them.
func parse(text string) (ref, error) {
	rest, is := strings.CutPrefix(text, "op://")
	parts := strings.Split(rest, "/")
	if !is || len(parts) < 2 || len(parts) > 4 {
		return ref{}, badRef(text, "it is not of the form op://vault/item[/[section/]field]")
	}
	for _, p := range parts {
		switch {
		case p == "" || strings.TrimSpace(p) != p:
			return ref{}, badRef(text, "a name in it is empty or begins or ends with a space")
		case strings.ContainsAny(p, "\"\\?#") || strings.ContainsFunc(p, func(c rune) bool { return c < ' ' }):
			return ref{}, badRef(text, `a name in it holds one of " \ ? # or a control character`)
		}
	}
	r := ref{vault: parts[0], item: parts[1]}
	switch len(parts) {
	case 3:
		r.field = parts[2]
	case 4:
		r.section, r.field = parts[2], parts[3]
	}
	return r, nil
}

// String is the reference to the item, without a field.
func (r ref) String() string { return "op://" + r.vault + "/" + r.item }

func badRef(text, why string) error {
	return fault.New(fault.Invalid, "Write it as op://vault/item, with the names as 1Password shows them.", "the reference %q cannot be followed: %s", text, why)
}

// isUUID reports whether the SDK would take a name for an id.
func isUUID(s string) bool { return regexp.MustCompile(`^[a-z0-9]{26}$`).MatchString(s) }
