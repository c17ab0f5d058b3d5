package iam

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/itbytes/landfall/plan"
)

func TestARoleAndItsSessionAreToldFromEveryOther(t *testing.T) {
	for arn, want := range map[string]string{
		"arn:aws:iam::1:role/Robot":                     "1/Robot",
		"arn:aws:iam::1:role/path/of/Robot":             "1/Robot",
		"arn:aws:sts::1:assumed-role/Robot/landfall-x":  "1/Robot",
		"arn:aws:sts::2:assumed-role/Robot/landfall-x":  "2/Robot",
		"arn:aws:sts::1:assumed-role/Robot2/landfall-x": "1/Robot2",
		"arn:aws:iam::1:user/Robot":                     "arn:aws:iam::1:user/Robot",
		"nonsense":                                      "nonsense",
	} {
		if got := roleOf(arn); got != want {
			t.Errorf("roleOf(%s): got %s, want %s", arn, got, want)
		}
	}
}

func TestWhatATokenSaysIsComparedWithWhomTheRoleTrusts(t *testing.T) {
	token := func(claims string) plan.Secret {
		return plan.NewSecret("x." + base64.RawURLEncoding.EncodeToString([]byte(claims)) + ".y")
	}
	trust := plan.Trust{Issuer: "https://token.actions.githubusercontent.com", Subject: "repo:it4bytes/*"}
	for claims, says := range map[string]string{
		`{"iss":"https://token.actions.githubusercontent.com","sub":"repo:it4bytes/x:ref/main","aud":"sts.amazonaws.com"}`: "",
		`{"iss":"https://token.actions.githubusercontent.com","sub":"repo:it4bytes/x","aud":["a","sts.amazonaws.com"]}`:    "",
		`{"iss":"https://token.actions.githubusercontent.com/","sub":"repo:it4bytes/x","aud":"sts.amazonaws.com"}`:         "its issuer",
		`{"iss":"https://token.actions.githubusercontent.com","sub":"repo:other/x","aud":"sts.amazonaws.com"}`:             "its subject",
		`{"iss":"https://token.actions.githubusercontent.com","sub":"repo:it4bytes/x","aud":["a","b"]}`:                    `it is for "a, b"`,
		`{"iss":"https://token.actions.githubusercontent.com","sub":"repo:it4bytes/x"}`:                                    "it is for",
		`no JSON`: "no JSON web token",
	} {
		got := disagrees(token(claims), trust)
		if (got == "") != (says == "") || !strings.Contains(got, says) {
			t.Errorf("%s: got %q, want %q", claims, got, says)
		}
	}
}
