package azure

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha1" //nolint:gosec // the x5t header of a client assertion is a SHA-1 thumbprint
	"crypto/sha256"
	"crypto/subtle"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
)

// client answers a client-credentials request by secret or by assertion.
func (e *entra) client(r resource) {
	scope := e.form.Get("scope")
	if !slices.ContainsFunc(strings.Fields(scope), func(s string) bool { return strings.HasSuffix(s, "/.default") }) { // Microsoft's library adds words of its own
		e.fail(http.StatusBadRequest, "invalid_scope", "1002012", "The provided value for scope "+scope+" is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI).")
		return
	}
	app := e.appByClientID(e.form.Get("client_id"))
	if app == nil || app.young(e.Cloud) {
		e.fail(http.StatusBadRequest, "unauthorized_client", "700016", "Application with identifier '"+e.form.Get("client_id")+"' was not found in the directory. This can happen if the application has not been installed by the administrator of the tenant.")
		return
	}
	sp := e.principalOf(app.appID)
	var by *usage
	switch {
	case e.form.Get("client_assertion") != "":
		if by = e.asserted(app); by == nil {
			return
		}
	case e.form.Get("client_secret") == "":
		e.fail(http.StatusUnauthorized, "invalid_client", "7000216", "'client_assertion', 'client_secret' or 'request' is required for the 'client_credentials' grant type.")
		return
	default:
		if by = e.secretFits(app, sp); by == nil {
			return
		}
	}
	if sp == nil {
		e.fail(http.StatusUnauthorized, "invalid_client", "7000229", "The client application '"+app.appID+"' is missing service principal in the tenant.")
		return
	}
	if on, says := sp.fields["accountEnabled"].(bool); says && !on {
		e.fail(http.StatusUnauthorized, "unauthorized_client", "7000112", "Application '"+app.appID+"'("+app.text("displayName")+") is disabled.")
		return
	}
	if !e.assigned(app, r) {
		return
	}
	by.note(e.Cloud, r.audience)
	value, seconds, err := e.issue(&token{login: e.loginOfApp(app.appID), audience: r.audience, object: sp.id, app: app.appID, name: app.text("displayName")}, r)
	if err != nil {
		e.fail(http.StatusInternalServerError, "server_error", "90033", "A transient error has occurred. Please try again.")
		return
	}
	write(e.w, http.StatusOK, obj{"token_type": "Bearer", "expires_in": seconds, "ext_expires_in": seconds, "access_token": value})
}

// secretFits is the client secret that was given, of the application or its principal; a new one is known everywhere only
// after a while.
func (e *entra) secretFits(app *application, sp *principal) *usage {
	given, all := []byte(e.form.Get("client_secret")), app.secrets
	if sp != nil {
		all = slices.Concat(all, sp.secrets)
	}
	for _, s := range all {
		if subtle.ConstantTimeCompare(given, []byte(s.value)) != 1 || e.k.Now().Before(s.known) {
			continue
		}
		if e.k.Now().After(s.end) {
			e.fail(http.StatusUnauthorized, "invalid_client", "7000222", "The provided client secret keys for app '"+app.appID+"' are expired.")
			return nil
		}
		return &s.usage
	}
	e.fail(http.StatusUnauthorized, "invalid_client", "7000215", "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '"+app.appID+"'.")
	return nil
}

type assertion struct {
	head struct {
		Alg  string `json:"alg"`
		X5t  string `json:"x5t"`
		X5tS string `json:"x5t#S256"`
		Kid  string `json:"kid"`
	}
	claims struct {
		Aud           audiences
		Iss, Sub, Jti string
		Exp, Nbf      int64
	}
	signed    string
	signature []byte
}

func readAssertion(s string) (x assertion, ok bool) {
	parts := strings.Split(s, ".")
	if len(parts) != 3 {
		return x, false
	}
	for i, into := range []any{&x.head, &x.claims} {
		b, err := base64.RawURLEncoding.DecodeString(parts[i])
		if err != nil || json.Unmarshal(b, into) != nil {
			return x, false
		}
	}
	var err error
	x.signed = parts[0] + "." + parts[1]
	x.signature, err = base64.RawURLEncoding.DecodeString(parts[2])
	return x, err == nil
}

// asserted is the certificate of the application that has signed the JWT, or the trust in whoever else has.
func (e *entra) asserted(app *application) (by *usage) {
	x, ok := readAssertion(e.form.Get("client_assertion"))
	var code, message string
	switch {
	case !ok || e.form.Get("client_assertion_type") != "urn:ietf:params:oauth:client-assertion-type:jwt-bearer":
		code, message = "50027", "JWT token is invalid or malformed."
	case !strings.EqualFold(x.claims.Iss, app.appID):
		by, code, message = e.federated(app, x)
	case !strings.EqualFold(x.claims.Sub, app.appID):
		code, message = "700021", "Client assertion application identifier doesn't match 'client_id' parameter."
	case !slices.ContainsFunc(x.claims.Aud, func(s string) bool { return strings.Contains(strings.ToLower(s), "/"+e.tenant+"/") }):
		code, message = "700023", "Client assertion audience claim does not match Realm issuer."
	default:
		if code, message = e.untimely(x); code == "" {
			by, code, message = e.signed(app, x)
		}
	}
	switch code {
	case "":
	case unreachable:
		e.fail(http.StatusBadRequest, "invalid_request", code, message)
	default:
		e.fail(http.StatusUnauthorized, "invalid_client", code, message)
	}
	return by
}

// signed finds the certificate that an assertion names and checks the signature with it.
func (e *entra) signed(app *application, x assertion) (by *usage, code, message string) {
	for _, k := range app.keys {
		der, err := base64.StdEncoding.DecodeString(k.key)
		if err != nil || e.k.Now().Before(k.known) {
			continue
		}
		short, long := sha1.Sum(der), sha256.Sum256(der) //nolint:gosec // see the import
		if unpad(x.head.X5t) != base64.RawURLEncoding.EncodeToString(short[:]) && unpad(x.head.X5tS) != base64.RawURLEncoding.EncodeToString(long[:]) {
			continue
		}
		if e.k.Now().After(k.end) || e.k.Now().Before(k.start) {
			return nil, "1000502", "The provided certificate is not within its specified validity period."
		}
		cert, err := x509.ParseCertificate(der)
		if err != nil {
			continue
		}
		if verified(cert, x) {
			return &k.usage, "", ""
		}
	}
	return nil, "700027", "The certificate with identifier used to sign the client assertion is not registered on application, or the signature is not valid."
}

// unpad brings both alphabets of base64 to one: Entra takes either, and MSAL sends the standard one.
func unpad(s string) string {
	return strings.NewReplacer("+", "-", "/", "_", "=", "").Replace(s)
}

func verified(cert *x509.Certificate, x assertion) bool {
	key, is := cert.PublicKey.(*rsa.PublicKey)
	if !is {
		return false
	}
	sum := sha256.Sum256([]byte(x.signed))
	switch x.head.Alg {
	case "RS256":
		return rsa.VerifyPKCS1v15(key, crypto.SHA256, sum[:], x.signature) == nil
	case "PS256":
		return rsa.VerifyPSS(key, crypto.SHA256, sum[:], x.signature, nil) == nil
	}
	return false
}
