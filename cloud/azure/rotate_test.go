package azure_test

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/itbytes/landfall/cloud/azure"
	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
	"github.com/itbytes/landfall/simulator/kernel"
)

// app is the identity's application as it stands, read past the wire.
func (b *bench) app() map[string]any {
	for _, a := range object(b.stands("azure", "applications")) {
		if a := object(a); a["displayName"] == b.c.Identity.Name {
			return a
		}
	}
	b.t.Fatal("there is no application")
	return nil
}

// graph asks Graph as a person does.
func (b *bench) graph(method, path, body string) {
	b.t.Helper()
	for _, s := range b.kernel.Secrets() { // of several, one is for Graph
		if strings.HasPrefix(s.ID, "access token of admin@") && b.asked(method, path, body, s.Value) {
			return
		}
	}
	b.t.Fatalf("%s %s was not done", method, path)
}

func (b *bench) asked(method, path, body, token string) bool {
	req, err := http.NewRequestWithContext(b.t.Context(), method, b.url+"/graph/v1.0/"+path, strings.NewReader(body))
	if err != nil {
		b.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		b.t.Fatal(err)
	}
	_ = resp.Body.Close()
	return resp.StatusCode < 300
}

func (b *bench) mint(rotation string) plan.Key {
	b.t.Helper()
	k, err := b.azure.Mint(b.t.Context(), b.c, rotation, b.ids(), func(string) {})
	if err != nil {
		b.t.Fatal(err)
	}
	return k
}

func TestCredentialsAreToldWithTheirSlotAndWhoseTheyAre(t *testing.T) {
	for _, kind := range kinds() {
		b := newBench(t, kind)
		app := b.app()
		b.graph("POST", "applications/"+app["id"].(string)+"/addPassword", `{"passwordCredential":{"displayName":"by hand"}}`)
		b.graph("POST", "servicePrincipals(appId='"+app["appId"].(string)+"')/addPassword", `{"passwordCredential":{"displayName":"landfall/itbytes r9"}}`)
		made := b.mint("r1")
		ks, err := b.azure.Keys(t.Context(), b.c)
		if err != nil || len(ks) != 4 {
			t.Fatalf("%s: got %+v, %v; want four", kind, ks, err)
		}
		foreign := 0
		for i, k := range ks {
			want := plan.Key{ID: k.ID, State: plan.KeyActive, Created: k.Created, Expires: k.Expires, Tells: k.Tells, Used: k.Used, UsedFor: k.UsedFor}
			switch k.ID {
			case b.step.deed.Receipt.ID:
				want.Slot, want.Ours = plan.Current, true
				if !k.Tells || k.Used.IsZero() || k.UsedFor == "" {
					t.Errorf("%s: got %+v, want told when it was used and for what", kind, k)
				}
			case made.ID:
				want.Slot, want.Ours = plan.Staged, true
				if k.Tells {
					t.Errorf("%s: got %+v, want nothing told of one that the report does not list", kind, k)
				}
			default:
				foreign++
			}
			if k != want || k.Created.IsZero() || k.Expires.IsZero() || i > 0 && k.Created.After(ks[i-1].Created) {
				t.Errorf("%s: got %+v, want %+v, the newest first", kind, k, want)
			}
		}
		if foreign != 2 {
			t.Errorf("%s: got %d foreign ones, want two, the principal's among them", kind, foreign)
		}
	}
}

func TestAReportThatIsRefusedTellsNothingAndOneThatFailsIsAskedAgain(t *testing.T) {
	b := newBench(t, plan.EntraSecret)
	for how, f := range blows() {
		f.Match = kernel.Match{Operation: "appCredentialSignInActivities.list"}
		id := b.kernel.Order(f)
		ks, err := b.azure.Keys(t.Context(), b.c)
		b.kernel.Lift(id)
		switch {
		case how == "403" && (err != nil || len(ks) != 1 || ks[0].Tells):
			t.Errorf("%s: got %+v, %v; want nothing told", how, ks, err)
		case how != "403" && !fault.KindOf(err).Retries():
			t.Errorf("%s: got %v, want it asked again", how, err)
		}
	}
}

