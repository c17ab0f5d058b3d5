package plan

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// Similar reports whether two names are so near each other that they may well mean the same thing, so that a person is
// asked before the second is made. Names are compared slot by slot, not letter by letter: each is cut into words; a word
// that names an environment, a cloud, a place or a number fills that slot, and words for the kind of thing (vnet, rg,
// account) say nothing. A slot that both fill differently proves that they are two things: acme-prod and acme-dti, acme-1
// and acme-2. What is left must be nearly the same, or a part of the other.
func Similar(a, b string) bool {
	x, y := cutName(a), cutName(b)
	same := 0 // slots filled alike, the number's apart
	for s := range slots {
		switch {
		case x.slots[s] == "" || y.slots[s] == "":
		case x.slots[s] != y.slots[s]:
			return false
		case s != number:
			same++
		}
	}
	shared, others := meet(x.words, y.words)
	switch {
	case len(x.words) == 0 || len(y.words) == 0: // vnet-prod and acme-prod-core: the environment must say it
		return same > 0 || len(x.words)+len(y.words) == 0 && strings.EqualFold(a, b)
	case x.slots[environment] != y.slots[environment]: // one has none: acme is no acme-prod, but acme-core may be acme-prod-core
		return others == 0 && shared > 1
	case shared == len(x.words) || shared == len(y.words):
		return true
	}
	p, q := strings.Join(x.words, ""), strings.Join(y.words, "")
	return min(len(p), len(q)) > 3 && distance(p, q) <= max(len(p), len(q))/6
}

// SimilarTo are those of names that are similar to name, in their order. The very same name is not among them: that one is
// found, not similar.
func SimilarTo(name string, names []string) []string {
	var out []string
	for _, n := range names {
		if n != name && Similar(name, n) {
			out = append(out, n)
		}
	}
	return out
}

// Similar is Similar of a name that stands in the cloud and the one wanted here, with the plan's own environments known:
// names that speak of two of them are two things, whatever the environments are called.
func (l Landing) Similar(name, want string) bool {
	stands, wanted := l.environmentIn(name), l.environmentIn(want)
	if stands != "" && wanted != "" && stands != wanted {
		return false
	}
	return Similar(name, want)
}

// environmentIn is the environment of the plan that a name holds as words of its own, the longest if several, or "".
func (l Landing) environmentIn(name string) string {
	in, found := "-"+wordEnd.ReplaceAllString(strings.ToLower(name), "-")+"-", ""
	for _, env := range l.Environments {
		if len(env) > len(found) && strings.Contains(in, "-"+env+"-") {
			found = env
		}
	}
	return found
}

// The slots of a name.
const (
	environment = iota
	provider
	location
	number
	slots
)

// cut is a name by its slots, and the words that fill none.
type cut struct {
	slots [slots]string
	words []string
}

func cutName(name string) cut {
	var c cut
	for _, w := range words(name) {
		s, meaning := slotOf(w)
		switch {
		case s >= 0 && c.slots[s] == "":
			c.slots[s] = meaning
		case s >= 0:
			c.slots[s] += meaning
		case !slices.Contains(kindWords, w):
			c.words = append(c.words, w)
		}
	}
	slices.Sort(c.words)
	return c
}

// meet counts the words that two names share, and those of the shorter that the longer lacks.
func meet(x, y []string) (shared, others int) {
	if len(x) > len(y) {
		x, y = y, x
	}
	for _, w := range x {
		if slices.Contains(y, w) {
			shared++
		} else {
			others++
		}
	}
	return shared, others
}

var (
	wordEnd = regexp.MustCompile(`[^\p{L}\p{N}]+`)
	tail    = regexp.MustCompile(`^(.*\D)(\d+)$`)
	compass = regexp.MustCompile(`^(north|south|east|west|central|us|eu|europe|asia|uk|ca|ap|sa|me|af|au|in|jp)+[0-9]*$`)
)

// words cuts a name at everything that is no letter or digit, where camel case begins a word, and before a number at the
// end of a word: rg-Main2 is rg, main, 2; the number of a region is part of it.
func words(name string) []string {
	var b strings.Builder
	var last rune
	for _, c := range name {
		if unicode.IsUpper(c) && unicode.IsLower(last) {
			b.WriteByte('-')
		}
		b.WriteRune(unicode.ToLower(c))
		last = c
	}
	var out []string
	for _, w := range wordEnd.Split(b.String(), -1) {
		if w == "" {
			continue
		}
		if m := tail.FindStringSubmatch(w); m != nil && !compass.MatchString(w) {
			out = append(out, m[1], m[2])
		} else {
			out = append(out, w)
		}
	}
	return out
}

// slotOf is the slot that a word fills and what it means there, or -1.
func slotOf(w string) (int, string) {
	if m := environmentWords[w]; m != "" {
		return environment, m
	}
	if m := cloudWords[w]; m != "" {
		return provider, m
	}
	if strings.Trim(w, "0123456789") == "" {
		return number, "0" + strings.TrimLeft(w, "0") // 007 is 7, and 000 is a number too
	}
	if compass.MatchString(w) {
		return location, w
	}
	return -1, ""
}
