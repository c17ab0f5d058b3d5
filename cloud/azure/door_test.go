package azure

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"

	"github.com/itbytes/landfall/cloud/step"
	"github.com/itbytes/landfall/plan"
)

// mint gives a new token each time it is asked.
type mint struct{ asked atomic.Int32 }

func (m *mint) GetToken(context.Context, policy.TokenRequestOptions) (azcore.AccessToken, error) {
	m.asked.Add(1)
	time.Sleep(10 * time.Millisecond)
	return azcore.AccessToken{Token: "t", ExpiresOn: time.Now().Add(time.Hour)}, nil
}

func TestAHundredStepsAskForOneToken(t *testing.T) {
	m := &mint{}
	k := &tokens{source: &wary{source: m}, kept: map[string]*token{}}
	ask := func() {
		if _, err := k.GetToken(t.Context(), policy.TokenRequestOptions{Scopes: []string{"a"}}); err != nil {
			t.Error(err)
		}
	}
	var wait sync.WaitGroup
	for range 100 {
		wait.Go(ask)
	}
	wait.Wait()
	if got := m.asked.Load(); got != 1 {
		t.Errorf("got %d redemptions, want 1", got)
	}
	k.forget()
	ask()
	if got := m.asked.Load(); got != 2 {
		t.Errorf("after a refusal: got %d redemptions, want 2", got)
	}
}

func TestCallsAreCountedByWhatTheyDo(t *testing.T) {
	for call, want := range map[string]bool{
		"GET /x": false, "HEAD /x": false, "PUT /x": true, "PATCH /x": true, "DELETE /x": true, "POST /x/addPassword": true,
		"POST /x/checkNameAvailability": false, "POST /x/listKeys": false, "POST /x/getMemberObjects": false, "POST /x/rename": true,
	} {
		method, path, _ := strings.Cut(call, " ")
		if got := writes(httptest.NewRequest(method, path, nil)); got != want {
			t.Errorf("%s: got write %v, want %v", call, got, want)
		}
	}
}

func TestTheTokenEndpointIsNoCallOfTheSteps(t *testing.T) {
	srv := httptest.NewServer(wire{plays: "graph", status: 200, body: `{}`})
	defer srv.Close()
	s, err := opened(t, srv.URL, task())
	if err != nil {
		t.Fatal(err)
	}
	ctx, tally := step.WithTally(t.Context())
	if err := s.Graph.Get(ctx, "applications", nil); err != nil {
		t.Fatal(err)
	}
	if err := s.Graph.Patch(ctx, "applications/1", map[string]string{}); err != nil {
		t.Fatal(err)
	}
	if reads, writes := tally.Calls(); reads != 1 || writes != 1 {
		t.Errorf("got %d reads and %d writes, want one of each", reads, writes)
	}
}

func TestTokensTravelOverPlainHTTPOnlyOnThisMachineOrWhenToldSo(t *testing.T) {
	for endpoint, want := range map[string]bool{
		"http://127.0.0.1:8080": true, "http://localhost:1": true, "http://simulator:8080": false, "https://localhost": false, "": false,
	} {
		if got := onThisMachine(endpoint); got != want {
			t.Errorf("%q: got %v, want %v", endpoint, got, want)
		}
	}
	d := newDoor(Options{Endpoint: "http://simulator.example", HTTP: http.DefaultClient, Insecure: true})
	s, err := d.open(t.Context(), task())
	if err != nil || !s.ARM.InsecureAllowCredentialWithHTTP {
		t.Errorf("told so: got %v %v, want allowed", s.ARM.InsecureAllowCredentialWithHTTP, err)
	}
}

func TestAStepUsesTheFallbackOnlyWhereItNamesIt(t *testing.T) {
	l := plan.Landing{Login: plan.Login{Name: "first"}, Fallback: &plan.Login{Name: "second"}}
	for named, want := range map[string]string{"": "first", "first": "first", "second": "second"} {
		if got := loginOf(plan.Task{Landing: l, Step: plan.Step{Login: named}}).Name; got != want {
			t.Errorf("step naming %q: got %s, want %s", named, got, want)
		}
	}
}
