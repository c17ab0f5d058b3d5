package canary

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"time"
)

// errand is what one consumer does again and again.
type errand struct {
	world World
	of    Consumer
	at    string // the item's address, once it is known: a consumer keeps a reference, and not what it leads to
}

// patience is how long one sign-in may take, with the reading before it.
const patience = 15 * time.Second

// signIn reads the current credential, all of it in one reading, and signs in with it once.
func (e *errand) signIn(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	fields, err := e.read(ctx)
	if err != nil {
		return fmt.Errorf("read op://%s/%s: %w", e.of.Vault, e.of.Item, err)
	}
	if err := e.of.Way(ctx, e.world, fields); err != nil {
		return fmt.Errorf("sign in with op://%s/%s, key %s%s: %w", e.of.Vault, e.of.Item, fields["access key id"], fields["key id"], err)
	}
	return nil
}

// read is what the item gives to its consumers: the fields outside any section.
func (e *errand) read(ctx context.Context) (map[string]string, error) {
	if e.at == "" {
		box, err := named(ctx, e.world, "/v1/vaults?filter="+url.QueryEscape(`name eq "`+e.of.Vault+`"`))
		if err != nil {
			return nil, err
		}
		item, err := named(ctx, e.world, "/v1/vaults/"+box+"/items?filter="+url.QueryEscape(`title eq "`+e.of.Item+`"`))
		if err != nil {
			return nil, err
		}
		e.at = "/v1/vaults/" + box + "/items/" + item
	}
	var whole struct {
		Fields []struct {
			Label, Value string
			Section      *struct{ ID string }
		}
	}
	if err := get(ctx, e.world, e.at, &whole); err != nil {
		return nil, err
	}
	out := map[string]string{}
	for _, f := range whole.Fields {
		if f.Section == nil {
			out[f.Label] = f.Value
		}
	}
	return out, nil
}

// named is the id of the one thing that is listed.
func named(ctx context.Context, w World, path string) (string, error) {
	var list []struct{ ID string }
	if err := get(ctx, w, path, &list); err != nil {
		return "", err
	}
	if len(list) != 1 {
		return "", fmt.Errorf("%d are so named", len(list))
	}
	return list[0].ID, nil
}

func get(ctx context.Context, w World, path string, into any) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, w.Vault+path, nil)
	if err != nil {
		return err
	}
	r.Header.Set("Authorization", "Bearer "+w.Token)
	resp, err := http.DefaultClient.Do(r) //nolint:forbidigo // the context bounds it
	if err != nil {
		return err
	}
	defer resp.Body.Close() //nolint:errcheck // it was read
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("1Password Connect: %s", resp.Status)
	}
	return json.NewDecoder(resp.Body).Decode(into)
}
