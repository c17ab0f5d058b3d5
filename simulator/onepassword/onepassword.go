// Package onepassword simulates a 1Password Connect server: its REST interface as the published OpenAPI document has it,
// over vaults that live in memory.
package onepassword

import (
	"crypto/rand"
	"encoding/base32"
	"net/http"
	"strings"
	"sync"

	"github.com/itbytes/landfall/simulator/kernel"
)

// Cloud is the name the calls bear in the journal, and the key of the estate and of GET /sim/state.
const Cloud = "onepassword"

// version is what the server says it is in every answer.
const version = "1.7.3"

// Vault is one Connect server with the vaults it was given access to. Its methods may be called from many goroutines.
type Vault struct {
	kernel *kernel.Kernel
	issuer issuer
	login  string // the scenario's login whose state decides whether the token is accepted, or empty
	editor string // who wrote, in lastEditedBy

	mu     sync.Mutex
	boxes  []*box
	tokens []*token // the first is the one that the worlds of tests and demos are given
}

// New returns a Connect server that holds the scenario's estate, and registers it as the vault clouds deliver to.
func New(k *kernel.Kernel) (*Vault, error) {
	by, err := newIssuer()
	if err != nil {
		return nil, err
	}
	v := &Vault{kernel: k, issuer: by, editor: uuid()}
	for name := range k.Logins(Cloud) {
		v.login = name
	}
	if err := v.furnish(k.Scenario()); err != nil {
		return nil, err
	}
	k.Keep(v.deliver)
	k.Hand(Cloud, v.act)
	k.Show(Cloud, v.show)
	return v, nil
}

// Token is the access token that the scenario's world was given. Others may have been made since.
func (v *Vault) Token() string { return v.tokens[0].value }

// Handler answers the Connect REST interface.
func (v *Vault) Handler() http.Handler {
	mux := http.NewServeMux()
	for _, rt := range v.routes() {
		mux.HandleFunc(rt.pattern, v.serve(rt))
	}
	mux.HandleFunc("/", v.serve(route{operation: "unknown", open: true, do: unknown}))
	return mux
}

// uuid returns an id as 1Password makes them: 26 lower-case letters and digits.
func uuid() string {
	b := make([]byte, 16)
	_, _ = rand.Read(b) // crypto/rand never fails
	return strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(b))
}
