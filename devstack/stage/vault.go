package stage

import (
	"net/http"
	"strings"
)

// Kept are the fields of an item of the simulated vault, as whoever may read it sees them.
func (s *Stage) Kept(vault, title string) map[string]string {
	s.Helper()
	out := map[string]string{}
	for _, f := range s.Fields(vault, title) {
		out[f.Label] = f.Value
	}
	return out
}

// Field is a field of an item. One outside any section is what consumers read.
type Field struct {
	Label, Value, Section string
}

// Fields are the fields of an item of the simulated vault in their order.
func (s *Stage) Fields(vault, title string) []Field {
	s.Helper()
	id, there := s.Items(vault)[title]
	if !there {
		s.Fatalf("the vault %s has no item %q", vault, title)
	}
	var whole struct {
		Fields []struct {
			Label, Value string
			Section      *struct{ ID string }
		}
	}
	s.call(http.MethodGet, s.Setting("OP_CONNECT_HOST")+"/v1/vaults/"+s.vault(vault)+"/items/"+id, s.Setting("OP_CONNECT_TOKEN"), nil, &whole)
	var out []Field
	for _, f := range whole.Fields {
		of := Field{Label: f.Label, Value: f.Value}
		if f.Section != nil {
			of.Section = f.Section.ID
		}
		out = append(out, of)
	}
	return out
}

// Items are the ids of a vault's items by their titles.
func (s *Stage) Items(vault string) map[string]string {
	s.Helper()
	var items []struct{ ID, Title string }
	s.call(http.MethodGet, s.Setting("OP_CONNECT_HOST")+"/v1/vaults/"+s.vault(vault)+"/items", s.Setting("OP_CONNECT_TOKEN"), nil, &items)
	out := map[string]string{}
	for _, it := range items {
		out[it.Title] = it.ID
	}
	return out
}

// Keep puts an item with secret fields into the simulated vault, as a person does beforehand.
func (s *Stage) Keep(vault, title string, fields map[string]string) {
	s.Helper()
	id := s.vault(vault)
	var all []map[string]string
	for name, value := range fields {
		all = append(all, map[string]string{"label": name, "type": "CONCEALED", "value": value})
	}
	item := map[string]any{"title": title, "category": "API_CREDENTIAL", "vault": map[string]string{"id": id}, "fields": all}
	s.call(http.MethodPost, s.Setting("OP_CONNECT_HOST")+"/v1/vaults/"+id+"/items", s.Setting("OP_CONNECT_TOKEN"), item, nil)
}

// vault is the id of a vault of the scenario.
func (s *Stage) vault(name string) string {
	s.Helper()
	var vaults []struct{ ID, Name string }
	s.call(http.MethodGet, s.Setting("OP_CONNECT_HOST")+"/v1/vaults", s.Setting("OP_CONNECT_TOKEN"), nil, &vaults)
	for _, v := range vaults {
		if v.Name == name {
			return v.ID
		}
	}
	s.Fatalf("the scenario has no vault named %q", name)
	return ""
}

// Setting is one of the settings that the stack gives to the product's binaries.
func (s *Stage) Setting(name string) string {
	s.Helper()
	for _, line := range s.Env() {
		if value, is := strings.CutPrefix(line, name+"="); is {
			return value
		}
	}
	s.Fatalf("the stack does not say %s", name)
	return ""
}
