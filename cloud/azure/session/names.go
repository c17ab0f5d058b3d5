package session

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"github.com/itbytes/landfall/plan"
)

// Ownership is the tag that says which plan a thing belongs to.
const Ownership = "landfall-plan"

// Tags are what a thing made by a plan bears: the organisation's tags, the environment and the owner.
func Tags(l plan.Landing) map[string]*string {
	out := map[string]*string{"landfall-environment": Ptr(l.Environment), Ownership: Ptr(l.Plan)}
	for k, v := range l.Tags {
		if _, ours := out[k]; !ours {
			out[k] = Ptr(v)
		}
	}
	return out
}

// Claim is the tags that stand, with ours beside them where a thing is adopted: it loses none, and none of its own is overwritten.
// What is only changed keeps the tags it has.
func Claim(standing map[string]*string, l plan.Landing, c plan.Change) map[string]*string {
	if c.Op != plan.Adopted {
		return standing
	}
	out := Tags(l)
	for k, v := range standing {
		if k != Ownership {
			out[k] = v
		}
	}
	return out
}

// OwnerOf is the plan that the tags say a thing belongs to. Azure keeps the case of a tag's name but does not tell
// names apart by it.
func OwnerOf(tags map[string]*string) string {
	for k, v := range tags {
		if strings.EqualFold(k, Ownership) {
			return Str(v)
		}
	}
	return ""
}

// Place is where a resource stands: its group and its name.
type Place struct{ Group, Name string }

// Group is the landing's resource group.
func Group(l plan.Landing) string { return Tail(l.Adopted("resource-group", "rg-"+l.Name)) }

// At is where the landing's resource of a kind stands: the one its plan adopts (by name, or by id where it stands in
// another group), or the one of the default name in the landing's group.
func At(l plan.Landing, kind, name string) Place {
	p := PlaceOf(l.Adopted(kind, name))
	if p.Group == "" {
		p.Group = Group(l)
	}
	return p
}

// PlaceOf is where a resource of an id stands; of a bare name, the group is not known.
func PlaceOf(id string) Place {
	p := Place{Name: Tail(id)}
	if parts := strings.Split(id, "/"); len(parts) > 5 && strings.EqualFold(parts[3], "resourceGroups") {
		p.Group = parts[4]
	}
	return p
}

// ID is the resource id of what stands at p.
func (s *Session) ID(p Place, kind string) string {
	return s.Scope() + "/resourceGroups/" + p.Group + "/providers/" + kind + "/" + p.Name
}

// Same reports whether two resource ids name one thing; Azure does not tell them apart by case.
func Same(a, b string) bool { return strings.EqualFold(strings.Trim(a, "/"), strings.Trim(b, "/")) }

// Alnum is a name reduced to what storage accounts and WAF policies take: letters and digits, in lower case.
func Alnum(name string, most int) string {
	out := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, strings.ToLower(name))
	return out[:min(len(out), most)]
}

// StoreName is the name of a landing's storage account. It is unique in all of Azure, at most 24 characters, and the same
// each time it is asked for.
func StoreName(l plan.Landing, subscription string) string {
	sum := sha256.Sum256([]byte(l.Slug + "/" + l.Environment + "/" + strings.ToLower(subscription)))
	return Alnum(l.Slug, 9) + Alnum(l.Environment, 5) + hex.EncodeToString(sum[:5])
}

// Tail is the last part of a resource id: its name.
func Tail(id string) string { return id[strings.LastIndex(id, "/")+1:] }
