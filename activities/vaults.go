package activities

import (
	"context"
	"log/slog"

	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// Finder looks into the vault without reading a secret.
type Finder interface {
	// Find reads what an item holds, without its secrets; one that is not there is Exists false and no error. A vault that
	// is not there is an Invalid fault that names it.
	Find(ctx context.Context, ref string) (plan.Item, error)
}

// Bearer knows the token by which the vault is asked.
type Bearer interface {
	// Token is what the token says of itself, without the token. It asks nobody.
	Token(ctx context.Context) (plan.TokenClaims, error)
}

// Vaults are the activities that look into the vault before a run begins, and at the token by which it is asked.
type Vaults struct {
	Finder Finder
	Bearer Bearer
	Log    *slog.Logger
}

// ReadConnectTokenInput is the input of ReadConnectToken.
type ReadConnectTokenInput struct{}

// ReadConnectToken reads what this worker's token says of itself. Where workers have tokens of their own, it is the token of the
// one that carries this out.
func (a *Vaults) ReadConnectToken(ctx context.Context, _ ReadConnectTokenInput) (plan.TokenClaims, error) {
	return a.Bearer.Token(ctx)
}

// CheckVaultInput is the input of CheckVault.
type CheckVaultInput struct {
	Holds []Holding `json:"holds"` // items that must be there already, because a login is made of them
	Takes []string  `json:"takes"` // items that the run will make: their vaults must be there
}

// Holding is an item that a login is made of.
type Holding struct {
	Login string `json:"login"`
	Item  string `json:"item"`
}

// CheckVault refuses a run whose plan names a vault or a login's item that is not there, before anything is written. A
// vault that cannot be asked just now is no reason to refuse: only the steps that need it will wait for it.
func (a *Vaults) CheckVault(ctx context.Context, in CheckVaultInput) (Checked, error) {
	return Checked{}, a.check(ctx, in)
}

// Checked is the result of CheckVault: nothing but that it is so.
type Checked struct{}

func (a *Vaults) check(ctx context.Context, in CheckVaultInput) error {
	for _, h := range in.Holds {
		item, err := a.find(ctx, h.Item)
		if err != nil {
			return err
		}
		if item != nil && !item.Exists {
			return fault.New(fault.Invalid, "Put the login's key there, or name the right item in the plan; nothing was written.",
				"login %s is kept in %s, and there is no such item", h.Login, h.Item)
		}
	}
	for _, ref := range in.Takes {
		if _, err := a.find(ctx, ref); err != nil {
			return err
		}
	}
	return nil
}

// find is the item, or nil where the vault cannot be asked just now.
func (a *Vaults) find(ctx context.Context, ref string) (*plan.Item, error) {
	item, err := a.Finder.Find(ctx, ref)
	switch kind := fault.KindOf(err); {
	case err == nil:
		return &item, nil
	case kind == fault.Invalid || kind == fault.Denied:
		return nil, err
	default:
		a.Log.WarnContext(ctx, "the vault cannot be asked; the steps that need it will wait", "ref", ref, "kind", kind)
		return nil, nil
	}
}
