// Package vault keeps secrets in 1Password Connect, under op:// references, and finds them there again.
//
// A secret goes in and comes out as a plan.Secret; no error, log or result of this package ever holds a value.
package vault

import (
	"context"
	"slices"
	"time"

	"github.com/1Password/connect-sdk-go/connect"
	"github.com/1Password/connect-sdk-go/onepassword"
	"github.com/opentracing/opentracing-go"

	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// tag is borne by the items that Landfall made. No other item is ever removed.
const tag = "landfall"

// Options say where the Connect server is and how long it may take.
type Options struct {
	Host    string        // OP_CONNECT_HOST: http://connect:8080
	Token   plan.Secret   // OP_CONNECT_TOKEN
	Timeout time.Duration // of one call; default 15 s
	Pause   time.Duration // before what has failed is tried again, twice as long each time; default 200 ms
}

// Vault is the vaults of one Connect server. Its methods may be called from many goroutines; one item has one writer at
// a time, and a second one is noticed.
type Vault struct {
	door    *door
	timeout time.Duration
	pause   time.Duration
	lacking error // why no call can be made, or nil
	known   addresses
}

// New returns the vaults behind a Connect server. It calls nothing; what its Options lack is said by the first call.
func New(o Options) *Vault {
	if !opentracing.IsGlobalTracerRegistered() {
		opentracing.SetGlobalTracer(opentracing.NoopTracer{}) // else the SDK starts one that reports to localhost
	}
	if o.Timeout == 0 {
		o.Timeout = 15 * time.Second
	}
	if o.Pause == 0 {
		o.Pause = 200 * time.Millisecond
	}
	d, err := newDoor(o.Host, o.Token)
	return &Vault{door: d, timeout: o.Timeout, pause: o.Pause, lacking: err}
}

// ask makes one call of the SDK, bounded by ctx and the time-out, and names what went wrong. What hide holds is taken out
// of the server's message.
func ask[T any](ctx context.Context, v *Vault, operation string, do func(connect.Client) (T, error), hide ...plan.Secret) (T, error) {
	var none T
	if v.lacking != nil {
		return none, v.lacking
	}
	timed, cancel := context.WithTimeout(ctx, v.timeout)
	defer cancel()
	c := &call{ctx: timed}
	url := v.door.enter(c)
	defer v.door.leave(url)
	out, err := do(connect.NewClientWithUserAgent(url, "", "landfall connect-sdk-go/"+connect.SDKVersion))
	if err != nil {
		return none, named(ctx, c, operation, err, append(hide, v.door.token))
	}
	return out, nil
}

// vault finds the id of the vault that a reference names.
func (v *Vault) vault(ctx context.Context, r ref) (string, error) {
	if isUUID(r.vault) {
		found, err := ask(ctx, v, "GetVaultById", func(c connect.Client) (*onepassword.Vault, error) { return c.GetVaultByUUID(r.vault) })
		if missing(err) {
			return "", noVault(r)
		}
		if err != nil {
			return "", err
		}
		return found.ID, nil
	}
	found, err := ask(ctx, v, "GetVaults", func(c connect.Client) ([]onepassword.Vault, error) { return c.GetVaultsByTitle(r.vault) })
	if err != nil {
		return "", err
	}
	found = slices.DeleteFunc(found, func(b onepassword.Vault) bool { return b.Name != r.vault })
	switch len(found) {
	case 0:
		return "", noVault(r)
	case 1:
		return found[0].ID, nil
	}
	return "", fault.New(fault.Ambiguous, "Write the vault's id in the reference instead of its name.",
		"%d vaults are named %q in 1Password Connect", len(found), r.vault)
}

func noVault(r ref) error {
	return fault.New(fault.Invalid, "Create the vault, or give OP_CONNECT_TOKEN access to it.",
		"no vault named %q in 1Password Connect: create it or give the token access to it", r.vault)
}

// item reads one item whole. One that has gone since it was listed is looked for anew by who tries again.
func (v *Vault) item(ctx context.Context, vault, id string) (*onepassword.Item, error) {
	it, err := ask(ctx, v, "GetVaultItemById", func(c connect.Client) (*onepassword.Item, error) { return c.GetItemByUUID(id, vault) })
	if missing(err) {
		return nil, fault.New(fault.Transient, "", "item %s went away while it was read", id)
	}
	return it, err
}
