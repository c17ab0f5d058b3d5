package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/itbytes/landfall/audit/chain"
	"github.com/itbytes/landfall/plan"
)

// sealed is a journal of three records.
func sealed(t *testing.T) journal {
	t.Helper()
	at := time.Date(2026, 5, 6, 6, 20, 0, 0, time.UTC)
	records, err := chain.Link(plan.Head{}, []plan.Entry{
		{Time: at, Plan: "itbytes", Kind: plan.EntryApproval, Who: "marcia", What: "approved the plan", Run: "r"},
		{Time: at.Add(time.Minute), Plan: "itbytes", Kind: plan.EntryStep, Landing: "aws/prod", Step: "vpc", Who: "landfall", What: "made the\nnetwork", Change: plan.Create, Run: "r"},
		{Time: at.Add(2 * time.Minute), Plan: "itbytes", Kind: plan.EntryHold, Landing: "aws/mgmt", Step: "dns", Login: "aws-sso", Who: "landfall", What: "held", Why: "the session has expired", Run: "r"},
	})
	if err != nil {
		t.Fatal(err)
	}
	return journal{plan: "itbytes", records: records, head: chain.HeadOf(records[2])}
}

// changed is a journal whose second record somebody has changed.
func changed(t *testing.T) journal {
	t.Helper()
	j := sealed(t)
	j.records[1].Entry = strings.Replace(j.records[1].Entry, "made", "kept", 1)
	return j
}

// at carries out something at a desk, and says how it ended.
func at(output string, do func(d *desk) error) (code int, out, errs string) {
	var o, e bytes.Buffer
	d := &desk{out: &o, errs: &e, output: output}
	code = d.close(do(d))
	return code, o.String(), e.String()
}

func TestTheJournalIsListedARecordALine(t *testing.T) {
	code, out, _ := at("text", func(d *desk) error { return d.listJournal(sealed(t), "", "") })
	const want = "SEQ  TIME                  KIND      LANDING   STEP  WHO       WHAT\n" +
		"1    2026-05-06T06:20:00Z  approval  -         -     marcia    approved the plan\n" +
		"2    2026-05-06T06:21:00Z  step      aws/prod  vpc   landfall  made the network\n" +
		"3    2026-05-06T06:22:00Z  hold      aws/mgmt  dns   landfall  held (the session has expired)\n"
	if code != 0 || out != want {
		t.Errorf("exit %d,\n%s\nwant\n%s", code, out, want)
	}
	for _, c := range []struct {
		landing string
		kind    plan.EntryKind
		want    string
	}{{"aws/prod", "", "network"}, {"", plan.EntryHold, "held"}, {"aws/mgmt", plan.EntryHold, "held"}} {
		_, out, _ := at("text", func(d *desk) error { return d.listJournal(sealed(t), c.landing, c.kind) })
		if strings.Count(out, "\n") != 2 || !strings.Contains(out, c.want) {
			t.Errorf("of %q and %q:\n%s\nwant the one with %q", c.landing, c.kind, out, c.want)
		}
	}
	_, out, _ = at("json", func(d *desk) error { return d.listJournal(sealed(t), "aws/prod", "") })
	var got struct {
		Records []struct {
			Seq   int
			Hash  string
			Entry plan.Entry
		}
		Holds bool
	}
	if err := json.Unmarshal([]byte(out), &got); err != nil || len(got.Records) != 1 || got.Records[0].Seq != 2 || got.Records[0].Entry.Step != "vpc" || !got.Holds {
		t.Errorf("got %s (%v), want record 2 alone", out, err)
	}
}

func TestVerifyingSaysThatTheChainHoldsOrWhichRecordDoesNot(t *testing.T) {
	j := sealed(t)
	code, out, errs := at("text", func(d *desk) error { return d.verifyJournal(j, "") })
	if want := "itbytes: 3 records, the chain holds, head 3 " + j.head.Hash + "\n"; code != exitDone || out != want || errs != "" {
		t.Errorf("exit %d, %q, %q; want exit 0 and %q", code, out, errs, want)
	}
	code, out, errs = at("text", func(d *desk) error { return d.verifyJournal(changed(t), "") })
	if code != exitFailed || out != "" || !strings.Contains(errs, "record 2 was changed") || !strings.Contains(errs, "\n  See who can write") {
		t.Errorf("exit %d, %q, %q; want exit 1 and record 2 named, with a hint", code, out, errs)
	}
	short := sealed(t)
	short.records = short.records[:2]
	short.records[0].Entry = strings.Replace(short.records[0].Entry, "marcia", "nobody", 1)
	code, out, errs = at("text", func(d *desk) error { return d.verifyJournal(short, "") })
	if code != exitFailed || out != "record 3 is missing: it was removed\n" || !strings.Contains(errs, "record 1 was changed") {
		t.Errorf("exit %d, %q, %q; want both records named", code, out, errs)
	}
	for output, doc := range map[string]journal{`"holds": true`: j, `"what": "record 2 was changed`: changed(t)} {
		code, out, errs := at("json", func(d *desk) error { return d.verifyJournal(doc, "") })
		if !json.Valid([]byte(out)) || !strings.Contains(out, output) || errs != "" || (code == 0) != strings.Contains(output, "true") {
			t.Errorf("exit %d, %s, %q; want JSON alone with %s", code, out, errs, output)
		}
	}
	if _, out, _ := at("text", func(d *desk) error { return d.verifyJournal(journal{plan: "new"}, "") }); !strings.Contains(out, "nothing has been sealed yet") {
		t.Errorf("an empty journal: %q", out)
	}
}

