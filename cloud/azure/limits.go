package azure

import (
	"net/http"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"

	"github.com/itbytes/landfall/cloud/step/pace"
)

// The limits that calls of Microsoft Graph and Entra wait under.
const (
	graphCalls   = "graph"
	graphWrites  = "graph write"
	graphReports = "graph report"
	entraTokens  = "entra token"
)

// limits are how many calls Microsoft takes of one application in a tenant; the resource manager's are met by its own delays.
// A worker has one application: all its calls of Graph are counted together.
func limits() []pace.Limit {
	return []pace.Limit{
		{Name: graphCalls, Calls: 3500, Per: 10 * time.Second, Source: "Microsoft Graph throttling limits, identity and access: resource units in a small tenant"},
		{Name: graphWrites, Calls: 3000, Per: 150 * time.Second, Source: "the same: write quota"},
		{Name: graphReports, Calls: 5, Per: 10 * time.Second, Source: "the same, identity and access reports"},
		{Name: entraTokens, Calls: 60, Per: time.Minute, Source: "assumed, for each application that asks for tokens; Microsoft says only that too many are refused for a minute (MSAL, client and server throttling)"},
	}
}

// queue lets calls of Graph wait for their turn.
type queue struct {
	turns *pace.Turns
	graph string // where Graph is, without its version
}

// Do implements policy.Policy.
func (q queue) Do(req *policy.Request) (*http.Response, error) {
	turn := q.uses(req.Raw())
	if err := q.turns.Wait(req.Raw().Context(), turn...); err != nil {
		return nil, err
	}
	resp, err := req.Next()
	switch {
	case err != nil:
	case resp.StatusCode == http.StatusTooManyRequests:
		q.turns.Refused(retryAfter(resp.Header, time.Now()), turn...)
	default:
		q.turns.Taken(turn...)
	}
	return resp, err
}

// uses are the turns that a request takes; none where it is not for Graph.
func (q queue) uses(r *http.Request) []pace.Use {
	path, of := strings.CutPrefix(r.URL.Scheme+"://"+r.URL.Host+r.URL.Path, q.graph)
	if !of {
		return nil
	}
	all := []pace.Use{{Limit: graphCalls}}
	switch {
	case strings.Contains(path, "/reports/"):
		all = append(all, pace.Use{Limit: graphReports})
	case r.Method != http.MethodGet:
		all = append(all, pace.Use{Limit: graphWrites})
	}
	return all
}
