package session_test

import (
	"encoding/base64"
	"reflect"
	"testing"

	"github.com/itbytes/landfall/cloud/azure/session"
)

func TestATokenSaysWhoSignedItWhomItIsAboutAndWhomItIsFor(t *testing.T) {
	token := func(claims string) string {
		return "e30." + base64.RawURLEncoding.EncodeToString([]byte(claims)) + ".x"
	}
	for name, c := range map[string]struct {
		token string
		want  session.Said
	}{
		"one reader":      {token(`{"iss":"i","sub":"s","aud":"a"}`), session.Said{Issuer: "i", Subject: "s", Audience: []string{"a"}}},
		"several readers": {token(`{"iss":"i","sub":"s","aud":["a","b"]}`), session.Said{Issuer: "i", Subject: "s", Audience: []string{"a", "b"}}},
		"no reader":       {token(`{"iss":"i","sub":"s"}`), session.Said{Issuer: "i", Subject: "s"}},
		"a number":        {token(`{"iss":"i","sub":"s","aud":1}`), session.Said{Issuer: "i", Subject: "s"}},
		"no claims":       {token(`robot`), session.Said{}},
		"no token":        {"robot", session.Said{}},
	} {
		if got := session.SaidBy(c.token); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: got %+v, want %+v", name, got, c.want)
		}
	}
}
