package azure

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"

	"github.com/itbytes/landfall/cloud/step/pace"
)

func TestACallOfGraphWaitsUnderEachLimitThatCountsIt(t *testing.T) {
	q := newDoor(Options{HTTP: http.DefaultClient}).queue()
	for call, want := range map[string][]string{
		"GET https://graph.microsoft.com/v1.0/applications/1":                        {graphCalls},
		"PATCH https://graph.microsoft.com/v1.0/applications/1":                      {graphCalls, graphWrites},
		"POST https://graph.microsoft.com/v1.0/applications/1/addPassword":           {graphCalls, graphWrites},
		"GET https://graph.microsoft.com/beta/reports/appCredentialSignInActivities": {graphCalls, graphReports},
		"PUT https://management.azure.com/subscriptions/1":                           nil,
	} {
		method, at, _ := strings.Cut(call, " ")
		r := httptest.NewRequest(method, at, nil)
		var got []string
		for _, u := range q.uses(r) {
			got = append(got, u.Limit)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: got %v, want %v", call, got, want)
		}
	}
	for _, l := range limits() {
		if l.Source == "" || l.Calls <= 0 || l.Per <= 0 {
			t.Errorf("%+v: want a number and its source", l)
		}
	}
}

func TestWhatGraphRefusesAsOneTooManyKeepsTheNextOneWaitingAsLongAsItSays(t *testing.T) {
	var calls atomic.Int64
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if calls.Add(1) == 1 {
			w.Header().Set("x-ms-retry-after-ms", "250")
			w.WriteHeader(http.StatusTooManyRequests)
		}
	}))
	t.Cleanup(srv.Close)
	q := queue{pace.New("azure", 1, limits()), srv.URL + "/graph/"}
	ask := func() (int, error) {
		p := runtime.NewPipeline("test", "v1", runtime.PipelineOptions{PerRetry: []policy.Policy{q}}, &policy.ClientOptions{Retry: policy.RetryOptions{MaxRetries: -1}})
		r, err := runtime.NewRequest(t.Context(), http.MethodGet, srv.URL+"/graph/v1.0/applications/1")
		if err != nil {
			t.Fatal(err)
		}
		resp, err := p.Do(r)
		if err != nil {
			return 0, err
		}
		return resp.StatusCode, resp.Body.Close()
	}
	if status, err := ask(); status != http.StatusTooManyRequests || err != nil {
		t.Fatalf("got %d, %v", status, err)
	}
	began := time.Now()
	if status, err := ask(); status != http.StatusOK || err != nil || time.Since(began) < 240*time.Millisecond {
		t.Errorf("got %d, %v after %s, want it to wait for the 250 ms that Graph said", status, err, time.Since(began))
	}
}
