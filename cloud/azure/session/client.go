package session

import (
	"crypto/rsa"
	"crypto/x509"

	"github.com/itbytes/landfall/plan"
)

// ClientKey is a credential of an application: a secret, or a certificate with its private key.
type ClientKey struct {
	Tenant      string
	Client      string // the application (client) id
	Secret      plan.Secret
	Certificate *x509.Certificate
	Private     *rsa.PrivateKey
}
