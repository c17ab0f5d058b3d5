package plan

import (
	"bytes"
	"encoding/json"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

func compiled(t *testing.T) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(Schema()))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("plan.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("plan.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestTheSchemaAcceptsTheExamplesAndRefusesTheSameSlips(t *testing.T) {
	s := compiled(t)
	validate := func(text string) error {
		j, err := yaml.YAMLToJSON([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(j))
		if err != nil {
			t.Fatal(err)
		}
		return s.Validate(doc)
	}
	for _, f := range []string{"itbytes", "greenfield", "aws-only"} {
		b, err := os.ReadFile("../examples/" + f + ".yaml")
		if err != nil {
			t.Fatal(err)
		}
		if err := validate(string(b)); err != nil {
			t.Errorf("%s: got %v, want it accepted", f, err)
		}
	}
	for _, e := range [][2]string{
		{"slug: acme", "slugg: acme"},
		{"slug: acme", "slug: 7"},
		{"kind: Migration", "kind: Mirror"},
		{"prefix: 20", "prefix: x"},
		{"default: enforce", "default: enforced"},
		{"skip: true", "skip: sure"},
		{", owner: ciso", ""},
		{"region: us-east-1, ", ""},
	} {
		if err := validate(strings.Replace(sound, e[0], e[1], 1)); err == nil {
			t.Errorf("%s instead of %s: the schema accepts what Parse refuses", e[1], e[0])
		}
	}
}

// TestTheSchemaAgreesWithTheTypes walks both side by side.
func TestTheSchemaAgreesWithTheTypes(t *testing.T) {
	var file struct {
		Defs map[string]struct {
			Properties           map[string]struct{ Type, Description string }
			Required             []string
			AdditionalProperties bool
		} `json:"$defs"`
	}
	if err := json.Unmarshal(Schema(), &file); err != nil {
		t.Fatal(err)
	}
	seen := map[reflect.Type]bool{}
	var walk func(reflect.Type)
	walk = func(typ reflect.Type) {
		for typ.Kind() == reflect.Map || typ.Kind() == reflect.Slice {
			typ = typ.Elem()
		}
		if typ.Kind() != reflect.Struct || seen[typ] {
			return
		}
		seen[typ] = true
		def, defined := file.Defs[typ.Name()]
		if !defined || def.AdditionalProperties {
			t.Errorf("%s is not defined, or open", typ.Name())
		}
		var want []string
		for i := range typ.NumField() {
			f := typ.Field(i)
			name, required := fieldTag(f)
			if name == "-" {
				continue
			}
			if j, _, _ := strings.Cut(f.Tag.Get("json"), ","); j != name {
				t.Errorf("%s.%s is %q in JSON and %q in YAML", typ.Name(), f.Name, j, name)
			}
			if _, has := def.Properties[name]; !has {
				t.Errorf("%s has no %s in the schema", typ.Name(), name)
			}
			if required {
				want = append(want, name)
			}
			walk(f.Type)
		}
		if len(want) != len(def.Required) {
			t.Errorf("%s: got %v required, want %v", typ.Name(), def.Required, want)
		}
	}
	walk(reflect.TypeFor[Plan]())
	if len(seen) != len(file.Defs) {
		t.Errorf("got %d definitions, want %d, one a type", len(file.Defs), len(seen))
	}
}
