package vault_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
	"github.com/itbytes/landfall/vault"
)

// field is a field of an item as the server has it.
type field struct {
	ID, Label, Type, Value string
	Section                struct{ ID string }
}

// raw is an item as the server has it.
type raw struct {
	ID, Title string
	Version   int
	Fields    []field
	Sections  []struct{ ID, Label string }
}

// ask makes a call to the server as any consumer may.
func (s *stand) ask(t *testing.T, method, path, body string, into any) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, s.server.URL+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+s.connect.Token())
	answer, err := s.server.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	if err := json.NewDecoder(answer.Body).Decode(into); err != nil || answer.StatusCode != http.StatusOK {
		t.Fatalf("%s %s: got %d, %v", method, path, answer.StatusCode, err)
	}
}

// at is the path of the only vault's items.
func (s *stand) at(t *testing.T) (path, vault string) {
	t.Helper()
	var vaults []raw
	s.ask(t, "GET", "/v1/vaults", "", &vaults)
	return "/v1/vaults/" + vaults[0].ID + "/items", vaults[0].ID
}

// read is the item of a title as it is on the server, and its path.
func (s *stand) read(t *testing.T, title string) (it raw, path string) {
	t.Helper()
	path, _ = s.at(t)
	var all []raw
	s.ask(t, "GET", path, "", &all)
	for _, one := range all {
		if one.Title == title {
			path += "/" + one.ID
			s.ask(t, "GET", path, "", &it)
			return it, path
		}
	}
	t.Fatalf("there is no item %s", title)
	return it, path
}

// item is the whole of an item as one text.
func (s *stand) item(t *testing.T, title string) string {
	t.Helper()
	it, _ := s.read(t, title)
	return fmt.Sprintf("%+v", it)
}

// field is a field by its label, outside any section.
func (it raw) field(label string) field {
	for _, f := range it.Fields {
		if f.Label == label && f.Section.ID == "" {
			return f
		}
	}
	return field{}
}

// byHand puts an item into the vault as a person would.
func (s *stand) byHand(t *testing.T, title, rest string) {
	t.Helper()
	path, vault := s.at(t)
	var it raw
	s.ask(t, "POST", path, `{"title":"`+title+`","category":"API_CREDENTIAL","vault":{"id":"`+vault+`"},`+rest+`}`, &it)
}

const (
	handMade = `"sections":[{"id":"s1","label":"console"}],"fields":[
		{"id":"a","label":"access key id","type":"STRING","value":"K1"},{"id":"b","label":"secret access key","type":"CONCEALED","value":"one"},
		{"id":"c","label":"note","type":"STRING","value":"by hand"},{"id":"d","label":"console password","type":"CONCEALED","value":"theirs"},
		{"id":"e","label":"secret access key","type":"CONCEALED","value":"another","section":{"id":"s1"}},
		{"id":"g","label":"access key id","type":"STRING","value":"K9","section":{"id":"s1"}},{"id":"h","label":"user","type":"STRING","value":"former"},{"id":"f","purpose":"NOTES","label":"notesPlain","type":"STRING","value":"long"}]`
	theirSections = `"sections":[{"id":"s1","label":"previous"}],"fields":[{"id":"a","label":"key id","type":"STRING","value":"K1"},
		{"id":"b","label":"client secret","type":"CONCEALED","value":"one"},{"id":"c","label":"client secret","type":"CONCEALED","value":"older","section":{"id":"s1"}}]`
)

