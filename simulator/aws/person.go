package aws

import (
	"fmt"

	"github.com/itbytes/landfall/simulator/kernel"
)

// act does what a person does and no API of this cloud can. The account is named by id, name or root e-mail:
// registerRootMFA, suspendAccount, reopenAccount.
func (c *Cloud) act(a kernel.Act) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.settle(c.k.Now())
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
	case "reopenAccount":
		found.status = "ACTIVE"
	default:
		return fmt.Errorf("nobody at AWS knows how to %s", a.Do)
	}
	return nil
}
