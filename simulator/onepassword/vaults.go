package onepassword

import (
	"net/http"
	"regexp"
	"time"
)

// box is one vault with its items.
type box struct {
	ID               string    `json:"id"`
	Name             string    `json:"name"`
	Description      string    `json:"description,omitempty"`
	AttributeVersion int       `json:"attributeVersion"`
	ContentVersion   int       `json:"contentVersion"`
	Items            int       `json:"items"`
	Type             string    `json:"type"`
	CreatedAt        time.Time `json:"createdAt"`
	UpdatedAt        time.Time `json:"updatedAt"`

	closed bool // it exists and the token was not given access to it
	items  []*item
}

func (v *Vault) getVaults(r *http.Request, _ []byte) reply {
	want, filtered, good := filter(r, "name", "title") // the document says name; 1Password's own Go library sends title
	if !good {
		return failed(http.StatusBadRequest, "Invalid filter: %s", r.URL.Query().Get("filter"))
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	out := []box{}
	for _, b := range v.boxes {
		if !b.closed && (!filtered || b.Name == want) {
			out = append(out, b.seen())
		}
	}
	return ok(out)
}

func (v *Vault) getVault(r *http.Request, _ []byte) reply {
	v.mu.Lock()
	defer v.mu.Unlock()
	b, refused := v.open(r)
	if b == nil {
		return refused
	}
	return ok(b.seen())
}

// open finds the vault that a path names, or says why it cannot be had. The lock is held.
func (v *Vault) open(r *http.Request) (*box, reply) {
	id := r.PathValue("vaultUuid")
	for _, b := range v.boxes {
		switch {
		case b.ID == id && b.closed:
			return nil, failed(http.StatusForbidden, "vault %s is not in scope", id)
		case b.ID == id:
			return b, reply{}
		}
	}
	return nil, failed(http.StatusNotFound, "vault %s not found", id)
}

// named finds a vault by its name. The lock is held.
func (v *Vault) named(name string) *box {
	for _, b := range v.boxes {
		if b.Name == name {
			return b
		}
	}
	return nil
}

// scope is what the journal calls the vault that a path names: its name, or what the path says where there is none.
func (v *Vault) scope(id string) string {
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, b := range v.boxes {
		if b.ID == id {
			return b.Name
		}
	}
	return id
}

func (b *box) seen() box {
	out := *b
	out.Items, out.items = len(b.items), nil
	return out
}

func (b *box) touch(now time.Time) {
	b.ContentVersion++
	b.UpdatedAt = now
}

// filter reads a SCIM filter of the one form that Connect knows, `attribute eq "value"`.
func filter(r *http.Request, attributes ...string) (want string, filtered, good bool) {
	text := r.URL.Query().Get("filter")
	if text == "" {
		return "", false, true
	}
	m := regexp.MustCompile(`^(\w+) eq "(.*)"$`).FindStringSubmatch(text)
	if m == nil {
		return "", true, false
	}
	for _, a := range attributes {
		if a == m[1] {
			return m[2], true, true
		}
	}
	return "", true, false
}
