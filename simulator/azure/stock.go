package azure

import (
	"slices"
	"strings"
	"time"
)

// stock is every ARM resource of the tenant, kept so that a question about one subscription looks at that one alone, however
// many there are.
type stock struct {
	all     map[string]*thing            // by id in lower case
	under   map[string]map[string]*thing // the same by subscription id; "" for what lies in none
	named   map[string]*thing            // by kind/name, for kinds whose names are unique beyond their scope
	leaving map[string]*thing            // those being deleted
}

func newStock() *stock {
	return &stock{all: map[string]*thing{}, under: map[string]map[string]*thing{}, named: map[string]*thing{}, leaving: map[string]*thing{}}
}

// shelf is the subscription that a path lies in; empty where it lies in none.
func shelf(path string) string {
	rest, is := strings.CutPrefix(strings.ToLower(path), "/subscriptions/")
	if !is {
		return ""
	}
	id, _, _ := strings.Cut(rest, "/")
	return id
}

func nameOf(kind, name string) string { return strings.ToLower(kind + "/" + name) }

// get finds a resource by id, in any case.
func (s *stock) get(id string) *thing { return s.all[strings.ToLower(id)] }

// put stores a resource, in place of one with the same id.
func (s *stock) put(t *thing) *thing {
	id, on := strings.ToLower(t.id), shelf(t.id)
	if s.under[on] == nil {
		s.under[on] = map[string]*thing{}
	}
	s.all[id], s.under[on][id] = t, t
	if t.kind == roleAssignmentKind || t.kind == storageKind {
		s.named[nameOf(t.kind, t.name)] = t
	}
	return t
}

// remove forgets a resource.
func (s *stock) remove(t *thing) {
	id := strings.ToLower(t.id)
	delete(s.all, id)
	delete(s.under[shelf(t.id)], id)
	delete(s.leaving, id)
	if key := nameOf(t.kind, t.name); s.named[key] == t {
		delete(s.named, key)
	}
}

// leave begins the deletion of a resource; sweep ends it.
func (s *stock) leave(t *thing, gone time.Time) {
	t.gone = gone
	s.leaving[strings.ToLower(t.id)] = t
}

// sweep removes what has been deleted by now, and with a resource group what is in it.
func (s *stock) sweep(now time.Time) {
	for _, t := range s.leaving {
		if now.Before(t.gone) {
			continue
		}
		s.remove(t)
		if t.kind == resourceGroupKind {
			for _, inside := range s.within(t.id, "") {
				s.remove(inside)
			}
		}
	}
}

// near are the resources of a path's subscription and those that lie in none, in order of id.
func (s *stock) near(path string) []*thing {
	var out []*thing
	for _, t := range s.under[shelf(path)] {
		out = append(out, t)
	}
	if shelf(path) != "" {
		for _, t := range s.under[""] {
			out = append(out, t)
		}
	}
	slices.SortFunc(out, func(a, b *thing) int { return strings.Compare(strings.ToLower(a.id), strings.ToLower(b.id)) })
	return out
}

// within are the resources under a path whose kind begins with a prefix, in order of id; role and policy assignments are not
// counted unless asked for by kind.
func (s *stock) within(path, kind string) []*thing {
	path, kind = strings.ToLower(path)+"/", strings.ToLower(kind)
	return slices.DeleteFunc(s.near(path), func(t *thing) bool {
		assignment := t.kind == roleAssignmentKind || t.kind == policyAssignmentKind
		return !strings.HasPrefix(strings.ToLower(t.id), path) || !strings.HasPrefix(strings.ToLower(t.kind), kind) || kind == "" && assignment
	})
}
