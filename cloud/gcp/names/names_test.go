package names_test

import (
	"regexp"
	"testing"

	"github.com/itbytes/landfall/cloud/gcp/names"
	"github.com/itbytes/landfall/plan"
)

func TestNamesAreOnesThatGoogleTakes(t *testing.T) {
	account := regexp.MustCompile(`^[a-z]([a-z0-9-]{4,28}[a-z0-9])$`)
	pool := regexp.MustCompile(`^[a-z0-9-]{4,32}$`)
	thing := regexp.MustCompile(`^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$`)
	for _, name := range []string{"itManagesGCP", "ci", "7eleven", "Ärger & Söhne", "gcp-runner", "a very long name that never seems to come to an end at all, ever", "under_score.dot"} {
		id := plan.Identity{Name: name}
		if got := names.Account(id); !account.MatchString(got) {
			t.Errorf("account of %q: got %q", name, got)
		}
		if got := names.Pool(id); !pool.MatchString(got) || got[:min(4, len(got))] == "gcp-" {
			t.Errorf("pool of %q: got %q", name, got)
		}
		if got := names.Provider(plan.Trust{Name: name}); !pool.MatchString(got) {
			t.Errorf("provider of %q: got %q", name, got)
		}
		for _, got := range []string{names.Zone(name), names.Network(plan.Landing{Slug: name, Environment: "prod"})} {
			if !thing.MatchString(got) {
				t.Errorf("%q became %q", name, got)
			}
		}
	}
	if got, want := names.Account(plan.Identity{Name: "itManagesGCP"}), "itmanagesgcp"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestATokenIsStableUntilAnOperationHasFailed(t *testing.T) {
	a, b := plan.Task{Key: "itbytes/gcp/prod/vpc"}, plan.Task{Key: "itbytes/gcp/dti/vpc"}
	if names.Request(a, "n", 0) != names.Request(a, "n", 0) {
		t.Error("two attempts of one step have two tokens")
	}
	for _, other := range []string{names.Request(b, "n", 0), names.Request(a, "m", 0), names.Request(a, "n", 1)} {
		if other == names.Request(a, "n", 0) {
			t.Error("two different requests have one token")
		}
	}
}

func TestAProjectIsNamedByWhatIsKnownBest(t *testing.T) {
	l := plan.Landing{Name: "by-template", Adopt: plan.Adopt{ID: "by-plan"}}
	if got := names.Project(plan.Task{Landing: l, Facts: map[string]string{plan.FactContainer: "as-seen"}}); got != "as-seen" {
		t.Errorf("got %q", got)
	}
	if got := names.Project(plan.Task{Landing: l}); got != "by-plan" {
		t.Errorf("got %q", got)
	}
	l.Adopt.ID = ""
	if got := names.Project(plan.Task{Landing: l}); got != "by-template" {
		t.Errorf("got %q", got)
	}
}

func TestOwnershipIsReadFromADescription(t *testing.T) {
	mark := names.Mark(plan.Landing{Plan: "itbytes"})
	if got := names.Owner("made for CI; " + mark + " do not touch"); got != "itbytes" {
		t.Errorf("got %q", got)
	}
	if got := names.Owner("made by hand"); got != "" {
		t.Errorf("got %q", got)
	}
}
