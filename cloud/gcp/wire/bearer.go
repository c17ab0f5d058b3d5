package wire

import (
	"context"
	"log/slog"

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

// TokenURL is where a service account's key file is to be signed in with.
func (ls *Logins) TokenURL() string {
	if ls.options.Endpoint != "" {
		return ls.options.Endpoint + "/oauth2/token"
	}
	return "https://oauth2.googleapis.com/token"
}