func TestACredentialThatEntraDoesNotKnowYetIsPropagatingAndAnOlderOneIsNamed(t *testing.T) {
	for _, kind := range kinds() {
		b := newBench(t, kind, func(s *kernel.Scenario) {
			s.Durations = map[string]kernel.Duration{"azure.graph.replication": kernel.Duration(300 * time.Millisecond)}
		})
		k := b.mint("r1")
		if _, err := b.azure.Prove(t.Context(), b.c, plan.Staged); fault.KindOf(err) != fault.Propagating || fault.As(err).Login != "" {
			t.Errorf("%s, just made: got %v, want it Propagating, and no login's", kind, err)
		}
		b.until("it is known", func() error { _, err := b.azure.Prove(t.Context(), b.c, plan.Staged); return err })
		p, err := b.azure.Prove(t.Context(), b.c, plan.Staged)
		if err != nil || p.Key != k.ID || p.Who != b.c.Identity.Name+"/"+b.app()["appId"].(string) || p.At.IsZero() {
			t.Errorf("%s: got %+v, %v; want it to be the application", kind, p, err)
		}
		if err := b.azure.Delete(t.Context(), b.c, k.ID); err != nil {
			t.Fatal(err)
		}
		old := &aged{Vault: b.clean}
		later := azure.New(azure.Options{Haste: 1e6, Endpoint: b.url, Sessions: b.sessions, Keeper: old})
		_, err = later.Prove(t.Context(), b.c, plan.Staged)
		if f := fault.As(err); f == nil || f.Kind != fault.Invalid || !strings.Contains(f.Error(), "is deleted") || f.OfLogin() || !strings.Contains(f.Hint, "Rotate") {
			t.Errorf("%s, deleted: got %+v, want it Invalid and said so", kind, f)
		}
	}
}

func TestAnExpiredCredentialAndADisabledApplicationAreNamed(t *testing.T) {
	b := newBench(t, plan.EntraSecret)
	id := b.kernel.Order(kernel.Fault{Match: kernel.Match{Operation: "token"}, Status: 401, Code: "AADSTS7000222", Message: "The provided client secret keys for app are expired."})
	_, err := b.azure.Prove(t.Context(), b.c, plan.Current)
	if f := fault.As(err); f == nil || f.Kind != fault.SessionExpired || f.OfLogin() || !strings.Contains(f.Hint, "Rotate the credential "+b.c.ID) {
		t.Errorf("got %+v, want it SessionExpired, and not the login's", f)
	}
	b.kernel.Lift(id)
	b.graph("PATCH", "servicePrincipals(appId='"+b.app()["appId"].(string)+"')", `{"accountEnabled":false}`)
	_, err = b.azure.Prove(t.Context(), b.c, plan.Current)
	if f := fault.As(err); f == nil || f.Kind != fault.Locked || f.OfLogin() || f.Code != "AADSTS7000112" {
		t.Errorf("got %+v, want it Locked, and no login", f)
	}
	b.grace()
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.failures) == 0 {
		t.Error("nobody noticed that the application was disabled, so that nobody would notice a lost credential")
	}
}

func TestALifetimeAboveTheTenantsPolicyNamesThePlansFieldAndTheNextAttemptFitsIt(t *testing.T) {
	for _, kind := range kinds() {
		b := newBench(t, kind, func(s *kernel.Scenario) { estate(s)["maxSecretDays"], estate(s)["maxCertificateDays"] = 90, 90 })
		b.c.Identity.CredentialDays = 91
		_, err := b.azure.Mint(t.Context(), b.c, "r1", nil, func(string) {})
		if f := fault.As(err); f == nil || f.Kind != fault.Invalid || !strings.Contains(f.Hint, "credentialDays") {
			t.Errorf("%s: got %+v, want it Invalid and the field named", kind, f)
		}
		b.c.Identity.CredentialDays = 90
		k := b.mint("r1")
		if got := b.ids(); len(got) != 2 || !slices.Contains(got, k.ID) || time.Until(k.Expires) > 90*24*time.Hour {
			t.Errorf("%s: got %v and %+v, want the old and a shorter one", kind, got, k)
		}
		if p, err := b.azure.Prove(t.Context(), b.c, plan.Staged); err != nil || p.Key != k.ID {
			t.Errorf("%s: got %+v, %v", kind, p, err)
		}
	}
}

