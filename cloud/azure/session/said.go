package session

import (
	"encoding/base64"
	"encoding/json"
	"strings"
)

// Said is what a token says of itself: who signed it, whom it is about and whom it is for.
type Said struct {
	Issuer   string
	Subject  string
	Audience []string
}

// Payload reads a token's claims into what is given. It judges no signature, and of what is no token nothing is read.
func Payload(token string, into any) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return
	}
	if b, err := base64.RawURLEncoding.DecodeString(parts[1]); err == nil {
		_ = json.Unmarshal(b, into) // what is no JSON says nothing
	}
}

// SaidBy is what a token says of itself.
func SaidBy(token string) Said {
	var c struct {
		Issuer   string          `json:"iss"`
		Subject  string          `json:"sub"`
		Audience json.RawMessage `json:"aud"`
	}
	Payload(token, &c)
	out := Said{Issuer: c.Issuer, Subject: c.Subject}
	var one string
	if json.Unmarshal(c.Audience, &one) == nil {
		out.Audience = []string{one}
	} else {
		_ = json.Unmarshal(c.Audience, &out.Audience) // a text or a list of them (RFC 7519, section 4.1.3); anything else says nothing
	}
	return out
}
