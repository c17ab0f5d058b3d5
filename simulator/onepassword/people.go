package onepassword

import (
	"fmt"

	"github.com/itbytes/landfall/simulator/kernel"
)

// act carries out what somebody does in the 1Password app:
//
//	createVault {vault}                      makes a vault and gives the token access to it
//	openVault   {vault}                      gives the token access to a vault that stands there
//	editItem    {vault, item, field, value}  changes a field, which is no secret
//	createToken {name, expiresIn}            makes another access token: op connect token create
//	deleteToken {token}                      revokes one, by its id or name: op connect token delete
func (v *Vault) act(a kernel.Act) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	b := v.named(a.With["vault"])
	switch {
	case a.Do == "createToken":
		return v.createToken(a.With["name"], a.With["expiresIn"])
	case a.Do == "deleteToken":
		t := v.tokenNamed(a.With["token"])
		if t == nil {
			return fmt.Errorf("%s: there is no token named %q", a.Do, a.With["token"])
		}
		t.Revoked = true
		return nil
	case a.Do == "createVault" && b == nil && a.With["vault"] != "":
		v.build(a.With["vault"], "")
		return nil
	case a.Do == "createVault":
		return fmt.Errorf("create vault %q: it stands there already, or has no name", a.With["vault"])
	case b == nil:
		return fmt.Errorf("%s: there is no vault named %q", a.Do, a.With["vault"])
	case a.Do == "openVault":
		b.closed = false
		return nil
	case a.Do == "editItem":
		it := b.titled(a.With["item"])
		if it == nil {
			return fmt.Errorf("%s: there is no item named %q", a.Do, a.With["item"])
		}
		next := it.copied()
		next.set(a.With["field"], v.typeOf(a.With["field"], a.With["value"]), a.With["value"])
		v.replace(b, it, next)
		return nil
	}
	return fmt.Errorf("nobody knows how to %q in %s: createVault, openVault, editItem, createToken or deleteToken", a.Do, Cloud)
}
