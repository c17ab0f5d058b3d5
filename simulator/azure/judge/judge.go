// Package judge drives the simulator through Microsoft's own clients and holds its answers against their models and against
// the published examples; it is what tests stand on.
package judge

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/arm"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/cloud"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"

	"github.com/itbytes/landfall/simulator/azure"
	"github.com/itbytes/landfall/simulator/kernel"
)

// Login is the scenario's only login.
const Login = "azure-admin"

// World is a simulated tenant, its address, and a way to sign in.
type World struct {
	Kernel *kernel.Kernel
	Cloud  *azure.Cloud
	URL    string

	mu   sync.Mutex
	last []byte
}

// Open starts the tenant of an estate file. Documented durations are scaled by scale; latencies are none.
func Open(t *testing.T, estate string, scale float64) *World {
	t.Helper()
	dir := t.TempDir()
	scenario := dir + "/world.yaml"
	write(t, scenario, "name: world\nlatency: {azure: 0s}\nlogins: {azure-admin: {cloud: azure, details: {user: admin@it4bytes.example}}}\nestate: {azure: estate.yaml}\n")
	write(t, dir+"/estate.yaml", estate)
	s, err := kernel.Load(scenario)
	if err != nil {
		t.Fatal(err)
	}
	s.Scale = &scale
	k := kernel.New(s)
	c, err := azure.New(k)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(c.Handler())
	t.Cleanup(server.Close)
	return &World{Kernel: k, Cloud: c, URL: server.URL}
}

// Options point an SDK client at the world.
func (w *World) Options() *arm.ClientOptions {
	return &arm.ClientOptions{
		DisableRPRegistration: true,
		ClientOptions: policy.ClientOptions{
			Transport: w, InsecureAllowCredentialWithHTTP: true, Retry: policy.RetryOptions{MaxRetries: -1},
			Cloud: cloud.Configuration{
				ActiveDirectoryAuthorityHost: "https://login.microsoftonline.com",
				Services: map[cloud.ServiceName]cloud.ServiceConfiguration{
					cloud.ResourceManager: {Audience: "https://management.azure.com", Endpoint: w.URL},
				},
			},
		},
	}
}

// Do sends a request and keeps the last body that was answered.
func (w *World) Do(r *http.Request) (*http.Response, error) {
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		return nil, err
	}
	b, err := io.ReadAll(resp.Body)
	_ = resp.Body.Close() // read to its end
	if err != nil {
		return nil, err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.last = b
	resp.Body = io.NopCloser(bytes.NewReader(b))
	return resp, nil
}

// Last is the last body that the world answered.
func (w *World) Last() []byte {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.last
}

// Credential signs in as the scenario's login, by its refresh token.
func (w *World) Credential() azcore.TokenCredential { return credential{w} }

type credential struct{ w *World }

// GetToken implements azcore.TokenCredential.
func (c credential) GetToken(ctx context.Context, o policy.TokenRequestOptions) (azcore.AccessToken, error) {
	return c.w.Token(ctx, o.Scopes[0])
}

// Token redeems a new session of the login for an access token.
func (w *World) Token(ctx context.Context, scope string) (azcore.AccessToken, error) {
	session, _ := w.Cloud.Session(Login)
	var file struct{ TenantID, ClientID, RefreshToken string }
	if err := json.Unmarshal(session.Content, &file); err != nil {
		return azcore.AccessToken{}, err
	}
	form := url.Values{"grant_type": {"refresh_token"}, "client_id": {file.ClientID}, "refresh_token": {file.RefreshToken}, "scope": {scope + " offline_access"}}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, w.URL+"/entra/"+file.TenantID+"/oauth2/v2.0/token", strings.NewReader(form.Encode()))
	if err != nil {
		return azcore.AccessToken{}, err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		return azcore.AccessToken{}, err
	}
	defer func() { _ = resp.Body.Close() }()
	var answer struct {
		AccessToken string `json:"access_token"`
		ExpiresIn   int    `json:"expires_in"`
	}
	err = json.NewDecoder(resp.Body).Decode(&answer)
	return azcore.AccessToken{Token: answer.AccessToken, ExpiresOn: time.Now().Add(time.Duration(answer.ExpiresIn) * time.Second)}, err
}
