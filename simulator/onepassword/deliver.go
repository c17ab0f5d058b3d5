package onepassword

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// deliver puts what a cloud minted for the estate into an item, made where it is not there. It is not Landfall's: it
// bears no tag.
func (v *Vault) deliver(ref string, fields map[string]string) error {
	vault, title, named := strings.Cut(strings.TrimPrefix(ref, "op://"), "/")
	if !named || !strings.HasPrefix(ref, "op://") || title == "" || strings.Contains(title, "/") {
		return fmt.Errorf("deliver: %q is not op://vault/item", ref)
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	b := v.named(vault)
	if b == nil {
		return fmt.Errorf("deliver %s: the estate of %s has no vault named %q", ref, Cloud, vault)
	}
	it := b.titled(title)
	if it == nil {
		it = v.put(b, &item{summary: summary{Title: title, Category: "API_CREDENTIAL"}})
	}
	next := it.copied()
	for _, label := range slices.Sorted(maps.Keys(fields)) {
		next.set(label, v.typeOf(label, fields[label]), fields[label])
	}
	version := it.Version
	v.replace(b, it, next)
	it.Version = version // it stood there before anything began
	return nil
}

// typeOf is CONCEALED for what a cloud minted or the label calls a secret, else STRING.
func (v *Vault) typeOf(label, value string) string {
	for _, s := range v.kernel.Secrets() {
		if s.Value == value {
			return "CONCEALED"
		}
	}
	for _, word := range []string{"secret", "password", "private", "token"} {
		if strings.Contains(strings.ToLower(label), word) {
			return "CONCEALED"
		}
	}
	return "STRING"
}

// titled finds an item by its title. The lock is held.
func (b *box) titled(title string) *item {
	for _, it := range b.items {
		if it.Title == title {
			return it
		}
	}
	return nil
}

// set gives a field of the item that stands in no section a value, and makes it where it is not there.
func (it *item) set(label, kind, value string) {
	for _, f := range it.Fields {
		if f.Label == label && (f.Section == nil || f.Section.ID == "") {
			f.Type, f.Value = kind, value
			return
		}
	}
	it.Fields = append(it.Fields, &field{ID: uuid(), Label: label, Type: kind, Value: value})
}
