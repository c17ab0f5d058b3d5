package bench

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/itbytes/landfall/plan"
)

// judge compares what stands in each cloud with what the vault gives to consumers: one key a credential, and that one current.
func (b *bench) judge(ctx context.Context, r *Result) error {
	standing, err := b.standing()
	if err != nil {
		return err
	}
	kept, err := b.kept(ctx)
	if err != nil {
		return err
	}
	return verdict(b.all, kept, standing, r)
}

// verdict counts what is lost, left over and not finished. The error names it.
func verdict(all []plan.Credential, kept map[string]string, standing map[string][]string, r *Result) error {
	var wrong []error
	for _, c := range all {
		item := strings.TrimPrefix(c.Item, secret)
		current, live := kept[item], standing[item]
		switch {
		case current == "" || !slices.Contains(live, current):
			r.Lost++
			wrong = append(wrong, fmt.Errorf("%s is lost: the vault gives the key %q, and %v stand", c.ID, current, live))
		case len(live) > 1:
			r.Left += len(live) - 1
			wrong = append(wrong, fmt.Errorf("%s has keys left over: %v stand, and %s is current", c.ID, live, current))
		}
	}
	if n := len(wrong); n > 10 {
		wrong = append(wrong[:10], fmt.Errorf("and %d more", n-10))
	}
	if r.Unfinished > 0 {
		wrong = append(wrong, fmt.Errorf("%d of %d rotations are not done", r.Unfinished, r.Many))
	}
	return errors.Join(wrong...)
}

// standing are the ids of the live keys of each credential.
func (b *bench) standing() (map[string][]string, error) {
	text, err := json.Marshal(b.Sim.Kernel().State())
	if err != nil {
		return nil, err
	}
	var state struct {
		AWS struct {
			Accounts map[string]struct {
				IAM struct {
					Users map[string]struct{ AccessKeys map[string]string }
				}
			}
		}
		Azure struct {
			Applications map[string]struct {
				DisplayName                         string
				KeyCredentials, PasswordCredentials []struct{ KeyID string }
			}
		}
		GCP struct {
			Projects map[string]struct {
				ServiceAccounts map[string]struct{ Keys []struct{ ID string } }
			}
		}
	}
	if err := json.Unmarshal(text, &state); err != nil {
		return nil, err
	}
	out := map[string][]string{}
	for _, c := range b.all {
		item := strings.TrimPrefix(c.Item, secret)
		if c.Kind == plan.AccessKey {
			for id := range state.AWS.Accounts[c.Landing.Adopt.ID].IAM.Users[user].AccessKeys {
				out[item] = append(out[item], id)
			}
		}
	}
	for _, a := range state.Azure.Applications {
		for _, k := range append(a.KeyCredentials, a.PasswordCredentials...) {
			out[a.DisplayName] = append(out[a.DisplayName], k.KeyID)
		}
	}
	for _, p := range state.GCP.Projects {
		for email, a := range p.ServiceAccounts {
			account, _, _ := strings.Cut(email, "@")
			for _, k := range a.Keys {
				out[account] = append(out[account], k.ID)
			}
		}
	}
	return out, nil
}

// kept are the ids of the current keys, as a consumer reads them from the vault.
func (b *bench) kept(ctx context.Context) (map[string]string, error) {
	f := furnisher{ctx: ctx, setting: b.setting}
	id, err := f.vault()
	if err != nil {
		return nil, err
	}
	at, token := b.setting("OP_CONNECT_HOST")+"/v1/vaults/"+id+"/items", b.setting("OP_CONNECT_TOKEN")
	var items []struct{ ID, Title string }
	if err := f.call(http.MethodGet, at, token, "", nil, &items); err != nil {
		return nil, err
	}
	out := map[string]string{}
	for _, it := range items {
		var whole struct {
			Fields []struct {
				Label, Value string
				Section      *struct{ ID string }
			}
		}
		if err := f.call(http.MethodGet, at+"/"+it.ID, token, "", nil, &whole); err != nil {
			return nil, err
		}
		for _, field := range whole.Fields {
			if field.Section == nil && (field.Label == "key id" || field.Label == "access key id") {
				out[it.Title] = field.Value
			}
		}
	}
	return out, nil
}
