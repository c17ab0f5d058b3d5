package azure_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/itbytes/landfall/cloud/azure"
	"github.com/itbytes/landfall/cloud/azure/session"
	"github.com/itbytes/landfall/cloud/step"
	"github.com/itbytes/landfall/plan"
)

func TestEveryControlOfTheBaselineIsInTheCatalogue(t *testing.T) {
	listed, err := os.ReadFile("baseline/catalog.go")
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob("baseline/*.go")
	if err != nil {
		t.Fatal(err)
	}
	describes := regexp.MustCompile(`func \((?:\w+ )?(\w+)\) Describe\(`)
	found := 0
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range describes.FindAllStringSubmatch(string(b), -1) {
			found++
			if !strings.Contains(string(listed), "\t"+m[1]+"{},\n") {
				t.Errorf("%s describes the control %s, which is not in the catalogue", f, m[1])
			}
		}
	}
	if found != 10 {
		t.Errorf("got %d controls in the folder, want 10", found)
	}
}

func TestEveryControlHasItsMethodsInTheSameOrder(t *testing.T) {
	method := regexp.MustCompile(`(?m)^func \((?:\w+ )?\w+\) (Describe|Want|Observe|Preflight|Apply|Undo)\(`)
	for _, pattern := range []string{"baseline/*.go", "subscription/*.go", "identity/*.go", "dns/*.go"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: %v", pattern, err)
		}
		for _, f := range files {
			b, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, m := range method.FindAllStringSubmatch(string(b), -1) {
				got = append(got, m[1])
			}
			if want := "Describe Want Observe Preflight Apply Undo"; len(got) > 0 && strings.TrimSuffix(strings.Join(got, " "), " Undo") != strings.TrimSuffix(want, " Undo") {
				t.Errorf("%s: got %v, want %s", f, got, want)
			}
		}
	}
}

func TestTheCatalogueOfEveryLandingIsSound(t *testing.T) {
	for _, l := range landings(t) {
		c := step.Catalog[*session.Session]{Controls: azure.Controls}
		if err := c.Check(l); err != nil {
			t.Error(err)
		}
		for _, s := range c.Steps(l) {
			if s.Title == "" || s.Chapter == "" || s.Inverse == "" || s.Usual == 0 {
				t.Errorf("%s %s lacks a title, a chapter, an inverse or its usual time: %+v", l.ID(), s.Name, s)
			}
			if s.Chapter == plan.Protect && s.Name != "resource-group" && (s.Control == "" || s.Objective == "") {
				t.Errorf("%s %s has no control", l.ID(), s.Name)
			}
		}
	}
}
