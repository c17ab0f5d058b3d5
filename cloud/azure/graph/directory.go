package graph

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"

	"github.com/itbytes/landfall/fault"
)

// Application is an Entra app registration, as far as a landing cares.
type Application struct {
	ID             string   `json:"id"`
	AppID          string   `json:"appId"`
	DisplayName    string   `json:"displayName"`
	UniqueName     string   `json:"uniqueName"`
	SignInAudience string   `json:"signInAudience"`
	Tags           []string `json:"tags"`
	// IdentifierURIs name the application as what a token is for. They go back as a whole list, too.
	IdentifierURIs []string `json:"identifierUris"`
	API            struct {
		Version int `json:"requestedAccessTokenVersion"` // of tokens for the application; 0 is 1
	} `json:"api"`
	Passwords []Password `json:"passwordCredentials"`
	// Keys are kept as they came: the whole array goes back when one is added, and nothing in the others may be lost.
	Keys []json.RawMessage `json:"keyCredentials"`
}

// Password is an application's client secret, without the secret.
type Password struct {
	KeyID       string    `json:"keyId"`
	DisplayName string    `json:"displayName"`
	Begins      time.Time `json:"startDateTime"`
	Ends        time.Time `json:"endDateTime"`
}

// Certificate is an application's certificate credential.
type Certificate struct {
	KeyID       string    `json:"keyId"`
	DisplayName string    `json:"displayName"`
	Type        string    `json:"type"`
	Usage       string    `json:"usage"`
	Key         string    `json:"key,omitempty"` // base64 of the DER certificate; public
	Begins      time.Time `json:"startDateTime"`
	Ends        time.Time `json:"endDateTime"`
}

// Principal is a service principal: an application's presence in the tenant.
type Principal struct {
	ID      string `json:"id"`
	AppID   string `json:"appId"`
	Enabled bool   `json:"accountEnabled"`
	// Passwords and Keys are of its own, beside those of its application.
	Passwords []Password        `json:"passwordCredentials"`
	Keys      []json.RawMessage `json:"keyCredentials"`
}

// CredentialUse is when one credential of an application was last signed in with (appCredentialSignInActivity of the beta).
type CredentialUse struct {
	KeyID    string `json:"keyId"`
	Resource string `json:"resourceId"`
	SignIn   struct {
		Last time.Time `json:"lastSignInDateTime"`
	} `json:"signInActivity"`
}

// Federated is a trust of an application in tokens that somebody else issues.
type Federated struct {
	Name      string   `json:"name"`
	Issuer    string   `json:"issuer"`
	Subject   string   `json:"subject"`
	Audiences []string `json:"audiences"`
}

// Application reads the app registration of a unique name, or the one that was made without and is displayed under it. The
// error of the first reading is returned where there is neither.
func (c *Client) Application(ctx context.Context, name string) (Application, error) {
	var a Application
	absent := c.Get(ctx, Key("applications", "uniqueName", name), &a)
	var r *azcore.ResponseError
	if !errors.As(absent, &r) || r.StatusCode != http.StatusNotFound {
		return a, absent
	}
	shown, err := List[Application](ctx, c, "applications?$filter="+url.QueryEscape("displayName eq '"+strings.ReplaceAll(name, "'", "''")+"'"))
	switch {
	case err != nil:
		return a, err
	case len(shown) > 1:
		return a, fault.New(fault.Ambiguous, "Rename all but the right one, then resume.", "%d applications are displayed as %q", len(shown), name)
	case len(shown) == 1:
		return shown[0], nil
	}
	return a, absent
}

// Credentials reads an application's credentials, the certificates with their public halves: those are told where one
// application is asked for them by name, and nowhere else (Graph reference, keyCredential).
func (c *Client) Credentials(ctx context.Context, id string) (Application, error) {
	var a Application
	err := c.Get(ctx, "applications/"+id+"?$select=id,appId,displayName,passwordCredentials,keyCredentials", &a)
	return a, err
}

// Path is where an application stands: by its unique name where it has one, for only so can its parts be made by name.
func (a Application) Path() string {
	if a.UniqueName != "" {
		return Key("applications", "uniqueName", a.UniqueName)
	}
	return "applications/" + a.ID
}

// Principal reads the service principal of an application.
func (c *Client) Principal(ctx context.Context, appID string) (Principal, error) {
	var p Principal
	err := c.Get(ctx, Key("servicePrincipals", "appId", appID), &p)
	return p, err
}
