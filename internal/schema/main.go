// Command schema writes the JSON Schema of the plan file, made of the Go types of package plan and of their comments.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"

	"github.com/itbytes/landfall/plan"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: schema FILE, in the folder of package plan")
		os.Exit(64)
	}
	b, err := generate(".")
	if err == nil {
		err = os.WriteFile(os.Args[1], b, 0o644)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// generate is the schema of plan.Plan with the comments of the sources in dir.
func generate(dir string) ([]byte, error) {
	said, err := comments(dir)
	if err != nil {
		return nil, err
	}
	g := generator{said: said, defs: object{}}
	g.structure(reflect.TypeFor[plan.Plan]())
	out := object{
		"$schema": "https://json-schema.org/draft/2020-12/schema",
		"$id":     "https://itbytes.github.io/landfall/landfall.v1.schema.json",
		"title":   "Landfall plan",
		"$ref":    "#/$defs/Plan",
		"$defs":   g.defs,
	}
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	err = enc.Encode(out)
	return buf.Bytes(), err
}

// object is a JSON object; its keys are written in their alphabetical order, so the file is the same every time.
type object = map[string]any

// generator turns Go types into definitions.
type generator struct {
	said docs
	defs object
}

// of is the schema of a type.
func (g generator) of(t reflect.Type) object {
	switch t.Kind() {
	case reflect.Struct:
		g.structure(t)
		return object{"$ref": "#/$defs/" + t.Name()}
	case reflect.Slice:
		return object{"type": "array", "items": g.of(t.Elem())}
	case reflect.Map:
		out := object{"type": "object", "additionalProperties": g.of(t.Elem())}
		if t.Key() == reflect.TypeFor[plan.Cloud]() { // the set is open; these three an editor can offer
			out["properties"] = object{string(plan.AWS): g.of(t.Elem()), string(plan.Azure): g.of(t.Elem()), string(plan.GCP): g.of(t.Elem())}
		}
		return out
	case reflect.Bool:
		return object{"type": "boolean"}
	case reflect.Int:
		return object{"type": "integer"}
	case reflect.String:
		out := object{"type": "string"}
		if t == reflect.TypeFor[plan.Mode]() {
			out["enum"] = []string{string(plan.Enforce), string(plan.Propose), string(plan.ReportM)}
		}
		return out
	}
	panic("a plan has no field of type " + t.String())
}

// structure defines a struct, once.
func (g generator) structure(t reflect.Type) {
	if _, done := g.defs[t.Name()]; done {
		return
	}
	properties, required := object{}, []string{}
	def := object{"type": "object", "additionalProperties": false, "properties": properties}
	g.defs[t.Name()] = def
	if d := g.said[t.Name()]; d != "" {
		def["description"] = d
	}
	for i := range t.NumField() {
		f := t.Field(i)
		name, options, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		if name == "-" {
			continue
		}
		p := g.of(f.Type)
		if d := g.said[t.Name()+"."+f.Name]; d != "" {
			p["description"] = d
		}
		switch t.Name() + "." + f.Name {
		case "Plan.APIVersion":
			p["const"] = plan.APIVersion
		case "Plan.Kind":
			p["const"] = plan.KindPlan
		}
		if options != "omitempty" {
			required = append(required, name)
		}
		properties[name] = p
	}
	if len(required) > 0 {
		slices.Sort(required)
		def["required"] = required
	}
}
