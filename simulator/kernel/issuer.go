package kernel

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
)

// Issuers of tokens by OpenID Connect. In the world a cloud fetches another's keys from the issuer's own address
// (OpenID Connect Discovery 1.0); among the simulated ones the kernel is that address.

// Sign is a token of an issuer with the claims, which get its iss: a JWT signed by RS256 with the issuer's own key, which is made
// when it signs for the first time. The claims must be what JSON can say.
func (k *Kernel) Sign(issuer string, claims map[string]any) (string, error) {
	key, err := k.issuer(issuer)
	if err != nil {
		return "", err
	}
	claims["iss"] = issuer
	body, err := json.Marshal(claims)
	if err != nil {
		return "", err
	}
	part := base64.RawURLEncoding.EncodeToString
	text := part([]byte(`{"alg":"RS256","kid":"`+thumbprint(issuer)+`","typ":"JWT"}`)) + "." + part(body)
	sum := sha256.Sum256([]byte(text))
	signature, err := rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, sum[:])
	if err != nil {
		return "", err
	}
	return text + "." + part(signature), nil
}

// Vouched are the claims of a token whose issuer, one of the simulated clouds, has signed it. Whether it has expired, and whom it is
// for, is for the caller to judge. A token of any other issuer is an error: nobody here has that one's keys.
func (k *Kernel) Vouched(token string) (map[string]any, error) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return nil, fmt.Errorf("a token has three parts, and this has %d", len(parts))
	}
	body, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return nil, fmt.Errorf("its claims are not base64url: %w", err)
	}
	claims := map[string]any{}
	if err := json.Unmarshal(body, &claims); err != nil {
		return nil, fmt.Errorf("its claims are not JSON: %w", err)
	}
	issuer, _ := claims["iss"].(string)
	k.mu.Lock()
	key := k.issuers[issuer]
	k.mu.Unlock()
	if key == nil {
		return nil, Unreachable(issuer)
	}
	signature, err := base64.RawURLEncoding.DecodeString(parts[2])
	if err != nil {
		return nil, fmt.Errorf("its signature is not base64url: %w", err)
	}
	sum := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	if err := rsa.VerifyPKCS1v15(&key.PublicKey, crypto.SHA256, sum[:], signature); err != nil {
		return nil, fmt.Errorf("it is not signed by its issuer: %w", err)
	}
	return claims, nil
}

// Issues reports whether an issuer has signed anything, so that its keys can be fetched.
func (k *Kernel) Issues(issuer string) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.issuers[issuer] != nil
}

// issuer is an issuer's key.
func (k *Kernel) issuer(name string) (*rsa.PrivateKey, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if key := k.issuers[name]; key != nil {
		return key, nil
	}
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, err
	}
	k.issuers[name] = key
	return key, nil
}

// thumbprint names an issuer's key.
func thumbprint(issuer string) string {
	sum := sha256.Sum256([]byte(issuer))
	return base64.RawURLEncoding.EncodeToString(sum[:9])
}
