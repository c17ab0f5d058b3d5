package identity

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"math/big"
	"net/url"
	"time"

	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// keyFile is the JSON that Google's libraries read, in the order in which Google writes it. It holds the private half: no error
// and no message is made of it.
type keyFile struct {
	Type        string `json:"type"`
	ProjectID   string `json:"project_id"`
	KeyID       string `json:"private_key_id"` // empty until Google has given the public half one
	PrivateKey  string `json:"private_key"`
	Email       string `json:"client_email"`
	ClientID    string `json:"client_id"`
	AuthURI     string `json:"auth_uri"`
	TokenURI    string `json:"token_uri"`
	ProviderURL string `json:"auth_provider_x509_cert_url"`
	ClientURL   string `json:"client_x509_cert_url"`
	Universe    string `json:"universe_domain"`
}

// pair is a key pair of ours, in the key file of the account that it is for.
type pair struct {
	keyFile

	private *rsa.PrivateKey
}

// newPair makes a pair for an account of a unique id. Google takes RSA keys of 2048 bits
// (https://cloud.google.com/iam/docs/keys-upload).
func newPair(project, email, uniqueID, tokenURI string) (pair, error) {
	private, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return pair{}, err
	}
	der, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return pair{}, err
	}
	return pair{private: private, keyFile: keyFile{
		Type: "service_account", ProjectID: project, Email: email, ClientID: uniqueID, TokenURI: tokenURI,
		PrivateKey:  string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})),
		AuthURI:     "https://accounts.google.com/o/oauth2/auth",
		ProviderURL: "https://www.googleapis.com/oauth2/v1/certs",
		ClientURL:   "https://www.googleapis.com/robot/v1/metadata/x509/" + url.QueryEscape(email),
		Universe:    "googleapis.com",
	}}, nil
}

// pairIn reads a pair back from its key file.
func pairIn(file plan.Secret) (pair, error) {
	unreadable := fault.New(fault.Invalid, "Rotate the credential.", "the key file in the vault is not one that Google's libraries read")
	var p pair
	if json.Unmarshal([]byte(file.Reveal()), &p.keyFile) != nil {
		return pair{}, unreadable
	}
	block, _ := pem.Decode([]byte(p.PrivateKey))
	if block == nil {
		return pair{}, unreadable
	}
	private, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return pair{}, unreadable
	}
	var isRSA bool
	if p.private, isRSA = private.(*rsa.PrivateKey); !isRSA {
		return pair{}, unreadable
	}
	return p, nil
}

// fields are what the vault keeps of a pair whose public half has an id, or has none yet.
func (p pair) fields() (plan.ItemFields, error) {
	file, err := json.MarshalIndent(p.keyFile, "", "  ") //nolint:gosec // it goes into the vault and nowhere else
	if err != nil {
		return plan.ItemFields{}, err
	}
	return fieldsOf(p.KeyID, p.Email, p.ProjectID, string(file)), nil
}

func fieldsOf(id, email, project, file string) plan.ItemFields {
	return plan.ItemFields{
		Plain:  map[string]string{fieldKeyID: id, fieldEmail: email, fieldProject: project},
		Secret: map[string]plan.Secret{fieldFile: plan.NewSecret(file)},
	}
}

// certificate wraps the public half, as keys.upload wants it. Made again it differs, and holds the same key. It does not end
// (RFC 5280, section 4.1.2.5): Google advises against keys that expire where keys are rotated, for whoever is late is locked
// out. It begins a little earlier, for clocks differ.
func (p pair) certificate(commonName string, now time.Time) ([]byte, error) {
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		return nil, err
	}
	template := &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: commonName}, NotBefore: now.Add(-5 * time.Minute),
		NotAfter: time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC), KeyUsage: x509.KeyUsageDigitalSignature,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, p.private.Public(), p.private)
	if err != nil {
		return nil, err
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), nil
}

// holds reports whether a certificate wraps the pair's public half.
func (p pair) holds(c *x509.Certificate) bool {
	return c != nil && p.private.PublicKey.Equal(c.PublicKey)
}
