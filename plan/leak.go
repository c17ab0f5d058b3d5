package plan

import (
	"regexp"
	"strings"
)

// A plan holds references only. What looks like a secret is refused wherever it stands, and no message repeats it.

// secretForms are the shapes by which clouds and tools make their secrets known, most telling first.
var secretForms = []struct {
	what string
	form *regexp.Regexp
}{
	{"a private key", regexp.MustCompile(`-----BEGIN [A-Z ]*PRIVATE KEY`)},
	{"a 1Password service account token", regexp.MustCompile(`ops_eyJ[A-Za-z0-9_-]{10,}`)},
	{"a signed token (JWT)", regexp.MustCompile(`eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}`)},
	{"an AWS access key", regexp.MustCompile(`(AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}`)},
	{"an Entra client secret", regexp.MustCompile(`[A-Za-z0-9_~.-]{3}[0-9]Q~[A-Za-z0-9_~.-]{24,}`)},
	{"an Entra refresh token", regexp.MustCompile(`[01]\.A[A-Za-z0-9_-]{60,}`)},
	{"a Google API key", regexp.MustCompile(`AIza[0-9A-Za-z_-]{30,}`)},
	{"a Google client secret", regexp.MustCompile(`GOCSPX-[0-9A-Za-z_-]{10,}`)},
	{"a Google refresh token", regexp.MustCompile(`1//0[0-9A-Za-z_-]{20,}`)},
	{"a Google access token", regexp.MustCompile(`ya29\.[0-9A-Za-z_-]{20,}`)},
	{"a GitHub token", regexp.MustCompile(`(gh[pousr]_[0-9A-Za-z]{20,}|github_pat_[0-9A-Za-z_]{20,})`)},
	{"a Slack token", regexp.MustCompile(`xox[abeoprs]-[0-9A-Za-z-]{10,}`)},
	{"a storage account key", regexp.MustCompile(`AccountKey=|SharedAccessSignature=|[?&]sig=[0-9A-Za-z%/+]{20,}`)},
	{"a password in an address", regexp.MustCompile(`://[^/\s:@]+:[^/\s@]+@`)},
	{"a password", regexp.MustCompile(`(?i)\bpass(word|wd|phrase)?\s*[=:]\s*[^\s{]{6,}|\b(secret|api[_-]?key|([a-z]+[_-])?token)=[^\s{]{6,}`)},
}

// secretNames are names of fields that hold secrets, without case and separators.
var secretNames = regexp.MustCompile(`^(.*(password|passwd|passphrase|secretkey|secretaccesskey|privatekey|clientsecret|apikey|accesskey|accountkey|accesstoken|refreshtoken|sessiontoken|authtoken|bearertoken|keyfile)|pwd|pass|secret|secrets|token|pin)$`)

// looksSecret says what kind of secret a text holds, or "".
func looksSecret(s string) string {
	if len(s) < 8 {
		return ""
	}
	for _, f := range secretForms {
		if f.form.MatchString(s) {
			return f.what
		}
	}
	return ""
}

// secretName reports whether a field of that name would hold a secret.
func secretName(name string) bool {
	return secretNames.MatchString(strings.NewReplacer("-", "", "_", "", ".", "", " ", "").Replace(strings.ToLower(name)))
}

// leaks finds what looks like a secret anywhere in a document, known field or not.
func leaks(n *node, path string) Problems {
	var out Problems
	say := func(at spot, path, what string) {
		out = append(out, Problem{
			Line: at.line, Column: at.column, Path: path, Message: "this looks like " + what + ", and a plan holds no secret",
			Hint: "Keep it in the vault, name it here as op://vault/item, and replace it: it has been in a file.",
		})
	}
	switch n.kind {
	case aMap:
		for _, m := range n.members {
			p := under(path, m.key)
			if what := secretIn(m.key, ""); what != "" {
				say(m.at, p, what)
			}
			if scalar := m.value.kind == aText || m.value.kind == aNumber; scalar && secretName(m.key) && !strings.HasPrefix(m.value.text, "op://") {
				say(m.value.at, p, "a secret, by its name")
				continue
			}
			out = append(out, leaks(m.value, p)...)
		}
	case aList:
		for i, it := range n.items {
			out = append(out, leaks(it, item(path, i))...)
		}
	case aText, aNumber:
		if what := secretIn(n.text, path); what != "" {
			say(n.at, path, what)
		}
	}
	return out
}

// secretIn says what kind of secret a text holds by its form, or by its randomness where the field is not one that holds
// long public values.
func secretIn(text, path string) string {
	if what := looksSecret(text); what != "" {
		return what
	}
	field := path[strings.LastIndexByte(path, '.')+1:]
	if field == "issuer" || field == "subject" || field == "audience" || !looksRandom(text) {
		return ""
	}
	return "a secret: it is long and random"
}
