package main

import (
	"go/ast"
	"go/doc/comment"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
)

// docs are the comments of a package's structs and their fields, by Type and Type.Field.
type docs map[string]string

// comments reads the comments of the Go files in dir.
func comments(dir string) (docs, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return nil, err
	}
	out := docs{}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		for _, d := range f.Decls {
			g, isGroup := d.(*ast.GenDecl)
			if !isGroup || g.Tok != token.TYPE {
				continue
			}
			for _, s := range g.Specs {
				out.structure(g, s.(*ast.TypeSpec))
			}
		}
	}
	return out, nil
}

func (d docs) structure(g *ast.GenDecl, t *ast.TypeSpec) {
	s, isStruct := t.Type.(*ast.StructType)
	if !isStruct {
		return
	}
	said := t.Doc.Text()
	if said == "" {
		said = g.Doc.Text()
	}
	d[t.Name.Name] = sentence(said)
	for _, f := range s.Fields.List {
		said := f.Doc.Text()
		if said == "" {
			said = f.Comment.Text()
		}
		for _, n := range f.Names {
			d[t.Name.Name+"."+n.Name] = sentence(said)
		}
	}
}

// sentence is a comment as one line of text.
func sentence(said string) string {
	var p comment.Parser
	var pr comment.Printer
	return strings.Join(strings.Fields(string(pr.Text(p.Parse(said)))), " ")
}
