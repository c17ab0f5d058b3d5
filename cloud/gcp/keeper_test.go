package gcp_test

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// keeper is a vault in memory, with the slots of a rotation: op://vault/item holds the current key, op://vault/item/pending
// the next and op://vault/item/previous the one before.
type keeper struct {
	mu      sync.Mutex
	items   map[string]plan.ItemFields
	since   map[string]time.Time
	by      map[string]string // by item: the rotation that wrote last
	done    map[string]string // by item: the rotation whose key is current
	dropped map[string][]string
	seen    []string // lines of every private key that was ever kept

	fails error // of every write
	kept  int
	calls []string
	// strike says what goes wrong with a call: whether it is carried out, and what is answered.
	strike func(call string) (carried bool, err error)
}

func newKeeper() *keeper {
	return &keeper{
		items: map[string]plan.ItemFields{}, since: map[string]time.Time{}, by: map[string]string{}, done: map[string]string{}, dropped: map[string][]string{},
	}
}

// call carries a call out, unless it is struck.
func (k *keeper) call(name string, write bool, do func() error) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.calls = append(k.calls, name)
	if write && k.fails != nil {
		return k.fails
	}
	if k.strike != nil {
		if carried, err := k.strike(name); err != nil {
			if carried {
				_ = do() // its answer is lost
			}
			return err
		}
	}
	return do()
}

func (k *keeper) Find(_ context.Context, ref string) (out plan.Item, err error) {
	err = k.call("Find", false, func() error {
		out = k.item(ref)
		return nil
	})
	return out, err
}

func (k *keeper) item(ref string) plan.Item {
	f, ok := k.items[ref]
	if !ok {
		return plan.Item{}
	}
	i := plan.Item{Exists: true, ID: ref, Fields: maps.Clone(f.Plain), Holds: map[string]bool{}}
	for name, s := range f.Secret {
		i.Holds[name] = !s.Empty()
	}
	return i
}

func (k *keeper) Keep(_ context.Context, ref string, f plan.ItemFields) (out plan.Item, err error) {
	err = k.call("Keep", true, func() error {
		k.put(ref, f)
		k.kept++
		out = k.item(ref)
		return nil
	})
	return out, err
}

// put names fields anew and leaves the others.
func (k *keeper) put(ref string, f plan.ItemFields) {
	next := plan.ItemFields{Plain: map[string]string{}, Secret: map[string]plan.Secret{}}
	maps.Copy(next.Plain, k.items[ref].Plain)
	maps.Copy(next.Secret, k.items[ref].Secret)
	for name, v := range f.Plain {
		if _, secret := next.Secret[name]; secret {
			delete(next.Secret, name)
			continue
		}
		next.Plain[name] = v
	}
	for name, s := range f.Secret {
		next.Secret[name] = s
		k.remember(s)
	}
	k.items[ref] = next
}

// remember keeps the lines of a key file's private half, for who looks for them where they must not be.
func (k *keeper) remember(s plan.Secret) {
	var file struct {
		Key string `json:"private_key"`
	}
	if json.Unmarshal([]byte(s.Reveal()), &file) == nil {
		for line := range strings.Lines(file.Key) {
			if line = strings.TrimSpace(line); len(line) == 64 {
				k.seen = append(k.seen, line)
			}
		}
	}
}

func (k *keeper) secrets() []string {
	k.mu.Lock()
	defer k.mu.Unlock()
	return slices.Clone(k.seen)
}

func (k *keeper) Reveal(_ context.Context, ref, field string) (out plan.Secret, err error) {
	err = k.call("Reveal", false, func() error {
		if field == "" {
			i := strings.LastIndex(ref, "/")
			ref, field = ref[:i], ref[i+1:]
		}
		if out = k.items[ref].Secret[field]; out.Empty() {
			return fault.New(fault.Invalid, "Give the item that field.", "the item %s has no field %q with a value", ref, field)
		}
		return nil
	})
	return out, err
}

func in(item string, slot plan.Slot) string {
	if slot == plan.Current {
		return item
	}
	return item + "/" + string(slot)
}

func (k *keeper) Slots(_ context.Context, item string) (out plan.Slotted, err error) {
	err = k.call("Slots", false, func() error {
		out = plan.Slotted{Keys: map[plan.Slot]string{}, Since: map[plan.Slot]time.Time{}, Rotation: k.by[item], Dropped: slices.Clone(k.dropped[item])}
		for _, slot := range []plan.Slot{plan.Current, plan.Staged, plan.Previous} {
			if f := k.items[in(item, slot)]; !f.Secret["key file"].Empty() {
				out.Keys[slot] = f.Plain["key id"]
				if at, known := k.since[in(item, slot)]; known {
					out.Since[slot] = at
				}
			}
		}
		return nil
	})
	return out, err
}

func (k *keeper) Stage(_ context.Context, item, rotation string, f plan.ItemFields) (out plan.Item, err error) {
	err = k.call("Stage", true, func() error {
		at := in(item, plan.Staged)
		if other := k.by[item]; !k.items[at].Secret["key file"].Empty() && other != rotation {
			return fault.New(fault.Conflict, "Bring that rotation to its end.", "%s holds a pending key of the rotation %s", item, other)
		}
		delete(k.items, at)
		k.put(at, f)
		k.since[at], k.by[item] = time.Now(), rotation
		out = k.item(at)
		return nil
	})
	return out, err
}

func (k *keeper) Promote(_ context.Context, item, rotation string) error {
	return k.call("Promote", true, func() error {
		if k.done[item] == rotation {
			return nil
		}
		next := k.items[in(item, plan.Staged)]
		if next.Plain["key id"] == "" || k.by[item] != rotation {
			return fault.New(fault.Conflict, "Begin a new rotation.", "%s holds no pending key of the rotation %s", item, rotation)
		}
		k.items[in(item, plan.Previous)], k.items[item] = k.items[item], next
		delete(k.items, in(item, plan.Staged))
		k.since[item], k.since[in(item, plan.Previous)], k.done[item] = time.Now(), time.Now(), rotation
		return nil
	})
}

func (k *keeper) Drop(_ context.Context, item string, slot plan.Slot) error {
	return k.call("Drop", true, func() error {
		if f, there := k.items[in(item, slot)]; there {
			k.dropped[item] = append(k.dropped[item], f.Plain["key id"])
			delete(k.items, in(item, slot))
		}
		return nil
	})
}
