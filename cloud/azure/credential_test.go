package azure_test

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"strings"
	"testing"

	"github.com/itbytes/landfall/plan"
	"github.com/itbytes/landfall/simulator/kernel"
)

const item = "op://itbytes-internal/entra-app-itmanageso365"

// homed is a world in which the identity's application and principal stand, and the task of its credential: a secret, unless
// changed.
func homed(t *testing.T, change func(*plan.Identity)) (*world, plan.Task) {
	t.Helper()
	w := morning(t)
	l := landings(t)[2]
	l.Identities[0].CredentialType = "secret"
	if change != nil {
		change(&l.Identities[0])
	}
	facts := map[string]string{}
	for _, s := range w.azure.Steps(l) {
		task := plan.Task{Landing: l, Step: s, Key: l.Plan + "/" + l.ID() + "/" + s.Name, Facts: facts}
		if strings.HasPrefix(s.Name, "credential-") {
			return w, task
		}
		if !strings.HasPrefix(s.Name, "app-") && !strings.HasPrefix(s.Name, "principal-") {
			continue
		}
		out, err := w.carry(task)
		if err != nil {
			t.Fatal(err)
		}
		for k, v := range out.Facts {
			facts[k] = v
		}
	}
	t.Fatal("no step makes a credential")
	return nil, plan.Task{}
}

// calls counts the calls of an operation that were answered.
func (w *world) calls(operation string) int {
	n := 0
	for _, c := range w.kernel.Calls() {
		if c.Operation == operation && c.Status < 400 {
			n++
		}
	}
	return n
}

func TestASecretThatDidNotReachTheVaultIsRemovedBeforeAnotherIsMade(t *testing.T) {
	w, task := homed(t, nil)
	w.vault.fails = 1
	out, err := w.carry(task)
	if err != nil || out.State != plan.StepDone || out.Change.Op != plan.Create {
		t.Fatalf("got %s %s %v, want done created", out.State, out.Change.Op, err)
	}
	if made, gone := w.calls("applications.addPassword"), w.calls("applications.removePassword"); made != 2 || gone != 1 {
		t.Errorf("got %d made and %d removed, want 2 and 1", made, gone)
	}
	kept := w.vault.items[item]
	if kept.Plain["key id"] != out.Receipt.ID || kept.Plain["client id"] == "" || kept.Plain["tenant id"] != tenant || kept.Plain["expires"] == "" {
		t.Errorf("the vault's item has %v, want the ids and the expiry of %s", kept.Plain, out.Receipt.ID)
	}
	var minted []kernel.Secret
	for _, s := range w.kernel.Secrets() {
		if strings.HasPrefix(s.ID, "client secret ") {
			minted = append(minted, s)
		}
	}
	if got := kept.Secret["client secret"].Reveal(); got != minted[1].Value {
		t.Error("the vault does not hold the secret that stands")
	}
	told, err := json.Marshal(out)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range w.kernel.Secrets() {
		if strings.Contains(string(told), s.Value) {
			t.Errorf("the outcome holds the %s", s.ID)
		}
	}
}

func TestAnAnswerThatWasLostLeavesOneSecret(t *testing.T) {
	w, task := homed(t, nil)
	w.kernel.Order(kernel.Fault{Match: kernel.Match{Operation: "applications.addPassword"}, Times: 1, Do: kernel.DoLose})
	out, err := w.carry(task)
	if err != nil || out.State != plan.StepDone {
		t.Fatalf("got %s %v, want done", out.State, err)
	}
	if got := w.calls("applications.removePassword"); got != 1 {
		t.Errorf("got %d secrets removed, want the lost one", got)
	}
	if again, err := w.carry(task); err != nil || again.Change.Op != plan.None || again.Writes != 0 {
		t.Errorf("second run: got %s with %d writes, %v; want none", again.Change.Op, again.Writes, err)
	}
}

func TestACertificateSurvivesACrashBetweenTheVaultAndEntra(t *testing.T) {
	w, task := homed(t, func(id *plan.Identity) { id.CredentialType = "certificate" })
	w.kernel.Order(kernel.Fault{Match: kernel.Match{Operation: "applications.upsert"}, Times: 1, Do: kernel.DoReset})
	out, err := w.carry(task)
	if err != nil || out.State != plan.StepDone {
		t.Fatalf("got %s %v, want done", out.State, err)
	}
	if w.vault.kept != 1 {
		t.Errorf("got %d key pairs kept, want 1: the crash loses nothing", w.vault.kept)
	}
	kept := w.vault.items[item]
	certificate, _ := pem.Decode([]byte(kept.Plain["certificate"]))
	private, _ := pem.Decode([]byte(kept.Secret["private key"].Reveal()))
	if certificate == nil || private == nil {
		t.Fatal("the vault does not hold a certificate and its private key")
	}
	c, err := x509.ParseCertificate(certificate.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	key, err := x509.ParsePKCS8PrivateKey(private.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	if pair, is := key.(*rsa.PrivateKey); !is || !pair.PublicKey.Equal(c.PublicKey) {
		t.Error("the key and the certificate are no pair")
	}
	if kept.Plain["key id"] != out.Receipt.ID {
		t.Errorf("got key id %s, want %s", kept.Plain["key id"], out.Receipt.ID)
	}
	if again, err := w.carry(task); err != nil || again.Change.Op != plan.None || again.Writes != 0 {
		t.Errorf("second run: got %s with %d writes, %v; want none", again.Change.Op, again.Writes, err)
	}
}

func TestASecretThatSomebodyElseKeptIsNotOverwritten(t *testing.T) {
	w, task := homed(t, nil)
	w.vault.items[item] = plan.ItemFields{Plain: map[string]string{}, Secret: map[string]plan.Secret{"client secret": plan.NewSecret("by hand")}}
	_, err := w.carry(task)
	refused(t, err, "Conflict")
	if got := w.vault.items[item].Secret["client secret"].Reveal(); got != "by hand" {
		t.Error("the secret in the vault is another")
	}
	if got := w.calls("applications.addPassword"); got != 0 {
		t.Errorf("got %d secrets made, want 0", got)
	}
}
