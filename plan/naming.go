package plan

import (
	"cmp"
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// defaultTemplate is how a container is named where the plan does not say. Project ids are taken once in the world, so
// the default ends them with what an organisation rarely uses elsewhere.
func defaultTemplate(c Cloud) string {
	return cmp.Or(map[Cloud]string{Azure: "{slug}-sub-{env}-core", GCP: "{slug}-{env}-core"}[c], "{slug}-{env}")
}

var slot = regexp.MustCompile(`\{([^{}]*)\}`)

// fill puts a landing's words into a template.
func (m matrix) fill(template string, s square) string {
	if !strings.Contains(template, "{") {
		return template
	}
	return strings.NewReplacer("{slug}", m.plan.Organisation.Slug, "{env}", s.env, "{cloud}", string(s.cloud)).Replace(template)
}

// name is the container's: the one the plan gives, the id of an adopted project (which no API can change), else the
// template's.
func (m matrix) name(s square) string {
	e := m.exceptions[s]
	if s.cloud == GCP && e.Name == "" && e.Adopt.ID != "" {
		return e.Adopt.ID
	}
	return cmp.Or(e.Name, m.fill(m.plan.Organisation.Naming[s.cloud], s))
}

// email is the root e-mail of an AWS account.
func (m matrix) email(s square) string {
	if s.cloud != AWS {
		return ""
	}
	return cmp.Or(m.exceptions[s].Email, m.fill(m.plan.Clouds[AWS].Email, s))
}

// tags are the organisation's, with templates filled.
func (m matrix) tags(s square) map[string]string {
	if len(m.plan.Organisation.Tags) == 0 {
		return nil
	}
	out := map[string]string{}
	for _, k := range slices.Sorted(maps.Keys(m.plan.Organisation.Tags)) {
		out[k] = m.fill(m.plan.Organisation.Tags[k], s)
	}
	return out
}

// template says what is wrong with a template, or "".
func templateProblem(t string) (what, hint string) {
	for _, found := range slot.FindAllStringSubmatch(t, -1) {
		if w := found[1]; !slices.Contains([]string{"slug", "env", "cloud"}, w) {
			return "a template has no {" + strings.Trim(quoted(w), `"`) + "}", didYouMean(w, []string{"slug", "env", "cloud"})
		}
	}
	if strings.ContainsAny(slot.ReplaceAllString(t, ""), "{}") {
		return "a brace is not closed or not opened", "Write {slug}, {env} or {cloud}."
	}
	return "", ""
}

var (
	projectID   = regexp.MustCompile(`^[a-z][a-z0-9-]{4,28}[a-z0-9]$`)
	plainASCII  = regexp.MustCompile(`^[\x20-\x7e]*$`)
	reservedGCP = []string{"google", "ssl", "null", "undefined"}
)

// nameProblem says which of the cloud's limits a container's name breaks, or "".
func nameProblem(c Cloud, name string) string {
	switch {
	case name == "":
		return "the container has no name"
	case strings.TrimSpace(name) != name:
		return "a name neither begins nor ends with a space"
	case c == AWS:
		switch {
		case len(name) > 50:
			return "an AWS account's name has at most 50 characters"
		case !plainASCII.MatchString(name):
			return "an AWS account's name has only letters, digits and signs of ASCII"
		}
	case c == Azure:
		switch {
		case len([]rune(name)) > 64:
			return "an Azure subscription's name has at most 64 characters"
		case strings.ContainsAny(name, `<>%&\?/`) || strings.ContainsFunc(name, unicode.IsControl):
			return `an Azure subscription's name has none of < > % & \ ? /`
		}
	case c == GCP:
		if !projectID.MatchString(name) {
			return "a GCP project id has 6 to 30 small letters, digits and hyphens, begins with a letter and does not end with a hyphen"
		}
		for _, w := range reservedGCP {
			if strings.Contains(name, w) {
				return "a GCP project id may not contain " + `"` + w + `"`
			}
		}
	}
	return ""
}

var (
	awsTag   = regexp.MustCompile(`^[\p{L}\p{Z}\p{N}_.:/=+@-]*$`)
	gcpKey   = regexp.MustCompile(`^[a-z][a-z0-9_-]{0,62}$`)
	gcpValue = regexp.MustCompile(`^[a-z0-9_-]{0,63}$`)
)

// tagProblem says which of the cloud's limits a tag breaks, or "".
func tagProblem(c Cloud, key, value string) string {
	switch c {
	case AWS:
		switch {
		case key == "" || len([]rune(key)) > 128 || len([]rune(value)) > 256:
			return "an AWS tag has a key of 1 to 128 and a value of up to 256 characters"
		case !awsTag.MatchString(key + value):
			return "an AWS tag has only letters, digits, spaces and _ . : / = + - @"
		case strings.HasPrefix(strings.ToLower(key), "aws:"):
			return "keys that begin with aws: are Amazon's own"
		}
	case Azure:
		switch {
		case key == "" || len([]rune(key)) > 128 || len([]rune(value)) > 256:
			return "an Azure tag has a name of 1 to 128 and a value of up to 256 characters"
		case strings.ContainsAny(key, `<>%&\?/`):
			return `an Azure tag's name has none of < > % & \ ? /`
		}
	case GCP:
		if !gcpKey.MatchString(key) || !gcpValue.MatchString(value) {
			return "a GCP label has up to 63 small letters, digits, _ and -, and its key begins with a letter"
		}
	}
	return ""
}
