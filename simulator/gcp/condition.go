package gcp

import (
	"encoding/base64"
	"regexp"
	"strings"
)

// Of the Common Expression Language, in which providers say what they take from a token, this much is known here: a claim by its
// name, and claims that must equal a text each. An expression that holds anything else is refused, and not guessed at.

// subject is who the bearer of a token is in the pool, once the provider's condition holds.
func (v *provider) subject(claims map[string]any) (string, *oauthProblem) {
	mapped, no := mappedBy(v.body.sub("attributeMapping"), claims)
	if no != nil {
		return "", no
	}
	if condition := v.body.str("attributeCondition"); condition != "" {
		holds, known := holds(condition, claims, mapped)
		switch {
		case !known:
			return "", &oauthProblem{"invalid_request", "The attribute condition " + condition + " is not simulated."}
		case !holds:
			return "", &oauthProblem{"unauthorized_client", "The given credential is rejected by the attribute condition."}
		}
	}
	if len(mapped["google.subject"]) > 127 {
		return "", &oauthProblem{"invalid_request", "The size of mapped attribute google.subject exceeds the 127 bytes limit. Either modify your attribute " +
			"mapping or the incoming assertion to produce a mapped attribute that is less than 127 bytes."}
	}
	if mapped["google.subject"] == "" {
		return "", &oauthProblem{"invalid_grant", "Could not obtain a value for google.subject from the given credential."}
	}
	return mapped["google.subject"], nil
}

// mappedBy are the attributes that a mapping takes from a token's claims. One whose claim is missing is not there.
func mappedBy(mapping fields, claims map[string]any) (map[string]string, *oauthProblem) {
	out := map[string]string{}
	for name, e := range mapping {
		expression, _ := e.(string)
		claim := regexp.MustCompile(`^assertion\.([A-Za-z_]\w*)$`).FindStringSubmatch(strings.TrimSpace(expression))
		if claim == nil {
			return nil, &oauthProblem{"invalid_request", "The attribute mapping " + expression + " is not simulated."}
		}
		if s, is := claims[claim[1]].(string); is {
			out[name] = s
		}
	}
	return out, nil
}

// holds says whether a condition holds; known is false where it is none of those that are understood here.
func holds(condition string, claims map[string]any, mapped map[string]string) (all, known bool) {
	term := regexp.MustCompile(`^\s*(assertion\.[A-Za-z_]\w*|google\.subject|attribute\.[a-z_]\w*)\s*==\s*('(?:[^'\\]|\\['"\\])*'|"(?:[^"\\]|\\['"\\])*")\s*(&&|$)`)
	all = true
	for rest := condition; ; {
		m := term.FindStringSubmatch(rest)
		if m == nil {
			return false, false
		}
		got, there := mapped[m[1]]
		if claim, of := strings.CutPrefix(m[1], "assertion."); of {
			got, there = claims[claim].(string)
		}
		want := regexp.MustCompile(`\\(.)`).ReplaceAllString(m[2][1:len(m[2])-1], "$1")
		all = all && there && got == want
		if m[3] == "" {
			return all, true
		}
		rest = rest[len(m[0]):]
	}
}

// decoded is a part of a token; nil where it cannot be read.
func decoded(part string) []byte {
	b, err := base64.RawURLEncoding.DecodeString(part)
	if err != nil {
		return nil
	}
	return b
}
