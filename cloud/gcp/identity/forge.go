package identity

import (
	"context"
	"encoding/base64"
	"errors"
	"path"

	"google.golang.org/api/iam/v1"

	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// shelf is where a key is kept while it is made, and what earlier attempts at it have left.
type shelf struct {
	// held is the file of the key that is kept there, and its id: empty where Google has not been shown it yet, both empty
	// where none is.
	held func(ctx context.Context) (file plan.Secret, id string, err error)
	put  func(ctx context.Context, f plan.ItemFields) error
	// sweep removes what earlier attempts have had Google make and could not keep.
	sweep func(ctx context.Context) error
	mark  func(what string)
}

// forge makes a key: a pair of ours is kept first, and then its public half is shown. Whatever is lost in between, the next
// attempt finds the pair and goes on with it. Where a policy forbids that, Google makes the key.
func (r ring) forge(ctx context.Context, s shelf, commonName string) (*iam.ServiceAccountKey, error) {
	p, kept, err := r.pair(ctx, s)
	if err != nil {
		return nil, err
	}
	var k *iam.ServiceAccountKey
	if kept {
		if k, err = r.holding(ctx, p); err != nil {
			return nil, err
		}
	}
	if k == nil {
		s.mark("the upload of a key of the service account " + r.email)
		k, err = r.upload(ctx, p, commonName)
		if fault.KindOf(err) == fault.Entitlement {
			return r.receive(ctx, s)
		}
		if err != nil {
			return nil, err
		}
	}
	p.KeyID = path.Base(k.Name)
	f, err := p.fields()
	if err != nil {
		return nil, err
	}
	return k, s.put(ctx, f)
}

// pair is the pair that an earlier attempt has kept, or a new one that is kept now.
func (r ring) pair(ctx context.Context, s shelf) (p pair, kept bool, err error) {
	file, id, err := s.held(ctx)
	if err != nil {
		return pair{}, false, err
	}
	if !file.Empty() && id == "" {
		p, err := pairIn(file)
		return p, true, err
	}
	a, err := r.s.IAM.Projects.ServiceAccounts.Get(r.account()).Context(ctx).Do()
	if err != nil {
		return pair{}, false, r.s.Fault(err, service, "serviceAccounts.get")
	}
	if p, err = newPair(r.project, r.email, a.UniqueId, r.s.TokenURL()); err != nil {
		return pair{}, false, err
	}
	f, err := p.fields()
	if err != nil {
		return pair{}, false, err
	}
	return p, false, s.put(ctx, f)
}

// receive has Google make the key, and keeps it. Nobody but this attempt has its private half: one that could not be kept is
// deleted, unless the vault does not say whether it has it; then the next attempt decides.
func (r ring) receive(ctx context.Context, s shelf) (*iam.ServiceAccountKey, error) {
	if err := s.sweep(ctx); err != nil {
		return nil, err
	}
	s.mark("a key of the service account " + r.email)
	k, err := r.create(ctx)
	if f := fault.As(err); f != nil && f.Kind == fault.Entitlement {
		f.Hint = "Let its consumers in without a key (landfall federate), or have the organisation's policy administrator allow keys here; then resume."
		return nil, f
	}
	if err != nil {
		return nil, err
	}
	file, err := base64.StdEncoding.DecodeString(k.PrivateKeyData)
	if err != nil {
		return nil, fault.New(fault.Bug, "Report this.", "the key that Google answered is not in base64")
	}
	id := path.Base(k.Name)
	err = s.put(ctx, fieldsOf(id, r.email, r.project, string(file)))
	if err == nil {
		return k, nil
	}
	after := context.WithoutCancel(ctx)
	if _, holds, unread := s.held(after); unread == nil && holds != id {
		err = errors.Join(err, r.remove(after, id))
	}
	return nil, err
}
