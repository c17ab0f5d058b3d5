package vault

import (
	"crypto/sha256"
	"encoding/base32"
	"maps"
	"slices"
	"strings"

	"github.com/1Password/connect-sdk-go/onepassword"

	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// check refuses what could not be kept, or would wipe out a value.
func check(r ref, f plan.ItemFields) error {
	if r.field != "" {
		return badRef(r.String()+"/…", "it names a field where a whole item is kept")
	}
	if len(f.Plain)+len(f.Secret) == 0 {
		return fault.New(fault.Invalid, "", "nothing is to be kept in %s", r)
	}
	for name, value := range f.Secret {
		if _, twice := f.Plain[name]; twice || value.Empty() || name == "" {
			return fault.New(fault.Invalid, "", "the secret field %q of %s is empty or named twice", name, r)
		}
	}
	return nil
}

// overlay gives an item the named fields, and reports whether that changed anything. Values are compared, never shown.
func overlay(it *onepassword.Item, r ref, f plan.ItemFields) (bool, error) {
	changed := false
	put := func(name, value string, kind func(onepassword.ItemFieldType) onepassword.ItemFieldType) error {
		at, err := labelled(it, r, name)
		if err != nil {
			return err
		}
		if at == nil {
			at = &onepassword.ItemField{ID: fieldID(name), Label: name}
			it.Fields = append(it.Fields, at)
		}
		if want := kind(at.Type); at.Value != value || at.Type != want {
			at.Value, at.Type, changed = value, want, true
		}
		return nil
	}
	for _, name := range slices.Sorted(maps.Keys(f.Plain)) {
		if err := put(name, f.Plain[name], plainKind); err != nil {
			return false, err
		}
	}
	for _, name := range slices.Sorted(maps.Keys(f.Secret)) {
		concealed := func(onepassword.ItemFieldType) onepassword.ItemFieldType { return onepassword.FieldTypeConcealed }
		if err := put(name, f.Secret[name].Reveal(), concealed); err != nil {
			return false, err
		}
	}
	return changed, nil
}

// plainKind is STRING, unless the field is of another type that people may read.
func plainKind(now onepassword.ItemFieldType) onepassword.ItemFieldType {
	if readable(now) {
		return now
	}
	return onepassword.FieldTypeString
}

// readable reports whether a field of the type is no secret. A type that nobody listed is one.
func readable(t onepassword.ItemFieldType) bool {
	return slices.Contains([]onepassword.ItemFieldType{
		onepassword.FieldTypeString, onepassword.FieldTypeEmail, onepassword.FieldTypeURL, onepassword.FieldTypeDate,
		onepassword.FieldTypeMonthYear, onepassword.FieldTypeMenu, onepassword.FieldTypePhone, onepassword.FieldTypeAddress,
	}, t)
}

// labelled finds a field by its label: in the reference's section where it names one, else outside any section, else in
// the only section that has it.
func labelled(it *onepassword.Item, r ref, name string) (*onepassword.ItemField, error) {
	var outside, inside []*onepassword.ItemField
	for _, f := range it.Fields {
		in := f.Section != nil && f.Section.ID != ""
		switch {
		case f.Label != name:
		case r.section != "" && (!in || (it.SectionLabelForID(f.Section.ID) != r.section && f.Section.ID != r.section)):
		case in:
			inside = append(inside, f)
		default:
			outside = append(outside, f)
		}
	}
	if len(outside) == 0 {
		outside = inside
	}
	switch len(outside) {
	case 0:
		return nil, nil //nolint:nilnil // no field, and nothing wrong
	case 1:
		return outside[0], nil
	}
	return nil, fault.New(fault.Ambiguous, "Rename all but one of them, then resume.", "the item %s has %d fields named %q", r, len(outside), name)
}

// described is an item without its secrets.
func described(it *onepassword.Item) plan.Item {
	out := plan.Item{Exists: true, ID: it.ID, Version: it.Version, Fields: map[string]string{}, Holds: map[string]bool{}}
	for _, f := range it.Fields {
		switch {
		case f.Label == "":
		case readable(f.Type) && f.Purpose == "":
			out.Fields[f.Label] = f.Value
		default:
			out.Holds[f.Label] = f.Value != ""
		}
	}
	return out
}

// fieldID is the same for a name at all times, in the form that 1Password gives ids.
func fieldID(name string) string {
	sum := sha256.Sum256([]byte(name))
	return strings.ToLower(base32.StdEncoding.EncodeToString(sum[:])[:26])
}

func secrets(f plan.ItemFields) []plan.Secret { return slices.Collect(maps.Values(f.Secret)) }
