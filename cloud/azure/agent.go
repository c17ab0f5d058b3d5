package azure

import (
	"net/http"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"

	"github.com/itbytes/landfall/cloud/step"
)

// agent says in the User-Agent of each call for which step it is made, after what the SDK says of itself.
type agent struct{}

// Do implements policy.Policy.
func (agent) Do(req *policy.Request) (*http.Response, error) {
	if a := step.Agent(req.Raw().Context()); a != "" {
		h := req.Raw().Header
		if ua := h.Get("User-Agent"); ua != "" {
			a = ua + " " + a
		}
		h.Set("User-Agent", a)
	}
	return req.Next()
}
