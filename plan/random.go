package plan

import (
	"math"
	"regexp"
	"slices"
)

// publicIDs are random by nature and secret to nobody: GUIDs, billing accounts, ids of AWS organisations and resources,
// client ids of Google.
var publicIDs = regexp.MustCompile(`(?i)\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b` +
	`|\b[0-9a-z]{6}-[0-9a-z]{6}-[0-9a-z]{6}\b|\b(o|r|ou|p)-[0-9a-z]{4,32}(-[0-9a-z]{8,32})?\b|\b[a-z]{1,12}-[0-9a-f]{8,17}\b` +
	`|\b[0-9]+-[0-9a-z]{32}\.apps\.googleusercontent\.com\b`)

var (
	awsSecret = regexp.MustCompile(`(?:^|[^A-Za-z0-9/+])([A-Za-z0-9/+]{40})(?:$|[^A-Za-z0-9/+=])`)
	wideRun   = regexp.MustCompile(`[A-Za-z0-9+/=_~.-]{32,}`)
	narrowRun = regexp.MustCompile(`[A-Za-z0-9+=~]{20,}`)
)

// looksRandom reports whether a text holds a run that no person would write: long, of several classes of characters, and
// changing class as often as dice would. Words in camel case, paths and domain names do not.
func looksRandom(s string) bool {
	if len(s) < 20 {
		return false
	}
	s = publicIDs.ReplaceAllString(s, " ")
	for _, found := range awsSecret.FindAllStringSubmatch(s, -1) { // forty signs that may be slashes; some hold few digits
		if turns(found[1]) >= 0.25 {
			return true
		}
	}
	return slices.ContainsFunc(wideRun.FindAllString(s, -1), func(run string) bool { return anyRandom(run, 32) }) ||
		slices.ContainsFunc(narrowRun.FindAllString(s, -1), func(run string) bool { return anyRandom(run, 20) })
}

// anyRandom judges a run piece by piece, so that words around a secret do not hide it.
func anyRandom(run string, n int) bool {
	for from := 0; from+n < len(run); from += 4 {
		if random(run[from:min(len(run), from+n+8)], n) {
			return true
		}
	}
	return random(run, n)
}

// random judges one run of at least n letters and digits.
func random(run string, n int) bool {
	var count [128]int
	letters := 0
	for _, c := range run {
		if classOf(c) != 0 {
			letters++
			count[c]++
		}
	}
	if letters < n || turns(run) < 0.36 {
		return false
	}
	entropy := 0.0
	for _, k := range count {
		if k > 0 {
			p := float64(k) / float64(letters)
			entropy -= p * math.Log2(p)
		}
	}
	return entropy >= 3.2
}

// turns is how often a run changes from one class of letters and digits to another, for each of them.
func turns(run string) float64 {
	letters, changes, last := 0, 0, 0
	for _, c := range run {
		class := classOf(c)
		if class != 0 {
			letters++
		}
		if class != 0 && last != 0 && class != last {
			changes++
		}
		last = class
	}
	return float64(changes) / float64(max(1, letters))
}

// classOf tells digits, small and capital letters apart; 0 is none of them.
func classOf(c rune) int {
	switch {
	case c >= '0' && c <= '9':
		return 1
	case c >= 'a' && c <= 'z':
		return 2
	case c >= 'A' && c <= 'Z':
		return 3
	}
	return 0
}
