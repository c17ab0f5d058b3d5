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

// product is a licence as it is sold (Microsoft: product names and service plan identifiers for licensing).
func (l licence) product() string {
	if sold, known := map[string]string{
		"SPB": "Microsoft 365 Business Premium", "SPE_E3": "Microsoft 365 E3", "SPE_E5": "Microsoft 365 E5", "EMS": "Enterprise Mobility + Security E3",
		"EMSPREMIUM": "Enterprise Mobility + Security E5", "AAD_PREMIUM": "Microsoft Entra ID P1", "AAD_PREMIUM_P2": "Microsoft Entra ID P2",
	}[l.Name]; known {
		return sold + " (" + l.Name + ")"
	}
	return l.Name
}

// premium says in one line whether the tenant owns Entra ID P1, and inside which licence: nobody shall be sent to buy what
// is there already.
func premium(ctx context.Context, s *session.Session) (string, error) {
	all, err := graph.List[licence](ctx, s.Graph, "subscribedSkus")
	switch session.Code(err) {
	case "":
	case "Authorization_RequestDenied": // evidence only; the control does without
		return "the login may not read the licences", nil
	}
	if err != nil {
		return "", err
	}
	for _, l := range all {
		for _, p := range l.Plans {
			if l.State == "Enabled" && slices.Contains([]string{"AAD_PREMIUM", "AAD_PREMIUM_P2"}, p.Name) {
				return "the licence is there: " + l.product() + " contains " + p.Name + ", Entra ID P1, and nothing has to be bought", nil
			}
		}
	}
	return "Entra ID P1 is in none of the licences", nil
}

// Owned is what a fault says of the tenant's licences beside what it is about.
func Owned(ctx context.Context, s *session.Session) string {
	says, err := premium(ctx, s)
	if err != nil {
		return "the licences could not be read"
	}
	return says
}
