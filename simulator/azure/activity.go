package azure

import (
	"net/http"
	"time"
)

// usage is when a credential was signed in with, as the report of it will tell once it has heard of it.
type usage struct{ uses []use }

type use struct {
	at, told time.Time
	resource string
}

// note remembers a sign-in. Of those that the report has heard of only the last matters.
func (u *usage) note(c *Cloud, audience string) {
	last, known := u.last(c.k.Now())
	var next []use
	if known {
		next = append(next, last)
	}
	for _, x := range u.uses {
		if x.told.After(c.k.Now()) {
			next = append(next, x)
		}
	}
	u.uses = append(next, use{at: c.k.Now(), told: c.k.Later("azure.report.signIn"), resource: audience})
}

// last is the last sign-in that the report has heard of.
func (u *usage) last(now time.Time) (out use, known bool) {
	for _, x := range u.uses {
		if !x.told.After(now) {
			out, known = x, true
		}
	}
	return out, known
}

func activityRoutes() []graphRoute {
	return []graphRoute{
		{"GET", "reports/appCredentialSignInActivities", "appCredentialSignInActivities.list", "AuditLog.Read.All", listActivities},
	}
}

// listActivities tells by credential when it was last signed in with; one that was not since the report began has no line.
func listActivities(a *graphAsk) {
	if !a.licensed("AAD_PREMIUM") && !a.licensed("AAD_PREMIUM_P2") {
		a.graphFail(http.StatusForbidden, "Authentication_RequestFromNonPremiumTenantOrB2CTenant", "Neither tenant is B2C or tenant doesn't have premium license")
		return
	}
	var items []obj
	for _, app := range sorted(a.apps) {
		sp := a.principalOf(app.appID)
		line := func(u *usage, keyID, kind, origin string, start, end time.Time) {
			last, known := u.last(a.k.Now())
			if !known {
				return
			}
			o := obj{
				"id": idOf("activity", keyID), "keyId": keyID, "keyType": kind, "keyUsage": "verify", "appId": app.appID, "appObjectId": app.id,
				"credentialOrigin": origin, "createdDateTime": start.Format(time.RFC3339), "expirationDateTime": end.Format(time.RFC3339),
				"resourceId": last.resource, "servicePrincipalObjectId": nil,
				"signInActivity": obj{"lastSignInDateTime": last.at.Format(time.RFC3339Nano), "lastSignInRequestId": newID()},
			}
			if sp != nil {
				o["servicePrincipalObjectId"] = sp.id
			}
			items = append(items, o)
		}
		for _, s := range app.secrets {
			line(&s.usage, s.keyID, "clientSecret", "application", s.start, s.end)
		}
		for _, k := range app.keys {
			line(&k.usage, k.keyID, "certificate", "application", k.start, k.end)
		}
		if sp != nil {
			for _, s := range sp.secrets {
				line(&s.usage, s.keyID, "clientSecret", "servicePrincipal", s.start, s.end)
			}
		}
	}
	if items, ok := a.filtered(items); ok {
		a.collection("reports/appCredentialSignInActivities", items)
	}
}
