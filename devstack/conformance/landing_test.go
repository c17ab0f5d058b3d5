package conformance

import (
	"encoding/json"
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"
)

const plan = "examples/aws-only.yaml"

func TestAPlanIsCarriedOutOnMotoAndASecondRunWritesNothing(t *testing.T) {
	order(t, "/moto-api/reset", "")
	s := raise(t, key{id: "AKIAC0NF0RMANCE00000", secret: "conformance"})
	listed := lacks(t)

	first := s.run("first run", listed)
	made := standing(t)
	s.wantMade(first, made)

	before := len(s.wire.calls(0))
	second := s.run("second run", listed)
	again, seals := s.wire.calls(before), 0
	for range 60 { // the steps that moto cannot serve fail again, and the journal seals that a moment later
		if len(changing(again)) > 0 {
			break
		}
		time.Sleep(500 * time.Millisecond)
		again = s.wire.calls(before)
	}
	for _, c := range changing(again) {
		if c.name() == "dynamodb TransactWriteItems" {
			seals++
			continue
		}
		t.Errorf("the second run wrote: %s (%d)", c.name(), c.status)
	}
	if seals == 0 {
		t.Error("the journal sealed nothing of what failed in the second run")
	}
	for i, l := range second.Landings {
		if got, want := len(l.Steps), len(first.Landings[i].Steps); got != want {
			t.Errorf("the second run has %d steps of %s, the first %d", got, l.Environment, want)
		}
		for _, st := range l.Steps {
			if st.Writes != 0 {
				t.Errorf("the second run's report says %d writes of %s/%s, want none", st.Writes, l.Environment, st.Name)
			}
		}
	}
	if now := standing(t); !maps.Equal(now, made) {
		t.Errorf("moto holds %v after the second run, %v after the first", now, made)
	}
	wantListed(t, listed, s.wire.calls(0))
	run := s.wire.calls(0)[:before]
	t.Logf("first run: %d calls, %d writes; second run: %d calls, %d writes", len(run), len(changing(run)), len(again), len(changing(again))-seals)
}

// run carries the plan out; every step is one subtest, done or skipped for what moto lacks.
func (s *stage) run(name string, listed map[string]bool) report {
	s.Helper()
	began := len(s.wire.calls(0))
	s.must([]string{"migrate", plan, "--approve", "--wait"}, 0, 1)
	r, seen := s.report(plan), s.wire.calls(began)
	for _, c := range seen {
		if c.service == "" || c.operation == "" {
			s.Errorf("a call to %q could not be named: %+v", c.service, c)
		}
	}
	if len(r.Landings) != 2 {
		s.Fatalf("%s has %d landings, want prod and mgmt", name, len(r.Landings))
	}
	wanting := false
	for _, l := range r.Landings {
		for _, st := range l.Steps {
			title, operation := name+"/"+l.Environment+"/"+st.Name, excused(st, listed, seen)
			if operation != "" {
				title += " without " + operation
			}
			s.T.Run(title, func(t *testing.T) {
				switch {
				case operation != "":
					wanting = true
					t.Skipf("moto lacks %s", operation)
				case st.State == "done":
				case st.State == "gap" && st.Name == "mfa": // moto's root users have no second factor, and the plan only reports it
				case st.Fault != nil:
					t.Errorf("%s: %s (%s)", st.State, st.Fault.Message, st.Fault.Hint)
				default:
					t.Errorf("%s, want done", st.State)
				}
			})
		}
	}
	if want := map[bool]string{false: "done", true: "failed"}[wanting]; r.State != want {
		s.Errorf("%s is %s, want %s", name, r.State, want)
	}
	return r
}

// wantMade wants the first run to have made what the plan says, once in each of the two accounts.
func (s *stage) wantMade(r report, made map[string]int) {
	s.Helper()
	for _, environment := range []string{"prod", "mgmt"} {
		for _, name := range []string{"account", "guardduty", "config-recorder", "vpc", "vpc-endpoints", "flow-logs", "waf"} {
			if st := r.step(environment, name); st.Change != "created" || st.Writes == 0 {
				s.Errorf("%s/%s: %q by %d writes, want it created", environment, name, st.Change, st.Writes)
			}
		}
	}
	for name, want := range map[string]int{
		"organizations FakeOrganization": 1, "organizations FakeAccount": 3, // the management account and two
		"guardduty Detector": 2, "config ConfigRecorder": 2, "config ConfigDeliveryChannel": 2, "s3 FakeBucket": 2,
		"ec2 VPCEndPoint": 10, "ec2 FlowLogs": 2, "wafv2 FakeWebACL": 2, "logs LogGroup": 2,
	} {
		if made[name] != want {
			s.Errorf("moto holds %d of %s, want %d", made[name], name, want)
		}
	}
}

// standing counts what moto holds, by its own names of things. Sessions come and go; and each transaction of the journal
// leaves copies of all tables and items that moto counts too, so what is written to DynamoDB is judged by its calls.
func standing(t *testing.T) map[string]int {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, moto(t)+"/moto-api/data.json", nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var data map[string]map[string][]json.RawMessage
	if err := json.NewDecoder(resp.Body).Decode(&data); err != nil {
		t.Fatal(err)
	}
	out := map[string]int{}
	for service, things := range data {
		for thing, all := range things {
			if name := service + " " + thing; len(all) > 0 && !strings.HasPrefix(name, "sts ") && !strings.HasPrefix(name, "dynamodb ") {
				out[name] = len(all)
			}
		}
	}
	return out
}
