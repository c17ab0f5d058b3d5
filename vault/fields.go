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

// overlay gives an item the named fields.
func overlay(it *onepassword.Item, r ref, f plan.ItemFields) error {
	put := func(name, value string, secret bool) error {
		at, err := labelled(it, r, name)
		if err != nil {
			return err
		}
		if at == nil {
			at = &onepassword.ItemField{ID: fieldID(name), Label: name}
			it.Fields = append(it.Fields, at)
		}
		fill(at, value, secret)
		return nil
	}
	for _, name := range slices.Sorted(maps.Keys(f.Plain)) {
		if err := put(name, f.Plain[name], false); err != nil {
			return err
		}
	}
	for _, name := range slices.Sorted(maps.Keys(f.Secret)) {
		if err := put(name, f.Secret[name].Reveal(), true); err != nil {
			return err
		}
	}
	return nil
}

// fill gives a field a value. One that is no secret stays of the type it is of, where people may read that.
func fill(f *onepassword.ItemField, value string, secret bool) {
	f.Value = value
	switch {
	case secret:
		f.Type = onepassword.FieldTypeConcealed
	case !readable(f.Type):
		f.Type = onepassword.FieldTypeString
	}
}

// readable reports whether a field of the type is no secret. A type that nobody listed is one.
func readable(t onepassword.ItemFieldType) bool {
	return slices.Contains([]onepassword.ItemFieldType{
		onepassword.FieldTypeString, onepassword.FieldTypeEmail, onepassword.FieldTypeURL, onepassword.FieldTypeDate,
		onepassword.FieldTypeMonthYear, onepassword.FieldTypeMenu, onepassword.FieldTypePhone, onepassword.FieldTypeAddress,
	}, t)
}

// labelled finds a field by its label: in the reference's section where it names one, else outside any section, else in
// the only section that has it. What a rotation keeps beside the current key is found by its section alone.
func labelled(it *onepassword.Item, r ref, name string) (*onepassword.ItemField, error) {
	var outside, inside []*onepassword.ItemField
	for _, f := range it.Fields {
		switch {
		case f.Label != name, r.section != "" && !in(it, f, r.section), r.section == "" && aside(it, f):
		case in(it, f, ""):
			outside = append(outside, f)
		default:
			inside = append(inside, f)
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

// in reports whether a field stands in a section, by the section's name or id; the section "" is outside any.
func in(it *onepassword.Item, f *onepassword.ItemField, section string) bool {
	if f.Section == nil || f.Section.ID == "" {
		return section == ""
	}
	return section != "" && (f.Section.ID == section || it.SectionLabelForID(f.Section.ID) == section)
}

// described is an item without its secrets, and without what a rotation keeps beside the current key. A field outside any
// section comes before one of the same name inside one.
func described(it *onepassword.Item) plan.Item {
	var inside, outside []*onepassword.ItemField
	for _, f := range it.Fields {
		switch {
		case aside(it, f):
		case in(it, f, ""):
			outside = append(outside, f)
		default:
			inside = append(inside, f)
		}
	}
	return describing(it, append(inside, outside...))
}

// describing is an item as some of its fields have it, the last of a name before the others.
func describing(it *onepassword.Item, fields []*onepassword.ItemField) plan.Item {
	out := plan.Item{Exists: true, ID: it.ID, Version: it.Version, Fields: map[string]string{}, Holds: map[string]bool{}}
	for _, f := range fields {
		if f.Label == "" {
			continue
		}
		delete(out.Fields, f.Label)
		delete(out.Holds, f.Label)
		if secret(f) {
			out.Holds[f.Label] = f.Value != ""
		} else {
			out.Fields[f.Label] = f.Value
		}
	}
	return out
}

// secret reports whether nobody is to be shown a field.
func secret(f *onepassword.ItemField) bool { return !readable(f.Type) || f.Purpose != "" }

// fieldID is the same for a name at all times, in the form that 1Password gives ids.
func fieldID(name string) string {
	sum := sha256.Sum256([]byte(name))
	return strings.ToLower(base32.StdEncoding.EncodeToString(sum[:])[:26])
}

// secretsOf are the values in an item that no message may repeat.
func secretsOf(it *onepassword.Item) []plan.Secret {
	var out []plan.Secret
	for _, f := range it.Fields {
		if secret(f) {
			out = append(out, plan.NewSecret(f.Value))
		}
	}
	return out
}
