package gcp

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"time"
)

// keyActivity is the activity type of the Policy Analyzer that says when keys last signed in. Those of other types are not
// simulated.
const keyActivity = "serviceAccountKeyLastAuthentication"

func activityRoutes() []route {
	return []route{{
		api: "policyanalyzer", method: http.MethodGet, path: "/v1/projects/{project}/locations/{location}/activityTypes/{type}/activities:query",
		operation: "activities.query", params: "filter pageSize pageToken", do: (*Cloud).queryActivities,
	}}
}

// dayOf is the beginning of the day that a time is in. The Policy Analyzer's days begin at 07:00:00Z.
func dayOf(t time.Time) time.Time {
	const begins = 7 * time.Hour
	return t.UTC().Add(-begins).Truncate(24 * time.Hour).Add(begins)
}

// use notes that a key has signed in.
func (k *key) use(at time.Time) {
	if day := dayOf(at); !slices.Contains(k.days, day) {
		k.days = append(k.days, day)
	}
}

// queryActivities tells the day on which each key last signed in, of the days that are over and have been gone through. A key
// that is younger than they are is not among them.
func (c *Cloud) queryActivities(q *request) (any, *problem) {
	p, bad := c.projectAsked(q)
	if bad != nil {
		return nil, bad
	}
	if q.vars["type"] != keyActivity {
		return nil, problemf(http.StatusNotImplemented, "UNIMPLEMENTED", "notImplemented", "Activities of the type %s are not simulated.", q.vars["type"])
	}
	only := ""
	if f := q.arg("filter"); f != "" {
		found := regexp.MustCompile(`^activities\.(?:fullResourceName|full_resource_name)\s*=\s*"([^"]+)"$`).FindStringSubmatch(f)
		if found == nil {
			return nil, invalid("Invalid filter: %q.", f)
		}
		only = found[1]
	}
	end := dayOf(q.now.Add(-c.k.Takes("gcp.policyanalyzer.lag")))
	var all []fields
	for _, a := range c.accountsOf(p) {
		for _, k := range a.keys {
			if name := "//iam.googleapis.com/" + a.name() + "/keys/" + k.id; k.made.Before(end) && (only == "" || only == name) {
				all = append(all, k.activity(a, name, end))
			}
		}
	}
	cut, next, bad := page(c, q, "pageSize", 1000, all)
	if bad != nil {
		return nil, bad
	}
	return full(fields{"activities": cut, "nextPageToken": next}), nil
}

// activity is what the days before end say of a key. One that did not sign in on any of them has no lastAuthenticatedTime.
func (k *key) activity(a *serviceAccount, name string, end time.Time) fields {
	var last time.Time
	for _, day := range k.days {
		if day.Before(end) && day.After(last) {
			last = day
		}
	}
	return fields{
		"fullResourceName": name, "activityType": keyActivity, "observationPeriod": fields{"startTime": dayOf(k.made), "endTime": end},
		"activity": full(fields{
			"lastAuthenticatedTime": last,
			"serviceAccountKey":     fields{"fullResourceName": name, "projectNumber": a.project.number, "serviceAccountId": a.uniqueID},
		}),
	}
}

// recallKey gives a key a past: when it was made, and a time at which it signed in, as RFC 3339 or empty.
func (c *Cloud) recallKey(id, made, used string) error {
	for _, a := range c.accounts {
		for _, k := range a.keys {
			if k.id != id {
				continue
			}
			if at, err := time.Parse(time.RFC3339, made); err == nil {
				k.made = at
			}
			if at, err := time.Parse(time.RFC3339, used); err == nil {
				k.use(at)
			}
			return nil
		}
	}
	return fmt.Errorf("no key %q", id)
}
