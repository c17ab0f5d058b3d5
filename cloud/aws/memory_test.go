package aws_test

import (
	"context"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/itbytes/landfall/cloud/aws"
	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// memory is a vault that forgets when the test ends, with the slots of a rotation: op://vault/item holds the current key,
// op://vault/item/pending the next and op://vault/item/previous the one before.
type memory struct {
	mu      sync.Mutex
	items   map[string]plan.ItemFields
	fails   error // of every Keep
	since   map[string]time.Time
	by      map[string]string // by item: the rotation that wrote last
	done    map[string]string // by item: the rotation whose key is current
	dropped map[string][]string
	calls   []string
	// strike says what goes wrong with a call: whether it is carried out, and what is answered.
	strike func(call string) (carried bool, err error)
}

// call carries a call out, unless it is struck.
func (m *memory) call(name string, do func() error) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.calls = append(m.calls, name)
	if m.items == nil {
		m.items, m.since, m.by, m.done, m.dropped = map[string]plan.ItemFields{}, map[string]time.Time{}, map[string]string{}, map[string]string{}, map[string][]string{}
	}
	if m.strike != nil {
		if carried, err := m.strike(name); err != nil {
			if carried {
				_ = do() // its answer is lost
			}
			return err
		}
	}
	return do()
}

// deliver takes what stood in the vault before anything began.
func (m *memory) deliver(ref string, fields map[string]string) error {
	f := plan.ItemFields{Plain: map[string]string{}, Secret: map[string]plan.Secret{}}
	for name, v := range fields {
		if name == aws.FieldSecret {
			f.Secret[name] = plan.NewSecret(v)
			continue
		}
		f.Plain[name] = v
	}
	_, err := m.Keep(context.Background(), ref, f)
	return err
}

func (m *memory) Find(_ context.Context, ref string) (out plan.Item, err error) {
	err = m.call("Find", func() error {
		out = m.item(ref)
		return nil
	})
	return out, err
}

func (m *memory) item(ref string) plan.Item {
	f, there := m.items[ref]
	item := plan.Item{Exists: there, Fields: maps.Clone(f.Plain), Holds: map[string]bool{}}
	for name, v := range f.Secret {
		item.Holds[name] = !v.Empty()
	}
	return item
}

func (m *memory) Keep(_ context.Context, ref string, f plan.ItemFields) (out plan.Item, err error) {
	err = m.call("Keep", func() error {
		if m.fails != nil {
			return m.fails
		}
		m.put(ref, f)
		out = m.item(ref)
		return nil
	})
	return out, err
}

// put names fields anew and leaves the others.
func (m *memory) put(ref string, f plan.ItemFields) {
	next := plan.ItemFields{Plain: map[string]string{}, Secret: map[string]plan.Secret{}}
	maps.Copy(next.Plain, m.items[ref].Plain)
	maps.Copy(next.Secret, m.items[ref].Secret)
	maps.Copy(next.Plain, f.Plain)
	maps.Copy(next.Secret, f.Secret)
	m.items[ref] = next
}

func (m *memory) Reveal(_ context.Context, ref, field string) (plan.Secret, error) {
	got, err := m.reveal("Reveal", ref, field)
	return got[field], err
}

func (m *memory) RevealAll(_ context.Context, ref string, fields ...string) (map[string]plan.Secret, error) {
	return m.reveal("RevealAll", ref, fields...)
}

func (m *memory) reveal(call, ref string, fields ...string) (map[string]plan.Secret, error) {
	out := map[string]plan.Secret{}
	err := m.call(call, func() error {
		for _, field := range fields {
			out[field] = m.items[ref].Secret[field]
			if v := m.items[ref].Plain[field]; v != "" {
				out[field] = plan.NewSecret(v)
			}
			if out[field].Empty() {
				return fault.New(fault.Invalid, "Give the item that field.", "the item %s has no field %q with a value", ref, field)
			}
		}
		return nil
	})
	return out, err
}

// in is where an item keeps the key of a slot.
func in(item string, slot plan.Slot) string {
	if slot == plan.Current {
		return item
	}
	return item + "/" + string(slot)
}

func (m *memory) Slots(_ context.Context, item string) (out plan.Slotted, err error) {
	err = m.call("Slots", func() error {
		out = plan.Slotted{Keys: map[plan.Slot]string{}, Since: map[plan.Slot]time.Time{}, Rotation: m.by[item], Dropped: slices.Clone(m.dropped[item])}
		for _, slot := range []plan.Slot{plan.Current, plan.Staged, plan.Previous} {
			if f := m.items[in(item, slot)]; !f.Secret[aws.FieldSecret].Empty() {
				out.Keys[slot] = f.Plain[aws.FieldKeyID]
				if at, known := m.since[in(item, slot)]; known {
					out.Since[slot] = at
				}
			}
		}
		return nil
	})
	return out, err
}

func (m *memory) Stage(_ context.Context, item, rotation string, f plan.ItemFields) (out plan.Item, err error) {
	err = m.call("Stage", func() error {
		at := in(item, plan.Staged)
		if other := m.by[item]; !m.items[at].Secret[aws.FieldSecret].Empty() && other != rotation {
			return fault.New(fault.Conflict, "Bring that rotation to its end.", "%s holds a pending key of the rotation %s", item, other)
		}
		delete(m.items, at)
		m.put(at, f)
		m.since[at], m.by[item] = time.Now(), rotation
		out = m.item(at)
		return nil
	})
	return out, err
}

func (m *memory) Promote(_ context.Context, item, rotation string) error {
	return m.call("Promote", func() error {
		if m.done[item] == rotation {
			return nil
		}
		next := m.items[in(item, plan.Staged)]
		if next.Plain[aws.FieldKeyID] == "" || m.by[item] != rotation {
			return fault.New(fault.Conflict, "Begin a new rotation.", "%s holds no pending key of the rotation %s", item, rotation)
		}
		old := m.items[item]
		m.items[in(item, plan.Previous)] = old
		m.items[item] = plan.ItemFields{Plain: maps.Clone(old.Plain), Secret: maps.Clone(old.Secret)}
		m.put(item, next)
		delete(m.items, in(item, plan.Staged))
		m.since[item], m.since[in(item, plan.Previous)], m.done[item] = time.Now(), time.Now(), rotation
		return nil
	})
}

func (m *memory) Drop(_ context.Context, item string, slot plan.Slot) error {
	return m.call("Drop", func() error {
		if f, there := m.items[in(item, slot)]; there {
			m.dropped[item] = append(m.dropped[item], f.Plain[aws.FieldKeyID])
			delete(m.items, in(item, slot))
		}
		return nil
	})
}

// current is the key that consumers read.
func (m *memory) current(item string) (id, secret string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.items[item].Plain[aws.FieldKeyID], strings.Clone(m.items[item].Secret[aws.FieldSecret].Reveal())
}
