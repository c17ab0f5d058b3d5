package azure

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// deviceGrant is the grant of a sign-in at another screen (RFC 8628).
const deviceGrant = "urn:ietf:params:oauth:grant-type:device_code"

// started is the answer that begins a sign-in at another screen.
type started struct {
	Device   string `json:"device_code"`
	User     string `json:"user_code"`
	At       string `json:"verification_uri"`
	Seconds  int    `json:"expires_in"`
	Interval int    `json:"interval"`
}

// device signs a person in at another screen and writes the session's file. The codes and the tokens are nowhere but in memory
// until then.
func (d *door) device(ctx context.Context, l plan.Login, show func(plan.Challenge)) error {
	u := &user{login: l, file: d.file(l), entra: d.entra, http: d.options.HTTP}
	tenant, client := cmp.Or(l.Tenant, "organizations"), cmp.Or(l.Client, azureCLI)
	scope := "https://management.azure.com/.default offline_access openid profile"
	var s started
	if err := u.ask(ctx, tenant, "devicecode", url.Values{"client_id": {client}, "scope": {scope}}, &s); err != nil {
		return err
	}
	until := time.Now().Add(time.Duration(s.Seconds) * time.Second)
	show(plan.Challenge{URL: s.At, Code: s.User, Expires: until})
	a, err := u.await(ctx, tenant, url.Values{"grant_type": {deviceGrant}, "client_id": {client}, "device_code": {s.Device}, "scope": {scope}}, s.Interval, until)
	if err != nil {
		return err
	}
	who := claimsOf(a.Identity)
	return leave(u.file, left{Tenant: cmp.Or(who.Tenant, l.Tenant), Client: client, Refresh: a.Refresh, Name: who.who()})
}

// await asks, as often as it was told, until the person has signed in or the code has ended.
func (u *user) await(ctx context.Context, tenant string, form url.Values, seconds int, until time.Time) (answer, error) {
	every := time.Duration(max(seconds, 1)) * time.Second
	if seconds == 0 {
		every = 5 * time.Second // RFC 8628, section 3.5
	}
	for {
		select {
		case <-ctx.Done():
			return answer{}, ctx.Err()
		case <-time.After(min(every, max(time.Until(until), 0)+time.Millisecond)):
		}
		a, err := u.redeem(ctx, tenant, form)
		var r *tokenRefusal
		switch {
		case err == nil && a.Refresh != "":
			return a, nil
		case err == nil:
			return answer{}, fmt.Errorf("entra gave no refresh token for %s", u.login.Name)
		case errors.As(err, &r) && r.code == "authorization_pending":
		case errors.As(err, &r) && r.code == "slow_down":
			every += 5 * time.Second // RFC 8628, section 3.5
		case errors.As(err, &r) && (r.code == "authorization_declined" || r.code == "access_denied"):
			return answer{}, fault.New(fault.SessionExpired, u.again(), "the sign-in to %s was declined", u.login.Name)
		case errors.As(err, &r) && (r.code == "expired_token" || r.code == "code_expired"):
			return answer{}, u.late()
		case nameOf(err).Kind == fault.Transient:
			every *= 2 // likewise: a connection that fails is asked again later
		default:
			return answer{}, err
		}
		if time.Now().After(until) {
			return answer{}, u.late()
		}
	}
}

func (u *user) late() error {
	return fault.New(fault.SessionExpired, u.again(), "nobody signed in to %s before the code ended", u.login.Name)
}

func (u *user) again() string { return "Run landfall login " + u.login.Name + " again." }

// leave writes a session's file so that whoever reads it reads the old one or the new one, and nobody else reads it at all.
func leave(file string, s left) error {
	b, err := json.Marshal(s)
	if err != nil {
		return err
	}
	dir := filepath.Dir(file)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(dir, ".session-*") // mode 0600
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), file)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}
