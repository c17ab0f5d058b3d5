package onepassword_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/itbytes/landfall/simulator/kernel"
	"github.com/itbytes/landfall/simulator/onepassword"
)

// stand is a Connect server over HTTP.
type stand struct {
	kernel *kernel.Kernel
	vault  *onepassword.Vault
	url    string
}

func estate(vaults ...any) kernel.Scenario {
	return kernel.Scenario{Name: "onepassword", Estate: map[string]any{"onepassword": map[string]any{"vaults": vaults}}}
}

func raise(t *testing.T, vaults ...any) stand {
	t.Helper()
	k := kernel.New(estate(vaults...))
	v, err := onepassword.New(k)
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(v.Handler())
	t.Cleanup(srv.Close)
	return stand{k, v, srv.URL}
}

func (s stand) say(t *testing.T, method, path, body string) (int, any) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, s.url+path, bytes.NewReader([]byte(body)))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+s.vault.Token())
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	var out any
	if len(b) > 0 && json.Unmarshal(b, &out) != nil {
		t.Fatalf("%s %s: the answer is no JSON: %s", method, path, b)
	}
	return resp.StatusCode, out
}

// item reads the only item of the only vault whole, and where it is.
func (s stand) item(t *testing.T) (string, map[string]any) {
	t.Helper()
	_, vaults := s.say(t, "GET", "/v1/vaults", "")
	at := "/v1/vaults/" + vaults.([]any)[0].(map[string]any)["id"].(string) + "/items"
	_, items := s.say(t, "GET", at, "")
	if len(items.([]any)) != 1 {
		t.Fatalf("the vault holds %v, want one item", items)
	}
	at += "/" + items.([]any)[0].(map[string]any)["id"].(string)
	_, it := s.say(t, "GET", at, "")
	return at, it.(map[string]any)
}

func TestWhatACloudDeliversStandsInTheVaultAsASecret(t *testing.T) {
	s := raise(t, map[string]any{"name": "itbytes-internal"})
	s.kernel.Mint(kernel.Secret{Cloud: "aws", Scope: "862973411383", ID: "AKIA1", Value: "minted-by-the-cloud"})
	fields := map[string]string{"access key id": "AKIA1", "secret access key": "minted-by-the-cloud"}
	if err := s.kernel.Deliver("op://itbytes-internal/aws-prod", fields); err != nil {
		t.Fatal(err)
	}
	_, it := s.item(t)
	if it["title"] != "aws-prod" || it["category"] != "API_CREDENTIAL" || it["version"] != 1.0 || it["tags"] != nil {
		t.Errorf("got %v", it)
	}
	for i, want := range []string{"STRING", "CONCEALED"} {
		f := it["fields"].([]any)[i].(map[string]any)
		if f["type"] != want || f["value"] != fields[f["label"].(string)] {
			t.Errorf("field %d is %v, want type %s and the value delivered", i, f, want)
		}
	}
	for _, ref := range []string{"op://nowhere/aws-prod", "op://itbytes-internal", "aws-prod", "op://itbytes-internal/aws-prod/field"} {
		if err := s.kernel.Deliver(ref, fields); err == nil {
			t.Errorf("%s was delivered to", ref)
		}
	}
}

func TestAnEstateThatCannotBeIsRefused(t *testing.T) {
	for _, c := range []struct {
		says   string
		vaults []any
	}{
		{"no scenario may hold a secret", []any{map[string]any{"name": "v", "items": []any{
			map[string]any{"title": "i", "fields": []any{map[string]any{"label": "key", "type": "CONCEALED", "value": "s"}}},
		}}}},
		{"two vaults", []any{map[string]any{"name": "v"}, map[string]any{"name": "v"}}},
		{"category", []any{map[string]any{"name": "v", "items": []any{map[string]any{"title": "i", "category": "CUSTOM"}}}}},
		{"unknown field", []any{map[string]any{"nmae": "v"}}},
	} {
		if _, err := onepassword.New(kernel.New(estate(c.vaults...))); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("got %v, want it refused for %q", err, c.says)
		}
	}
}

func TestAPatchIsAppliedWhollyOrNotAtAll(t *testing.T) {
	s := raise(t, map[string]any{"name": "v", "items": []any{map[string]any{
		"title": "i", "tags": []any{"a", "b"}, "fields": []any{map[string]any{"label": "user", "value": "me"}},
	}}})
	at, before := s.item(t)
	id := before["fields"].([]any)[0].(map[string]any)["id"].(string)
	for _, bad := range []string{
		`[{"op":"replace","path":"/title","value":"new"},{"op":"move","path":"/tags"}]`,
		`[{"op":"replace","path":"/title","value":"new"},{"op":"remove","path":"/fields/nosuchfield"}]`,
		`[{"op":"replace","path":"/category","value":"CUSTOM"}]`,
		`[{"op":"replace","path":"/title"}]`,
		`{"title":"new"}`,
	} {
		if status, answer := s.say(t, "PATCH", at, bad); status != 400 {
			t.Errorf("%s: got %d %v, want it refused", bad, status, answer)
		}
	}
	if _, now := s.item(t); now["title"] != "i" || now["version"] != 1.0 {
		t.Errorf("a refused patch left %v", now)
	}
	status, now := s.say(t, "PATCH", at, `[{"op":"replace","path":"/favorite","value":true},{"op":"remove","path":"/tags/0"},`+
		`{"op":"replace","path":"/fields/`+id+`/value","value":"you"},{"op":"add","path":"/fields","value":{"label":"host","type":"string","value":"h"}}]`)
	it := now.(map[string]any)
	fields, _ := it["fields"].([]any)
	if status != 200 || it["favorite"] != true || len(it["tags"].([]any)) != 1 || it["version"] != 2.0 || len(fields) != 2 {
		t.Fatalf("got %d %v", status, it)
	}
	if f := fields[0].(map[string]any); f["value"] != "you" || f["label"] != "user" || f["id"] != id {
		t.Errorf("the first field is %v", f)
	}
	if f := fields[1].(map[string]any); f["type"] != "STRING" || len(f["id"].(string)) != 26 {
		t.Errorf("the added field is %v", f)
	}
}

