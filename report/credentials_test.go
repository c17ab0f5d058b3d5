package report_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/itbytes/landfall/plan"
	"github.com/itbytes/landfall/report"
)

func TestCredentialsAreReportedWithWhatIsWrongWithThem(t *testing.T) {
	r := plan.Report{Plan: "p", CredentialsAt: time.Date(2026, 5, 7, 2, 1, 0, 0, time.UTC), Credentials: []plan.CredentialReport{
		{ID: "well", Kind: plan.ServiceKey, Item: "op://v/well", Owner: "ana", Age: 80 * time.Hour},
		{ID: "old", Kind: plan.AccessKey, Item: "op://v/old", Age: 2400 * time.Hour, Findings: []plan.Finding{{Kind: plan.OverAge, What: "the key k is 100 days old", Do: "landfall rotate p"}}},
		{ID: "dark", Kind: plan.EntraSecret, Item: "op://v/dark", Fault: &plan.Note{Message: "the keys may not be listed.", Hint: "Give the right back."}},
	}}
	var text, page bytes.Buffer
	if err := report.Text(&text, r, report.TextOptions{}); err != nil {
		t.Fatal(err)
	}
	if err := report.HTML(&page, r); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"Credentials, as of 2026-05-07 02:01:00 UTC", "3 days", "over-age", "the key k is 100 days old. landfall rotate p", "unread", "it could not be read: the keys may not be listed. Give the right back."} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("the text lacks %q:\n%s", want, text.String())
		}
	}
	for _, want := range []string{"<h2 id=\"credentials\">", "last looked at, as of 2026-05-07 02:01:00 UTC;", "op://v/well", "100 days", "the key k is 100 days old. landfall rotate p", "it could not be read: the keys may not be listed."} {
		if !strings.Contains(page.String(), want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	text.Reset()
	if err := report.Text(&text, plan.Report{Plan: "p"}, report.TextOptions{}); err != nil || strings.Contains(text.String(), "Credentials") {
		t.Errorf("%v: a report without credentials has a section for them:\n%s", err, text.String())
	}
}
