// Package graph speaks to Microsoft Graph through the Azure SDK's own pipeline: the same credential, counting and errors as
// the resource manager's clients, without a client library of 194 MB.
package graph

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
)

// Scope is what a token for Microsoft Graph is asked for.
const Scope = "https://graph.microsoft.com/.default"

// Client is one tenant's directory.
type Client struct {
	base     string
	pipeline runtime.Pipeline
}

// New returns a Client of the directory at base (https://graph.microsoft.com/v1.0).
func New(base string, cred azcore.TokenCredential, o policy.ClientOptions) *Client {
	auth := runtime.NewBearerTokenPolicy(cred, []string{Scope}, &policy.BearerTokenOptions{
		InsecureAllowCredentialWithHTTP: o.InsecureAllowCredentialWithHTTP,
	})
	return &Client{
		base:     strings.TrimSuffix(base, "/"),
		pipeline: runtime.NewPipeline("graph", "v1.0", runtime.PipelineOptions{PerRetry: []policy.Policy{auth}}, &o),
	}
}

// Beta is the same directory by the version of Graph that has what v1.0 does not have yet. Microsoft may change it at any time.
func (c *Client) Beta() *Client {
	return &Client{base: strings.TrimSuffix(c.base, "/v1.0") + "/beta", pipeline: c.pipeline}
}

// Get reads path into out.
func (c *Client) Get(ctx context.Context, path string, out any) error {
	return c.do(ctx, http.MethodGet, path, nil, out, nil)
}

// Patch changes what path names.
func (c *Client) Patch(ctx context.Context, path string, body any) error {
	return c.do(ctx, http.MethodPatch, path, body, nil, nil)
}

// Upsert makes what path names by an alternate key, or changes the one that is there. It may be called any number of times.
func (c *Client) Upsert(ctx context.Context, path string, body any) error {
	return c.do(ctx, http.MethodPatch, path, body, nil, http.Header{"Prefer": {"create-if-missing"}})
}

// Delete removes what path names. What is not there any more is removed.
func (c *Client) Delete(ctx context.Context, path string) error {
	err := c.do(ctx, http.MethodDelete, path, nil, nil, nil)
	var r *azcore.ResponseError
	if errors.As(err, &r) && r.StatusCode == http.StatusNotFound {
		return nil
	}
	return err
}

// Post asks for an action and reads its answer into out, which may be nil.
func (c *Client) Post(ctx context.Context, path string, body, out any) error {
	return c.do(ctx, http.MethodPost, path, body, out, nil)
}

func (c *Client) do(ctx context.Context, method, path string, body, out any, h http.Header) error {
	req, err := runtime.NewRequest(ctx, method, c.base+"/"+path)
	if err != nil {
		return err
	}
	req.Raw().Header.Set("Accept", "application/json")
	for k, v := range h {
		req.Raw().Header[k] = v
	}
	if body != nil {
		if err := runtime.MarshalAsJSON(req, body); err != nil {
			return err
		}
	}
	resp, err := c.pipeline.Do(req)
	if err != nil {
		return err
	}
	if !runtime.HasStatusCode(resp, http.StatusOK, http.StatusCreated, http.StatusAccepted, http.StatusNoContent) {
		return runtime.NewResponseError(resp)
	}
	if out == nil || resp.StatusCode == http.StatusNoContent {
		return nil
	}
	return runtime.UnmarshalAsJSON(resp, out)
}
