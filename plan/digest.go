package plan

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
)

// Digest names the plan as it will be carried out: sha256 of its canonical JSON with every default settled. An approval
// is given to a digest; comments, order of keys and defaults written out do not change it.
func (p Plan) Digest() string {
	b, err := canonical(p.WithDefaults())
	if err != nil {
		panic("plan: a plan is texts, numbers and lists, which marshal: " + err.Error())
	}
	sum := sha256.Sum256(b)
	return "sha256:" + hex.EncodeToString(sum[:])
}

// canonical is v as JSON with every object's keys sorted, no space and numbers as they are.
func canonical(v any) ([]byte, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.UseNumber()
	var sorted any
	if err := dec.Decode(&sorted); err != nil {
		return nil, err
	}
	return json.Marshal(sorted)
}
