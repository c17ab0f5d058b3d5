package baseline

import (
	"context"
	"slices"

	"github.com/itbytes/landfall/cloud/azure/graph"
	"github.com/itbytes/landfall/cloud/azure/session"
)

// licence is a subscribed licence and the service plans that it contains.
type licence struct {
	Name  string `json:"skuPartNumber"`
	State string `json:"capabilityStatus"`
	Plans []struct {
		Name string `json:"servicePlanName"`
	} `json:"servicePlans"`
}

// premium says in one line whether the tenant owns Entra ID P1, and inside which licence: nobody shall be sent to buy what
// is there already.
func premium(ctx context.Context, s *session.Session) (string, error) {
	all, err := graph.List[licence](ctx, s.Graph, "subscribedSkus")
	switch session.Code(err) {
	case "":
	case "Authorization_RequestDenied": // evidence only; the control does without
		return "licences: the login may not read them", nil
	}
	if err != nil {
		return "", err
	}
	for _, l := range all {
		for _, p := range l.Plans {
			if l.State == "Enabled" && slices.Contains([]string{"AAD_PREMIUM", "AAD_PREMIUM_P2"}, p.Name) {
				return "licences: Entra ID P1 is owned, " + l.Name + " contains " + p.Name, nil
			}
		}
	}
	return "licences: Entra ID P1 is in none", nil
}
