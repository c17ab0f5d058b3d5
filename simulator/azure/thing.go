package azure

import (
	"slices"
	"strings"
	"time"
)

// thing is an ARM resource. Reads render it; nothing stored is answered as it is.
type thing struct {
	id, kind, name string // kind: "Microsoft.Network/virtualNetworks"
	location       string
	tags           map[string]string
	head           obj // the fields beside properties: sku, kind, identity
	props          obj
	etag           string
	made, ready    time.Time
	gone           time.Time // when its deletion ends; zero where it is not being deleted
	inside         []string  // what it holds that is no resource of its own: a zone's record sets
}

// holds reports whether a name is inside.
func (t *thing) holds(name string) bool { return slices.Contains(t.inside, name) }

// drop takes a name out.
func (t *thing) drop(name string) {
	t.inside = slices.DeleteFunc(t.inside, func(s string) bool { return s == name })
}

// state is the provisioning state at a time.
func (t *thing) state(now time.Time) string {
	switch {
	case !t.gone.IsZero():
		return "Deleting"
	case now.Before(t.ready):
		return "Updating"
	}
	return "Succeeded"
}

// busy reports whether an operation on it is running.
func (t *thing) busy(now time.Time) bool { return !t.gone.IsZero() || now.Before(t.ready) }

// touch marks a change that takes until ready.
func (t *thing) touch(ready time.Time) { t.etag, t.ready = newID(), ready }

// groupID is the key of a resource group.
func groupID(subscription, name string) string {
	return strings.ToLower("/subscriptions/" + subscription + "/resourceGroups/" + name)
}

// thing finds a resource by id, in any case.
func (c *Cloud) thing(id string) *thing { return c.things.get(id) }

// sortBy orders objects by a text field.
func sortBy(items []obj, field string) {
	slices.SortFunc(items, func(a, b obj) int { return strings.Compare(text(a, field), text(b, field)) })
}
