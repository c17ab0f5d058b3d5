package identity

import (
	"context"
	"strings"
	"time"

	"google.golang.org/api/iamcredentials/v1"

	"github.com/itbytes/landfall/cloud/gcp/names"
	"github.com/itbytes/landfall/cloud/gcp/wire"
	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// Token is a token that Google signs about an identity's service account, for an audience: by the account's own key where the
// vault holds one, and else by the login, where it may speak for the account.
func Token(ctx context.Context, s *wire.Session, t plan.Task, id plan.Identity, audience string) (plan.Secret, error) {
	r := key{id}.ring(s, t)
	held, err := key{id}.current(ctx, s)
	if err != nil {
		return plan.Secret{}, err
	}
	if !held.Empty() {
		token, err := s.IDToken(ctx, held, audience)
		return token, r.refusedToken(ctx, held, id, err)
	}
	got, err := s.Tokens.Projects.ServiceAccounts.GenerateIdToken("projects/-/serviceAccounts/"+r.email, &iamcredentials.GenerateIdTokenRequest{
		Audience: audience,
	}).Context(ctx).Do()
	if err != nil {
		return plan.Secret{}, speechless(s.Fault(err, "iamcredentials", "generateIdToken"), t, id, r.email)
	}
	return plan.NewSecret(got.Token), nil
}

// current is the key file that the vault holds of the identity, or none: a pair that Google has not been shown yet is none.
func (c key) current(ctx context.Context, s *wire.Session) (plan.Secret, error) {
	if c.id.Credential == "" {
		return plan.Secret{}, nil
	}
	kept, err := c.kept(ctx, s)
	if err != nil || kept.Fields[fieldKeyID] == "" || !kept.Holds[fieldFile] {
		return plan.Secret{}, err
	}
	return s.Keeper.Reveal(ctx, c.id.Credential, fieldFile)
}

// speechless says what would let the login speak for an account. To administer its project is not enough, however old that is, and
// the plan grants nobody more.
func speechless(err error, t plan.Task, id plan.Identity, email string) error {
	if f := fault.As(err); f != nil && f.Code == "PERMISSION_DENIED" {
		f.Kind, f.Hint = fault.Denied, "Have an owner of the project "+names.Project(t)+" grant the login "+t.Landing.Login.Name+" roles/iam.serviceAccountOpenIdTokenCreator on "+email+
			", then resume; or have "+id.Name+" itself sign in by its token, and resume with done."
	}
	return err
}

// refusedToken names why Google gave a key file of the vault no token.
func (r ring) refusedToken(ctx context.Context, file plan.Secret, id plan.Identity, err error) error {
	f := fault.As(err)
	if f == nil || f.Kind.Retries() {
		return err
	}
	says := strings.ToLower(f.Message)
	switch {
	case strings.Contains(says, "invalid jwt signature"):
		f.Kind, f.Hint = fault.Invalid, "Rotate the credential of "+id.Name+": Google does not know the key that "+id.Credential+" holds."
		if p, unread := pairIn(file); unread == nil {
			if k, unread := r.get(ctx, p.KeyID); unread == nil && k != nil && !k.Disabled && time.Since(timeOf(k.ValidAfterTime)) < settling {
				f.Kind, f.Hint = fault.Propagating, "Wait; the key was made minutes ago and is not yet known everywhere."
			}
		}
	case f.Code == "unauthorized_client", strings.Contains(says, "account has been disabled"):
		f.Kind, f.Scope = fault.Locked, r.email
		f.Message, f.Hint = "the service account "+r.email+" is disabled", "Have it enabled (gcloud iam service-accounts enable "+r.email+"), then resume."
	case f.Code != "": // the token endpoint's word, and no login's
		f.Kind, f.Hint = fault.Invalid, "Rotate the credential of "+id.Name+"."
	}
	return f
}
