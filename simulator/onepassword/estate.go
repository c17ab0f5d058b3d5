package onepassword

import (
	"fmt"
	"strings"
	"time"

	"github.com/itbytes/landfall/simulator/kernel"
)

// estate is the part of a scenario that stands in 1Password before anything begins.
type estate struct {
	Vaults []estateVault `yaml:"vaults"`
	Token  estateToken   `yaml:"token"`
}

// estateToken is the token that the world is given: how long ago it was made, and for how long. One that says nothing was made
// just now, for ever.
type estateToken struct {
	Age       kernel.Duration `yaml:"age"`
	ExpiresIn kernel.Duration `yaml:"expiresIn"` // from when it was made
}

type estateVault struct {
	Name        string       `yaml:"name"`
	Description string       `yaml:"description"`
	Closed      bool         `yaml:"closed"` // the token is given no access to it
	Items       []estateItem `yaml:"items"`
}

type estateItem struct {
	Title    string        `yaml:"title"`
	Category string        `yaml:"category"` // default API_CREDENTIAL
	Tags     []string      `yaml:"tags"`
	Fields   []estateField `yaml:"fields"`
}

// estateField has a value where it is no secret; a secret one is generated when the server starts.
type estateField struct {
	Label string `yaml:"label"`
	Type  string `yaml:"type"` // default STRING
	Value string `yaml:"value"`
}

// furnish puts the estate into the vaults.
func (v *Vault) furnish(s kernel.Scenario) error {
	var e estate
	if err := s.Decode(Cloud, &e); err != nil {
		return err
	}
	for _, ev := range e.Vaults {
		if v.named(ev.Name) != nil {
			return fmt.Errorf("estate of %s: two vaults are named %q", Cloud, ev.Name)
		}
		b := v.build(ev.Name, ev.Description)
		b.closed = ev.Closed
		for _, ei := range ev.Items {
			it, err := ei.item(b)
			if err != nil {
				return fmt.Errorf("estate of %s, vault %s, item %s: %w", Cloud, ev.Name, ei.Title, err)
			}
			v.put(b, it)
		}
	}
	issued, expires := v.kernel.Now().Add(-time.Duration(e.Token.Age)), time.Time{}
	if e.Token.ExpiresIn != 0 {
		expires = issued.Add(time.Duration(e.Token.ExpiresIn))
	}
	_, err := v.issue("landfall", issued, expires)
	return err
}

// build adds an empty vault. The lock is held, or nobody else knows of the server yet.
func (v *Vault) build(name, description string) *box {
	now := v.kernel.Now()
	b := &box{
		ID: uuid(), Name: name, Description: description, Type: "USER_CREATED",
		AttributeVersion: 1, ContentVersion: 1, CreatedAt: now, UpdatedAt: now,
	}
	v.boxes = append(v.boxes, b)
	return b
}

func (ei estateItem) item(b *box) (*item, error) {
	it := &item{summary: summary{Title: ei.Title, Category: ei.Category, Tags: ei.Tags, Vault: vaultRef{b.ID}}}
	if it.Category == "" {
		it.Category = "API_CREDENTIAL"
	}
	for _, ef := range ei.Fields {
		f := &field{Label: ef.Label, Type: ef.Type, Value: ef.Value}
		if f.Type == "" {
			f.Type = "STRING"
		}
		if f.Type == "CONCEALED" {
			if f.Value != "" {
				return nil, fmt.Errorf("field %q: no scenario may hold a secret; leave the value out and one is generated", f.Label)
			}
			f.Generate = true
		}
		it.Fields = append(it.Fields, f)
	}
	if why := it.check(b); why != "" {
		return nil, fmt.Errorf("%s", strings.ToLower(why))
	}
	return it, nil
}
