package aws_test

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/itbytes/landfall/plan"
)

// environments are carried as the workflow may: the management account first or last makes no difference.
func environments() []string { return []string{"prod", "mgmt", "dti"} }

// changes is what each step of the morning comes to, by landing.
func changes() map[string]map[string]plan.Op {
	both := map[string]plan.Op{
		"account": plan.None, "identity-itmanagesaws": plan.Create, "guardduty": plan.None,
		"config-recorder": plan.None, "security-hub": plan.None, "vpc": plan.Adopted, "vpc-endpoints": plan.None,
		"flow-logs": plan.Create, "waf": plan.None, "ebs-encryption": plan.None, "s3-public-access": plan.None, "mfa": plan.None,
	}
	prod := maps.Clone(both)
	prod["fallback-user"], prod["fallback-key"] = plan.Adopted, plan.None
	dti := maps.Clone(prod)
	dti["s3-public-access"] = plan.Create
	mgmt := maps.Clone(both)
	mgmt["organization"], mgmt["dns-zone"] = plan.None, plan.Create
	mgmt["ou-placement"], mgmt["account-tags"] = plan.Update, plan.Adopted
	return map[string]map[string]plan.Op{"prod": prod, "dti": dti, "mgmt": mgmt}
}

func TestTheMorningsThreeLandingsAreFoundAdoptedAndCompleted(t *testing.T) {
	w := begin(t, "itbytes")
	for _, env := range environments() {
		got := map[string]plan.Op{}
		for name, o := range w.land(morning(env)) {
			got[name] = o.Change.Op
			if o.State != plan.StepDone || len(o.Evidence) == 0 {
				t.Errorf("%s of %s is %s with the evidence %v, want done with some", name, env, o.State, o.Evidence)
			}
			if (o.Change.Op == plan.None) != (o.Writes == 0) {
				t.Errorf("%s of %s: %s after %d writes", name, env, o.Change.Op, o.Writes)
			}
		}
		if want := changes()[env]; !maps.Equal(got, want) {
			t.Errorf("%s: got %v\nwant %v", env, got, want)
		}
	}
	before := len(w.writes())
	for _, env := range environments() {
		for name, o := range w.land(morning(env)) {
			if o.Change.Op != plan.None || o.Writes != 0 {
				t.Errorf("the second run of %s of %s: got %s after %d writes (%s), want nothing", name, env, o.Change.Op, o.Writes, o.Change.Why)
			}
		}
	}
	if made := w.writes()[before:]; len(made) > 0 {
		t.Errorf("the second run wrote %v", made)
	}
}

func TestAPreviewSaysTheSameAndWritesNothing(t *testing.T) {
	w := begin(t, "itbytes")
	for _, env := range environments() {
		got := map[string]plan.Op{}
		for _, o := range w.cloud.Preview(t.Context(), morning(env)).Outcomes {
			got[o.Step] = o.Change.Op
			if o.Fault != nil {
				t.Errorf("%s of %s could not be observed: %v", o.Step, env, o.Fault)
			}
		}
		if want := changes()[env]; !maps.Equal(got, want) {
			t.Errorf("%s: got %v\nwant %v", env, got, want)
		}
	}
	if made := w.writes(); len(made) > 0 {
		t.Errorf("the preview wrote %v", made)
	}
}

func TestNoSecretIsInAnythingThatAStepAnswers(t *testing.T) {
	w := begin(t, "itbytes")
	var said strings.Builder
	for _, env := range environments() {
		b, err := json.Marshal(w.land(morning(env)))
		if err != nil {
			t.Fatal(err)
		}
		said.Write(b)
	}
	if len(w.k.Secrets()) == 0 {
		t.Fatal("no secret was minted, so none could have leaked")
	}
	for _, s := range w.k.Secrets() {
		if strings.Contains(said.String(), s.Value) {
			t.Errorf("the secret %s of %s is in an outcome", s.ID, s.Scope)
		}
	}
}

func TestTheAdoptedNetworkKeepsItsRangeAndItsName(t *testing.T) {
	w := begin(t, "itbytes")
	l := morning("prod")
	l.Adopt.Resources = map[string]string{"vpc": "aws-prod"}
	w.land(l)
	calls := w.writes()
	for _, op := range []string{"ec2:CreateVpc", "ec2:CreateSubnet", "ec2:CreateVpcEndpoint", "ec2:ModifyVpcAttribute"} {
		if slices.Contains(calls, op) {
			t.Errorf("%s was called, and the network stood already", op)
		}
	}
	if got := w.facts[l.ID()]["subnets"]; strings.Count(got, "subnet-") != 2 {
		t.Errorf("got the subnets %q, want the two that stood", got)
	}
}
