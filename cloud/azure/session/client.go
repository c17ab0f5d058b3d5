package session

import (
	"crypto/rsa"
	"crypto/x509"

	"github.com/itbytes/landfall/plan"
)

// ClientKey is a credential of an application: a secret, a certificate with its private key, or a token of somebody whom the
// application trusts.
type ClientKey struct {
	Tenant      string
	Client      string // the application (client) id
	Secret      plan.Secret
	Certificate *x509.Certificate
	Private     *rsa.PrivateKey
	Assertion   plan.Secret
}

// Grant is a token that Entra has signed, and what it says.
type Grant struct {
	Token plan.Secret
	Said
}
