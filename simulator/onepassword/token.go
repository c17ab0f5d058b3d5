package onepassword

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/itbytes/landfall/simulator/kernel"
)

// token is one access token of the server, as `op connect token create` makes them.
type token struct {
	ID      string    `json:"id"`
	Name    string    `json:"name"`
	Issued  time.Time `json:"issued"`
	Expires time.Time `json:"expires,omitzero"` // zero: it was made without --expires-in
	Revoked bool      `json:"revoked"`
	value   string
}

// issuer signs the server's tokens.
type issuer struct {
	key    *ecdsa.PrivateKey
	kid    string
	server string // the server's id
	tenant string // the account's
}

func newIssuer() (issuer, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	return issuer{key: key, kid: uuid(), server: strings.ToUpper(uuid()), tenant: strings.ToUpper(uuid())}, err
}

// access is what a token may do with a vault: what those of real servers say who may read and write it.
const access = 49152

// issue makes a token for the vaults there are: a JSON web token with the claims that Connect's have. Nobody but 1Password can
// make one, so that its interface has no operation for it. The lock is held, or nobody knows of the server yet.
func (v *Vault) issue(name string, issued, expires time.Time) (*token, error) {
	t := &token{ID: strings.ToUpper(uuid()), Name: name, Issued: issued, Expires: expires}
	type grant struct {
		Vault  string `json:"u"`
		Access int    `json:"a"`
	}
	grants := []grant{}
	for _, b := range v.boxes {
		if !b.closed {
			grants = append(grants, grant{strings.ToUpper(b.ID), access})
		}
	}
	inner := kernel.Random(32)
	claims := map[string]any{
		"1password.com/auuid": v.issuer.tenant, "1password.com/token": inner, "1password.com/fts": []string{"vaultaccess"}, "1password.com/vts": grants,
		"aud": []string{"com.1password.connect"}, "sub": v.issuer.server, "iss": "com.1password.b5", "jti": t.ID, "iat": issued.Unix(),
	}
	if !expires.IsZero() {
		claims["exp"] = expires.Unix()
	}
	var err error
	if t.value, err = v.issuer.sign(claims); err != nil {
		return nil, err
	}
	v.kernel.Mint(kernel.Secret{Cloud: Cloud, Scope: "connect", ID: t.ID, Value: t.value})
	v.kernel.Mint(kernel.Secret{Cloud: Cloud, Scope: "connect", ID: t.ID + " 1password.com/token", Value: inner})
	v.tokens = append(v.tokens, t)
	return t, nil
}

// sign is a JSON web token by ES256.
func (i issuer) sign(claims map[string]any) (string, error) {
	head, err := json.Marshal(map[string]string{"alg": "ES256", "kid": i.kid, "typ": "JWT"})
	if err != nil {
		return "", err
	}
	body, err := json.Marshal(claims)
	if err != nil {
		return "", err
	}
	text := base64.RawURLEncoding.EncodeToString(head) + "." + base64.RawURLEncoding.EncodeToString(body)
	sum := sha256.Sum256([]byte(text))
	r, s, err := ecdsa.Sign(rand.Reader, i.key, sum[:])
	if err != nil {
		return "", err
	}
	signature := make([]byte, 64)
	r.FillBytes(signature[:32])
	s.FillBytes(signature[32:])
	return text + "." + base64.RawURLEncoding.EncodeToString(signature), nil
}

// admit says why a request's token is not accepted, or nil. Connect tells one that has expired from one that is none in its
// log alone (github.com/1Password/connect/issues/54).
func (v *Vault) admit(r *http.Request) *reply {
	value, bearer := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	refused := failed(http.StatusUnauthorized, "Invalid bearer token")
	if !bearer || strings.Count(value, ".") != 2 {
		return &refused
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, t := range v.tokens {
		switch now := v.kernel.Now(); {
		case t.value != value:
			continue
		case t.Revoked, !t.Expires.IsZero() && !now.Before(t.Expires):
			return &refused
		}
		return nil
	}
	refused = failed(http.StatusUnauthorized, "Invalid token signature")
	return &refused
}

// tokenNamed is a token by its id or name, or nil.
func (v *Vault) tokenNamed(name string) *token {
	for _, t := range v.tokens {
		if name != "" && !t.Revoked && (t.ID == name || t.Name == name) {
			return t
		}
	}
	return nil
}

// createToken is what a person's `op connect token create NAME --expires-in …` does.
func (v *Vault) createToken(name, expiresIn string) error {
	if name == "" || v.tokenNamed(name) != nil {
		return fmt.Errorf("create token %q: it has no name, or another has it", name)
	}
	now, expires := v.kernel.Now(), time.Time{}
	if expiresIn != "" {
		d, err := time.ParseDuration(expiresIn)
		if err != nil || d <= 0 {
			return fmt.Errorf("create token %q: expiresIn is a time such as 720h, not %q", name, expiresIn)
		}
		expires = now.Add(d)
	}
	_, err := v.issue(name, now, expires)
	return err
}
