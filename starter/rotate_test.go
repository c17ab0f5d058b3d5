package main

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/itbytes/landfall/plan"
	"github.com/itbytes/landfall/workflows"
)

func TestRotationsAreAskedForByTheirNames(t *testing.T) {
	p := paper(t)
	t1 := target{name: "itbytes", plan: &p}
	for _, words := range [][]string{nil, {"azure"}, {"itmanagesgcp", "aws-prod-keys"}} {
		if _, err := chosen(t1, words); err != nil {
			t.Errorf("%v: %v, want them known", words, err)
		}
	}
	_, err := chosen(t1, []string{"itmanagesgpc"})
	var said *trouble
	if d := (&desk{errs: &bytes.Buffer{}}); d.close(err) != exitUsage {
		t.Errorf("error = %v, want a slip", err)
	}
	if said, _ = err.(*trouble); said == nil || !strings.Contains(said.Hint, "itmanagesgcp") {
		t.Errorf("error = %+v, want the one that was meant", said)
	}
}

func shownRotations(t *testing.T, output string, all ...plan.RotationReport) (int, string) {
	t.Helper()
	var out bytes.Buffer
	d := &desk{out: &out, errs: &bytes.Buffer{}, output: output}
	if err := d.showRotations(target{name: "itbytes"}, all); err != nil {
		t.Fatal(err)
	}
	return d.code, out.String()
}

func TestARotationIsShownByWhatBecameOfItsKeysAndTheExitCodeSaysIt(t *testing.T) {
	now := time.Now()
	current := plan.RotationReport{Credential: "robot", State: plan.RotationGrace, Item: "op://v/robot", Old: "k0", New: "k1", Proofs: 5, Promoted: now, Until: now.Add(time.Hour), Canary: plan.Canary{Probes: 90}}
	held := plan.RotationReport{Credential: "other", State: plan.RotationLooking, Hold: &plan.HoldReport{Since: now, Releases: "somebody says so: landfall resume itbytes --step rotate-other"}, Fault: &plan.Note{Message: "the vault is read-only", Hint: "Give the token its right back."}}
	back := plan.RotationReport{Credential: "third", State: plan.RotationBack, Fault: &plan.Note{Message: "the new key never proved itself", Hint: "The old key is current."}}
	queued := current
	queued.Queued = true
	for _, c := range []struct {
		all  []plan.RotationReport
		code int
		want []string
	}{
		{[]plan.RotationReport{current}, exitDone, []string{"robot: in grace until ", "k1 is current at op://v/robot; it worked 5 times in a row", "90 sign-ins with the current key, 0 failures"}},
		{[]plan.RotationReport{current, held}, exitHeld, []string{"other: held at looking", "the vault is read-only", "ends when somebody says so: landfall resume itbytes --step rotate-other"}},
		{[]plan.RotationReport{held, back}, exitFailed, []string{"third: rolled back", "the new key never proved itself"}},
		{[]plan.RotationReport{queued}, exitHeld, []string{"another rotation follows it by itself"}},
	} {
		code, out := shownRotations(t, "text", c.all...)
		if code != c.code {
			t.Errorf("exit %d for\n%s\nwant %d", code, out, c.code)
		}
		for _, want := range c.want {
			if !strings.Contains(out, want) {
				t.Errorf("got\n%s\nwant %q in it", out, want)
			}
		}
	}
	_, out := shownRotations(t, "json", current, held)
	var got struct {
		Plan      string
		Rotations []plan.RotationReport
	}
	if err := json.Unmarshal([]byte(out), &got); err != nil || got.Plan != "itbytes" || len(got.Rotations) != 2 || got.Rotations[0].New != "k1" {
		t.Errorf("got %s (%v), want both reports", out, err)
	}
}

