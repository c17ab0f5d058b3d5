package aws

import (
	"strings"
	"time"

	"github.com/itbytes/landfall/simulator/aws/wire"
	"github.com/itbytes/landfall/simulator/kernel"
)

// credential is an access key: of an IAM user for as long as it stands, or of a role for a while.
type credential struct {
	id, secret, token string
	account           string
	login             string // of the scenario, that it came from; empty where it is nobody's
	arn, uniqueID     string // as GetCallerIdentity tells them
	user, role        string // whose policies count
	federated         string // by whose token a role's session was begun
	made              time.Time
	inactive          bool
	from, until       time.Time // known from, valid until; zero: at once, for ever

	used                   time.Time
	usedService, usedState string
}

// identify finds out who signed the request; it returns why nobody did.
func (c *Cloud) identify(q *request, sig wire.Signature, signed bool) *wire.Error {
	if q.anonymous() {
		return nil
	}
	switch q.service.name {
	case "sso":
		return c.bearer(q)
	case "sso-oauth":
		return nil
	}
	p := q.service.dialect.Protocol
	if !signed {
		return p.Word(wire.Unsigned, "")
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	cred, held := c.keys[sig.Key]
	if !held || cred.inactive || q.now.Before(cred.from) || cred.token != q.http.Header.Get("X-Amz-Security-Token") {
		return p.Word(wire.Stranger, "")
	}
	switch {
	case !sig.Genuine(q.http, q.body, cred.secret):
		return p.Word(wire.Forged, "")
	case sig.Stale(q.http, q.now):
		return p.Word(wire.Forged, "Signature expired: the request was signed too long ago or too far ahead")
	case !wire.Intact(q.http, q.body):
		return bad("XAmzContentSHA256Mismatch", "The provided 'x-amz-content-sha256' header does not match what was computed.")
	}
	q.who, q.account = cred, c.accounts[cred.account]
	switch {
	case !cred.until.IsZero() && q.now.After(cred.until):
		return p.Word(wire.Expired, "")
	case q.account.status != "ACTIVE":
		return p.Word(wire.Stranger, "")
	}
	cred.used, cred.usedService, cred.usedState = q.now, sig.Service, sig.Region
	return nil
}

// temporary gives out credentials of a role's session, bound to a login.
func (c *Cloud) temporary(a *account, r *role, session, login string, now time.Time, lasts time.Duration) *credential {
	cred := c.session(a.id, now, lasts)
	cred.login, cred.role = login, r.name
	cred.arn, cred.uniqueID = arn("sts", "", a.id, "assumed-role/"+r.name+"/"+session), r.id+":"+session
	return cred
}

// session makes credentials for a while, of nobody yet.
func (c *Cloud) session(account string, now time.Time, lasts time.Duration) *credential {
	cred := &credential{
		id: "ASIA" + randomID(16), secret: secretKey(), token: "IQoJb3JpZ2luX2Vj" + kernel.Random(180),
		account: account, made: now, until: now.Add(lasts),
	}
	c.keys[cred.id] = cred
	c.k.Mint(kernel.Secret{Cloud: "aws", Scope: account, ID: cred.id, Value: cred.secret})
	c.k.Mint(kernel.Secret{Cloud: "aws", Scope: account, ID: cred.id + "/token", Value: cred.token})
	return cred
}

// accessKey makes a long-lived key of an IAM user, known from a given time on.
func (c *Cloud) accessKey(a *account, u *user, now, from time.Time) *credential {
	cred := &credential{
		id: "AKIA" + randomID(16), secret: secretKey(), account: a.id, user: u.name, made: now, from: from,
		arn: u.arn, uniqueID: u.id, login: c.loginOf(a.id, u.name),
	}
	c.keys[cred.id] = cred
	u.keys = append(u.keys, cred.id)
	c.k.Mint(kernel.Secret{Cloud: "aws", Scope: a.id, ID: cred.id, Value: cred.secret})
	return cred
}

// loginOf is the scenario's login that an IAM user stands for.
func (c *Cloud) loginOf(account, user string) string {
	found := ""
	for name, l := range c.k.Logins("aws") {
		if l.Details["account"] == account && l.Details["user"] == user && (found == "" || name < found) {
			found = name
		}
	}
	return found
}

// randomID is n characters as in the ids of keys, users and roles.
func randomID(n int) string { return strings.ToUpper(kernel.Random(n))[:n] }

func secretKey() string { return kernel.Random(20) }
