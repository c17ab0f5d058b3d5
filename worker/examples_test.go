package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/itbytes/landfall/plan"
)

// exampleLandings are the landings of every plan in examples/.
func exampleLandings(t *testing.T) []plan.Landing {
	t.Helper()
	files, err := filepath.Glob("../examples/*.yaml")
	if err != nil || len(files) < 3 {
		t.Fatalf("examples: %v, %v; want at least three", files, err)
	}
	var out []plan.Landing
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		p, err := plan.Parse(f, b)
		if err != nil {
			t.Fatal(err)
		}
		ls, err := p.Resolve()
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, ls...)
	}
	return out
}