func TestACertificateOfOthersIsNeverDroppedAndOneThatAnotherWriterDropsIsShownAgain(t *testing.T) {
	b := newBench(t, plan.EntraCertificate)
	first := b.mint("r1")
	stale := list(b.app()["keyCredentials"])
	if len(stale) != 2 {
		t.Fatalf("got %v, want two", stale)
	}
	b.graph("PATCH", "applications/"+b.app()["id"].(string), `{"keyCredentials":[{"keyId":"`+b.step.deed.Receipt.ID+`"}]}`)
	again := b.mint("r1")
	if got := b.ids(); again.ID != first.ID || len(got) != 2 || !slices.Contains(got, first.ID) {
		t.Errorf("got %s and %v, want %s shown again", again.ID, got, first.ID)
	}
	if err := errors.Join(b.azure.Delete(t.Context(), b.c, first.ID), b.azure.Delete(t.Context(), b.c, first.ID)); err != nil {
		t.Errorf("deleted twice: %v", err)
	}
	if got := b.ids(); !slices.Equal(got, []string{b.step.deed.Receipt.ID}) {
		t.Errorf("got %v, want the first as it was", got)
	}
}

func TestTheCredentialThatConsumersHaveIsNeverDeleted(t *testing.T) {
	b := newBench(t, plan.EntraSecret)
	refused(t, b.azure.Delete(t.Context(), b.c, b.step.deed.Receipt.ID), fault.Conflict)
	b.strike.Lock()
	b.how, b.left = "down", 0
	b.strike.Unlock()
	if err := b.azure.Delete(t.Context(), b.c, b.step.deed.Receipt.ID); !fault.KindOf(err).Retries() {
		t.Errorf("a vault that does not say: got %v", err)
	}
	b.grace()
	b.sound("afterwards")
}

func TestTheCurrentCredentialIsDeletedWhereThereIsToBeNone(t *testing.T) {
	b := newBench(t, plan.EntraSecret)
	c := b.c
	c.Retiring = true
	if err := b.azure.Delete(t.Context(), c, b.step.deed.Receipt.ID); err != nil {
		t.Fatal(err)
	}
	if got := b.ids(); len(got) != 0 {
		t.Errorf("%v stand, want none", got)
	}
}

func TestEntraSwitchesNoCredentialOffAndSaysWhatLivesOn(t *testing.T) {
	b := newBench(t, plan.EntraSecret)
	for _, err := range []error{b.azure.Disable(t.Context(), b.c, "x"), b.azure.Enable(t.Context(), b.c, "x")} {
		refused(t, err, fault.Invalid)
	}
	writes := len(b.writes(0))
	left, err := b.azure.Evict(t.Context(), b.c, func(string) {})
	if err != nil || !strings.Contains(left, "work until "+time.Now().Add(90*time.Minute).UTC().Format("2006-01-02T15:")) || len(b.writes(0)) != writes {
		t.Errorf("got %q, %v; want until when tokens work, and nothing done", left, err)
	}
}

func TestWithoutAVaultNoCredentialIsTouched(t *testing.T) {
	b := newBench(t, plan.EntraSecret)
	bare := azure.New(azure.Options{Haste: 1e6, Endpoint: b.url, Sessions: b.sessions})
	_, err := bare.Keys(t.Context(), b.c)
	refused(t, err, fault.Invalid)
	c := b.c
	c.Kind = plan.ServiceKey
	_, err = b.azure.Keys(t.Context(), c)
	refused(t, err, fault.Bug)
}
