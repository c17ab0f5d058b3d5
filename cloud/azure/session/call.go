package session

import (
	"context"
	"net/http"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/arm"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
)

// Call asks the resource manager for what its clients have no method for, by the same pipeline, and reads the answer into out.
func (s *Session) Call(ctx context.Context, method, path, version string, out any) error {
	c, err := arm.NewClient("landfall", "v1.0.0", s.Cred, s.ARM)
	if err != nil {
		return err
	}
	req, err := runtime.NewRequest(ctx, method, runtime.JoinPaths(c.Endpoint(), path))
	if err != nil {
		return err
	}
	q := req.Raw().URL.Query()
	q.Set("api-version", version)
	req.Raw().URL.RawQuery = q.Encode()
	resp, err := c.Pipeline().Do(req)
	if err != nil {
		return err
	}
	if !runtime.HasStatusCode(resp, http.StatusOK, http.StatusCreated, http.StatusAccepted) {
		return runtime.NewResponseError(resp)
	}
	return runtime.UnmarshalAsJSON(resp, out)
}

// page is one answer of a list.
type page[T any] struct {
	Value []T    `json:"value"`
	Next  string `json:"nextLink"`
}

// All reads a whole list of the resource manager, page after page.
func All[T any](ctx context.Context, s *Session, method, path, version string) ([]T, error) {
	var out []T
	for at := path; at != ""; {
		var p page[T]
		if err := s.Call(ctx, method, at, version, &p); err != nil {
			return nil, err
		}
		out = append(out, p.Value...)
		at = ""
		if _, query, more := strings.Cut(p.Next, "?"); more { // whatever host a link names, tokens go only to ours
			at = path + "?" + query
		}
	}
	return out, nil
}
