package onepassword

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/itbytes/landfall/simulator/kernel"
)

// summary is an item as lists show it: without sections, fields and files.
type summary struct {
	ID           string    `json:"id"`
	Title        string    `json:"title"`
	Vault        vaultRef  `json:"vault"`
	Category     string    `json:"category"`
	URLs         []address `json:"urls,omitempty"`
	Favorite     bool      `json:"favorite,omitempty"`
	Tags         []string  `json:"tags,omitempty"`
	Version      int       `json:"version"`
	CreatedAt    time.Time `json:"createdAt"`
	UpdatedAt    time.Time `json:"updatedAt"`
	LastEditedBy string    `json:"lastEditedBy"`
}

// item is the document's FullItem.
type item struct {
	summary
	Sections []section `json:"sections,omitempty"`
	Fields   []*field  `json:"fields,omitempty"`

	listed time.Time // from when lists show it
}

type vaultRef struct {
	ID string `json:"id"`
}

type address struct {
	Label   string `json:"label,omitempty"`
	Primary bool   `json:"primary,omitempty"`
	Href    string `json:"href"`
}

type section struct {
	ID    string `json:"id"`
	Label string `json:"label,omitempty"`
}

type field struct {
	ID       string   `json:"id"`
	Section  *section `json:"section,omitempty"`
	Type     string   `json:"type"`
	Purpose  string   `json:"purpose,omitempty"`
	Label    string   `json:"label,omitempty"`
	Value    string   `json:"value,omitempty"`
	Generate bool     `json:"generate,omitempty"`
	Recipe   *recipe  `json:"recipe,omitempty"`
}

type recipe struct {
	Length int `json:"length,omitempty"`
}

// categories are those an item can be made in through Connect; documents and custom items can only be read.
func categories() []string {
	return []string{
		"LOGIN", "PASSWORD", "API_CREDENTIAL", "SERVER", "DATABASE", "CREDIT_CARD", "MEMBERSHIP", "PASSPORT", "SOFTWARE_LICENSE",
		"OUTDOOR_LICENSE", "SECURE_NOTE", "WIRELESS_ROUTER", "BANK_ACCOUNT", "DRIVER_LICENSE", "IDENTITY", "REWARD_PROGRAM",
		"EMAIL_ACCOUNT", "SOCIAL_SECURITY_NUMBER", "MEDICAL_RECORD", "SSH_KEY",
	}
}

func fieldTypes() []string {
	return []string{"STRING", "EMAIL", "CONCEALED", "URL", "TOTP", "DATE", "MONTH_YEAR", "MENU"}
}

// check says why an item cannot be kept in the vault b, or "".
func (it *item) check(b *box) string {
	switch {
	case !slices.Contains(categories(), it.Category):
		return "Invalid item category"
	case it.Vault.ID != b.ID:
		return "The item's vault is not the vault of the request"
	case it.ID != "" && !isUUID(it.ID):
		return "Invalid item UUID"
	}
	ids := map[string]bool{}
	for _, f := range it.Fields {
		switch {
		case f.Type != "" && !slices.Contains(fieldTypes(), strings.ToUpper(f.Type)):
			return fmt.Sprintf("Invalid type of field %q", f.Label)
		case !slices.Contains([]string{"", "USERNAME", "PASSWORD", "NOTES"}, f.Purpose):
			return fmt.Sprintf("Invalid purpose of field %q", f.Label)
		case f.ID != "" && ids[f.ID]:
			return fmt.Sprintf("Two fields have the id %q", f.ID)
		case f.Section != nil && !slices.ContainsFunc(it.Sections, func(s section) bool { return s.ID == f.Section.ID }):
			return fmt.Sprintf("Field %q names a section that is not there", f.Label)
		}
		ids[f.ID] = true
	}
	return ""
}

// settle gives an item's fields their ids and the values that were to be generated.
func (v *Vault) settle(it *item, b *box) {
	for _, f := range it.Fields {
		if f.ID == "" {
			f.ID = uuid()
		}
		if f.Type = strings.ToUpper(f.Type); f.Type == "" {
			f.Type = "STRING"
		}
		if f.Generate && f.Value == "" {
			f.Value = kernel.Random(32)[:f.Recipe.length()]
			v.kernel.Mint(kernel.Secret{Cloud: Cloud, Scope: b.Name, ID: it.Title + "/" + f.Label, Value: f.Value})
		}
		f.Generate, f.Recipe = false, nil
	}
}

func (r *recipe) length() int {
	if r == nil || r.Length < 1 || r.Length > 64 {
		return 32
	}
	return r.Length
}

// copied is an item that can be changed without changing the one it was copied from.
func (it *item) copied() *item {
	out := *it
	out.Tags, out.URLs, out.Sections = slices.Clone(it.Tags), slices.Clone(it.URLs), slices.Clone(it.Sections)
	out.Fields = nil
	for _, f := range it.Fields {
		c := *f
		out.Fields = append(out.Fields, &c)
	}
	return &out
}

func isUUID(s string) bool { return regexp.MustCompile(`^[\da-z]{26}$`).MatchString(s) }
