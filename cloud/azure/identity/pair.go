package identity

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1" //nolint:gosec // a certificate's thumbprint is its SHA-1 in Entra; nothing rests on it
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"math/big"
	"time"

	"github.com/google/uuid"

	"github.com/itbytes/landfall/cloud/azure/graph"
	"github.com/itbytes/landfall/plan"
)

// pair is a private key and the certificate that it has signed itself.
type pair struct {
	key  *rsa.PrivateKey
	cert *x509.Certificate
}

// skew is how far Entra's clock may be behind ours: a certificate that has not begun there signs nobody in.
const skew = 5 * time.Minute

// newPair makes a key pair in memory, whose certificate holds for so long.
func newPair(commonName string, lasts time.Duration) (pair, error) {
	key, err := rsa.GenerateKey(rand.Reader, 3072) // Entra and Microsoft's libraries take RSA alone
	if err != nil {
		return pair{}, err
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		return pair{}, err
	}
	begins := time.Now().UTC().Add(-skew).Truncate(time.Second)
	form := &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: commonName}, NotBefore: begins, NotAfter: begins.Add(lasts),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, form, form, &key.PublicKey, key)
	if err != nil {
		return pair{}, err
	}
	cert, err := x509.ParseCertificate(der)
	return pair{key, cert}, err
}

// fields are the pair as the vault keeps it.
func (p pair) fields(tenant, client string) (plan.ItemFields, error) {
	private, err := x509.MarshalPKCS8PrivateKey(p.key)
	if err != nil {
		return plan.ItemFields{}, err
	}
	return plan.ItemFields{
		Plain: map[string]string{
			fieldClient: client, fieldTenant: tenant, fieldKey: keyID(p.cert), fieldExpires: p.cert.NotAfter.Format(time.RFC3339),
			fieldCert: string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: p.cert.Raw})),
		},
		Secret: map[string]plan.Secret{fieldPrivate: plan.NewSecret(string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private})))},
	}, nil
}

// certificateIn reads a certificate as the vault keeps it.
func certificateIn(text string) (*x509.Certificate, error) {
	block, _ := pem.Decode([]byte(text))
	if block == nil {
		return nil, fmt.Errorf("the vault's field %q is not a certificate", fieldCert)
	}
	return x509.ParseCertificate(block.Bytes)
}

// privateIn reads a private key as the vault keeps it. No error quotes it.
func privateIn(text plan.Secret) (*rsa.PrivateKey, error) {
	if block, _ := pem.Decode([]byte(text.Reveal())); block != nil {
		if key, err := x509.ParsePKCS8PrivateKey(block.Bytes); err == nil {
			if rsaKey, is := key.(*rsa.PrivateKey); is {
				return rsaKey, nil
			}
		}
	}
	return nil, fmt.Errorf("the vault's field %q is not a private key", fieldPrivate)
}

// entry is a certificate as the directory lists it, under a name that is ours.
func entry(c *x509.Certificate, name string) (json.RawMessage, error) {
	return json.Marshal(graph.Certificate{
		KeyID: keyID(c), DisplayName: name, Type: "AsymmetricX509Cert", Usage: "Verify",
		Key: base64.StdEncoding.EncodeToString(c.Raw), Begins: c.NotBefore.UTC(), Ends: c.NotAfter.UTC(),
	})
}

// keyID is the id of a certificate in Entra. It follows from the certificate, so that to show it twice is to show it once.
func keyID(c *x509.Certificate) string {
	sum := sha1.Sum(c.Raw) //nolint:gosec // see the import
	return uuid.NewSHA1(uuid.NameSpaceOID, sum[:]).String()
}
