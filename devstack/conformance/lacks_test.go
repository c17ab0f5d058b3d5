package conformance

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// lacks are the operations that the list says moto has no answer for.
func lacks(t *testing.T) map[string]bool {
	t.Helper()
	b, err := os.ReadFile(root + "/conformance/moto-lacks.txt")
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]bool{}
	for i, line := range strings.Split(string(b), "\n") {
		operation, why, said := strings.Cut(line, "#")
		words := strings.Fields(operation)
		switch {
		case len(words) == 0:
		case len(words) != 2 || !said || strings.TrimSpace(why) == "":
			t.Fatalf("conformance/moto-lacks.txt:%d: want a service, an operation and # why it is asked, not %q", i+1, line)
		default:
			out[strings.Join(words, " ")] = true
		}
	}
	return out
}

var unsupported = regexp.MustCompile(`^aws (\S+ \S+): Unsupported`)

// excused is the operation that moto lacks and that a step failed for, or "".
func excused(st reportStep, listed map[string]bool, seen []call) string {
	if st.State != "failed" || st.Fault == nil {
		return ""
	}
	m := unsupported.FindStringSubmatch(st.Fault.Message)
	if m == nil || !listed[m[1]] {
		return ""
	}
	for _, c := range seen {
		if c.lacking && c.name() == m[1] {
			return m[1]
		}
	}
	return ""
}

// wantListed wants the list to hold exactly what moto had no answer for.
func wantListed(t *testing.T, listed map[string]bool, seen []call) {
	t.Helper()
	met := map[string]bool{}
	for _, c := range seen {
		if c.lacking && !met[c.name()] {
			met[c.name()] = true
			if !listed[c.name()] {
				t.Errorf("moto has no answer for %s (%d), which conformance/moto-lacks.txt does not list", c.name(), c.status)
			}
		}
	}
	for name := range listed {
		if !met[name] {
			t.Errorf("conformance/moto-lacks.txt lists %s, which no step asked moto in vain: take the line out", name)
		}
	}
}
