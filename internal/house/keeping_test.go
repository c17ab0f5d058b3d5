package house

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// longest is how many lines a source file may have; tests may be longer.
const longest = 350

func TestEveryRoomIsKeptTidy(t *testing.T) {
	for _, p := range packages(t) {
		files := p.GoFiles
		if len(files) == 0 {
			files = append(slices.Clone(p.TestGoFiles), p.XTestGoFiles...)
		}
		comments := []string{}
		for _, name := range files {
			path := filepath.Join(p.Dir, name)
			b, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			where := p.room() + "/" + name
			f, err := parser.ParseFile(token.NewFileSet(), path, b, parser.ParseComments|parser.SkipObjectResolution)
			if err != nil {
				t.Errorf("%s: %v", where, err)
				continue
			}
			if f.Doc.Text() != "" {
				comments = append(comments, name)
			}
			for _, broken := range untidy(f, b, !strings.HasSuffix(name, "_test.go")) {
				t.Errorf("%s: %s", where, broken)
			}
		}
		if len(comments) != 1 {
			t.Errorf("%s: got package comments in %v, want exactly one", p.room(), comments)
		}
	}
}

// untidy says what is out of order in a file.
func untidy(f *ast.File, text []byte, bounded bool) []string {
	var out []string
	if n := bytes.Count(text, []byte("\n")); bounded && n > longest {
		out = append(out, fmt.Sprintf("it has %d lines, want at most %d", n, longest))
	}
	for _, d := range f.Decls {
		if fn, isFunc := d.(*ast.FuncDecl); isFunc && fn.Name.Name == "init" && fn.Recv == nil {
			out = append(out, "it has an init; put one visible line in a list instead")
		}
	}
	return out
}

func TestAnUntidyFileIsFound(t *testing.T) {
	text := "package x\n\nfunc init() {}\n" + strings.Repeat("\n", longest)
	f, err := parser.ParseFile(token.NewFileSet(), "x.go", text, 0)
	if err != nil {
		t.Fatal(err)
	}
	if got := untidy(f, []byte(text), true); len(got) != 2 {
		t.Errorf("got %v, want its length and its init", got)
	}
}

func TestTheModuleReplacesNothingAndShipsNoServer(t *testing.T) {
	b, err := os.ReadFile("../../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(b)) {
		words := strings.Fields(line)
		for _, never := range []string{"replace", "go.temporal.io/server", "github.com/temporalio/ui-server/v2"} {
			if slices.Contains(words, never) {
				t.Errorf("go.mod has %q, want no %s", strings.TrimSpace(line), never)
			}
		}
	}
}
