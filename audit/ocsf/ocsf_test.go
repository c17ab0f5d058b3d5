package ocsf_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/itbytes/landfall/audit/chain"
	"github.com/itbytes/landfall/audit/ocsf"
	"github.com/itbytes/landfall/plan"
)

// schema is what OCSF 1.8.0 wants of the classes that are used (github.com/ocsf/ocsf-schema, tag 1.8.0): of the base event
// and the category (events/base_event.json, events/iam/iam.json, events/findings/finding.json) and of the class
// (events/iam/….json, events/findings/….json), by the path of the attribute; a list is a choice of which at least one must be
// there. Activities are the ids and captions of activity_id, statuses those of status_id.
var schema = map[int]struct {
	caption    string
	required   []string
	oneOf      [][]string
	activities map[int]string
	statuses   map[int]string
}{
	2003: {"Compliance Finding", []string{"finding_info", "finding_info.uid", "compliance"}, nil, map[int]string{
		1: "Create", 2: "Update", 3: "Close",
	}, map[int]string{1: "New", 2: "In Progress", 3: "Suppressed", 4: "Resolved", 5: "Archived", 6: "Deleted"}},
	3001: {"Account Change", []string{"user"}, [][]string{{"user.account", "user.name", "user.uid"}}, map[int]string{
		1: "Create", 2: "Enable", 3: "Password Change", 4: "Password Reset", 5: "Disable", 6: "Delete", 7: "Attach Policy",
		8: "Detach Policy", 9: "Lock", 10: "MFA Factor Enable", 11: "MFA Factor Disable", 12: "Unlock",
	}, outcomes()},
	3002: {"Authentication", []string{"user"}, [][]string{
		{"service", "dst_endpoint"}, {"user.account", "user.name", "user.uid"}, {"service.name", "service.uid"},
	}, map[int]string{
		1: "Logon", 2: "Logoff", 3: "Authentication Ticket", 4: "Service Ticket Request", 5: "Service Ticket Renew", 6: "Preauth",
		7: "Account Switch",
	}, outcomes()},
	3004: {"Entity Management", []string{"entity"}, [][]string{
		{"entity.name", "entity.uid", "entity.device", "entity.group", "entity.org", "entity.policy", "entity.user"},
	}, map[int]string{
		1: "Create", 2: "Read", 3: "Update", 4: "Delete", 5: "Move", 6: "Enroll", 7: "Unenroll", 8: "Enable", 9: "Disable",
		10: "Activate", 11: "Deactivate", 12: "Suspend", 13: "Resume",
	}, outcomes()},
}

// outcomes are the statuses of every event that is no finding.
func outcomes() map[int]string { return map[int]string{1: "Success", 2: "Failure"} }

// always is what every event must have: of the base event, of its objects (objects/metadata.json, product.json, actor.json,
// fingerprint.json), and of the profile "cloud" where it is used.
var (
	always = []string{
		"activity_id", "category_uid", "class_uid", "metadata", "severity_id", "time", "type_uid",
		"metadata.product", "metadata.version",
	}
	alwaysOneOf = [][]string{{"metadata.product.name", "metadata.product.uid"}}
	// within is what an object must have, where it is there.
	within = map[string][]string{
		"raw_data_hash": {"algorithm_id", "value"}, "remediation": {"desc"}, "finding_info": {"uid"}, "cloud": {"provider"},
	}
	withinOneOf = map[string][]string{
		"actor":     {"process", "user", "invoked_by", "session", "app_name", "app_uid"},
		"resources": {"name", "uid"}, // of each
	}
	// only are the attributes that an object of a finding may have (objects/….json, without those that are deprecated).
	only = map[string][]string{
		"finding_info": {
			"analytic", "attack_graph", "attacks", "created_time", "data_sources", "desc", "first_seen_time", "kill_chain", "last_seen_time", "modified_time",
			"product", "product_uid", "related_analytics", "related_events", "related_events_count", "src_url", "tags", "title", "traits", "types", "uid", "uid_alt",
		},
		"compliance": {
			"assessments", "category", "checks", "control", "control_parameters", "desc", "requirements", "standards", "status", "status_code", "status_details", "status_id",
		},
		"remediation": {"cis_controls", "desc", "kb_article_list", "kb_articles", "references"},
		"resources": {
			"agent_list", "created_time", "criticality", "data", "group", "hostname", "ip", "is_backed_up", "labels", "modified_time", "name", "namespace", "owner",
			"resource_relationship", "role", "role_id", "tags", "type", "uid", "uid_alt", "version", "zone", "region", "provider", "cloud_partition",
		},
	}
)

