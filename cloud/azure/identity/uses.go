package identity

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"

	"github.com/itbytes/landfall/cloud/azure/graph"
	"github.com/itbytes/landfall/plan"
)

// uses are when an application's credentials were last signed in with. Only a report of Graph's beta tells that by credential
// (appCredentialSignInActivity); it takes the right AuditLog.Read.All and an Entra ID licence that not every tenant has, and
// Microsoft may change it. Where it is refused or not there nothing is told; where it fails it is asked again, for an old
// credential is deleted on the strength of its silence.
func (r ring) uses(ctx context.Context, client string) ([]graph.CredentialUse, error) {
	all, err := graph.List[graph.CredentialUse](ctx, r.s.Graph.Beta(), "reports/appCredentialSignInActivities?$filter="+url.QueryEscape("appId eq '"+client+"'"))
	var e *azcore.ResponseError
	if errors.As(err, &e) && e.StatusCode >= 400 && e.StatusCode < 500 && e.StatusCode != http.StatusTooManyRequests && e.StatusCode != http.StatusUnauthorized {
		return nil, nil
	}
	return all, err
}

// tell completes a key by its line of the report. A key without a line may have been used since the report was made.
func tell(k *plan.Key, all []graph.CredentialUse) {
	i := slices.IndexFunc(all, func(u graph.CredentialUse) bool { return strings.EqualFold(u.KeyID, k.ID) })
	if i >= 0 {
		k.Tells, k.Used, k.UsedFor = true, all[i].SignIn.Last.UTC(), all[i].Resource
	}
}
