package identity

import (
	"context"
	"encoding/json"

	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// uses asks Google's Policy Analyzer on which day keys were last used. It tells whole days, in Pacific Standard Time, days
// later, and of a new key nothing at all
// (https://cloud.google.com/policy-intelligence/docs/activity-analyzer-service-account-authentication).
type uses struct {
	ring   ring
	silent bool // the API is off in the project, or the login may not ask: the other keys are not asked about
}

func (r ring) uses() *uses { return &uses{ring: r} }

// activity is what the Policy Analyzer says of a key.
type activity struct {
	LastAuthenticated string `json:"lastAuthenticatedTime"`
}

// tell adds to a key when it was last used, where Google says so. What it does not say is not told, and never means that a key
// is unused. A day is told by its beginning: the key was used at that time or within the day after it.
func (u *uses) tell(ctx context.Context, k *plan.Key) error {
	if u.silent {
		return nil
	}
	got, err := u.ring.s.Activities.Projects.Locations.ActivityTypes.Activities.
		Query("projects/" + u.ring.project + "/locations/global/activityTypes/serviceAccountKeyLastAuthentication").
		Filter(`activities.fullResourceName = "//iam.googleapis.com/` + u.ring.name(k.ID) + `"`).Context(ctx).Do()
	if err != nil {
		named := u.ring.s.Fault(err, "policyanalyzer", "activities.query")
		f := fault.As(named)
		u.silent = f != nil && (f.Kind == fault.Denied || f.Kind == fault.Invalid || f.Code == "SERVICE_DISABLED")
		if u.silent {
			return nil
		}
		return named
	}
	for _, a := range got.Activities {
		var said activity
		if a.FullResourceName != "//iam.googleapis.com/"+u.ring.name(k.ID) || json.Unmarshal(a.Activity, &said) != nil {
			continue // of another, or in a form that is not known
		}
		k.Used = timeOf(said.LastAuthenticated)
		seen := a.ObservationPeriod
		k.Tells = !k.Used.IsZero() || said.LastAuthenticated == "" && seen != nil && !k.Created.IsZero() && !timeOf(seen.StartTime).After(k.Created)
		if !k.Used.IsZero() {
			k.UsedFor = "some time within the day from then on, an API that Google does not name"
		}
	}
	return nil
}
