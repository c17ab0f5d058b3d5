package session

import (
	"regexp"
	"strings"
	"testing"

	"github.com/itbytes/landfall/plan"
)

func TestAStoresNameIsFitForAzureAndAlwaysTheSame(t *testing.T) {
	fit := regexp.MustCompile(`^[a-z0-9]{3,24}$`)
	seen := map[string]string{}
	for _, slug := range []string{"a", "it4bytes", "A-Very-Long-Organisation"} {
		for _, env := range []string{"p", "prod", "integration"} {
			l := plan.Landing{Slug: slug, Environment: env}
			for _, sub := range []string{"5b0c3a1e-8f64-4d0b-b1a2-90c4e77d2222", "6b0c3a1e-8f64-4d0b-b1a2-90c4e77d2222"} {
				got := StoreName(l, sub)
				if !fit.MatchString(got) {
					t.Errorf("%s %s: got %q, want 3 to 24 letters and digits", slug, env, got)
				}
				if again := StoreName(l, strings.ToUpper(sub)); again != got {
					t.Errorf("got %q and then %q, want one name", got, again)
				}
				if other, twice := seen[got]; twice {
					t.Errorf("%q is the name of two: %s and %s", got, other, slug+env+sub)
				}
				seen[got] = slug + env + sub
			}
		}
	}
}

func TestAnAdoptedResourceIsFoundByNameOrById(t *testing.T) {
	l := plan.Landing{Name: "x", Adopt: plan.Adopt{Resources: map[string]string{
		"resource-group": "rg-production", "vnet": "/subscriptions/s/resourceGroups/rg-net/providers/Microsoft.Network/virtualNetworks/v",
	}}}
	for kind, want := range map[string]Place{"nsg": {"rg-production", "nsg-x"}, "vnet": {"rg-net", "v"}} {
		if got := At(l, kind, kind+"-x"); got != want {
			t.Errorf("%s: got %+v, want %+v", kind, got, want)
		}
	}
}

func TestClaimingKeepsEveryTagThatStands(t *testing.T) {
	l := plan.Landing{Plan: "p", Environment: "prod", Tags: map[string]string{"owner": "platform"}}
	standing := map[string]*string{"owner": Ptr("web"), "cost": Ptr("7")}
	if got := Claim(standing, l, plan.Change{Op: plan.Update}); len(got) != len(standing) {
		t.Errorf("changing: got %d tags, want the %d that stood", len(got), len(standing))
	}
	got := Claim(standing, l, plan.Change{Op: plan.Adopted})
	for k, want := range map[string]string{"owner": "web", "cost": "7", Ownership: "p", "landfall-environment": "prod"} {
		if Str(got[k]) != want {
			t.Errorf("%s: got %q, want %q", k, Str(got[k]), want)
		}
	}
	if got := OwnerOf(map[string]*string{"Landfall-Plan": Ptr("p")}); got != "p" {
		t.Errorf("got owner %q, want p: Azure does not tell tag names apart by case", got)
	}
}