func TestCredentialsAreListedWithTheirFindingsAndOneThatCouldNotBeReadFails(t *testing.T) {
	now := time.Now()
	well := plan.CredentialReport{
		ID: "robot", Kind: plan.ServiceKey, Item: "op://v/robot", Owner: "ana", Age: 50 * time.Hour, Used: now.Add(-3 * time.Hour),
		Keys: []plan.Key{{ID: "k1", Slot: plan.Current, Tells: true}}, Findings: []plan.Finding{},
	}
	ill := well
	ill.ID, ill.Used, ill.Keys = "other", time.Time{}, append(ill.Keys, plan.Key{ID: "theirs"})
	ill.Findings = []plan.Finding{{Kind: plan.Foreign, Key: "theirs", What: "the key theirs was not made by Landfall", Do: "Ask whose it is."}}
	show := func(output string, all ...plan.CredentialReport) (int, string) {
		var out bytes.Buffer
		d := &desk{out: &out, output: output}
		if err := d.showCredentials(all, now); err != nil {
			t.Fatal(err)
		}
		return d.code, out.String()
	}
	code, out := show("text", well, ill)
	for _, want := range []string{"robot  gcp-key  op://v/robot  2d   3h ago     -        ana    1", "2, 1 not in the vault  foreign", "never", "other, foreign: the key theirs was not made by Landfall\n  Ask whose it is."} {
		if code != exitDone || !strings.Contains(out, want) {
			t.Errorf("exit %d, got\n%s\nwant done, and %q in it", code, out, want)
		}
	}
	unread := plan.CredentialReport{ID: "third", Keys: []plan.Key{}, Findings: []plan.Finding{}, Fault: &plan.Note{Message: "the keys may not be listed", Hint: "Give the login its right back."}}
	if code, out := show("text", well, unread); code != exitFailed || !strings.Contains(out, "third could not be read: the keys may not be listed Give the login its right back.") {
		t.Errorf("exit %d, got\n%s\nwant failed with why", code, out)
	}
	_, out = show("json", well, unread)
	var got struct {
		Credentials []struct{ Findings *[]plan.Finding }
	}
	if err := json.Unmarshal([]byte(out), &got); err != nil || len(got.Credentials) != 2 || got.Credentials[0].Findings == nil || len(*got.Credentials[0].Findings) != 0 {
		t.Errorf("got %s (%v), want an empty list where all is well", out, err)
	}
}

func TestFindingsAreListedAsOCSFALineEach(t *testing.T) {
	old := plan.CredentialReport{ID: "robot", Kind: plan.ServiceKey, Item: "op://v/robot", Landing: "gcp/prod"}
	old.Found("itbytes", plan.Finding{Kind: plan.OverAge, Key: "k1", What: "91 days old", Do: "landfall rotate"})
	unread := plan.CredentialReport{ID: "third", Fault: &plan.Note{Message: "the keys may not be listed"}}
	postures := []workflows.Posture{{Plan: "itbytes", Credentials: []plan.CredentialReport{{ID: "well"}, old}}, {Plan: "other", Credentials: []plan.CredentialReport{unread}}}
	code, out, errs := at("ocsf", func(d *desk) error { return d.showPostures(postures, time.Now()) })
	lines := strings.Split(strings.TrimSuffix(out, "\n"), "\n")
	if code != exitFailed || errs != "" || len(lines) != 2 {
		t.Fatalf("exit %d, %q, got\n%s\nwant a line for each, and failed for what is unread", code, errs, out)
	}
	for i, want := range []string{"posture/itbytes", "posture/other"} {
		var e struct {
			Class    int `json:"class_uid"`
			Metadata struct {
				LogName string `json:"log_name"`
			} `json:"metadata"`
		}
		if err := json.Unmarshal([]byte(lines[i]), &e); err != nil || e.Class != 2003 || e.Metadata.LogName != want {
			t.Errorf("line %d is %s (%v), want a finding of %s", i, lines[i], err, want)
		}
	}
	if code, out, _ := at("ocsf", func(d *desk) error { return d.showPostures(nil, time.Now()) }); code != exitDone || out != "" {
		t.Errorf("exit %d, %q; want nothing where nothing is wrong", code, out)
	}
}

func TestOnlyAListOfCredentialsIsWrittenAsOCSF(t *testing.T) {
	t.Setenv("TEMPORAL_ADDRESS", "127.0.0.1:1")
	if code, _, errs := typed(t, "status", "-o", "ocsf"); code != exitUsage || !strings.Contains(errs, "-o is text or json, not \"ocsf\"") {
		t.Errorf("exit %d, %q; want it refused", code, errs)
	}
	if code, _, errs := typed(t, "credentials", "list", "-o", "xml"); code != exitUsage || !strings.Contains(errs, "-o is text or json or ocsf, not \"xml\"") {
		t.Errorf("exit %d, %q; want it refused with all three", code, errs)
	}
	if code, out, errs := typed(t, "credentials", "list", "-o", "ocsf"); code != exitFailed || out != "" || !strings.Contains(errs, "no Temporal server answers") {
		t.Errorf("exit %d, %q, %q; want the error beside standard output", code, out, errs)
	}
}

func TestOnlyACredentialWhoseFederationStandsIsRetired(t *testing.T) {
	t.Setenv("TEMPORAL_ADDRESS", "127.0.0.1:1")
	code, _, errs := typed(t, "federate", "retire", "../examples/itbytes.yaml", "--credential", "aws-prod-keys", "--reason", "x")
	if code != exitFailed || !strings.Contains(errs, "aws-prod-keys is not to be retired: it is the way in for when the landing's own login is down") {
		t.Errorf("exit %d, %q; want it refused without a server", code, errs)
	}
	code, _, errs = typed(t, "federate", "retire", "../examples/itbytes.yaml", "--credential", "itmanagesgcp", "--reason", "x")
	if code != exitFailed || !strings.Contains(errs, "no Temporal server answers") {
		t.Errorf("exit %d, %q; want it begun, and no server there", code, errs)
	}
}
