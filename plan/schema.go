package plan

import (
	_ "embed"
	"slices"
)

//go:generate go run ../internal/schema landfall.v1.schema.json

//go:embed landfall.v1.schema.json
var schemaFile []byte

// Schema is the JSON Schema of the plan file, as editors read it.
func Schema() []byte { return slices.Clone(schemaFile) }
