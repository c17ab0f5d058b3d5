package onepassword

import "sort"

// shownItem is an item in GET /sim/state. No value is ever shown.
type shownItem struct {
	ID       string       `json:"id"`
	Title    string       `json:"title"`
	Category string       `json:"category"`
	Tags     []string     `json:"tags"`
	Version  int          `json:"version"`
	Fields   []shownField `json:"fields"`
}

type shownField struct {
	Section string `json:"section,omitempty"` // its label
	Label   string `json:"label"`
	Type    string `json:"type"`
	Set     bool   `json:"set"` // it has a value
}

// show is what stands: by vault its items, with titles, labels and versions; and the access tokens, without their values.
func (v *Vault) show() any {
	v.mu.Lock()
	defer v.mu.Unlock()
	vaults := map[string]any{}
	for _, b := range v.boxes {
		items := []shownItem{}
		for _, it := range b.items {
			s := shownItem{ID: it.ID, Title: it.Title, Category: it.Category, Tags: append([]string{}, it.Tags...), Version: it.Version, Fields: []shownField{}}
			for _, f := range it.Fields {
				s.Fields = append(s.Fields, shownField{it.sectionOf(f), f.Label, f.Type, f.Value != ""})
			}
			items = append(items, s)
		}
		sort.SliceStable(items, func(i, j int) bool { return items[i].Title < items[j].Title })
		vaults[b.Name] = map[string]any{"id": b.ID, "items": items}
	}
	tokens := []token{}
	for _, t := range v.tokens {
		tokens = append(tokens, *t)
	}
	return map[string]any{"vaults": vaults, "tokens": tokens}
}

// sectionOf is the label of the section that a field stands in, or its id where it has none; "" is outside any.
func (it *item) sectionOf(f *field) string {
	if f.Section == nil {
		return ""
	}
	for _, s := range it.Sections {
		if s.ID == f.Section.ID && s.Label != "" {
			return s.Label
		}
	}
	return f.Section.ID
}