// judge says what of an event is not as the schema has it.
func judge(ev map[string]any) (wrong []string) {
	say := func(format string, a ...any) { wrong = append(wrong, fmt.Sprintf(format, a...)) }
	whole := func(name string) int {
		n, is := ev[name].(float64)
		if !is {
			say("%s is %v, no number", name, ev[name])
		}
		return int(n)
	}
	class, activity := whole("class_uid"), whole("activity_id")
	name, _ := ev["activity_name"].(string)
	rule, known := schema[class]
	if !known || ev["class_name"] != rule.caption || class/1000 != whole("category_uid") || whole("type_uid") != class*100+activity {
		say("class %d %v, category %v, type %v do not go together", class, ev["class_name"], ev["category_uid"], ev["type_uid"])
	}
	if caption, listed := rule.activities[activity]; activity != 99 && (!listed || caption != name) || activity == 99 && name == "" {
		say("activity %d is named %q, want %q", activity, name, caption)
	}
	if id := whole("status_id"); id == 99 && ev["status"] == "" || id != 99 && (ev["status"] != rule.statuses[id] || ev["status"] == "") {
		say("status %d is named %v", id, ev["status"])
	}
	if s := whole("severity_id"); s < 1 || s > 4 {
		say("severity %d", s)
	}
	for _, path := range slices.Concat(always, rule.required) {
		if !has(ev, path) {
			say("no %s", path)
		}
	}
	for _, choice := range slices.Concat(alwaysOneOf, rule.oneOf) {
		if !slices.ContainsFunc(choice, func(path string) bool { return has(ev, path) }) {
			say("none of %v", choice)
		}
	}
	for object, fields := range within {
		for _, f := range fields {
			if has(ev, object) && !has(ev, object+"."+f) {
				say("no %s.%s", object, f)
			}
		}
	}
	for object, choice := range withinOneOf {
		for _, one := range objects(ev[object]) {
			if !slices.ContainsFunc(choice, func(f string) bool { return has(one, f) }) {
				say("%s with none of %v", object, choice)
			}
		}
	}
	for object, may := range only {
		for _, one := range objects(ev[object]) {
			for name := range one {
				if !slices.Contains(may, name) {
					say("%s has no %s", object, name)
				}
			}
		}
	}
	if profiled := has(ev, "metadata.profiles"); profiled != has(ev, "cloud.provider") {
		say("profiles %v, cloud %v", profiled, ev["cloud"])
	}
	if finding := class/1000 == 2; finding == has(ev, "actor") {
		say("an actor of a finding, or none of another")
	}
	return wrong
}

// objects are an object, or those of a list.
func objects(v any) (out []map[string]any) {
	switch v := v.(type) {
	case map[string]any:
		out = append(out, v)
	case []any:
		for _, one := range v {
			out = append(out, objects(one)...)
		}
	}
	return out
}

