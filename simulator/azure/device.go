package azure

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/itbytes/landfall/simulator/kernel"
)

// device is a sign-in that waits for a person at another screen.
type device struct {
	code    string // what the person types
	client  string
	expires time.Time
	session *session // set once the person has signed in
}

// loginOfDevice is the login of the person who has signed in at another screen; empty while nobody has.
func (c *Cloud) loginOfDevice(code string) string {
	if d := c.devices[code]; d != nil && d.session != nil {
		return d.session.login
	}
	return ""
}

// devicecode begins a sign-in by device code.
func (e *entra) devicecode() {
	if e.form.Get("client_id") == "" {
		e.fail(http.StatusBadRequest, "invalid_request", "900144", "The request body must contain the following parameter: 'client_id'.")
		return
	}
	long := kernel.Random(32)
	d := &device{code: strings.ToUpper(kernel.Random(5))[:9], client: e.form.Get("client_id"), expires: e.k.Now().Add(15 * time.Minute)}
	e.devices[long] = d
	e.k.Mint(kernel.Secret{Cloud: "azure", Scope: e.tenant, ID: "device code " + d.code, Value: long})
	write(e.w, http.StatusOK, obj{
		"device_code": long, "user_code": d.code, "verification_uri": "https://microsoft.com/devicelogin", "expires_in": 900, "interval": 1,
		"message": "To sign in, use a web browser to open the page https://microsoft.com/devicelogin and enter the code " + d.code + " to authenticate.",
	})
}

// device answers the question whether the person has signed in.
func (e *entra) device(audience string) {
	d := e.devices[e.form.Get("device_code")]
	switch {
	case d == nil || !strings.EqualFold(d.client, e.form.Get("client_id")):
		e.fail(http.StatusBadRequest, "bad_verification_code", "70000", "The provided value for the 'device_code' parameter is not valid.")
	case e.k.Now().After(d.expires):
		e.fail(http.StatusBadRequest, "expired_token", "70020", "The provided value for the 'device_code' has expired.")
	case d.session == nil:
		e.fail(http.StatusBadRequest, "authorization_pending", "70016", "OAuth 2.0 device flow error. Authorization is pending. Continue polling.")
	default:
		delete(e.devices, e.form.Get("device_code"))
		e.grant(d.session, audience)
	}
}

// hand carries out what a person does:
//   - signIn {login, userCode}: completes a sign-in by device code (the only one that waits where userCode is not given),
//     makes the login ok and ends its earlier sessions; a locked login stays locked, however often somebody signs in;
//   - approvePreview {feature, subscription}: registers a preview feature that waits for approval;
//   - disableSubscription, warnSubscription, pastDueSubscription, enableSubscription {subscription}: what billing does.
func (c *Cloud) hand(act kernel.Act) error {
	switch act.Do {
	case "signIn":
		return c.signIn(act.With["login"], act.With["userCode"])
	case "approvePreview":
		return c.approve(act.With["feature"], act.With["subscription"])
	case "disableSubscription":
		return c.turn(act.With["subscription"], "Disabled")
	case "warnSubscription":
		return c.turn(act.With["subscription"], "Warned")
	case "pastDueSubscription":
		return c.turn(act.With["subscription"], "PastDue")
	case "enableSubscription":
		return c.turn(act.With["subscription"], "Enabled")
	}
	return fmt.Errorf("nobody in azure knows how to %q", act.Do)
}

func (c *Cloud) signIn(login, code string) error {
	l, known := c.k.Logins("azure")[login]
	if !known {
		return fmt.Errorf("no azure login named %q in this scenario", login)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	var waiting []*device
	for _, d := range c.devices {
		if d.session == nil && (code == "" || d.code == code) {
			waiting = append(waiting, d)
		}
	}
	if len(waiting) != 1 {
		return fmt.Errorf("%d sign-ins wait for code %q, want one", len(waiting), code)
	}
	waiting[0].session = &session{login: login, client: waiting[0].client, user: l.Details["user"]}
	if c.k.LoginState(login) == kernel.LoginLocked {
		return nil
	}
	for _, s := range c.sessions {
		s.ended = s.ended || s.login == login
	}
	return c.k.SetLogin(login, kernel.LoginOK)
}

func (c *Cloud) turn(id, state string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := c.subscriptions[strings.ToLower(id)]
	if s == nil {
		return fmt.Errorf("no subscription %q", id)
	}
	s.state = state
	return nil
}
