package identity

import (
	"context"
	"strings"
	"time"

	"github.com/itbytes/landfall/cloud/azure/graph"
	"github.com/itbytes/landfall/cloud/azure/session"
	"github.com/itbytes/landfall/cloud/step"
	"github.com/itbytes/landfall/plan"
)

// makeSecret makes a client secret and keeps it, in this order: remove what an earlier attempt may have lost, make, keep.
// Graph shows a secret once; one that did not reach the vault is an orphan that nobody can use and nobody may keep.
func (c credential) makeSecret(ctx context.Context, s *session.Session, t plan.Task, a graph.Application, intent step.Intent) (plan.Applied, error) {
	kept, err := c.find(ctx, s)
	if err != nil {
		return plan.Applied{}, err
	}
	for _, p := range orphans(t, a, kept.Fields[fieldKey]) {
		if err := s.Graph.Post(ctx, "applications/"+a.ID+"/removePassword", map[string]any{"keyId": p.KeyID}, nil); err != nil {
			return plan.Applied{}, err
		}
	}
	ends := time.Now().UTC().Add(c.days()).Truncate(time.Second)
	intent("addPassword " + c.identity.Name)
	var made struct {
		KeyID  string `json:"keyId"`
		Secret string `json:"secretText"`
	}
	err = s.Graph.Post(ctx, "applications/"+a.ID+"/addPassword", map[string]any{
		"passwordCredential": map[string]any{"displayName": ours(t) + " " + t.Key, "endDateTime": ends.Format(time.RFC3339)},
	}, &made)
	if err != nil {
		return plan.Applied{}, err
	}
	_, err = s.Keeper.Keep(ctx, c.identity.Credential, plan.ItemFields{
		Plain: map[string]string{
			fieldClient: a.AppID, fieldTenant: s.Tenant, fieldKey: made.KeyID, fieldExpires: ends.Format(time.RFC3339),
		},
		Secret: map[string]plan.Secret{fieldSecret: plan.NewSecret(made.Secret)},
	})
	return plan.Applied{ID: made.KeyID}, err
}

// orphans are the secrets that the plan made and the vault does not hold.
func orphans(t plan.Task, a graph.Application, kept string) []graph.Password {
	var out []graph.Password
	for _, p := range a.Passwords {
		if p.KeyID != kept && strings.HasPrefix(p.DisplayName, ours(t)+" ") {
			out = append(out, p)
		}
	}
	return out
}
