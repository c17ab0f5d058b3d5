package script

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestScriptsThatNeedNoServer run side by side.
func TestScriptsThatNeedNoServer(t *testing.T) {
	bin := binaries(t)
	testscript.Run(t, testscript.Params{Dir: "testdata/alone", RequireUniqueNames: true, Cmds: shared(), Setup: func(e *testscript.Env) error {
		settle(t, e, bin)
		return nil
	}})
}

// TestScriptsOnOneStack run one after the other: what a script leaves behind, the next one finds.
func TestScriptsOnOneStack(t *testing.T) {
	s := raise(t, binaries(t))
	files, err := filepath.Glob("testdata/stack/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scripts: %v", err)
	}
	cmds := shared()
	for name, cmd := range s.commands() {
		cmds[name] = cmd
	}
	for _, file := range files { // each of them in its turn: testscript runs the files of one call side by side
		ok := t.Run(filepath.Base(file), func(t *testing.T) {
			testscript.Run(t, testscript.Params{Files: []string{file}, RequireUniqueNames: true, Cmds: cmds, Setup: func(e *testscript.Env) error {
				settle(t, e, s.bin)
				e.Vars = append(e.Vars, s.Env()...)
				e.Setenv("NOATTRIBUTES", s.bare)
				return nil
			}})
		})
		if !ok {
			s.tail()
			return // those after it would only say the same again
		}
	}
}

// binaries is the folder of the built binaries. Without them the test is skipped by name.
func binaries(t *testing.T) string {
	t.Helper()
	bin := os.Getenv("LANDFALL_BIN")
	if bin == "" {
		bin = root + "/bin"
	}
	for _, name := range []string{"landfall", "landfall-worker", "landfall-dev"} {
		if _, err := os.Stat(filepath.Join(bin, name)); err != nil {
			t.Skip("the binaries are not built: make build")
		}
	}
	return abs(t, bin)
}

// settle gives a script what a person's shell has, and nothing of the tester's own.
func settle(t *testing.T, e *testscript.Env, bin string) {
	e.Setenv("PATH", bin+string(os.PathListSeparator)+os.Getenv("PATH"))
	e.Setenv("EXAMPLES", abs(t, root+"/examples"))
	e.Setenv("LANDFALL_OPERATOR", "maria")
}
