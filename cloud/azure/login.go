package azure

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"

	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// source is where a login's tokens come from.
func (d *door) source(l plan.Login) (azcore.TokenCredential, error) {
	switch l.Type {
	case "entra-user":
		return &user{login: l, file: d.file(l), entra: d.entra, http: d.options.HTTP}, nil
	case "azure-cli":
		return azidentity.NewAzureCLICredential(&azidentity.AzureCLICredentialOptions{TenantID: l.Tenant})
	case "azure-default":
		return azidentity.NewDefaultAzureCredential(&azidentity.DefaultAzureCredentialOptions{
			ClientOptions: policy.ClientOptions{Cloud: d.cloud, Transport: d.options.HTTP}, TenantID: l.Tenant,
		})
	}
	return nil, fault.New(fault.Invalid, "Give the login the type entra-user, azure-cli or azure-default.",
		"the login %q is of type %q, which Azure does not know", l.Name, l.Type)
}

// file is where signing in to a login leaves its session.
func (d *door) file(l plan.Login) string { return filepath.Join(d.options.Sessions, l.Name+".json") }

// user is somebody who signed in and left a refresh token. It implements azcore.TokenCredential.
type user struct {
	login plan.Login
	file  string
	entra string
	http  *http.Client

	mu sync.Mutex
	// filed is the refresh token that was last read from the file, newest the one that came with the last answer to it: Entra
	// gives a new one each time. A file that has changed means that somebody signed in again.
	filed, newest plan.Secret
}

// left is what signing in leaves on disk.
type left struct {
	Tenant  string `json:"tenantId"`
	Client  string `json:"clientId"`
	Refresh string `json:"refreshToken"`
	Name    string `json:"username"`
}

// GetToken redeems the refresh token for an access token.
func (u *user) GetToken(ctx context.Context, o policy.TokenRequestOptions) (azcore.AccessToken, error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	s, err := u.read()
	if err != nil {
		return azcore.AccessToken{}, err
	}
	if u.filed.Reveal() != s.Refresh {
		u.filed, u.newest = plan.NewSecret(s.Refresh), plan.NewSecret(s.Refresh)
	}
	form := url.Values{
		"grant_type": {"refresh_token"}, "client_id": {s.Client}, "refresh_token": {u.newest.Reveal()},
		"scope": {strings.Join(o.Scopes, " ") + " offline_access"},
	}
	if o.Claims != "" {
		form.Set("claims", o.Claims)
	}
	a, err := u.redeem(ctx, s.Tenant, form)
	if err != nil {
		return azcore.AccessToken{}, err
	}
	if a.Refresh != "" {
		u.newest = plan.NewSecret(a.Refresh)
	}
	return azcore.AccessToken{Token: a.Access, ExpiresOn: time.Now().Add(time.Duration(a.Seconds) * time.Second)}, nil
}

// mark tells one session from another.
func (u *user) mark() [32]byte {
	b, err := os.ReadFile(u.file)
	if err != nil {
		return [32]byte{}
	}
	return sha256.Sum256(b)
}

// read reads the session file, and settles the tenant and the client that it may leave to the plan.
func (u *user) read() (left, error) {
	b, err := os.ReadFile(u.file)
	if errors.Is(err, os.ErrNotExist) {
		return left{}, fault.New(fault.SessionExpired, "Sign in to "+u.login.Name+", then resume.", "nobody is signed in to %s", u.login.Name)
	}
	if err != nil {
		return left{}, err
	}
	var s left
	if err := json.Unmarshal(b, &s); err != nil || s.Refresh == "" {
		return left{}, fault.New(fault.SessionExpired, "Sign in to "+u.login.Name+" again, then resume.",
			"what signing in to %s left is not a session", u.login.Name) // the parser's error would quote the file
	}
	if s.Tenant == "" {
		s.Tenant = u.login.Tenant
	}
	if s.Client == "" {
		s.Client = u.login.Client
	}
	if s.Client == "" {
		s.Client = azureCLI
	}
	return s, nil
}

// azureCLI is the public client id of the Azure command line, which every tenant knows.
const azureCLI = "04b07795-8ddb-461a-bbee-02f9e1bf7b46"

// answer is what the token endpoint gives.
type answer struct {
	Access  string `json:"access_token"`
	Refresh string `json:"refresh_token"`
	Seconds int    `json:"expires_in"`
	// Identity is asked for by a sign-in alone: it says who signed in.
	Identity string `json:"id_token"`
}

// redeem asks the token endpoint.
func (u *user) redeem(ctx context.Context, tenant string, form url.Values) (answer, error) {
	var a answer
	if err := u.ask(ctx, tenant, "token", form, &a); err != nil {
		return answer{}, err
	}
	if a.Access == "" {
		return answer{}, fmt.Errorf("the token endpoint of %s answered 200 and no token", tenant)
	}
	return a, nil
}

// ask asks one of the tenant's OAuth endpoints.
func (u *user) ask(ctx context.Context, tenant, endpoint string, form url.Values, out any) error {
	return askEntra(ctx, u.http, u.entra+"/"+url.PathEscape(tenant)+"/oauth2/v2.0/"+endpoint, form, out)
}
