package wire

import (
	"cmp"
	"context"
	"encoding/json"
	"log/slog"

	"cloud.google.com/go/auth"
	"cloud.google.com/go/auth/credentials"

	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// Bearer signs in once with a service account's key file, as its consumers do and past every cache, asks Google who that is,
// and is the address that Google says. A fault of it names no login, for it is none of the plan's.
func (ls *Logins) Bearer(ctx context.Context, file plan.Secret) (string, error) {
	creds, err := credentials.NewCredentialsFromJSON(credentials.ServiceAccount, []byte(file.Reveal()), &credentials.DetectOptions{
		Scopes: []string{"https://www.googleapis.com/auth/userinfo.email"}, Client: ls.options.HTTP, DisableAsyncRefresh: true,
		Logger: slog.New(slog.DiscardHandler), // the library would log tokens
	})
	if err != nil {
		return "", fault.New(fault.Invalid, "Rotate the credential.", "the key file is not one that Google's libraries read") // the error may quote it
	}
	tok, err := creds.Token(ctx)
	if err != nil {
		return "", Name(err, Call{Service: "oauth2", Operation: "token"})
	}
	email, err := ls.userinfo(ctx, ls.options.HTTP, tok.Value)
	return email, Name(err, Call{Service: "oauth2", Operation: "userinfo"})
}

// IDToken signs in once with a service account's key file, past every cache, for a token about it that Google signs for an
// audience. A fault of it names no login.
func (ls *Logins) IDToken(ctx context.Context, file plan.Secret, audience string) (plan.Secret, error) {
	var key struct {
		ID      string `json:"private_key_id"`
		Private string `json:"private_key"`
		Email   string `json:"client_email"`
		URL     string `json:"token_uri"`
	}
	unreadable := fault.New(fault.Invalid, "Rotate the credential.", "the key file is not one that Google's libraries read") // an error may quote it
	if json.Unmarshal([]byte(file.Reveal()), &key) != nil {
		return plan.Secret{}, unreadable
	}
	signer, err := auth.New2LOTokenProvider(&auth.Options2LO{
		Email: key.Email, PrivateKey: []byte(key.Private), PrivateKeyID: key.ID, TokenURL: cmp.Or(key.URL, ls.TokenURL()), UseIDToken: true,
		PrivateClaims: map[string]any{"target_audience": audience}, Client: ls.options.HTTP, Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		return plan.Secret{}, unreadable
	}
	tok, err := signer.Token(ctx)
	if err != nil {
		return plan.Secret{}, Name(err, Call{Service: "oauth2", Operation: "token"})
	}
	return plan.NewSecret(tok.Value), nil
}

// TokenURL is where a service account's key file is to be signed in with.
func (ls *Logins) TokenURL() string {
	if ls.options.Endpoint != "" {
		return ls.options.Endpoint + "/oauth2/token"
	}
	return "https://oauth2.googleapis.com/token"
}
