package identity

import (
	"context"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"path"
	"slices"
	"time"

	"google.golang.org/api/iam/v1"

	"github.com/itbytes/landfall/cloud/gcp/wire"
	"github.com/itbytes/landfall/fault"
)

// Who made a key, as Google says it.
const (
	byUs     = "USER_PROVIDED"
	byGoogle = "GOOGLE_PROVIDED"
)

// ring is the keys of one service account that were made for somebody; Google's own are none of them.
type ring struct {
	s              *wire.Session
	project, email string
}

func (r ring) account() string { return resource(r.project, r.email) }

func (r ring) name(id string) string { return r.account() + "/keys/" + id }

// list is all keys. An account that is not there has none.
func (r ring) list(ctx context.Context) ([]*iam.ServiceAccountKey, error) {
	list, err := r.s.IAM.Projects.ServiceAccounts.Keys.List(r.account()).KeyTypes("USER_MANAGED").Context(ctx).Do()
	if wire.NotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, r.s.Fault(err, service, "keys.list")
	}
	return list.Keys, nil
}

// get is one key, or nil where it is gone.
func (r ring) get(ctx context.Context, id string) (*iam.ServiceAccountKey, error) {
	k, err := r.s.IAM.Projects.ServiceAccounts.Keys.Get(r.name(id)).Context(ctx).Do()
	if gone, err := r.gone(ctx, id, err, "keys.get"); gone || err != nil {
		return nil, err
	}
	return k, nil
}

// gone reports whether the answer to a call about a key means that it is not there. Google answers some of those with a 403
// (hashicorp/vault-plugin-secrets-gcp#37), which the list has to bear out: who may read it and does not see the key may
// believe it.
func (r ring) gone(ctx context.Context, id string, err error, operation string) (bool, error) {
	if err == nil || wire.NotFound(err) {
		return err != nil, nil
	}
	named := r.s.Fault(err, service, operation)
	if !wire.Forbidden(err) {
		return false, named
	}
	keys, unread := r.list(ctx)
	if unread != nil || slices.ContainsFunc(keys, func(k *iam.ServiceAccountKey) bool { return path.Base(k.Name) == id }) {
		return false, named
	}
	return true, nil
}

// certificate is what a key of ours was uploaded in; nil where Google does not say.
func (r ring) certificate(ctx context.Context, id string) (*x509.Certificate, error) {
	k, err := r.s.IAM.Projects.ServiceAccounts.Keys.Get(r.name(id)).PublicKeyType("TYPE_X509_PEM_FILE").Context(ctx).Do()
	if gone, err := r.gone(ctx, id, err, "keys.get"); gone || err != nil {
		return nil, err
	}
	return certificateIn(k.PublicKeyData), nil
}

// certificateIn is a certificate in PEM and base64, or nil where it is none.
func certificateIn(data string) *x509.Certificate {
	text, _ := base64.StdEncoding.DecodeString(data) // what cannot be read holds no PEM either
	block, _ := pem.Decode(text)
	if block == nil {
		return nil
	}
	c, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return nil
	}
	return c
}

// holding is the key whose public half is a pair's, or nil where none is seen.
func (r ring) holding(ctx context.Context, p pair) (*iam.ServiceAccountKey, error) {
	keys, err := r.list(ctx)
	if err != nil {
		return nil, err
	}
	for _, k := range keys {
		if k.KeyOrigin != byUs {
			continue
		}
		c, err := r.certificate(ctx, path.Base(k.Name))
		if err != nil {
			return nil, err
		}
		if p.holds(c) {
			return k, nil
		}
	}
	return nil, nil
}

// upload shows Google the public half of a pair, and is the key that it has become. One that Google has seen before is found.
func (r ring) upload(ctx context.Context, p pair, commonName string) (*iam.ServiceAccountKey, error) {
	c, err := p.certificate(commonName, time.Now())
	if err != nil {
		return nil, err
	}
	k, err := r.s.IAM.Projects.ServiceAccounts.Keys.Upload(r.account(), &iam.UploadServiceAccountKeyRequest{
		PublicKeyData: base64.StdEncoding.EncodeToString(c),
	}).Context(ctx).Do()
	if !wire.Exists(err) {
		return k, r.refusal(err, "keys.upload")
	}
	named := r.s.Fault(err, service, "keys.upload")
	k, unread := r.holding(ctx, p)
	if k == nil && unread == nil {
		f := fault.As(named)
		f.Kind, f.Hint = fault.Propagating, "Wait; the key was uploaded a moment ago and is not yet listed everywhere."
		return nil, f
	}
	return k, unread
}

// create has Google make a key, whose private half is in its answer and nowhere else.
func (r ring) create(ctx context.Context) (*iam.ServiceAccountKey, error) {
	k, err := r.s.IAM.Projects.ServiceAccounts.Keys.Create(r.account(), &iam.CreateServiceAccountKeyRequest{
		PrivateKeyType: "TYPE_GOOGLE_CREDENTIALS_FILE",
	}).Context(ctx).Do()
	return k, r.refusal(err, "keys.create")
}

// refusal names why no key was made. The eleventh is refused in words that say nothing
// (googleapis/google-api-dotnet-client#2027).
func (r ring) refusal(err error, operation string) error {
	named := r.s.Fault(err, service, operation)
	if f := fault.As(named); f != nil && f.Kind == fault.Conflict && f.Code == "FAILED_PRECONDITION" {
		f.Kind, f.Hint = fault.Quota, "See whether the account has ten keys, which is all that Google allows, and delete those that nobody uses; then resume."
	}
	return named
}

// remove deletes a key. One that is gone is as wanted.
func (r ring) remove(ctx context.Context, id string) error {
	_, err := r.s.IAM.Projects.ServiceAccounts.Keys.Delete(r.name(id)).Context(ctx).Do()
	_, err = r.gone(ctx, id, err, "keys.delete")
	return err
}
