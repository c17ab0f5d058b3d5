package plan

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// nearest is the one of names that a person most likely meant by name, or "" where none is near.
func nearest(name string, names []string) string {
	best, found := len([]rune(name))/3+1, ""
	for _, n := range names {
		if d := distance(strings.ToLower(name), strings.ToLower(n)); d <= best && (found == "" || d < best) {
			best, found = d, n
		}
	}
	for _, n := range names { // production and prod
		if found == "" && min(len(n), len(name)) > 2 && (strings.HasPrefix(name, n) || strings.HasPrefix(n, name)) {
			found = n
		}
	}
	return found
}

// didYouMean is the hint for a name that is none of names: the nearest, or all of them where they are few.
func didYouMean(name string, names []string) string {
	names = slices.DeleteFunc(slices.Clone(names), func(n string) bool { return n == "" || !shows(n) })
	if n := nearest(name, names); n != "" {
		return fmt.Sprintf("Did you mean %q?", n)
	}
	if len(names) == 0 || len(names) > 14 {
		return "Look at those the plan names."
	}
	if len(names) == 1 {
		return "There is " + names[0] + "."
	}
	return "There are " + listed(names) + "."
}

// listed joins names as a sentence has them: a, b and c.
func listed(names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1]
}

// quoted is a text of the file as a message may show it: short, printable, and never what looks like a secret.
func quoted(s string) string {
	if !shows(s) {
		return "(a text that is not shown)"
	}
	r := []rune(s)
	for _, c := range r {
		if !unicode.IsPrint(c) {
			return "(a text with characters that cannot be shown)"
		}
	}
	if len(r) > 60 {
		r = append(r[:59], '…')
	}
	return `"` + string(r) + `"`
}

// shows reports whether a message may show a text of the file. It is stricter than what is refused as a secret: a name
// holds no long run of letters with digits among them.
func shows(s string) bool {
	return looksSecret(s) == "" && !looksRandom(s) && !slices.ContainsFunc(longRun.FindAllString(s, -1), func(run string) bool {
		return strings.ContainsAny(run, "0123456789")
	})
}

var longRun = regexp.MustCompile(`[A-Za-z0-9+/=~_]{24,}`)

// distance counts the letters to add, drop, change or swap to come from a to b.
func distance(a, b string) int {
	x, y := []rune(a), []rune(b)
	if len(x) > 64 || len(y) > 64 {
		return 64
	}
	older, old := make([]int, len(y)+1), make([]int, len(y)+1)
	for j := range old {
		old[j] = j
	}
	for i := 1; i <= len(x); i++ {
		row := make([]int, len(y)+1)
		row[0] = i
		for j := 1; j <= len(y); j++ {
			cost := 1
			if x[i-1] == y[j-1] {
				cost = 0
			}
			row[j] = min(old[j]+1, row[j-1]+1, old[j-1]+cost)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				row[j] = min(row[j], older[j-2]+1)
			}
		}
		older, old = old, row
	}
	return old[len(y)]
}
