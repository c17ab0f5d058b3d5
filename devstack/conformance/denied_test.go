package conformance

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

const denied = "devstack/conformance/testdata/denied.yaml"

// TestAMissingPermissionIsNamedAndGrantingItReleasesTheStep holds no step of GuardDuty or Security Hub to it: moto takes
// the signature of a GET without a body over its headers, and turns every such call away.
func TestAMissingPermissionIsNamedAndGrantingItReleasesTheStep(t *testing.T) {
	missing := []struct{ environment, step, permission string }{
		{"prod", "account", "organizations:CreateAccount"},
		{"mgmt", "vpc", "ec2:CreateVpc"},
		{"mgmt", "waf", "wafv2:CreateWebACL"},
	}
	var but []string
	for _, m := range missing {
		but = append(but, m.permission)
	}
	admin := guard(t)
	s := raise(t, admin.engage(t, "landfall", but...))
	s.must([]string{"migrate", denied, "--approve", "--wait"}, 3)
	for _, m := range missing {
		var st reportStep
		s.eventually(m.environment+"/"+m.step+" is held", func() bool { // what holds first ends the waiting for all
			st = s.report(denied).step(m.environment, m.step)
			return st.State == "held"
		})
		if st.Fault == nil || st.Fault.Kind != "Denied" || !strings.Contains(st.Fault.Hint, m.permission) {
			t.Errorf("%s/%s is held with %+v, want Denied, its hint naming %s", m.environment, m.step, st.Fault, m.permission)
		}
	}
	for _, c := range s.wire.calls(0) {
		if service, operation, _ := strings.Cut(c.name(), " "); slices.Contains(but, service+":"+operation) && c.status < http.StatusBadRequest {
			t.Errorf("%s was done without the permission to do it", c.name())
		}
	}

	admin.allow(t, "landfall")
	for _, environment := range []string{"prod", "mgmt"} {
		s.must([]string{
			"resume", denied, "--landing", "aws/" + environment, "--decision", "retry", "--operator", "conformance", "--reason", "the permission is granted",
		}, 0)
	}
	for _, m := range missing {
		s.eventually(m.environment+"/"+m.step+" is made", func() bool {
			st := s.report(denied).step(m.environment, m.step)
			return st.State == "done" && st.Change == "created"
		})
	}
}

func TestAKeyThatMotoTurnsAwayIsNamed(t *testing.T) {
	admin := guard(t)
	right := admin.engage(t, "landfall")
	for _, c := range []struct {
		why  string
		key  key
		want string
	}{
		{"a wrong secret", key{right.id, right.secret[1:] + "x"}, "SignatureDoesNotMatch"},
		{"a key that nobody has", key{"AKIAN0B0DYHASTH1SKEY", right.secret}, "InvalidClientTokenId"},
	} {
		t.Run(c.why, func(t *testing.T) {
			s := raise(t, c.key)
			out := s.must([]string{"migrate", plan, "--approve", "--wait"}, 3)
			if !strings.Contains(out, c.want) || strings.Contains(out, c.key.secret) {
				t.Errorf("it says %q, want %s named and no secret", out, c.want)
			}
			for _, environment := range []string{"prod", "mgmt"} {
				first := map[string]string{"prod": "account", "mgmt": "organization"}[environment]
				st := s.report(plan).step(environment, first)
				if st.State != "held" || st.Fault == nil || st.Fault.Kind != "SessionExpired" || !strings.Contains(st.Fault.Message, c.want) {
					t.Errorf("%s/%s is %s with %+v, want it held because of %s", environment, first, st.State, st.Fault, c.want)
				}
			}
			for _, w := range changing(s.wire.calls(0)) {
				t.Errorf("%s was sent with a key that moto turns away", w.name())
			}
		})
	}
}

// eventually waits until something is so.
func (s *stage) eventually(what string, ok func() bool) {
	s.Helper()
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(200 * time.Millisecond) {
		if ok() {
			return
		}
	}
	s.Fatalf("not within a minute: %s", what)
}
