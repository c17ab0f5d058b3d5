package ocsf_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/itbytes/landfall/audit/chain"
	"github.com/itbytes/landfall/audit/ocsf"
	"github.com/itbytes/landfall/plan"
)

// looked is a look at credentials at which something was found, and one of them could not be read.
func looked() []plan.CredentialReport {
	robot := plan.CredentialReport{ID: "robot", Cloud: plan.AWS, Kind: plan.AccessKey, Owner: "ana", Item: "op://v/robot", Landing: "aws/prod"}
	robot.Found("itbytes",
		plan.Finding{Kind: plan.OverAge, Key: "AKIA1", What: "the key AKIA1 is 91 days old", Do: "landfall rotate itbytes --credential robot"},
		plan.Finding{Kind: plan.Expired, Key: "AKIA1", What: "the key AKIA1 has expired", Do: "landfall rotate itbytes --credential robot"})
	token := plan.CredentialReport{ID: plan.ConnectTokenID, Cloud: plan.OnePassword, Kind: plan.ConnectToken, Item: plan.ConnectVariable}
	token.Found("itbytes", plan.Finding{Kind: plan.Untold, Key: "sha256:0a1b", What: "it does not say when it expires"})
	dark := plan.CredentialReport{ID: "dark", Cloud: plan.GCP, Kind: plan.ServiceKey, Item: "op://v/dark", Landing: "gcp/prod", Fault: &plan.Note{Message: "the keys may not be listed", Hint: "Give the right back."}}
	return []plan.CredentialReport{robot, {ID: "well", Landing: "azure/prod"}, token, dark}
}

// shown are the events of a look, as they go out.
func shown(t *testing.T, at time.Time) []map[string]any {
	t.Helper()
	b, err := json.Marshal(ocsf.Posture("itbytes", looked(), at))
	if err != nil {
		t.Fatal(err)
	}
	var out []map[string]any
	if err := json.Unmarshal(b, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

func inner(ev map[string]any, object string) map[string]any {
	all := objects(ev[object])
	if len(all) == 0 {
		return nil
	}
	return all[0]
}

func TestEachFindingIsAComplianceFindingAndWhatCouldNotBeReadIsAWarning(t *testing.T) {
	got := shown(t, time.Date(2026, 5, 7, 2, 0, 0, 0, time.UTC))
	want := []struct {
		title, status, uid, provider string
		severity                     float64
	}{
		{"Credential robot: over age", "Fail", "AKIA1", "AWS", 3},
		{"Credential robot: expired", "Fail", "AKIA1", "AWS", 4},
		{"Credential connect-token: untold", "Warning", "sha256:0a1b", "", 2},
		{"Credential dark: unread", "Warning", "dark", "GCP", 3},
	}
	if len(got) != len(want) {
		t.Fatalf("%d events, want %d", len(got), len(want))
	}
	for i, w := range want {
		ev := got[i]
		for _, wrong := range judge(ev) {
			t.Errorf("%s: %s", w.title, wrong)
		}
		provider, _ := inner(ev, "cloud")["provider"].(string)
		if inner(ev, "finding_info")["title"] != w.title || inner(ev, "compliance")["status"] != w.status || inner(ev, "resources")["uid"] != w.uid ||
			provider != w.provider || ev["severity_id"] != w.severity || ev["status"] != "New" || ev["activity_name"] != "Create" {
			t.Errorf("got %v, want %+v", ev, w)
		}
	}
	if inner(got[0], "remediation")["desc"] != "landfall rotate itbytes --credential robot" || inner(inner(got[0], "resources"), "owner")["name"] != "ana" {
		t.Errorf("got %v, want what to do and whose it is", got[0])
	}
}

func TestAFindingHasOneUIDFromItsFirstLookToItsEndInTheJournal(t *testing.T) {
	one, two := shown(t, time.Unix(1790000000, 0)), shown(t, time.Unix(1790086400, 0))
	for i := range one {
		a, b := inner(one[i], "finding_info")["uid"], inner(two[i], "finding_info")["uid"]
		if a != b || a == "" {
			t.Errorf("it is called %v and then %v", a, b)
		}
		if x, y := inner(one[i], "metadata")["uid"], inner(two[i], "metadata")["uid"]; x == y {
			t.Errorf("two events are both called %v", x)
		}
	}
	uid, _ := inner(one[0], "finding_info")["uid"].(string)
	at := time.Date(2026, 5, 7, 2, 0, 0, 0, time.UTC)
	e := plan.Entry{Time: at, Plan: "itbytes", Kind: plan.EntryFinding, Landing: "aws/prod", Step: "robot", ID: "AKIA1", Who: "landfall", What: "over age", Run: "r"}
	open, closed := e, e
	open.State, open.After = plan.FindingOpen, plan.Fields{"finding": uid, "kind": "over-age"}
	closed.State, closed.Before = plan.FindingEnded, plan.Fields{"finding": uid, "kind": "over-age", "since": "2026-05-01T02:00:00Z"}
	for want, e := range map[string]plan.Entry{"Create New Fail": open, "Close Resolved Pass": closed} {
		ev, _ := event(t, e)
		got := strings.Join([]string{ev["activity_name"].(string), ev["status"].(string), inner(ev, "compliance")["status"].(string)}, " ")
		if got != want || inner(ev, "finding_info")["uid"] != uid {
			t.Errorf("got %s of %v, want %s of %s", got, inner(ev, "finding_info")["uid"], want, uid)
		}
		if seen := inner(ev, "finding_info")["first_seen_time"]; want[:5] == "Close" && seen != float64(time.Date(2026, 5, 1, 2, 0, 0, 0, time.UTC).UnixMilli()) {
			t.Errorf("it was seen first at %v", seen)
		}
	}
	if records, err := chain.Link(plan.Head{}, []plan.Entry{open, closed}); err != nil || len(records) != 2 {
		t.Errorf("%v: the journal does not take them", err)
	}
}

func TestTheJudgeSeesWhatTheSchemaWouldNotTake(t *testing.T) {
	at := time.Unix(1790000000, 0)
	for name, spoil := range map[string]func(map[string]any){
		"no uid":                   func(ev map[string]any) { delete(inner(ev, "finding_info"), "uid") },
		"no compliance":            func(ev map[string]any) { delete(ev, "compliance") },
		"a status of other events": func(ev map[string]any) { ev["status"] = "Success" },
		"an actor":                 func(ev map[string]any) { ev["actor"] = map[string]any{"app_name": "Landfall"} },
		"another category":         func(ev map[string]any) { ev["category_uid"] = 3.0 },
		"a resource of no name":    func(ev map[string]any) { clear(inner(ev, "resources")) },
		"an attribute of its own":  func(ev map[string]any) { inner(ev, "finding_info")["mark"] = 7.0 },
		"a remediation of nothing": func(ev map[string]any) { clear(inner(ev, "remediation")) },
	} {
		ev := shown(t, at)[0]
		spoil(ev)
		if len(judge(ev)) == 0 {
			t.Errorf("%s is let through", name)
		}
	}
}
