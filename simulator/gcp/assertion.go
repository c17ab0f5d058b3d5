package gcp

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
)

// grantAssertion answers the JWT-bearer grant: a service account's key signed the assertion, and its public half,
// which is all that stays here, proves it.
func (c *Cloud) grantAssertion(w http.ResponseWriter, assertion string) {
	head, claims, signed, signature, ok := readAssertion(assertion)
	if !ok {
		oauthError(w, http.StatusBadRequest, "invalid_grant", "Invalid JWT: Failed to parse assertion.", "")
		return
	}
	now := c.k.Now()
	a := c.accountNamed("-", claims.Issuer)
	switch {
	case a == nil:
		oauthError(w, http.StatusBadRequest, "invalid_grant", "Invalid grant: account not found", "")
		return
	case !strings.HasSuffix(claims.Audience, "/token"):
		oauthError(w, http.StatusBadRequest, "invalid_grant", "Invalid JWT: Failed audience check. The right audience is https://oauth2.googleapis.com/token", "")
		return
	case claims.Expires < now.Unix() || claims.Issued > now.Unix()+300 || claims.Expires-claims.Issued > 3600:
		oauthError(w, http.StatusBadRequest, "invalid_grant", "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. Check your iat and exp values in the JWT claim.", "")
		return
	case claims.Scope == "" && claims.Target == "":
		oauthError(w, http.StatusBadRequest, "invalid_scope", "Empty or missing scope not allowed.", "")
		return
	}
	for _, k := range a.keys {
		usable := !k.disabled && !now.Before(k.usable) && now.Before(k.until) && (head.KeyID == "" || head.KeyID == k.id)
		sum := sha256.Sum256([]byte(signed))
		if usable && rsa.VerifyPKCS1v15(k.public, crypto.SHA256, sum[:], signature) == nil {
			if a.disabled {
				oauthError(w, http.StatusUnauthorized, "unauthorized_client", "Unauthorized", "")
				return
			}
			k.use(now)
			if claims.Target != "" {
				c.grantIDToken(w, a, claims.Target)
				return
			}
			c.grant(w, &token{email: a.email, account: a})
			return
		}
	}
	oauthError(w, http.StatusBadRequest, "invalid_grant", "Invalid JWT Signature.", "")
}

type assertionHead struct {
	Algorithm string `json:"alg"`
	KeyID     string `json:"kid"`
}

type assertionClaims struct {
	Issuer   string `json:"iss"`
	Audience string `json:"aud"`
	Scope    string `json:"scope"`
	Target   string `json:"target_audience"` // whom an ID token is wanted for, instead of an access token
	Issued   int64  `json:"iat"`
	Expires  int64  `json:"exp"`
}

func readAssertion(s string) (head assertionHead, claims assertionClaims, signed string, signature []byte, ok bool) {
	parts := strings.Split(s, ".")
	if len(parts) != 3 {
		return head, claims, "", nil, false
	}
	for i, into := range []any{&head, &claims} {
		b, err := base64.RawURLEncoding.DecodeString(parts[i])
		if err != nil || json.Unmarshal(b, into) != nil {
			return head, claims, "", nil, false
		}
	}
	signature, err := base64.RawURLEncoding.DecodeString(parts[2])
	return head, claims, parts[0] + "." + parts[1], signature, err == nil && head.Algorithm == "RS256"
}
