package identity

import (
	"context"
	"crypto/x509"
	"time"

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
	lost, err := c.lost(ctx, s, t)
	if err != nil {
		return plan.Applied{}, err
	}
	return plan.Applied{ID: keyID(cert)}, c.ring(s).show(ctx, a.ID, cert, c.name(t), lost)
}

// keepNew makes a key pair and a certificate that it signs itself, and puts both into the vault.
func (c credential) keepNew(ctx context.Context, s *session.Session, a graph.Application) (*x509.Certificate, error) {
	p, err := newPair(c.identity.Name, lifetime(c.identity))
	if err != nil {
		return nil, err
	}
	f, err := p.fields(s.Tenant, a.AppID)
	if err != nil {
		return nil, err
	}
	_, err = s.Keeper.Keep(ctx, c.identity.Credential, f)
	return p.cert, err
}

// unpack is the certificate that the vault holds, or none.
func unpack(kept plan.Item) (*x509.Certificate, error) {
	text := kept.Fields[fieldCert]
	if text == "" || !kept.Holds[fieldPrivate] {
		return nil, nil
	}
	return certificateIn(text)
}
