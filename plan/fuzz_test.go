package plan

import (
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
)

// FuzzParse plants a secret at some place of some document: Parse must neither panic nor repeat it, and what it accepts must
// resolve, with credentials of different names.
func FuzzParse(f *testing.F) {
	secrets := slices.Sorted(maps.Values(planted()))
	for _, name := range []string{"itbytes", "greenfield", "aws-only"} {
		b, err := os.ReadFile("../examples/" + name + ".yaml")
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(b), uint16(300), byte(1))
	}
	f.Add(sound, uint16(120), byte(3))
	f.Add(`{"apiVersion": "landfall/v1", "clouds": {"aws": {}}}`, uint16(20), byte(0))
	f.Add("a: &a [*a]\nb: {<<: *a}\n? c\n: |\n  x", uint16(3), byte(7))
	f.Fuzz(func(t *testing.T, text string, where uint16, which byte) {
		secret := secrets[int(which)%len(secrets)]
		at := int(where) % (len(text) + 1)
		p, err := Parse("plan", []byte(text[:at]+secret+text[at:]))
		if err != nil {
			if strings.Contains(err.Error(), secret) && !strings.Contains(text, secret) {
				t.Errorf("the error repeats the secret: %v", err)
			}
			return
		}
		if _, err := p.Resolve(); err != nil {
			t.Errorf("what Parse accepts does not resolve: %v", err)
		}
		credentials(t, p)
	})
}
