package azure

import (
	"net/http"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"

	"github.com/itbytes/landfall/cloud/step"
)

// meter counts the calls of a step. It stands after the credential, so that asking for a token is no call of the step's.
type meter struct{}

// Do implements policy.Policy.
func (meter) Do(req *policy.Request) (*http.Response, error) {
	step.Count(req.Raw().Context(), writes(req.Raw()))
	return req.Next()
}

// writes reports whether a request changes anything. Azure also asks questions by POST; their last word is a verb of asking.
func writes(r *http.Request) bool {
	switch r.Method {
	case http.MethodGet, http.MethodHead:
		return false
	case http.MethodPost:
		last := strings.ToLower(r.URL.Path[strings.LastIndex(r.URL.Path, "/")+1:])
		for _, verb := range []string{"list", "get", "check", "validate"} {
			if strings.HasPrefix(last, verb) {
				return false
			}
		}
	}
	return true
}

// refused drops a login's tokens when one was not accepted.
type refused struct{ of *tokens }

// Do implements policy.Policy.
func (p refused) Do(req *policy.Request) (*http.Response, error) {
	resp, err := req.Next()
	if err == nil && resp.StatusCode == http.StatusUnauthorized {
		p.of.forget()
	}
	return resp, err
}
