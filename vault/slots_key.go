package vault

import (
	"slices"
	"strings"

	"github.com/1Password/connect-sdk-go/onepassword"

	"github.com/itbytes/landfall/plan"
)

// key is what a slot holds of a key: its fields, in the order of the item.
type key []part

// part is one field of a key.
type part struct {
	label, value string
	secret       bool
}

// isID reports whether a field of that label holds a key's id: "access key id" or "key id".
func isID(label string) bool { return label == "key id" || strings.HasSuffix(label, " key id") }

// id is the key's id in its cloud, or "" where it has none yet.
func (k key) id() string {
	for _, p := range k {
		if isID(p.label) {
			return p.value
		}
	}
	return ""
}

// live reports whether a secret of the key is there.
func (k key) live() bool {
	return slices.ContainsFunc(k, func(p part) bool { return p.secret && p.value != "" })
}

// dropped is the key without its secrets.
func (k key) dropped() key {
	out := slices.Clone(k)
	for i := range out {
		if out[i].secret {
			out[i].value = ""
		}
	}
	return out
}

// proper are the fields that can be of no other key: its id and its secrets.
func (k key) proper() key {
	return slices.DeleteFunc(slices.Clone(k), func(p part) bool { return !p.secret && !isID(p.label) })
}

// part is the key's field of a label, or nil.
func (k key) part(label string) *part {
	i := slices.IndexFunc(k, func(p part) bool { return p.label == label })
	if i < 0 {
		return nil
	}
	return &k[i]
}

// with is the key with the fields f has too, where they are of the same key; else f's alone: a slot never holds half of one
// key and half of another.
func (k key) with(f plan.ItemFields) key {
	next := fieldsOf(f)
	for _, p := range next {
		if old := k.part(p.label); old != nil && old.value != "" && old.value != p.value && (p.secret || isID(p.label)) {
			return next
		}
	}
	out := slices.Clone(k)
	for _, p := range next {
		if old := out.part(p.label); old != nil {
			*old = p
		} else {
			out = append(out, p)
		}
	}
	return out
}

// fieldsOf is a key as the one who made it names its fields.
func fieldsOf(f plan.ItemFields) key {
	var out key
	for name, value := range f.Plain {
		out = append(out, part{name, value, false})
	}
	for name, value := range f.Secret {
		out = append(out, part{name, value.Reveal(), true})
	}
	slices.SortFunc(out, func(a, b part) int { return strings.Compare(a.label, b.label) })
	return out
}

// within are the fields that stand in a section; "" is outside any.
func within(it *onepassword.Item, section string) []*onepassword.ItemField {
	var out []*onepassword.ItemField
	for _, f := range it.Fields {
		if f.Label != "" && in(it, f, section) {
			out = append(out, f)
		}
	}
	return out
}

// keySecrets are the labels under which the clouds keep the secret half of a key. By them it is known in an item that was
// made by hand.
func keySecrets() []string {
	return []string{"secret access key", "client secret", "private key", "key file"}
}

// keyIn is the key that a slot holds. The current one shares its place with what people have put into the item: its fields
// are its id and secret, those that Landfall made there, and those of labels that the other slots know.
func keyIn(it *onepassword.Item, slot plan.Slot) key {
	if slot != plan.Current {
		if !ours(it) {
			return nil
		}
		return partsOf(within(it, string(slot)))
	}
	aside := append(keyIn(it, plan.Staged), keyIn(it, plan.Previous)...)
	var own []*onepassword.ItemField
	for _, f := range within(it, "") {
		if isID(f.Label) || slices.Contains(keySecrets(), f.Label) || f.ID == fieldID(f.Label) || aside.part(f.Label) != nil {
			own = append(own, f)
		}
	}
	return partsOf(own)
}

func partsOf(fields []*onepassword.ItemField) key {
	var out key
	for _, f := range fields {
		out = append(out, part{f.Label, f.Value, secret(f)})
	}
	return out
}

// lay makes a slot hold a key, in the place of the fields of an old one. Fields that both have keep their ids, by which
// consumers may know them.
func lay(it *onepassword.Item, slot plan.Slot, old, next key) {
	section := string(slot)
	if slot == plan.Current {
		section = ""
	}
	it.Fields = slices.DeleteFunc(it.Fields, func(f *onepassword.ItemField) bool {
		return in(it, f, section) && old.part(f.Label) != nil && next.part(f.Label) == nil
	})
	for _, p := range next {
		put(it, section, p)
	}
}

// put gives a field of a section a value, and makes both where they are not there.
func put(it *onepassword.Item, section string, p part) {
	for _, f := range it.Fields {
		if f.Label == p.label && in(it, f, section) {
			fill(f, p.value, p.secret)
			return
		}
	}
	f := &onepassword.ItemField{ID: fieldID(strings.TrimPrefix(section+"/"+p.label, "/")), Label: p.label, Section: sectionOf(it, section)}
	fill(f, p.value, p.secret)
	it.Fields = append(it.Fields, f)
}

// sectionOf is a section by its name, made where it is not there; nil is outside any.
func sectionOf(it *onepassword.Item, name string) *onepassword.ItemSection {
	if name == "" {
		return nil
	}
	for _, s := range it.Sections {
		if s.Label == name || s.ID == name {
			return &onepassword.ItemSection{ID: s.ID}
		}
	}
	it.Sections = append(it.Sections, &onepassword.ItemSection{ID: name, Label: name})
	return &onepassword.ItemSection{ID: name}
}