func TestAHeadThatWasNotedBeforeMustStillBeThere(t *testing.T) {
	j := sealed(t)
	if code, _, errs := at("text", func(d *desk) error { return d.verifyJournal(j, j.records[1].Hash) }); code != exitDone {
		t.Errorf("exit %d, %q; want the noted head found", code, errs)
	}
	code, _, errs := at("text", func(d *desk) error { return d.verifyJournal(j, "sha256:1") })
	if code != exitFailed || !strings.Contains(errs, "sha256:1, is not in the chain") {
		t.Errorf("exit %d, %q; want it said that it is not there", code, errs)
	}
}

func TestAnExportIsLinesThatVerifyAndGoToAFileWholeOrNotAtAll(t *testing.T) {
	j := sealed(t)
	code, out, errs := at("json", func(d *desk) error { return d.exportJournal(j, "jsonl", "") })
	lines := strings.Split(strings.TrimSuffix(out, "\n"), "\n")
	if code != 0 || errs != "" || len(lines) != 3 {
		t.Fatalf("exit %d, %q, %q; want three lines alone", code, out, errs)
	}
	prev := chain.Origin
	for _, line := range lines {
		var r struct {
			Prev, Hash string
			Entry      json.RawMessage
		}
		if err := json.Unmarshal([]byte(line), &r); err != nil || r.Prev != prev || chain.Hash(prev, string(r.Entry)) != r.Hash {
			t.Errorf("%s (%v) does not verify", line, err)
		}
		prev = r.Hash
	}
	file := filepath.Join(t.TempDir(), "out", "events.jsonl")
	code, out, errs = at("text", func(d *desk) error { return d.exportJournal(j, "ocsf", file) })
	b, err := os.ReadFile(file)
	if code != 0 || err != nil || strings.Count(string(b), "\n") != 3 || !strings.Contains(string(b), `"class_uid":3004`) || !strings.Contains(out, "wrote 3 records to "+file) {
		t.Errorf("exit %d, %q, %q, file %s (%v); want three events in it", code, out, errs, b, err)
	}
	broken := sealed(t)
	broken.records[2].Entry = "{"
	if code, _, errs := at("text", func(d *desk) error { return d.exportJournal(broken, "ocsf", file) }); code != exitFailed || !strings.Contains(errs, "could not be exported whole") {
		t.Errorf("exit %d, %q; want it refused", code, errs)
	}
	if again, _ := os.ReadFile(file); !bytes.Equal(again, b) {
		t.Error("the file was written over by an export that failed")
	}
}

func TestWhatIsListedOrExportedOfAJournalThatDoesNotHoldSaysSo(t *testing.T) {
	for name, do := range map[string]func(d *desk) error{
		"list":           func(d *desk) error { return d.listJournal(changed(t), "", "") },
		"export":         func(d *desk) error { return d.exportJournal(changed(t), "jsonl", "") },
		"export to file": func(d *desk) error { return d.exportJournal(changed(t), "jsonl", filepath.Join(t.TempDir(), "x")) },
	} {
		code, out, errs := at("text", do)
		if code != exitFailed || out == "" || !strings.Contains(errs, "record 2 was changed") {
			t.Errorf("%s: exit %d, %q, %q; want what there is, and exit 1", name, code, out, errs)
		}
	}
}

func TestPagesAreReadUntilTheHeadIsReached(t *testing.T) {
	j := sealed(t)
	var asked []string
	pages := map[string]plan.Page{
		"":  {Records: j.records[:1], Last: "1", More: true, Head: j.head},
		"1": {Records: j.records[1:2], Last: "2", Head: j.head}, // a record was sealed between the page and its head
		"2": {Records: j.records[2:], Last: "3", Head: j.head},
	}
	read := func(after string) (plan.Page, error) {
		asked = append(asked, after)
		return pages[after], nil
	}
	got, err := readAll("itbytes", read)
	if err != nil || len(got.records) != 3 || got.head != j.head || len(asked) != 3 {
		t.Errorf("read %d records by %q, %v; want three by three", len(got.records), asked, err)
	}
	asked = nil
	pages["2"] = plan.Page{Last: "2", Head: j.head} // the last record was removed
	if got, err = readAll("itbytes", read); err != nil || len(got.records) != 2 || got.head != j.head || len(asked) != 3 {
		t.Errorf("read %d records by %q, %v; want two, and the head that tells of the third", len(got.records), asked, err)
	}
	if _, err := readAll("itbytes", func(string) (plan.Page, error) { return plan.Page{}, errors.New("x") }); err == nil {
		t.Error("a page that cannot be read is no error")
	}
}

func TestSlipsOfAuditAreUsageErrors(t *testing.T) {
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"audit", "lst"}, "Did you mean list?"},
		{[]string{"audit", "list"}, "takes one PLAN"},
		{[]string{"audit", "list", "itbytes", "--kind", "hodl"}, "The kinds are step, hold"},
		{[]string{"audit", "export", "itbytes", "--format", "csv"}, "jsonl or ocsf"},
	} {
		code, out, errs := typed(t, c.args...)
		if code != exitUsage || out != "" || !strings.Contains(errs, c.want) {
			t.Errorf("landfall %v: exit %d, out %q, errors %q; want exit 64 and %q", c.args, code, out, errs, c.want)
		}
	}
}
