package aws

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/itbytes/landfall/simulator/aws/wire"
	"github.com/itbytes/landfall/simulator/kernel"
)

// registered is a program that has told IAM Identity Center that it will sign people in.
type registered struct {
	id, secret string
	refreshes  bool // it asked for sso:account:access, with which a session can be renewed
	until      time.Time
}

// device is a sign-in that waits for a person at another screen.
type device struct {
	code    string // what the person types
	client  string
	expires time.Time
	asked   time.Time
	login   string // set once the person has signed in
}

const (
	deviceGrant  = "urn:ietf:params:oauth:grant-type:device_code"
	refreshGrant = "refresh_token"
	sessionLasts = 8 * time.Hour // IAM Identity Center's default
)

func oidcService() *service {
	return &service{
		name:    "sso-oauth",
		open:    true,
		dialect: wire.Dialect{Protocol: wire.RESTJSON, Text: "error_description"},
		routes: []route{
			{method: "POST", path: "/client/register", operation: "RegisterClient"},
			{method: "POST", path: "/device_authorization", operation: "StartDeviceAuthorization"},
			{method: "POST", path: "/token", operation: "CreateToken"},
		},
		operations: map[string]operation{
			"RegisterClient":           reads(registerClient),
			"StartDeviceAuthorization": reads(startDeviceAuthorization),
			"CreateToken":              reads(createToken),
		},
	}
}

func oidcPath(path string) bool {
	return path == "/client/register" || path == "/device_authorization" || path == "/token"
}

// oauth is a refusal in the words of RFC 6749 and RFC 8628, as the service's exceptions bear them.
func oauth(status int, code, word, message string) error {
	return &wire.Error{Status: status, Code: code, Message: message, Fields: wire.Map{"error": word}}
}

func registerClient(q *request) (wire.Map, error) {
	var in struct {
		ClientName, ClientType, IssuerUrl, EntitledApplicationArn string
		Scopes, RedirectUris, GrantTypes                          []string
	}
	if err := q.read(&in); err != nil {
		return nil, err
	}
	if in.ClientName == "" || in.ClientType != "public" {
		return nil, oauth(http.StatusBadRequest, "InvalidClientMetadataException", "invalid_client_metadata", "Only public clients with a name are registered.")
	}
	c := &registered{
		id: kernel.Random(12), secret: "eyJraWQiOiJrZXktMTU2" + kernel.Random(96), refreshes: slices.Contains(in.Scopes, "sso:account:access"), until: q.now.AddDate(0, 0, 90),
	}
	q.clients[c.id] = c
	q.k.Mint(kernel.Secret{Cloud: "aws", Scope: "sso", ID: "client " + c.id, Value: c.secret})
	return wire.Map{"clientId": c.id, "clientSecret": c.secret, "clientIdIssuedAt": q.now.Unix(), "clientSecretExpiresAt": c.until.Unix()}, nil
}

// client is the registered program that calls.
func (q *request) client(id, secret string) (*registered, error) {
	c := q.clients[id]
	if c == nil || c.secret != secret || q.now.After(c.until) {
		return nil, oauth(http.StatusUnauthorized, "InvalidClientException", "invalid_client", "Invalid client provided")
	}
	return c, nil
}

func startDeviceAuthorization(q *request) (wire.Map, error) {
	var in struct{ ClientId, ClientSecret, StartUrl string }
	if err := q.read(&in); err != nil {
		return nil, err
	}
	c, err := q.client(in.ClientId, in.ClientSecret)
	if err != nil {
		return nil, err
	}
	if !slices.ContainsFunc(values(q.k.Logins("aws")), func(l kernel.Login) bool { return l.Details["startUrl"] == in.StartUrl }) {
		return nil, oauth(http.StatusBadRequest, "InvalidRequestException", "invalid_request", "Invalid startUrl provided")
	}
	long, short := kernel.Random(32), strings.ToUpper(kernel.Random(4))
	d := &device{code: short[:4] + "-" + short[4:], client: c.id, expires: q.now.Add(10 * time.Minute)}
	q.devices[long] = d
	q.k.Mint(kernel.Secret{Cloud: "aws", Scope: "sso", ID: "device code " + d.code, Value: long})
	page := strings.TrimSuffix(in.StartUrl, "/") + "/#/device"
	return wire.Map{
		"deviceCode": long, "userCode": d.code, "verificationUri": page, "verificationUriComplete": page + "?user_code=" + d.code,
		"expiresIn": 600, "interval": 1,
	}, nil
}