// every is an entry of each kind in each of its forms, with the class and the activity that it is to become.
func every() map[string]plan.Entry {
	out := map[string]plan.Entry{}
	add := func(want string, e plan.Entry) {
		e.Plan, e.Who, e.What, e.Run, e.Time = "itbytes", "landfall", "it was so", "land/itbytes/aws/prod/1", time.Date(2026, 5, 6, 6, 20, 0, 5e6, time.UTC)
		out[want+" "+strconv.Itoa(len(out))] = e
	}
	for want, change := range map[string]plan.Op{"3004 Create": plan.Create, "3004 Read": plan.None, "3004 Update": plan.Update, "3004 Enroll": plan.Adopted} {
		add(want, plan.Entry{Kind: plan.EntryStep, Landing: "aws/prod", Step: "vpc", ID: "vpc-1", Change: change, State: "done", Before: plan.Fields{"a": "1"}, After: plan.Fields{"a": "2"}})
	}
	add("3004 Update", plan.Entry{Kind: plan.EntryStep, Landing: "gcp/mgmt", Step: "organisation-name", Change: plan.Manual, State: "done"})
	add("3004 skipped", plan.Entry{Kind: plan.EntryStep, Landing: "azure/dti", Step: "waf", Change: plan.Skipped, State: "skipped", Why: "m: no budget"})
	add("3004 failed", plan.Entry{Kind: plan.EntryStep, Landing: "azure/dti", Step: "waf", State: "failed"})
	add("3004 Suspend", plan.Entry{Kind: plan.EntryHold, Landing: "aws/mgmt", Step: "dns", Login: "aws-sso", Why: "the session has expired"})
	add("3004 Suspend", plan.Entry{Kind: plan.EntryHold, Step: "registry"})
	add("3004 Resume", plan.Entry{Kind: plan.EntryRelease, Landing: "aws/mgmt", Step: "dns", Why: "signed in"})
	add("3002 Account Switch", plan.Entry{Kind: plan.EntryFallback, Landing: "aws/prod", Login: "aws-prod-keys"})
	add("3004 Activate", plan.Entry{Kind: plan.EntryApproval, ID: "sha256:1"})
	add("3004 Deactivate", plan.Entry{Kind: plan.EntryAbort, Landing: "aws/prod", Why: "wrong plan"})
	for want, state := range map[string]plan.UndoState{"3004 Disable": plan.Neutralised, "3004 Suspend": plan.Quarantined, "3004 Leave": plan.Left, "3004 Delete": plan.Reverted} {
		add(want, plan.Entry{Kind: plan.EntryUndo, Landing: "gcp/prod", Step: "vpc", Change: plan.Create, State: string(state)})
	}
	add("3004 Update", plan.Entry{Kind: plan.EntryUndo, Landing: "gcp/prod", Step: "vpc", Change: plan.Update, State: string(plan.UndoFailed)})
	add("3004 Undo", plan.Entry{Kind: plan.EntryUndo, Landing: "gcp/prod", Step: "vpc", Change: plan.Undone, State: string(plan.Reverted)})
	add("3004 Update", plan.Entry{Kind: plan.EntryRotation, Landing: "aws/prod", Step: "aws-prod", Change: plan.Update})
	add("2003 Create", plan.Entry{Kind: plan.EntryFinding, Landing: "aws/prod", Step: "aws-prod", ID: "AKIA1", State: plan.FindingOpen, After: plan.Fields{"finding": "f1", "kind": "over-age"}})
	add("2003 Close", plan.Entry{Kind: plan.EntryFinding, Step: "connect-token", State: plan.FindingEnded, Before: plan.Fields{"finding": "f2", "kind": "expiring", "since": "2026-05-01T02:00:00Z"}})
	add("3002 Logoff", plan.Entry{Kind: plan.EntryLogin, Login: "aws-sso", State: string(plan.LoginNeeded)})
	add("3002 Logon", plan.Entry{Kind: plan.EntryLogin, Login: "aws-sso", State: string(plan.LoginOK)})
	add("3001 Lock", plan.Entry{Kind: plan.EntryLogin, Login: "aws-sso", State: string(plan.LoginLocked)})
	add("3001 Unlock", plan.Entry{Kind: plan.EntryLogin, Login: "aws-sso", State: string(plan.LoginOK), Before: plan.Fields{"state": string(plan.LoginLocked)}})
	add("3004 Attest", plan.Entry{Kind: plan.EntryWord, Landing: "gcp/mgmt", Step: "break-glass", Why: "done by m"})
	return out
}

// event is an entry's event, as it goes out.
func event(t *testing.T, e plan.Entry) (map[string]any, plan.Record) {
	t.Helper()
	records, err := chain.Link(plan.Head{Seq: 6, Hash: chain.Origin}, []plan.Entry{e})
	if err != nil {
		t.Fatal(err)
	}
	ev, err := ocsf.Of(records[0])
	if err != nil {
		t.Fatal(err)
	}
	b, err := json.Marshal(ev)
	if err != nil {
		t.Fatal(err)
	}
	var out map[string]any
	if err := json.Unmarshal(b, &out); err != nil {
		t.Fatal(err)
	}
	return out, records[0]
}

