package vault

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"regexp"
	"strings"
	"time"

	"github.com/itbytes/landfall/plan"
)

// Token is what the token by which Connect is asked says of itself, without the token. It asks nobody: a Connect token is a
// JSON web token, and whether its signature holds is the server's to say. What it does not say is left out and not guessed.
func (v *Vault) Token(context.Context) (plan.TokenClaims, error) {
	if v.lacking != nil {
		return plan.TokenClaims{}, v.lacking
	}
	return claimsOf(v.door.token), nil
}

func claimsOf(token plan.Secret) plan.TokenClaims {
	sum := sha256.Sum256([]byte(token.Reveal()))
	out := plan.TokenClaims{ID: "sha256:" + hex.EncodeToString(sum[:8])} // of so many random bytes a fingerprint opens nothing
	claims := bodyOf(token)
	if claims == nil {
		out.Opaque = true
		return out
	}
	out.ID = cmp.Or(calledIn(claims["jti"]), out.ID)
	out.Server, out.Issued, out.Expires = calledIn(claims["sub"]), moment(claims["iat"]), moment(claims["exp"])
	return out
}

// bodyOf is the body of a JSON web token, or nil. One of its claims, 1password.com/token, is a secret: nothing of it is said
// but what is asked for by name, in no error either.
func bodyOf(token plan.Secret) map[string]json.RawMessage {
	parts := strings.Split(token.Reveal(), ".")
	if len(parts) != 3 {
		return nil
	}
	b, err := base64.RawURLEncoding.DecodeString(parts[1])
	var body map[string]json.RawMessage
	if err != nil || json.Unmarshal(b, &body) != nil {
		return nil
	}
	return body
}

// idForm is how 1Password names tokens and servers. A claim of another form may be anything, and is not shown.
var idForm = regexp.MustCompile(`^[A-Za-z0-9]{26}$`)

func calledIn(claim json.RawMessage) string {
	var id string
	if json.Unmarshal(claim, &id) != nil || !idForm.MatchString(id) {
		return ""
	}
	return id
}

// moment is a NumericDate as RFC 7519 has it: seconds since 1970, a fraction of one too. What is none says nothing.
func moment(claim json.RawMessage) time.Time {
	var seconds float64
	if json.Unmarshal(claim, &seconds) != nil || seconds <= 0 || seconds >= 1<<38 {
		return time.Time{}
	}
	return time.Unix(int64(seconds), 0).UTC()
}
