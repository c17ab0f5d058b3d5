package identity

import (
	"context"
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
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/itbytes/landfall/cloud/azure/graph"
	"github.com/itbytes/landfall/cloud/azure/session"
	"github.com/itbytes/landfall/cloud/step"
	"github.com/itbytes/landfall/plan"
)

// makeCertificate makes a key pair here, keeps it, and then shows Entra the certificate. A crash between the two loses
// nothing: the next attempt finds in the vault what Entra has not yet seen, and shows it that.
func (c credential) makeCertificate(ctx context.Context, s *session.Session, t plan.Task, a graph.Application, intent step.Intent) (plan.Applied, error) {
	kept, err := c.find(ctx, s)
	if err != nil {
		return plan.Applied{}, err
	}
	cert, err := unpack(kept)
	if err != nil {
		return plan.Applied{}, err
	}
	if cert == nil || kept.Fields[fieldKey] == "" || time.Until(cert.NotAfter) < time.Hour {
		intent("certificate of " + c.identity.Name)
		if cert, err = c.keepNew(ctx, s, a); err != nil {
			return plan.Applied{}, err
		}
	}
	key := keyID(cert)
	if _, stands := standing(a, key); stands {
		return plan.Applied{ID: key}, nil
	}
	entry, err := json.Marshal(graph.Certificate{
		KeyID: key, DisplayName: ours(t) + " " + t.Key, Type: "AsymmetricX509Cert", Usage: "Verify",
		Key: base64.StdEncoding.EncodeToString(cert.Raw), Begins: cert.NotBefore.UTC(), Ends: cert.NotAfter.UTC(),
	})
	if err != nil {
		return plan.Applied{}, err
	}
	return plan.Applied{ID: key}, s.Graph.Patch(ctx, "applications/"+a.ID, map[string]any{"keyCredentials": append(c.others(t, a, key), entry)})
}

// others are the certificates that stay: all but those that the plan made and the vault no longer holds.
func (c credential) others(t plan.Task, a graph.Application, key string) []json.RawMessage {
	out := []json.RawMessage{}
	for _, raw := range a.Keys {
		var k graph.Certificate
		if err := json.Unmarshal(raw, &k); err == nil && k.KeyID != key && strings.HasPrefix(k.DisplayName, ours(t)+" ") {
			continue
		}
		out = append(out, raw)
	}
	return out
}

// without are the application's certificates but one.
func without(a graph.Application, key string) []json.RawMessage {
	out := []json.RawMessage{}
	for _, raw := range a.Keys {
		var k graph.Certificate
		if err := json.Unmarshal(raw, &k); err == nil && k.KeyID == key {
			continue
		}
		out = append(out, raw)
	}
	return out
}

// keepNew makes a key pair and a certificate that it signs itself, and puts both into the vault.
func (c credential) keepNew(ctx context.Context, s *session.Session, a graph.Application) (*x509.Certificate, error) {
	key, err := rsa.GenerateKey(rand.Reader, 3072) // Entra and Microsoft's libraries take RSA alone
	if err != nil {
		return nil, err
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		return nil, err
	}
	now := time.Now().UTC().Truncate(time.Second)
	form := &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: c.identity.Name}, NotBefore: now, NotAfter: now.Add(c.days()),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, form, form, &key.PublicKey, key)
	if err != nil {
		return nil, err
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, err
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, err
	}
	_, err = s.Keeper.Keep(ctx, c.identity.Credential, plan.ItemFields{
		Plain: map[string]string{
			fieldClient: a.AppID, fieldTenant: s.Tenant, fieldKey: keyID(cert), fieldExpires: cert.NotAfter.Format(time.RFC3339),
			fieldCert: string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})),
		},
		Secret: map[string]plan.Secret{fieldPrivate: plan.NewSecret(string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private})))},
	})
	return cert, err
}

// unpack is the certificate that the vault holds, or none.
func unpack(kept plan.Item) (*x509.Certificate, error) {
	text := kept.Fields[fieldCert]
	if text == "" || !kept.Holds[fieldPrivate] {
		return nil, nil
	}
	block, _ := pem.Decode([]byte(text))
	if block == nil {
		return nil, fmt.Errorf("the vault's field %q is not a certificate", fieldCert)
	}
	return x509.ParseCertificate(block.Bytes)
}

// keyID is the id of a certificate in Entra. It follows from the certificate, so that to show it twice is to show it once.
func keyID(c *x509.Certificate) string {
	sum := sha1.Sum(c.Raw) //nolint:gosec // see the import
	return uuid.NewSHA1(uuid.NameSpaceOID, sum[:]).String()
}

// standing is when a credential of the application ends, and whether the application has it at all.
func standing(a graph.Application, key string) (time.Time, bool) {
	for _, p := range a.Passwords {
		if p.KeyID == key {
			return p.Ends, true
		}
	}
	for _, raw := range a.Keys {
		var k graph.Certificate
		if err := json.Unmarshal(raw, &k); err == nil && k.KeyID == key {
			return k.Ends, true
		}
	}
	return time.Time{}, false
}
