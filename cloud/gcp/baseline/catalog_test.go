package baseline_test

import (
	"os"
	"strings"
	"testing"

	"github.com/itbytes/landfall/cloud/gcp/baseline"
	"github.com/itbytes/landfall/plan"
)

func TestEveryFileOfTheFolderIsInTheCatalogue(t *testing.T) {
	l := plan.Landing{Management: true, Network: plan.Network{Subnets: []plan.Subnet{{Name: "private-a"}}}}
	steps := map[string]bool{}
	for _, c := range baseline.All(l) {
		s, wanted := c.Describe(l)
		if !wanted {
			t.Errorf("%s is not wanted in a landing that has everything", s.Name)
		}
		if s.Chapter != plan.Protect {
			t.Errorf("%s stands in the chapter %s", s.Name, s.Chapter)
		}
		if bare := s.Control == "" && s.Objective == ""; bare != (s.Name == "compute") { // it is what controls need, and none itself
			t.Errorf("%s names the control %q and the objective %q", s.Name, s.Control, s.Objective)
		}
		steps[s.Name] = true
	}
	files, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		name, isGo := strings.CutSuffix(f.Name(), ".go")
		if !isGo || name == "catalog" || strings.HasSuffix(name, "_test") {
			continue
		}
		if step := strings.ReplaceAll(name, "_", "-"); !steps[step] {
			t.Errorf("%s has no line in the catalogue", f.Name())
		}
		delete(steps, strings.ReplaceAll(name, "_", "-"))
	}
	for s := range steps {
		t.Errorf("the step %s has no file of its own", s)
	}
}