func TestWhatPeopleKeepInTheItemStaysAsItIsAndTheConsumersFieldsKeepTheirIDs(t *testing.T) {
	s := raise(t, world(), vault.Options{})
	s.byHand(t, "aws-prod", handMade)
	s.slots(t, ref, "", map[plan.Slot]string{plan.Current: "K1"})
	if it, err := s.vault.Find(t.Context(), ref); err != nil || it.Fields["access key id"] != "K1" {
		t.Errorf("got %v, %v, want what stands outside any section", it.Fields, err)
	}
	s.promoted(t, ref, "r1", kinds()["an access key"][1])
	it, _ := s.read(t, "aws-prod")
	for label, want := range map[string]string{"access key id": "a K2", "secret access key": "b two", "note": "c by hand", "user": "h u", "console password": "d theirs", "notesPlain": "f long"} {
		if f := it.field(label); f.ID+" "+f.Value != want {
			t.Errorf("%s: got %s %s, want %s", label, f.ID, f.Value, want)
		}
	}
	s.holds(t, ref+"/console/secret access key", "", "another")
	s.holds(t, ref+"/previous/secret access key", "", "one")
	if _, err := s.vault.Reveal(t.Context(), ref+"/previous/console password", ""); fault.KindOf(err) != fault.Invalid {
		t.Errorf("got %v, want what is no part of the key where it was", err)
	}
	s.done(t, s.vault.Revert(t.Context(), ref, "r1"))
	it, _ = s.read(t, "aws-prod")
	if it.field("access key id").ID != "a" || it.field("secret access key").Value != "one" || it.field("user").Value != "former" || it.field("account").Label != "" || it.field("console password").Value != "theirs" {
		t.Errorf("got %+v, want the item outside its sections as it was", it.Fields)
	}
}

func TestTheSecretOfAnItemMadeByHandGoesWithItsKey(t *testing.T) {
	s := raise(t, world(), vault.Options{})
	s.byHand(t, "app", strings.NewReplacer(`"sections":[{"id":"s1","label":"previous"}],`, "", `,
		{"id":"b"`, `,{"id":"b"`, `,{"id":"c","label":"client secret","type":"CONCEALED","value":"older","section":{"id":"s1"}}`, "").Replace(theirSections))
	const app = "op://itbytes-internal/app"
	s.promoted(t, app, "r1", kinds()["a certificate after a secret"][1])
	it, _ := s.read(t, "app")
	if got := it.field("client secret"); got.Label != "" {
		t.Errorf("got %+v, want the old key's secret gone from where consumers read the new one", got)
	}
	s.holds(t, app+"/previous/client secret", "", "one")
	s.done(t, s.vault.Revert(t.Context(), app, "r1"))
	s.holds(t, app, "client secret", "one")
	if it, _ := s.read(t, "app"); it.field("private key").Label != "" {
		t.Error("the reverted key's private half stands beside the old key")
	}
}

func TestASectionThatSomebodyElseMadeIsNotTakenForOurs(t *testing.T) {
	s := raise(t, world(), vault.Options{})
	s.byHand(t, "app", theirSections)
	const app = "op://itbytes-internal/app"
	before := s.item(t, "app")
	s.slots(t, app, "", map[plan.Slot]string{plan.Current: "K1"})
	_, err := s.vault.Stage(t.Context(), app, "r1", kinds()["a client secret"][1])
	refused(t, err, fault.Conflict)
	refused(t, s.vault.Probe(t.Context(), app), fault.Conflict)
	s.done(t, s.vault.Drop(t.Context(), app, plan.Previous))
	if after := s.item(t, "app"); after != before {
		t.Errorf("from %s to %s", before, after)
	}
	s.holds(t, app+"/previous/client secret", "", "older")
}

func TestFindAndRevealMeanTheCurrentKeyWhateverTheSectionsHold(t *testing.T) {
	s := raise(t, world(), vault.Options{})
	s.done(t, s.vault.Probe(t.Context(), ref))
	s.staged(t, ref, "r1", key("K1", "one"))
	it, err := s.vault.Find(t.Context(), ref)
	if err != nil || len(it.Fields) != 0 || len(it.Holds) != 0 {
		t.Errorf("got %+v, %v, want an item without a current key", it, err)
	}
	if _, err := s.vault.Reveal(t.Context(), ref, "secret access key"); fault.KindOf(err) != fault.Invalid {
		t.Errorf("got %v, want that there is no such field: the pending key is nobody's yet", err)
	}
	s.keep(t, ref, key("K0", "zero")) // what a run keeps is the current key
	s.holds(t, ref, "secret access key", "zero")
	s.holds(t, ref+"/pending/secret access key", "", "one")
	for _, bad := range []string{ref + "/pending/secret access key", "op://itbytes-internal/nowhere", ref + "/no such section"} {
		if _, err := s.vault.RevealAll(t.Context(), bad, "secret access key"); fault.KindOf(err) != fault.Invalid {
			t.Errorf("%s: got %v, want it refused", bad, err)
		}
	}
}
