package gcp

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"net/http"
	"slices"
	"time"

	"github.com/itbytes/landfall/simulator/kernel"
)

// key is a key of a service account. Only its public half stays.
type key struct {
	id, algorithm, origin string
	disabled              bool
	made, until           time.Time
	usable                time.Time // when the token endpoint knows it
	public                *rsa.PublicKey
	certificate           []byte      // in PEM, as its owner uploaded it
	days                  []time.Time // on which it signed in, the last one last
}

func keyShape() shape {
	return shape{
		"name": text(), "privateKeyType": choice("TYPE_UNSPECIFIED", "TYPE_PKCS12_FILE", "TYPE_GOOGLE_CREDENTIALS_FILE"),
		"keyAlgorithm":   choice("KEY_ALG_UNSPECIFIED", "KEY_ALG_RSA_1024", "KEY_ALG_RSA_2048"),
		"privateKeyData": octets(), "publicKeyData": octets(), "validAfterTime": moment(), "validBeforeTime": moment(),
		"keyOrigin": choice("ORIGIN_UNSPECIFIED", "USER_PROVIDED", "GOOGLE_PROVIDED"),
		"keyType":   choice("KEY_TYPE_UNSPECIFIED", "USER_MANAGED", "SYSTEM_MANAGED"), "disabled": boolean(),
	}
}

func keyRoutes() []route {
	const api, one, all = "iam", "/v1/projects/{project}/serviceAccounts/{account}/keys/{key}", "/v1/projects/{project}/serviceAccounts/{account}/keys"
	create := shape{"privateKeyType": keyShape()["privateKeyType"], "keyAlgorithm": keyShape()["keyAlgorithm"]}
	return []route{
		{api: api, method: http.MethodGet, path: one, operation: "serviceAccounts.keys.get", params: "publicKeyType", do: (*Cloud).getKey},
		{api: api, method: http.MethodGet, path: all, operation: "serviceAccounts.keys.list", params: "keyTypes", do: (*Cloud).listKeys},
		{api: api, method: http.MethodPost, path: all, operation: "serviceAccounts.keys.create", write: true, body: create, do: (*Cloud).createKey},
		{api: api, method: http.MethodPost, path: all + ":upload", operation: "serviceAccounts.keys.upload", write: true, body: shape{"publicKeyData": octets()}, do: (*Cloud).uploadKey},
		{api: api, method: http.MethodDelete, path: one, operation: "serviceAccounts.keys.delete", write: true, do: (*Cloud).deleteKey},
		{api: api, method: http.MethodPost, path: one + ":disable", operation: "serviceAccounts.keys.disable", write: true, body: shape{"serviceAccountKeyDisableReason": text()}, do: (*Cloud).disableKey},
		{api: api, method: http.MethodPost, path: one + ":enable", operation: "serviceAccounts.keys.enable", write: true, body: shape{}, do: (*Cloud).enableKey},
	}
}

func (k *key) wire(a *serviceAccount) fields {
	s := keyShape()
	return full(fields{
		"name": a.name() + "/keys/" + k.id, "keyAlgorithm": s.pick("keyAlgorithm", k.algorithm), "keyOrigin": s.pick("keyOrigin", k.origin),
		"keyType": s.pick("keyType", "USER_MANAGED"), "validAfterTime": k.made.Truncate(time.Second), "validBeforeTime": k.until.Truncate(time.Second), "disabled": k.disabled,
	})
}

func (c *Cloud) keyAsked(q *request) (*serviceAccount, *key, *problem) {
	a, bad := c.accountAsked(q)
	if bad != nil {
		return nil, nil, bad
	}
	for _, k := range a.keys {
		if k.id == q.vars["key"] {
			return a, k, nil
		}
	}
	return nil, nil, notFound("Service account key %s does not exist.", q.vars["key"])
}

func (c *Cloud) getKey(q *request) (any, *problem) {
	a, k, bad := c.keyAsked(q)
	if bad != nil {
		return nil, bad
	}
	f := k.wire(a)
	switch q.arg("publicKeyType") {
	case "", "TYPE_NONE":
	case "TYPE_X509_PEM_FILE": // the recorded answer of a key that Google made holds none
		if len(k.certificate) > 0 {
			f["publicKeyData"] = base64.StdEncoding.EncodeToString(k.certificate)
		}
	case "TYPE_RAW_PUBLIC_KEY":
		b, err := x509.MarshalPKIXPublicKey(k.public)
		if err != nil {
			return nil, problemf(http.StatusInternalServerError, "INTERNAL", "backendError", "Internal error encountered.")
		}
		f["publicKeyData"] = base64.StdEncoding.EncodeToString(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: b}))
	default:
		return nil, invalid("Invalid value at 'public_key_type'.")
	}
	return f, nil
}

func (c *Cloud) listKeys(q *request) (any, *problem) {
	a, bad := c.accountAsked(q)
	if bad != nil {
		return nil, bad
	}
	sorts := q.query["keyTypes"]
	for _, s := range sorts {
		if !slices.Contains(keyShape()["keyType"].names, s) {
			return nil, invalid("Invalid value at 'key_types' (type.googleapis.com/google.iam.admin.v1.ListServiceAccountKeysRequest.KeyType), %q", s)
		}
	}
	var out []fields
	for _, k := range a.keys {
		if len(sorts) == 0 || slices.Contains(sorts, "USER_MANAGED") {
			out = append(out, k.wire(a))
		}
	}
	return full(fields{"keys": out}), nil
}

// addKey keeps the public half of a key, within the ten that an account may have.
func (c *Cloud) addKey(a *serviceAccount, k *key) *problem {
	if len(a.keys) >= 10 {
		return precondition("Precondition check failed.")
	}
	k.id, k.made, k.usable = kernel.Random(20), c.k.Now(), c.later("gcp.serviceaccount.keyPropagation")
	a.keys = append(a.keys, k)
	return nil
}

func (c *Cloud) deleteKey(q *request) (any, *problem) {
	a, k, bad := c.keyAsked(q)
	if bad != nil {
		return nil, bad
	}
	a.keys = slices.DeleteFunc(a.keys, func(o *key) bool { return o == k })
	return fields{}, nil
}

func (c *Cloud) disableKey(q *request) (any, *problem) { return c.setKeyDisabled(q, true) }

func (c *Cloud) enableKey(q *request) (any, *problem) { return c.setKeyDisabled(q, false) }

func (c *Cloud) setKeyDisabled(q *request, disabled bool) (any, *problem) {
	_, k, bad := c.keyAsked(q)
	if bad != nil {
		return nil, bad
	}
	k.disabled = disabled
	return fields{}, nil
}