func createToken(q *request) (wire.Map, error) {
	var in struct {
		ClientId, ClientSecret, GrantType, DeviceCode, RefreshToken, Code, CodeVerifier, RedirectUri string
		Scope                                                                                        []string
	}
	if err := q.read(&in); err != nil {
		return nil, err
	}
	c, err := q.client(in.ClientId, in.ClientSecret)
	if err != nil {
		return nil, err
	}
	switch in.GrantType {
	case deviceGrant:
		return q.signedIn(c, in.DeviceCode)
	case refreshGrant:
		login, held := q.refreshes[in.RefreshToken]
		if !held || !c.refreshes || q.k.LoginState(login) != kernel.LoginOK {
			return nil, oauth(http.StatusBadRequest, "InvalidGrantException", "invalid_grant", "Invalid refresh token provided")
		}
		return q.grantSession(c, login), nil
	}
	return nil, oauth(http.StatusBadRequest, "UnsupportedGrantTypeException", "unsupported_grant_type", "This simulator knows device codes and refresh tokens only.")
}

// signedIn answers the question whether the person has signed in.
func (q *request) signedIn(c *registered, code string) (wire.Map, error) {
	d := q.devices[code]
	if d == nil || d.client != c.id {
		return nil, oauth(http.StatusBadRequest, "InvalidGrantException", "invalid_grant", "Invalid device code provided")
	}
	hasty := q.now.Sub(d.asked) < 500*time.Millisecond // half of the interval that it was told
	d.asked = q.now
	switch {
	case q.now.After(d.expires):
		delete(q.devices, code)
		return nil, oauth(http.StatusBadRequest, "ExpiredTokenException", "expired_token", "Device code has expired")
	case d.login == "" && hasty:
		return nil, oauth(http.StatusBadRequest, "SlowDownException", "slow_down", "Please slow down the polling")
	case d.login == "":
		return nil, oauth(http.StatusBadRequest, "AuthorizationPendingException", "authorization_pending", "User has not yet authorized")
	}
	delete(q.devices, code)
	return q.grantSession(c, d.login), nil
}

// grantSession gives a login a new session: those before it are worth nothing any more.
func (q *request) grantSession(c *registered, login string) wire.Map {
	for token, of := range q.tokens {
		if of == login {
			delete(q.tokens, token)
		}
	}
	token := q.token(login)
	out := wire.Map{"accessToken": token, "tokenType": "Bearer", "expiresIn": int(sessionLasts.Seconds())}
	if c.refreshes {
		refresh := "aorAAAA" + kernel.Random(96)
		q.refreshes[refresh] = login
		q.k.Mint(kernel.Secret{Cloud: "aws", Scope: "sso", ID: "refresh token of " + login, Value: refresh})
		out["refreshToken"] = refresh
	}
	return out
}

// signIn is what a person does at the other screen: it completes the sign-in of a code (the only one that waits where no
// code is given) and makes the login ok.
func (c *Cloud) signIn(login, code string) error {
	l, known := c.k.Logins("aws")[login]
	if !known || l.Details["startUrl"] == "" {
		return fmt.Errorf("no AWS login named %q of this scenario is one of single sign-on", login)
	}
	var waiting []*device
	for _, d := range c.devices {
		if d.login == "" && (code == "" || d.code == code) {
			waiting = append(waiting, d)
		}
	}
	if len(waiting) != 1 {
		return fmt.Errorf("%d sign-ins wait for the code %q, want one", len(waiting), code)
	}
	waiting[0].login = login
	return c.k.SetLogin(login, kernel.LoginOK)
}
