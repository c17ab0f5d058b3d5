package graph

import (
	"context"
	"encoding/json"
	"time"
)

// Application is an Entra app registration, as far as a landing cares.
type Application struct {
	ID             string     `json:"id"`
	AppID          string     `json:"appId"`
	DisplayName    string     `json:"displayName"`
	UniqueName     string     `json:"uniqueName"`
	SignInAudience string     `json:"signInAudience"`
	Tags           []string   `json:"tags"`
	Passwords      []Password `json:"passwordCredentials"`
	// Keys are kept as they came: the whole array goes back when one is added, and nothing in the others may be lost.
	Keys []json.RawMessage `json:"keyCredentials"`
}

// Password is an application's client secret, without the secret.
type Password struct {
	KeyID       string    `json:"keyId"`
	DisplayName string    `json:"displayName"`
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
}

// Federated is a trust of an application in tokens that somebody else issues.
type Federated struct {
	Name      string   `json:"name"`
	Issuer    string   `json:"issuer"`
	Subject   string   `json:"subject"`
	Audiences []string `json:"audiences"`
}

// Application reads the app registration of a unique name.
func (c *Client) Application(ctx context.Context, uniqueName string) (Application, error) {
	var a Application
	err := c.Get(ctx, Key("applications", "uniqueName", uniqueName), &a)
	return a, err
}

// Principal reads the service principal of an application.
func (c *Client) Principal(ctx context.Context, appID string) (Principal, error) {
	var p Principal
	err := c.Get(ctx, Key("servicePrincipals", "appId", appID), &p)
	return p, err
}
