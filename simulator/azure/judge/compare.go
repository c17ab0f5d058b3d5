package judge

import (
	"encoding/json"
	"os"
	"slices"
	"sort"
	"testing"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/arm"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
)

// Trial is one SDK call, made once against the SDK's own fake server, which answers a published example and refuses a request
// of another verb, URL or shape, and once against the simulator.
type Trial struct {
	Fake policy.Transporter
	// Call makes the call and returns what the SDK decoded.
	Call func(o *arm.ClientOptions) (any, error)
	// Besides are fields of the example that this call's answer has no reason to have.
	Besides []string
}

// Hold holds the simulator's answer against the SDK's model and, where the trial has one, against the example's fields.
func (w *World) Hold(t *testing.T, x Trial) {
	t.Helper()
	got, err := x.Call(w.Options())
	if err != nil {
		t.Fatalf("the simulator refuses the call: %v", err)
	}
	body, has := w.Last(), Paths(t, got)
	for _, path := range Strangers(t, body, got) {
		t.Errorf("the simulator answers %s, which the SDK's model does not have", path)
	}
	if x.Fake == nil {
		return
	}
	example := w.Options()
	example.Transport = x.Fake
	want, err := x.Call(example)
	if err != nil {
		t.Fatalf("the SDK's fake server refuses the call: %v", err)
	}
	for _, path := range Paths(t, want) {
		if !slices.Contains(has, path) && !slices.Contains(x.Besides, path) {
			t.Errorf("the example has %s, the simulator's answer does not:\n%s", path, body)
		}
	}
}

// Strangers are the fields of a body that its decoded model does not have.
func Strangers(t *testing.T, body []byte, decoded any) []string {
	t.Helper()
	has := Paths(t, decoded)
	var o any
	if err := json.Unmarshal(body, &o); err != nil {
		t.Fatalf("the answer is no JSON: %v", err)
	}
	return slices.DeleteFunc(paths("", o), func(path string) bool { return slices.Contains(has, path) })
}

// Paths are the fields that a decoded answer has, as paths; the members of a list share one path.
func Paths(t *testing.T, v any) []string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	var o any
	if err := json.Unmarshal(b, &o); err != nil {
		t.Fatal(err)
	}
	return paths("", o)
}

func paths(under string, v any) []string {
	seen := map[string]bool{}
	var walk func(string, any)
	walk = func(at string, v any) {
		switch v := v.(type) {
		case map[string]any:
			for name, inner := range v {
				if inner != nil {
					seen[at+"."+name] = true
					walk(at+"."+name, inner)
				}
			}
		case []any:
			for _, inner := range v {
				walk(at+"[]", inner)
			}
		}
	}
	walk(under, v)
	out := make([]string, 0, len(seen))
	for path := range seen {
		out = append(out, path)
	}
	sort.Strings(out)
	return out
}

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}
