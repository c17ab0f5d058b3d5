package wire

import (
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/itbytes/landfall/cloud/step/pace"
)

func TestACallWaitsUnderTheLimitThatGoogleCountsItUnder(t *testing.T) {
	keys := "/v1/projects/p/serviceAccounts/robot@p.iam.gserviceaccount.com/keys"
	for call, want := range map[string][]pace.Use{
		"GET https://iam.googleapis.com" + keys:                {{Limit: iamReads, Of: "p"}},
		"POST https://iam.googleapis.com" + keys + ":upload":   {{Limit: iamWrites, Of: "p"}},
		"DELETE http://127.0.0.1:7303/iam" + keys + "/1":       {{Limit: iamWrites, Of: "p"}},
		"POST https://oauth2.googleapis.com/token":             {{Limit: tokens}},
		"POST http://127.0.0.1:7303/oauth2/token":              {{Limit: tokens}},
		"POST https://compute.googleapis.com/compute/v1/x":     nil,
		"GET https://policyanalyzer.googleapis.com/v1/x:query": nil,
	} {
		method, at, _ := strings.Cut(call, " ")
		if got := uses(httptest.NewRequest(method, at, nil)); !slices.Equal(got, want) {
			t.Errorf("%s: got %v, want %v", call, got, want)
		}
	}
	for _, l := range limits() {
		if l.Source == "" || l.Calls <= 0 || l.Per <= 0 {
			t.Errorf("%+v: want a number and its source", l)
		}
	}
}
