package bench

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/itbytes/landfall/plan"
)

// furnisher is the person who made the first keys of the service accounts, by hand and one after the other.
type furnisher struct {
	ctx     context.Context //nolint:containedctx // it lives no longer than furnish
	setting func(name string) string
	token   string
}

// furnish makes the service accounts of a plan, a key for each, and keeps it in the vault.
func (b *bench) furnish(ctx context.Context) error {
	f := furnisher{ctx: ctx, setting: b.setting}
	if err := f.signIn(); err != nil {
		return err
	}
	vaultID, err := f.vault()
	if err != nil {
		return err
	}
	i := 0
	for _, id := range b.plan.Identities {
		if id.Cloud != plan.GCP {
			continue
		}
		if err := f.key(id, projectID(i), vaultID); err != nil {
			return fmt.Errorf("the first key of %s: %w", id.Name, err)
		}
		i++
	}
	return nil
}

// setting is one of those that the stack gives to the product's binaries.
func (b *bench) setting(name string) string {
	for _, line := range b.Env() {
		if value, is := strings.CutPrefix(line, name+"="); is {
			return value
		}
	}
	return ""
}

func (f *furnisher) signIn() error {
	var session struct {
		ID      string `json:"client_id"`
		Secret  string `json:"client_secret"`
		Refresh string `json:"refresh_token"`
	}
	b, err := os.ReadFile(filepath.Join(f.setting("LANDFALL_SESSIONS"), "gcp-admin.json"))
	if err == nil {
		err = json.Unmarshal(b, &session)
	}
	if err != nil {
		return err
	}
	form := url.Values{"grant_type": {"refresh_token"}, "client_id": {session.ID}, "client_secret": {session.Secret}, "refresh_token": {session.Refresh}}
	var got struct {
		Token string `json:"access_token"`
	}
	err = f.call(http.MethodPost, f.setting("LANDFALL_GCP_ENDPOINT")+"/oauth2/token", "", "application/x-www-form-urlencoded", []byte(form.Encode()), &got)
	f.token = got.Token
	return err
}

func (f *furnisher) key(id plan.Identity, project, vaultID string) error {
	accounts := f.setting("LANDFALL_GCP_ENDPOINT") + "/iam/v1/projects/" + project + "/serviceAccounts"
	email := id.Name + "@" + project + ".iam.gserviceaccount.com"
	if err := f.json(accounts, f.token, map[string]any{"accountId": id.Name}, nil); err != nil {
		return err
	}
	var made struct{ Name, PrivateKeyData string }
	if err := f.json(accounts+"/"+email+"/keys", f.token, map[string]any{"privateKeyType": "TYPE_GOOGLE_CREDENTIALS_FILE"}, &made); err != nil {
		return err
	}
	file, err := base64.StdEncoding.DecodeString(made.PrivateKeyData)
	if err != nil {
		return err
	}
	item := map[string]any{
		"title": id.Name, "category": "API_CREDENTIAL", "vault": map[string]string{"id": vaultID},
		"fields": []map[string]string{
			{"label": "key id", "type": "STRING", "value": made.Name[strings.LastIndex(made.Name, "/")+1:]},
			{"label": "client email", "type": "STRING", "value": email},
			{"label": "project", "type": "STRING", "value": project},
			{"label": "key file", "type": "CONCEALED", "value": string(file)},
		},
	}
	return f.json(f.setting("OP_CONNECT_HOST")+"/v1/vaults/"+vaultID+"/items", f.setting("OP_CONNECT_TOKEN"), item, nil)
}

// vault is the id of the vault that keeps the plan's credentials.
func (f *furnisher) vault() (string, error) {
	var all []struct{ ID, Name string }
	err := f.call(http.MethodGet, f.setting("OP_CONNECT_HOST")+"/v1/vaults", f.setting("OP_CONNECT_TOKEN"), "", nil, &all)
	for _, v := range all {
		if v.Name == vault {
			return v.ID, err
		}
	}
	return "", fmt.Errorf("there is no vault %s: %w", vault, err)
}

func (f *furnisher) json(address, token string, body, into any) error {
	b, err := json.Marshal(body)
	if err != nil {
		return err
	}
	return f.call(http.MethodPost, address, token, "application/json", b, into)
}

func (f *furnisher) call(method, address, token, kind string, body []byte, into any) error {
	r, err := http.NewRequestWithContext(f.ctx, method, address, bytes.NewReader(body))
	if err != nil {
		return err
	}
	if kind != "" {
		r.Header.Set("Content-Type", kind)
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	resp, err := http.DefaultClient.Do(r) //nolint:forbidigo // the bench's own servers
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	switch {
	case err != nil:
		return err
	case resp.StatusCode >= http.StatusMultipleChoices:
		return fmt.Errorf("%s %s: %s", method, r.URL.Path, resp.Status) // the body may quote what was sent
	case into == nil:
		return nil
	}
	return json.Unmarshal(b, into)
}
