package session

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/arm"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/cloud"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"

	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// Begun is what Apply did when it left a long operation running: its id and the SDK's resume token, or no token where the
// cloud was done at once.
func Begun[T any](id string, p *runtime.Poller[T], err error) (plan.Applied, error) {
	if err != nil {
		return plan.Applied{}, err
	}
	a := plan.Applied{ID: id}
	if p.Done() { // whether well or not, the thing itself says when it is observed
		return a, nil
	}
	a.Operation, err = p.ResumeToken()
	return a, err
}

// Settle waits a few seconds for an operation that the next call depends on. It reports whether the operation is done; a
// failed one is returned as its error.
func Settle[T any](ctx context.Context, p *runtime.Poller[T], grace time.Duration) (bool, error) {
	deadline := time.Now().Add(grace)
	for wait := 50 * time.Millisecond; ; wait = min(2*wait, time.Second) {
		if p.Done() {
			_, err := p.Result(ctx)
			return true, err
		}
		if time.Now().Add(wait).After(deadline) {
			return false, nil
		}
		select {
		case <-ctx.Done():
			return false, ctx.Err()
		case <-time.After(wait):
		}
		if _, err := p.Poll(ctx); err != nil {
			return false, err
		}
	}
}

// handle is what the SDK's resume tokens hold, whichever way of polling they are for.
type handle struct {
	Token struct {
		AsyncURL string `json:"asyncURL"`
		PollURL  string `json:"pollURL"`
	} `json:"token"`
}

// Underway asks after the operation that the step left running: why it is to be waited for, or "" when there is none or it
// is done, or the error it ended with, which is told once.
func (s *Session) Underway(ctx context.Context, t plan.Task) (string, error) {
	if t.Begun == nil || t.Begun.Operation == "" {
		return "", nil
	}
	var h handle
	if err := json.Unmarshal([]byte(t.Begun.Operation), &h); err != nil {
		return "", fault.New(fault.Bug, "", "the handle of the operation of %s is not one of the Azure SDK's", t.Step.Name)
	}
	at := h.Token.AsyncURL
	if at == "" {
		at = h.Token.PollURL
	}
	if at == "" || !s.ours(at) {
		return "", nil
	}
	state, failure, err := s.status(ctx, at)
	switch {
	case err != nil:
		return "", err
	case failure != nil:
		if _, told := s.Told.LoadOrStore(t.Begun.Operation, true); told {
			return "", nil
		}
		return "", failure
	case state == "":
		return "", nil
	}
	return t.Step.Title + ": the operation is " + state, nil
}

// status asks for a running operation: its state, "" for one that succeeded or is no longer remembered; the failure it
// ended with; or the error of asking, which says nothing about the operation.
func (s *Session) status(ctx context.Context, at string) (state string, failure, err error) {
	c, err := arm.NewClient("landfall", "v1.0.0", s.Cred, s.ARM)
	if err != nil {
		return "", nil, err
	}
	req, err := runtime.NewRequest(ctx, http.MethodGet, at)
	if err != nil {
		return "", nil, err
	}
	resp, err := c.Pipeline().Do(req)
	if err != nil {
		return "", nil, err
	}
	body, err := runtime.Payload(resp)
	if err != nil {
		return "", nil, err
	}
	var op struct {
		Status     string `json:"status"`
		Properties struct {
			State string `json:"provisioningState"`
		} `json:"properties"`
	}
	_ = json.Unmarshal(body, &op) // a body that is no operation (the made thing, or none) has no status: the code decides
	if op.Status == "" {
		op.Status = op.Properties.State
	}
	switch code := resp.StatusCode; {
	case code == http.StatusNotFound: // operations are forgotten after a while
		return "", nil, nil
	case code == http.StatusUnauthorized, code == http.StatusForbidden, code == http.StatusRequestTimeout,
		code == http.StatusTooManyRequests, code >= http.StatusInternalServerError:
		return "", nil, runtime.NewResponseError(resp)
	case code >= http.StatusBadRequest, op.Status == "Failed", op.Status == "Canceled":
		return "", runtime.NewResponseError(resp), nil
	case op.Status == Succeeded, op.Status == "" && code != http.StatusAccepted:
		return "", nil, nil
	case op.Status == "":
		return "running", nil, nil
	}
	return op.Status, nil, nil
}

// ours reports whether an operation's address is the resource manager's: tokens go nowhere else.
func (s *Session) ours(at string) bool {
	u, err := url.Parse(at)
	if err != nil {
		return false
	}
	base, err := url.Parse(s.ARM.Cloud.Services[cloud.ResourceManager].Endpoint)
	return err == nil && u.Scheme == base.Scheme && u.Host == base.Host
}
