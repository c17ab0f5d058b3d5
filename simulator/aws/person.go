package aws

import (
	"fmt"

	"github.com/itbytes/landfall/simulator/kernel"
)

// act does what a person does and no API of this cloud can: signIn {login, userCode} at another screen, raiseQuota {accounts}
// for the organisation, and with an account, named by id, name or root e-mail, registerRootMFA, suspendAccount, closeAccount, reopenAccount,
// subscribe {service}, changeRootEmail {email}.
func (c *Cloud) act(a kernel.Act) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.settle(c.k.Now())
	switch a.Do {
	case "signIn":
		return c.signIn(a.With["login"], a.With["userCode"])
	case "raiseQuota":
		c.limit = number(a.With["accounts"])
		return nil
	}
	found := c.accounts[a.With["account"]]
	for _, other := range c.accounts {
		if found == nil && (other.name == a.With["account"] || other.email == a.With["account"]) {
			found = other
		}
	}
	if found == nil {
		return fmt.Errorf("no account is %q", a.With["account"])
	}
	switch a.Do {
	case "registerRootMFA":
		found.rootMFA = true
	case "suspendAccount":
		found.status = "SUSPENDED"
	case "closeAccount":
		found.status = "PENDING_CLOSURE"
	case "subscribe":
		delete(found.unsubscribed, a.With["service"])
	case "changeRootEmail":
		found.email = a.With["email"]
	case "reopenAccount":
		found.status = "ACTIVE"
	default:
		return fmt.Errorf("nobody at AWS knows how to %s", a.Do)
	}
	return nil
}
