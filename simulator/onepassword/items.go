package onepassword

import (
	"encoding/json"
	"net/http"
	"slices"
	"time"
)

func (v *Vault) getItems(r *http.Request, _ []byte) reply {
	want, filtered, good := filter(r, "title")
	if !good {
		return failed(http.StatusBadRequest, "Invalid filter: %s", r.URL.Query().Get("filter"))
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	b, refused := v.open(r)
	if b == nil {
		return refused
	}
	out := []summary{}
	for _, it := range b.items {
		if (!filtered || it.Title == want) && !v.kernel.Now().Before(it.listed) {
			out = append(out, it.summary)
		}
	}
	return ok(out)
}

func (v *Vault) getItem(r *http.Request, _ []byte) reply {
	v.mu.Lock()
	defer v.mu.Unlock()
	_, it, refused := v.find(r)
	if it == nil {
		return refused
	}
	return ok(it.copied())
}

func (v *Vault) createItem(r *http.Request, body []byte) reply {
	v.mu.Lock()
	defer v.mu.Unlock()
	b, refused := v.open(r)
	if b == nil {
		return refused
	}
	var it item
	if err := json.Unmarshal(body, &it); err != nil {
		return failed(http.StatusBadRequest, "Invalid request body")
	}
	if why := it.check(b); why != "" {
		return failed(http.StatusBadRequest, "%s", why)
	}
	return ok(v.put(b, &it).copied())
}

func (v *Vault) updateItem(r *http.Request, body []byte) reply {
	v.mu.Lock()
	defer v.mu.Unlock()
	b, old, refused := v.find(r)
	if old == nil {
		return refused
	}
	var it item
	if err := json.Unmarshal(body, &it); err != nil {
		return failed(http.StatusBadRequest, "Invalid request body")
	}
	if it.ID != old.ID {
		return failed(http.StatusBadRequest, "The item's id is not the id of the request")
	}
	if why := it.check(b); why != "" {
		return failed(http.StatusBadRequest, "%s", why)
	}
	return ok(v.replace(b, old, &it).copied())
}

func (v *Vault) deleteItem(r *http.Request, _ []byte) reply {
	v.mu.Lock()
	defer v.mu.Unlock()
	b, it, refused := v.find(r)
	if it == nil {
		return refused
	}
	b.items = slices.DeleteFunc(b.items, func(other *item) bool { return other == it })
	b.touch(v.kernel.Now())
	return reply{status: http.StatusNoContent}
}

// find finds the item that a path names, or says why it cannot be had. The lock is held.
func (v *Vault) find(r *http.Request) (*box, *item, reply) {
	b, refused := v.open(r)
	if b == nil {
		return nil, nil, refused
	}
	id := r.PathValue("itemUuid")
	for _, it := range b.items {
		if it.ID == id {
			return b, it, reply{}
		}
	}
	return b, nil, failed(http.StatusNotFound, "item %s not found", id)
}

// put puts a new item into a vault. The lock is held.
func (v *Vault) put(b *box, it *item) *item {
	now := v.kernel.Now().Truncate(time.Millisecond)
	it.ID, it.Version, it.CreatedAt, it.UpdatedAt, it.LastEditedBy = uuid(), 1, now, now, v.editor
	it.Vault.ID = b.ID
	it.listed = v.kernel.Later("onepassword.item")
	v.settle(it, b)
	b.items = append(b.items, it)
	b.touch(now)
	return it
}

// replace puts an item in the place of an older form of it. Connect compares no versions: the last writer wins. The
// lock is held.
func (v *Vault) replace(b *box, old, it *item) *item {
	now := v.kernel.Now().Truncate(time.Millisecond)
	it.ID, it.Version, it.CreatedAt, it.UpdatedAt, it.LastEditedBy = old.ID, old.Version+1, old.CreatedAt, now, v.editor
	it.listed = old.listed
	v.settle(it, b)
	*old = *it
	b.touch(now)
	return old
}
