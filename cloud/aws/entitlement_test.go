package aws_test

import (
	"strings"
	"testing"

	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/simulator/kernel"
)

func TestRightsAreReadBeforeTheFirstWriteOfAStep(t *testing.T) {
	w := begin(t, "itbytes", func(s *kernel.Scenario) {
		a := account(s, "862973411383")
		a["users"] = []any{map[string]any{"name": "landfall-fallback", "policies": []any{"ReadOnlyAccess"}, "deliverTo": "op://itbytes-internal/aws-prod"}}
		a["s3PublicAccessBlock"] = false
		a["regions"] = map[string]any{}
	})
	l := morning("prod")
	l.Login = *l.Fallback
	for _, name := range []string{"account", "fallback-user", "identity-itmanagesaws", "guardduty", "config-recorder", "security-hub", "vpc", "waf", "ebs-encryption", "s3-public-access"} {
		_, err := w.carry(l, name)
		f := fault.As(err)
		if name == "account" {
			if err != nil {
				t.Fatal(err)
			}
			continue
		}
		if f == nil || f.Kind != fault.Denied || f.Operation != "SimulatePrincipalPolicy" || !strings.Contains(f.Message, "user/landfall-fallback has no right to ") || !strings.Contains(f.Hint, "Grant it ") {
			t.Errorf("%s: got %+v, want the right that is missing named", name, f)
		}
	}
	if made := w.writes(); len(made) > 0 {
		t.Errorf("got the writes %v, want none tried", made)
	}
	w.k.Order(kernel.Fault{Match: kernel.Match{Operation: "SimulatePrincipalPolicy"}, Status: 403, Code: "AccessDenied", Message: "no"})
	_, err := w.carry(l, "guardduty")
	if f := fault.As(err); f == nil || f.Kind != fault.Denied || f.Operation != "CreateDetector" {
		t.Errorf("where IAM does not tell: got %+v, want the write's own answer", f)
	}
}

func TestAServiceWhoseSignUpIsNotCompleteIsWaitedFor(t *testing.T) {
	w := begin(t, "itbytes", func(s *kernel.Scenario) {
		account(s, "862973411383")["unsubscribed"] = []any{"guardduty", "config", "securityhub"}
	})
	l := morning("prod")
	if _, err := w.carry(l, "account"); err != nil {
		t.Fatal(err)
	}
	for step, service := range map[string]string{"guardduty": "guardduty", "config-recorder": "config", "security-hub": "securityhub"} {
		_, err := w.carry(l, step)
		if f := fault.As(err); f == nil || f.Kind != fault.Entitlement || f.Code != "SubscriptionRequiredException" || !strings.Contains(f.Hint, "sign-up") {
			t.Errorf("%s: got %+v, want the account's sign-up named", step, f)
		}
		w.person("subscribe", map[string]string{"account": "862973411383", "service": service})
		if _, err := w.carry(l, step); err != nil {
			t.Errorf("%s once it is complete: got %v", step, err)
		}
	}
}
