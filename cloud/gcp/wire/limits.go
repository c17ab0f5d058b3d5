package wire

import (
	"net/http"
	"strings"
	"time"

	"github.com/itbytes/landfall/cloud/step/pace"
)

// The limits that calls of Google Cloud wait under.
const (
	iamReads  = "iam read"
	iamWrites = "iam write"
	tokens    = "oauth2 token"
)

// limits are how many calls Google takes in a project. Other APIs' are met by their own delays.
func limits() []pace.Limit {
	return []pace.Limit{
		{Name: iamReads, Calls: 6000, Per: time.Minute, Source: "Google Cloud, IAM quotas: a project"},
		{Name: iamWrites, Calls: 600, Per: time.Minute, Source: "Google Cloud, IAM quotas: a project"},
		{Name: tokens, Calls: 6000, Per: time.Minute, Source: "assumed, of all together: what IAM quotas says of exchanges at the Security Token Service"},
	}
}

// queue lets calls wait for their turn.
type queue struct {
	turns *pace.Turns
	base  http.RoundTripper
}

// RoundTrip implements http.RoundTripper.
func (q queue) RoundTrip(r *http.Request) (*http.Response, error) {
	turn := uses(r)
	if err := q.turns.Wait(r.Context(), turn...); err != nil {
		shut(r.Body)
		return nil, err
	}
	resp, err := q.base.RoundTrip(r)
	switch {
	case err != nil:
	case resp.StatusCode == http.StatusTooManyRequests:
		q.turns.Refused(retryAfter(resp.Header), turn...)
	default:
		q.turns.Taken(turn...)
	}
	return resp, err
}

// uses are the turns that a request takes; none where its API is not limited here.
func uses(r *http.Request) []pace.Use {
	at := r.URL.Host + r.URL.Path
	switch {
	case strings.HasSuffix(at, "/oauth2/token"), strings.HasSuffix(at, "oauth2.googleapis.com/token"):
		return []pace.Use{{Limit: tokens}}
	case !strings.Contains(at, "/iam/v1/") && !strings.HasPrefix(at, "iam.googleapis.com/"):
		return nil
	}
	_, path, _ := strings.Cut(r.URL.Path, "/projects/")
	project, _, _ := strings.Cut(path, "/")
	if writes(r) {
		return []pace.Use{{Limit: iamWrites, Of: project}}
	}
	return []pace.Use{{Limit: iamReads, Of: project}}
}