func TestWhatTheServerDoesNotKnowIsNeverASuccess(t *testing.T) {
	s := raise(t, map[string]any{"name": "v"})
	for _, c := range [][2]string{{"GET", "/v1/activity"}, {"POST", "/v1/vaults"}, {"GET", "/metrics"}, {"GET", "/"}, {"PUT", "/v2/vaults"}} {
		if status, answer := s.say(t, c[0], c[1], "{}"); status != 404 || !strings.Contains(answer.(map[string]any)["message"].(string), "not supported") {
			t.Errorf("%s %s: got %d %v", c[0], c[1], status, answer)
		}
	}
	if status, _ := s.say(t, "GET", "/v1/vaults?filter=title+co+%22x%22", ""); status != 400 {
		t.Errorf("a filter it does not know: got %d, want it refused", status)
	}
}

func TestPeopleEditItemsAndOpenVaults(t *testing.T) {
	s := raise(t, map[string]any{"name": "v", "items": []any{map[string]any{"title": "i"}}}, map[string]any{"name": "closed", "closed": true})
	act := func(do string, with map[string]string) error {
		return s.kernel.Perform(kernel.Act{Cloud: "onepassword", Do: do, With: with})
	}
	if err := act("editItem", map[string]string{"vault": "v", "item": "i", "field": "note", "value": "n"}); err != nil {
		t.Fatal(err)
	}
	if _, it := s.item(t); it["version"] != 2.0 || it["fields"].([]any)[0].(map[string]any)["value"] != "n" {
		t.Errorf("after the edit: %v", it)
	}
	if err := act("openVault", map[string]string{"vault": "closed"}); err != nil {
		t.Fatal(err)
	}
	if _, vaults := s.say(t, "GET", "/v1/vaults", ""); len(vaults.([]any)) != 2 {
		t.Errorf("the token sees %v, want the opened vault too", vaults)
	}
	for do, with := range map[string]map[string]string{"openVault": {"vault": "x"}, "editItem": {"vault": "v", "item": "x"}, "createVault": {"vault": "v"}} {
		if act(do, with) == nil {
			t.Errorf("%s %v was carried out", do, with)
		}
	}
}

// sectioned is an item with a field of one label outside and inside a section.
func sectioned(vault string) string {
	return `{"title":"i","category":"API_CREDENTIAL","vault":{"id":"` + vault + `"},"sections":[{"id":"s","label":"pending"}],"fields":[
		{"id":"b","label":"note","type":"STRING","value":"inside","section":{"id":"s"}},{"id":"a","label":"note","type":"STRING","value":"outside"}]}`
}

func TestSectionsKeepFieldsOfOneLabelApart(t *testing.T) {
	s := raise(t, map[string]any{"name": "v"})
	_, vaults := s.say(t, "GET", "/v1/vaults", "")
	id := vaults.([]any)[0].(map[string]any)["id"].(string)
	if status, answer := s.say(t, "POST", "/v1/vaults/"+id+"/items", sectioned(id)); status != 200 {
		t.Fatalf("got %d %v", status, answer)
	}
	if err := s.kernel.Perform(kernel.Act{Cloud: "onepassword", Do: "editItem", With: map[string]string{"vault": "v", "item": "i", "field": "note", "value": "edited"}}); err != nil {
		t.Fatal(err)
	}
	at, it := s.item(t)
	var got []string
	for _, f := range it["fields"].([]any) {
		got = append(got, f.(map[string]any)["value"].(string))
	}
	if strings.Join(got, " ") != "inside edited" {
		t.Errorf("got %v, want the one outside any section edited", got)
	}
	shown, err := json.Marshal(s.kernel.State()["onepassword"])
	if err != nil || !strings.Contains(string(shown), `[{"section":"pending","label":"note","type":"STRING","set":true},{"label":"note",`) {
		t.Errorf("got %s, %v, want the section shown", shown, err)
	}
	for _, bad := range []string{`"section":{"id":"nowhere"}`, `"id":"b"`} { // a section that is not there, and an id twice
		body := strings.Replace(sectioned(id), `"id":"a"`, `"id":"a",`+bad, 1)
		if bad == `"id":"b"` {
			body = strings.Replace(sectioned(id), `"id":"a"`, bad, 1)
		}
		if status, answer := s.say(t, "PUT", at, strings.Replace(body, `{"title"`, `{"id":"`+it["id"].(string)+`","title"`, 1)); status != 400 {
			t.Errorf("%s: got %d %v, want it refused", bad, status, answer)
		}
	}
}

// TestTheLastWriterWins: 1Password's document has no 409 for a PUT, and says of version nothing but that it is the item's.
func TestTheLastWriterWins(t *testing.T) {
	s := raise(t, map[string]any{"name": "v", "items": []any{map[string]any{"title": "i"}}})
	at, first := s.item(t)
	for n, title := range []string{"one", "two"} {
		first["title"] = title // and of the version that was read before either
		body, err := json.Marshal(first)
		if err != nil {
			t.Fatal(err)
		}
		status, now := s.say(t, "PUT", at, string(body))
		if it := now.(map[string]any); status != 200 || it["title"] != title || it["version"] != float64(n+2) {
			t.Errorf("got %d %v, want it replaced and counted", status, now)
		}
	}
}