// has reports whether an event has an attribute, and not an empty one.
func has(event map[string]any, path string) bool {
	name, rest, deeper := strings.Cut(path, ".")
	v, there := event[name]
	if !deeper {
		return there && v != nil && v != ""
	}
	inner, _ := v.(map[string]any)
	return has(inner, rest)
}

func whole(t *testing.T, event map[string]any, name string) int {
	t.Helper()
	n, is := event[name].(float64)
	if !is {
		t.Errorf("%s is %v, want a number", name, event[name])
	}
	return int(n)
}

func TestEveryKindOfEntryIsAnEventWithAllThatItsClassRequires(t *testing.T) {
	kinds := map[plan.EntryKind]bool{}
	for want, e := range every() {
		kinds[e.Kind] = true
		t.Run(want, func(t *testing.T) {
			ev, _ := event(t, e)
			name, _ := ev["activity_name"].(string)
			if got := strconv.Itoa(whole(t, ev, "class_uid")) + " " + name; !strings.HasPrefix(want, got+" ") {
				t.Errorf("it is %s, want %s", got, want)
			}
			for _, wrong := range judge(ev) {
				t.Error(wrong)
			}
			if !has(ev, "raw_data_hash") || has(ev, "cloud.provider") != (e.Landing != "") {
				t.Errorf("hash %v, cloud %v of the landing %q", ev["raw_data_hash"], ev["cloud"], e.Landing)
			}
		})
	}
	for _, k := range plan.EntryKinds() {
		if !kinds[k] {
			t.Errorf("no event of the kind %s was looked at", k)
		}
	}
}

func TestAnEventHoldsItsRecordWholeAndIsTiedToItsRun(t *testing.T) {
	for _, e := range every() {
		ev, r := event(t, e)
		if ev["raw_data"] != r.Entry {
			t.Errorf("raw data is %v, want the entry as it was hashed", ev["raw_data"])
		}
		m, _ := ev["metadata"].(map[string]any)
		if m["correlation_uid"] != e.Run || m["sequence"] != float64(7) || m["uid"] != r.Hash || m["version"] != "1.8.0" || m["log_name"] != "journal/itbytes" {
			t.Errorf("metadata is %v", m)
		}
		if ev["time"] != float64(e.Time.UnixMilli()) || ev["message"] != e.What {
			t.Errorf("time %v, message %v", ev["time"], ev["message"])
		}
		left, _ := ev["unmapped"].(map[string]any)
		if left["chain.hash"] != r.Hash || left["chain.prev"] != r.Prev || left["kind"] != string(e.Kind) {
			t.Errorf("unmapped is %v, want the chain in it", left)
		}
	}
}

func TestFailuresAndLocksAreToldFromSuccess(t *testing.T) {
	for want, e := range map[string]plan.Entry{
		"2 3":  {Kind: plan.EntryStep, State: "failed"},
		"1 1":  {Kind: plan.EntryStep, State: "done"},
		"99 1": {Kind: plan.EntryUndo, State: "left"},
		"1 4":  {Kind: plan.EntryLogin, State: "locked"},
		"1 2":  {Kind: plan.EntryHold},
	} {
		ev, _ := event(t, e)
		if got := strconv.Itoa(whole(t, ev, "status_id")) + " " + strconv.Itoa(whole(t, ev, "severity_id")); got != want {
			t.Errorf("%s %s: status and severity %s, want %s", e.Kind, e.State, got, want)
		}
	}
}

func TestWhoDidItIsAPersonOrLandfallItself(t *testing.T) {
	person, _ := event(t, plan.Entry{Kind: plan.EntryApproval, Who: "marcia"})
	if !has(person, "actor.user.name") {
		t.Errorf("the actor is %v, want marcia", person["actor"])
	}
	itself, _ := event(t, plan.Entry{Kind: plan.EntryStep, Who: "landfall"})
	if has(itself, "actor.user") || !has(itself, "actor.app_name") {
		t.Errorf("the actor is %v, want Landfall", itself["actor"])
	}
}
