package azure

import (
	"context"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/cloud"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"

	"github.com/itbytes/landfall/cloud/azure/session"
)

// claims are what a token says of its bearer (Microsoft identity platform: access token claims, ID token claims).
type claims struct {
	Tenant    string   `json:"tid"`
	UPN       string   `json:"upn"`
	Preferred string   `json:"preferred_username"`
	Unique    string   `json:"unique_name"`
	App       string   `json:"appid"`
	Object    string   `json:"oid"`
	Type      string   `json:"idtyp"`
	Factors   []string `json:"amr"`
}

// claimsOf reads a token's claims. It judges no signature: the token came from Entra by TLS, and nothing rests on it but what is
// said to people and what is not done.
func claimsOf(token string) claims {
	var c claims
	session.Payload(token, &c)
	return c
}

// who is the bearer as people know them.
func (c claims) who() string {
	for _, s := range []string{c.UPN, c.Preferred, c.Unique, c.App, c.Object} {
		if s != "" {
			return s
		}
	}
	return ""
}

func (c claims) bearer() session.Bearer {
	return session.Bearer{Who: c.who(), Tenant: c.Tenant, App: c.App, Object: c.Object, Person: c.Type != "app" && c.UPN+c.Unique != "", Factors: c.Factors}
}

// bearer is whom a credential's token for the resource manager speaks for.
func (d *door) bearer(ctx context.Context, cred azcore.TokenCredential) (session.Bearer, error) {
	t, err := cred.GetToken(ctx, policy.TokenRequestOptions{Scopes: []string{d.cloud.Services[cloud.ResourceManager].Audience + "/.default"}})
	if err != nil {
		return session.Bearer{}, err
	}
	c := claimsOf(t.Token)
	return c.bearer(), nil
}
