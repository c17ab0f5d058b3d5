package kernel

import "fmt"

// Session is what signing in leaves on the disk of the one who signed in: for AWS the SSO cache file of the AWS command
// line, for Azure a refresh token, for GCP application default credentials. Its content is secret.
type Session struct {
	Login   string
	Content []byte
}

// Keep registers the vault of the scenario, which takes secrets that stood in it before anything began.
func (k *Kernel) Keep(keep func(ref string, fields map[string]string) error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.keep = keep
}

// Deliver puts a secret that a provider minted for the estate into the scenario's vault, under an op:// reference to an
// item, so that no scenario file need ever hold a secret.
func (k *Kernel) Deliver(ref string, fields map[string]string) error {
	k.mu.Lock()
	keep := k.keep
	k.mu.Unlock()
	if keep == nil {
		return fmt.Errorf("no vault to deliver %s to: build the vault before the clouds", ref)
	}
	return keep(ref, fields)
}
