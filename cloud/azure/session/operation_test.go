package session

import (
	"context"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/arm"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/cloud"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"

	"github.com/itbytes/landfall/plan"
)

type anyone struct{}

func (anyone) GetToken(context.Context, policy.TokenRequestOptions) (azcore.AccessToken, error) {
	return azcore.AccessToken{Token: "t"}, nil
}

// asking is a session with a server that answers every question for an operation alike, and the task that left it running.
func asking(t *testing.T, status int, body string) (*Session, plan.Task) {
	t.Helper()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}))
	t.Cleanup(srv.Close)
	s := &Session{Cred: anyone{}, Told: &sync.Map{}, ARM: &arm.ClientOptions{ClientOptions: policy.ClientOptions{
		Retry: policy.RetryOptions{MaxRetries: -1}, InsecureAllowCredentialWithHTTP: true,
		Cloud: cloud.Configuration{Services: map[cloud.ServiceName]cloud.ServiceConfiguration{
			cloud.ResourceManager: {Audience: "https://management.azure.com", Endpoint: srv.URL},
		}},
	}, DisableRPRegistration: true}}
	return s, plan.Task{Step: plan.Step{Title: "it"}, Begun: &plan.Begun{Operation: `{"type":"x","token":{"asyncURL":"` + srv.URL + `/operations/1"}}`}}
}

func TestARunningOperationIsPending(t *testing.T) {
	for body, status := range map[string]int{`{"status":"InProgress"}`: 200, `{"properties":{"provisioningState":"Creating"}}`: 200, ``: 202} {
		s, task := asking(t, status, body)
		o, err := s.Absent(t.Context(), task, "nothing")
		if err != nil || o.State != plan.Pending || o.Why == "" {
			t.Errorf("%d %s: got %s %q %v, want pending", status, body, o.State, o.Why, err)
		}
	}
}

func TestAnOperationThatIsDoneOrForgottenSaysNothing(t *testing.T) {
	for body, status := range map[string]int{`{"status":"Succeeded"}`: 200, `{"error":{"code":"NotFound"}}`: 404, `{"id":"/made"}`: 200} {
		s, task := asking(t, status, body)
		if o, err := s.Absent(t.Context(), task, "nothing"); err != nil || o.State != plan.Absent {
			t.Errorf("%d %s: got %s %v, want absent", status, body, o.State, err)
		}
	}
}

func TestAFailedOperationIsToldOnceSoThatItCanBeTriedAgain(t *testing.T) {
	s, task := asking(t, 200, `{"status":"Failed","error":{"code":"SubnetIsFull","message":"no room"}}`)
	_, err := s.Settled(t.Context(), task, plan.Observation{}, "Failed")
	if Code(err) != "SubnetIsFull" {
		t.Errorf("got %v, want the operation's own error", err)
	}
	o, err := s.Settled(t.Context(), task, plan.Observation{}, "Failed")
	if err != nil || o.State != plan.Present || o.Live[Provisioning] != "Failed" {
		t.Errorf("the second time: got %s %v %v, want present and failed, to be put right", o.State, o.Live, err)
	}
}

func TestAskingInVainIsNotTheOperationsFailure(t *testing.T) {
	s, task := asking(t, 429, `{"error":{"code":"TooManyRequests"}}`)
	for range 2 {
		if _, err := s.Absent(t.Context(), task, "nothing"); Code(err) != "TooManyRequests" {
			t.Errorf("got %v, want TooManyRequests each time", err)
		}
	}
}

func TestATokenGoesToNoOtherHost(t *testing.T) {
	s, task := asking(t, 500, ``)
	task.Begun.Operation = `{"type":"x","token":{"asyncURL":"https://elsewhere.example/operations/1"}}`
	if why, err := s.Underway(t.Context(), task); why != "" || err != nil {
		t.Errorf("got %q %v, want nothing asked", why, err)
	}
}
