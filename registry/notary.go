package registry

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"

	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// Keeper is the vault that keeps the signing key.
type Keeper interface {
	// Find reads what an item holds, without its secrets; one that is not there is Exists false and no error.
	Find(ctx context.Context, ref string) (plan.Item, error)
	// Keep makes the item or replaces the named fields of the one that is there.
	Keep(ctx context.Context, ref string, f plan.ItemFields) (plan.Item, error)
	// Reveal reads one secret field.
	Reveal(ctx context.Context, ref, field string) (plan.Secret, error)
}

// Fields of the signing key's item.
const (
	fieldPrivate = "private key" // PKCS #8 in PEM
	fieldPublic  = "public key"  // SubjectPublicKeyInfo in PEM
	fieldPrint   = "fingerprint" // of the public key: what a signature names it by
)

// Notary signs extracts by the Ed25519 key that the vault keeps, and tells whether an export is what it signed. The private
// key is in memory while it signs, and nowhere else but in the vault.
type Notary struct{ keeper Keeper }

// NewNotary returns a Notary whose keys are in a vault.
func NewNotary(k Keeper) *Notary { return &Notary{keeper: k} }

// Seal signs the rows of a registry by the key of the item that it names, which is made where the item holds none.
func (n *Notary) Seal(ctx context.Context, of string, home plan.Landing, reg plan.Registry, rows []plan.Row) (plan.Sealed, error) {
	e := extract(of, home, reg, rows)
	payload, err := encodeExtract(e)
	if err != nil {
		return plan.Sealed{}, err
	}
	key, err := n.private(ctx, reg.SigningKey)
	if err != nil {
		return plan.Sealed{}, err
	}
	id, _, err := public(key)
	if err != nil {
		return plan.Sealed{}, err
	}
	b, err := seal(payload, key, id)
	return plan.Sealed{Envelope: b, Digest: digest(payload), Key: id, AsOf: e.AsOf}, err
}

// Open gives back an extract that was sealed by the key of an item, by its public half alone. What it does not believe is a
// Conflict fault.
func (n *Notary) Open(ctx context.Context, ref string, b []byte) (plan.Extract, plan.Sealed, error) {
	item, err := n.keeper.Find(ctx, ref)
	if err != nil {
		return plan.Extract{}, plan.Sealed{}, err
	}
	if item.Fields[fieldPublic] == "" {
		return plan.Extract{}, plan.Sealed{}, fault.New(fault.Conflict, "Restore the item from the vault's history.",
			"%s holds no public key, so that no export can be believed", ref)
	}
	key, err := readPublic(item.Fields[fieldPublic])
	if err != nil {
		return plan.Extract{}, plan.Sealed{}, fault.New(fault.Conflict, "Restore the item from the vault's history.", "the public key of %s cannot be read: %v", ref, err)
	}
	payload, err := unseal(b, key)
	if err != nil {
		return plan.Extract{}, plan.Sealed{}, fault.New(fault.Conflict, "Read an earlier version of the object, or another cloud's export; nothing of this one is shown.",
			"the export is not believed: %v", err)
	}
	e, err := decodeExtract(payload)
	return e, plan.Sealed{Envelope: b, Digest: digest(payload), Key: fingerprint(key), AsOf: e.AsOf}, err
}

// private is the key of an item. An item that holds none is given one; one that has lost its private half is left alone:
// exports may stand that only its public half can prove.
func (n *Notary) private(ctx context.Context, ref string) (ed25519.PrivateKey, error) {
	item, err := n.keeper.Find(ctx, ref)
	switch {
	case err != nil:
		return nil, err
	case item.Holds[fieldPrivate]:
		return n.kept(ctx, ref, item)
	case item.Fields[fieldPublic] != "":
		return nil, fault.New(fault.Conflict, "Restore the item, or take the public key out of it too: then another key is made. Then resume.",
			"%s holds a public key and no private key", ref)
	}
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, err
	}
	id, printed, err := public(key)
	if err != nil {
		return nil, err
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, err
	}
	secret := plan.NewSecret(string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})))
	item, err = n.keeper.Keep(ctx, ref, plan.ItemFields{
		Plain: map[string]string{fieldPublic: printed, fieldPrint: id}, Secret: map[string]plan.Secret{fieldPrivate: secret},
	})
	if err != nil {
		return nil, err
	}
	return n.kept(ctx, ref, item) // what the vault holds signs, should somebody have made another at the same time
}

// kept reads the key of an item, and sees to it that whoever reads exports finds its public half beside it.
func (n *Notary) kept(ctx context.Context, ref string, item plan.Item) (ed25519.PrivateKey, error) {
	secret, err := n.keeper.Reveal(ctx, ref, fieldPrivate)
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode([]byte(secret.Reveal()))
	if block == nil {
		return nil, noKey(ref)
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	key, is := parsed.(ed25519.PrivateKey)
	if err != nil || !is {
		return nil, noKey(ref) // the parser's error may quote what it read
	}
	id, printed, err := public(key)
	if err != nil {
		return nil, err
	}
	switch stands, err := readPublic(item.Fields[fieldPublic]); {
	case item.Fields[fieldPublic] == "":
		_, err = n.keeper.Keep(ctx, ref, plan.ItemFields{Plain: map[string]string{fieldPublic: printed, fieldPrint: id}})
		return key, err
	case err != nil || fingerprint(stands) != id:
		return nil, fault.New(fault.Conflict, "Restore the item from the vault's history, then resume.", "the public key in %s is not that of its private key; nothing was signed", ref)
	}
	return key, nil
}

func noKey(ref string) error {
	return fault.New(fault.Conflict, "Put an Ed25519 key there in PKCS #8 and PEM, or empty the item: then a key is made. Then resume.",
		"the private key of %s is not an Ed25519 key in PKCS #8", ref)
}

// public is a key's fingerprint and its public half in PEM.
func public(key ed25519.PrivateKey) (id, printed string, err error) {
	half, _ := key.Public().(ed25519.PublicKey)
	der, err := x509.MarshalPKIXPublicKey(half)
	return fingerprint(half), string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})), err
}

func readPublic(printed string) (ed25519.PublicKey, error) {
	block, _ := pem.Decode([]byte(printed))
	if block == nil {
		return nil, errForm
	}
	parsed, err := x509.ParsePKIXPublicKey(block.Bytes)
	if err != nil {
		return nil, err
	}
	key, is := parsed.(ed25519.PublicKey)
	if !is {
		return nil, errForm
	}
	return key, nil
}

// fingerprint is the digest of a public key's DER, as openssl pkey -pubin -outform DER | sha256sum prints it.
func fingerprint(key ed25519.PublicKey) string {
	der, err := x509.MarshalPKIXPublicKey(key)
	if err != nil {
		return "" // no Ed25519 key: the caller has it from a parser that gives no other
	}
	return digest(der)
}
