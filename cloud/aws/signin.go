package aws

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssooidc"

	"github.com/itbytes/landfall/cloud/aws/session"
	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

const (
	// deviceGrant is the grant of RFC 8628, section 3.4.
	deviceGrant = "urn:ietf:params:oauth:grant-type:device_code"
	// accountAccess is the scope with which IAM Identity Center gives a refresh token, so that a session lasts longer than its
	// access token.
	accountAccess = "sso:account:access"
	// politely is how long to wait between two questions where the server does not say, and how much longer once it asks to slow
	// down (RFC 8628, sections 3.2 and 3.5).
	politely = 5 * time.Second
)

// SignIn signs a person in by single sign-on at another screen. The token and the codes stay in memory and in the session's
// file, which the steps read.
func (c *Cloud) SignIn(ctx context.Context, l plan.Login, show func(plan.Challenge)) error {
	if err := c.bySSO(l); err != nil {
		return err
	}
	if _, err := c.Probe(ctx, l, 0); err != nil && fault.KindOf(err) == fault.Locked {
		return err // nobody could complete the sign-in, and each attempt can lengthen the lock
	}
	base, err := c.bare(ctx, l.Region, l.Name)
	if err != nil {
		return err
	}
	api := ssooidc.NewFromConfig(base)
	us, err := api.RegisterClient(ctx, &ssooidc.RegisterClientInput{ClientName: aws.String("landfall"), ClientType: aws.String("public"), Scopes: []string{accountAccess}})
	if err != nil {
		return err
	}
	begun := time.Now()
	d, err := api.StartDeviceAuthorization(ctx, &ssooidc.StartDeviceAuthorizationInput{ClientId: us.ClientId, ClientSecret: us.ClientSecret, StartUrl: &l.StartURL})
	if err != nil {
		return err
	}
	expires := begun.Add(time.Duration(d.ExpiresIn) * time.Second)
	show(plan.Challenge{URL: aws.ToString(d.VerificationUri), Code: aws.ToString(d.UserCode), Expires: expires})
	given, err := c.await(ctx, api, l, us, d, expires)
	if err != nil {
		return err
	}
	defer c.forget(l.Name)
	return c.keepToken(l, us, given)
}

// bySSO refuses what no person can sign in to from here, with the command to use instead.
func (c *Cloud) bySSO(l plan.Login) error {
	f := &fault.Fault{Kind: fault.Invalid, Cloud: "aws", Login: l.Name, Code: "NoSignIn"}
	switch {
	case l.Type == "aws-keys":
		f.Message = "the login " + l.Name + " is an IAM user's access key, and nobody signs in with it"
		f.Hint = fmt.Sprintf("Put a working key into %s: op item edit (fields %q and %q); it is taken up by itself.", l.Item, FieldKeyID, FieldSecret)
	case l.Type != "aws-sso":
		f.Message = "the login " + l.Name + " is whatever the worker's environment and shared files give it"
		f.Hint = "Sign in where the worker runs, with its profile (aws sso login, or aws login); it is taken up by itself."
	case c.options.Sessions == "":
		f.Message = "this worker has no folder for the sessions of those who sign in"
		f.Hint = "Sign in where the worker runs with aws sso login for " + l.StartURL + "; it is taken up by itself."
	default:
		return nil
	}
	return f
}

// await asks until the person has signed in, has refused, or has let the code expire.
func (c *Cloud) await(ctx context.Context, api *ssooidc.Client, l plan.Login, us *ssooidc.RegisterClientOutput, d *ssooidc.StartDeviceAuthorizationOutput, expires time.Time) (*ssooidc.CreateTokenOutput, error) {
	interval := time.Duration(d.Interval) * time.Second
	if interval <= 0 {
		interval = c.polite
	}
	for {
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(interval):
		}
		given, err := api.CreateToken(ctx, &ssooidc.CreateTokenInput{ClientId: us.ClientId, ClientSecret: us.ClientSecret, GrantType: aws.String(deviceGrant), DeviceCode: d.DeviceCode})
		kind := fault.KindOf(err)
		switch {
		case err == nil:
			return given, nil
		case session.Is(err, "SlowDownException"):
			interval += c.polite
		case session.Is(err, "AuthorizationPendingException"), kind == fault.Transient, kind == fault.Throttled:
		case session.Is(err, "ExpiredTokenException"):
			return nil, nobody(l)
		case session.Is(err, "AccessDeniedException"):
			return nil, &fault.Fault{
				Kind: fault.Denied, Cloud: "aws", Service: "sso-oauth", Operation: "CreateToken", Code: "AccessDeniedException", Login: l.Name,
				Message: "the sign-in was refused at the other screen", Hint: "Sign in as a user of " + l.StartURL + " and allow the request (landfall login " + l.Name + ").",
			}
		default:
			return nil, err
		}
		if time.Now().After(expires) {
			return nil, nobody(l)
		}
	}
}

// nobody says that the code has expired.
func nobody(l plan.Login) error {
	return &fault.Fault{
		Kind: fault.SessionExpired, Cloud: "aws", Service: "sso-oauth", Operation: "CreateToken", Code: "ExpiredTokenException", Login: l.Name,
		Message: "nobody has signed in before the code expired", Hint: signInWith(l.Name),
	}
}
