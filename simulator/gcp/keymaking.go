package gcp

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/itbytes/landfall/simulator/kernel"
)

// createKey makes a key and hands its private half out, this once.
func (c *Cloud) createKey(q *request) (any, *problem) {
	a, bad := c.accountAsked(q)
	if bad != nil {
		return nil, bad
	}
	if bad := c.forbidsKeys(a, "iam.disableServiceAccountKeyCreation", "Key creation is not allowed on this service account."); bad != nil {
		return nil, bad
	}
	if t, ok := q.body["privateKeyType"].(enum); ok && t.name == "TYPE_PKCS12_FILE" {
		return nil, problemf(http.StatusNotImplemented, "UNIMPLEMENTED", "notImplemented", "PKCS12 keys are not simulated.")
	}
	if alg, ok := q.body["keyAlgorithm"].(enum); ok && alg.name == "KEY_ALG_RSA_1024" {
		return nil, invalid("The key algorithm KEY_ALG_RSA_1024 is no longer supported.")
	}
	private, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, problemf(http.StatusInternalServerError, "INTERNAL", "backendError", "Internal error encountered.")
	}
	k := &key{algorithm: "KEY_ALG_RSA_2048", origin: "GOOGLE_PROVIDED", until: time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC), public: &private.PublicKey}
	if bad := c.addKey(a, k); bad != nil {
		return nil, bad
	}
	file, bad := c.keyFile(q, a, k, private)
	if bad != nil {
		return nil, bad
	}
	f := k.wire(a)
	f["privateKeyType"], f["privateKeyData"] = "TYPE_GOOGLE_CREDENTIALS_FILE", file
	return f, nil
}

// keyFile is the credentials file of a key, whose token address is the one under which this cloud was called.
func (c *Cloud) keyFile(q *request, a *serviceAccount, k *key, private *rsa.PrivateKey) (string, *problem) {
	der, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return "", problemf(http.StatusInternalServerError, "INTERNAL", "backendError", "Internal error encountered.")
	}
	text := string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
	scheme := "http"
	if q.http.TLS != nil {
		scheme = "https"
	}
	b, err := json.MarshalIndent(map[string]string{
		"type": "service_account", "project_id": a.project.id, "private_key_id": k.id, "private_key": text, "client_email": a.email,
		"client_id": a.uniqueID, "auth_uri": "https://accounts.google.com/o/oauth2/auth", "token_uri": scheme + "://" + q.http.Host + "/oauth2/token",
		"auth_provider_x509_cert_url": "https://www.googleapis.com/oauth2/v1/certs",
		"client_x509_cert_url":        "https://www.googleapis.com/robot/v1/metadata/x509/" + url.QueryEscape(a.email), "universe_domain": "googleapis.com",
	}, "", "  ")
	if err != nil {
		return "", problemf(http.StatusInternalServerError, "INTERNAL", "backendError", "Internal error encountered.")
	}
	file := base64.StdEncoding.EncodeToString(b)
	escaped, _ := json.Marshal(text)
	for id, v := range map[string]string{
		"key file": file, "private key": strings.TrimSpace(text), "private key in JSON": strings.Trim(string(escaped), `"`),
		"private key body": strings.Split(text, "\n")[1],
	} {
		c.k.Mint(kernel.Secret{Cloud: "gcp", Scope: "projects/" + a.project.id, ID: k.id + " " + id, Value: v})
	}
	return file, nil
}

// uploadKey takes the public half of a key whose private half never leaves its owner.
func (c *Cloud) uploadKey(q *request) (any, *problem) {
	a, bad := c.accountAsked(q)
	if bad != nil {
		return nil, bad
	}
	if bad := c.forbidsKeys(a, "iam.disableServiceAccountKeyUpload", "Constraint `constraints/iam.disableServiceAccountKeyUpload` violated for service account "+
		a.name()+" attempting to upload public key."); bad != nil {
		return nil, bad
	}
	raw, err := base64.StdEncoding.DecodeString(q.body.str("publicKeyData"))
	block, _ := pem.Decode(raw)
	if err != nil || block == nil || block.Type != "CERTIFICATE" {
		return nil, invalid("Public key data is not an X.509 certificate in PEM.")
	}
	cert, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return nil, invalid("Public key data is not an X.509 certificate in PEM.")
	}
	public, isRSA := cert.PublicKey.(*rsa.PublicKey)
	if !isRSA || public.N.BitLen() < 2048 {
		return nil, invalid("The public key must be an RSA key of 2048 bits.")
	}
	for _, o := range a.keys {
		if o.public.Equal(public) {
			return nil, exists("Public key already exists on the service account.")
		}
	}
	k := &key{algorithm: "KEY_ALG_RSA_2048", origin: "USER_PROVIDED", until: cert.NotAfter.UTC(), public: public, certificate: raw}
	if bad := c.addKey(a, k); bad != nil {
		return nil, bad
	}
	return k.wire(a), nil
}

// forbidsKeys is what an organisation policy says to a key: the legacy constraint in its words, the managed twin in its own.
func (c *Cloud) forbidsKeys(a *serviceAccount, constraint, says string) *problem {
	if c.enforced(a.project, constraint) {
		return precondition("%s", says).add(fields{"@type": "type.googleapis.com/google.rpc.PreconditionFailure", "violations": []any{fields{
			"type": "constraints/" + constraint, "description": says, "subject": a.name() + "?configvalue=" + url.QueryEscape(a.email),
		}}})
	}
	managed := strings.Replace(constraint, "iam.", "iam.managed.", 1)
	if c.enforced(a.project, managed) {
		name := "constraints/" + managed
		return precondition("Operation denied by org policy on resource '%s': [\"%s\": \"%s\"].", a.name(), name, says).add(
			errorInfo("CUSTOM_ORG_POLICY_VIOLATION", "googleapis.com", map[string]string{"customConstraints": name}))
	}
	return nil
}
