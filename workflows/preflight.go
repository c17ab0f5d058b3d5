package workflows

import (
	"go.temporal.io/sdk/workflow"

	"github.com/itbytes/landfall/activities"
	"github.com/itbytes/landfall/plan"
)

// preflight refuses a run whose plan names a vault or a login's item that is not there, before anything is written.
func (m *migration) preflight(ctx workflow.Context) error {
	in := vaultOf(m.landings)
	if key := m.plan.Registry.SigningKey; key != "" {
		in.Takes = append(in.Takes, key)
	}
	if len(in.Holds)+len(in.Takes) == 0 {
		return nil
	}
	_, err := do(ctx, quick(), Queue, "look whether the vault has what the plan names", vaults.CheckVault, in)
	return err
}

// vaultOf lists what the landings want of the vault: the items their logins are made of, and those that the run will make.
// A fallback's item is made by the run where the landing is new.
func vaultOf(landings []plan.Landing) activities.CheckVaultInput {
	var in activities.CheckVaultInput
	seen := map[string]bool{}
	add := func(ref string, to func()) {
		if ref != "" && !seen[ref] {
			seen[ref] = true
			to()
		}
	}
	for _, l := range landings {
		add(l.Login.Item, func() { in.Holds = append(in.Holds, activities.Holding{Login: l.Login.Name, Item: l.Login.Item}) })
		if l.Fallback != nil {
			add(l.Fallback.Item, func() { in.Takes = append(in.Takes, l.Fallback.Item) })
		}
		for _, id := range l.Identities {
			add(id.Credential, func() { in.Takes = append(in.Takes, id.Credential) })
		}
	}
	return in
}
