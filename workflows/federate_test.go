package workflows_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"go.temporal.io/sdk/converter"

	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
	"github.com/itbytes/landfall/workflows"
)

func TestAFederationIsProvenBeforeTheKeyGoes(t *testing.T) {
	s := newStraits()
	r, err := federated(t, s.raise(t), workflows.FederateInput{Retire: &workflows.Retire{Since: time.Hour}})
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"aws/prod/tokens-robot", "gcp/prod/trust-gcp-robot"}; !slices.Equal(s.did(), want) {
		t.Errorf("did %v, want %v and nothing of the landings but that", s.did(), want)
	}
	if r.State != plan.FederationDone || len(r.Ways) != 1 || r.Ways[0].As != "gcp-robot" || r.Ways[0].Trust.Issuer != theIssuer || r.Retired.IsZero() {
		t.Errorf("report = %+v, want done, by the role's own token", r)
	}
	if got, want := s.forge.did(), []string{"probe", "disable k0", "delete k0", "drop current"}; !slices.Equal(got, want) {
		t.Errorf("of the key did %v, want %v", got, want)
	}
	if r.Retired.Before(r.Proven) {
		t.Errorf("the key was off at %v and the federation proven at %v", r.Retired, r.Proven)
	}
}

func TestAPreviewOfAFederationDoesNothing(t *testing.T) {
	s := newStraits()
	r, err := federated(t, s.raise(t), workflows.FederateInput{Preview: true})
	if err != nil || len(s.did()) != 0 || len(s.forge.did()) != 0 {
		t.Fatalf("did %v and %v, %v; want nothing", s.did(), s.forge.did(), err)
	}
	if r.Changes() != 2 || !r.Ways[0].Unknown || !strings.Contains(r.Steps[1].Why, "once their clouds sign") {
		t.Errorf("report = %+v, want two changes, the second of which is known only after the first", r)
	}
	s.lacks = "identity-gcp-robot"
	if r, err := federated(t, s.raise(t), workflows.FederateInput{Preview: true}); err != nil || r.Fault == nil || !strings.Contains(r.Fault.Message, "is not as the plan wants it") {
		t.Errorf("report = %+v, %v; want what keeps it from beginning", r, err)
	}
	s.lacks = ""
	s.signed, s.trusted = true, []plan.Trust{{Name: "robot", Issuer: theIssuer, Subject: "arn:robot", Audience: "landfall:p"}}
	if r, err := federated(t, s.raise(t), workflows.FederateInput{Preview: true}); err != nil || r.Changes() != 0 || r.Ways[0].Unknown {
		t.Errorf("report = %+v, %v; want that all of it stands", r, err)
	}
}

func TestAFederationThatIsTakenBackLeavesTheKeyAndWhatStoodBefore(t *testing.T) {
	s := newStraits()
	env := s.raise(t)
	env.RegisterDelayedCallback(func() {
		if got := stageOf(t, env.QueryWorkflow); got != plan.FederationStanding {
			t.Errorf("it is %s, want standing until somebody retires the key", got)
		}
		env.UpdateWorkflow(workflows.RollBackMessage, "1", &updates{reject: func(err error) { t.Error(err) }}, workflows.Abort{Operator: "m", Reason: "the pipeline moves"})
	}, 48*time.Hour)
	r, err := federated(t, env, workflows.FederateInput{})
	if err != nil || r.State != plan.FederationBack {
		t.Errorf("report = %+v, %v; want it taken back", r, err)
	}
	want := []string{"aws/prod/tokens-robot", "gcp/prod/trust-gcp-robot", "undo gcp/prod/trust-gcp-robot", "undo aws/prod/tokens-robot"}
	if !slices.Equal(s.did(), want) || len(s.forge.did()) != 0 {
		t.Errorf("did %v and of the key %v, want %v and nothing", s.did(), s.forge.did(), want)
	}
}

func TestAFederationOfWhichAPartStoodTakesBackOnlyItsOwn(t *testing.T) {
	s := newStraits()
	s.signed = true
	env := s.raise(t)
	env.RegisterDelayedCallback(func() {
		env.UpdateWorkflow(workflows.RollBackMessage, "1", &updates{reject: func(err error) { t.Error(err) }}, workflows.Abort{Operator: "m", Reason: "no"})
	}, time.Hour)
	if _, err := federated(t, env, workflows.FederateInput{}); err != nil {
		t.Fatal(err)
	}
	if want := []string{"gcp/prod/trust-gcp-robot", "undo gcp/prod/trust-gcp-robot"}; !slices.Equal(s.did(), want) {
		t.Errorf("did %v, want %v", s.did(), want)
	}
}

func TestAConsumerThatNobodyCanSpeakForIsTakenAtSomebodysWord(t *testing.T) {
	s := newStraits()
	s.speak = func() error {
		return fault.New(fault.Denied, "Have the consumer prove it.", "the login may not speak for it")
	}
	env := s.raise(t)
	env.RegisterDelayedCallback(func() {
		if len(s.forge.did()) != 0 {
			t.Errorf("of the key did %v before anybody gave their word", s.forge.did())
		}
		env.SignalWorkflow(workflows.ResumeMessage, workflows.Resume{Decision: workflows.Done, Operator: "m", Reason: "seen in its log"})
	}, 30*time.Hour)
	r, err := federated(t, env, workflows.FederateInput{Retire: &workflows.Retire{Since: time.Hour}})
	if err != nil || r.State != plan.FederationDone || !strings.HasPrefix(r.Ways[0].Word, "m, ") || r.Ways[0].Proofs != 0 {
		t.Errorf("report = %+v, %v; want done by m's word, and no proof claimed", r, err)
	}
}

func TestAFederationThatWorksNoMoreKeepsTheKey(t *testing.T) {
	s := newStraits()
	env := s.raise(t)
	env.RegisterDelayedCallback(func() {
		s.mu.Lock()
		s.trusted = nil // somebody has taken the trust away
		s.mu.Unlock()
		env.UpdateWorkflow(workflows.RetireMessage, "1", &updates{reject: func(err error) { t.Error(err) }}, workflows.RetireKey{Operator: "m", Reason: "it is time"})
	}, time.Hour)
	env.RegisterDelayedCallback(func() {
		if len(s.forge.did()) != 0 {
			t.Errorf("of the key did %v although nobody can do without it", s.forge.did())
		}
		env.UpdateWorkflow(workflows.RollBackMessage, "2", &updates{reject: func(err error) { t.Error(err) }}, workflows.Abort{Operator: "m", Reason: "no"})
	}, 30*time.Hour)
	if r, err := federated(t, env, workflows.FederateInput{}); err != nil || r.State != plan.FederationBack {
		t.Errorf("report = %+v, %v; want it taken back", r, err)
	}
}

func TestAKeyThatIsBroughtBackLeavesTheFederationStanding(t *testing.T) {
	s := newStraits()
	s.forge.keys[0].Tells = true
	env := s.raise(t)
	env.RegisterDelayedCallback(func() {
		err := env.UpdateWorkflowByID(workflows.RotationID("p", "gcp-robot"), workflows.RollBackMessage, "1", &updates{reject: func(err error) { t.Error(err) }}, workflows.Abort{Operator: "m", Reason: "the shop is down"})
		if err != nil {
			t.Error(err)
		}
	}, 2*time.Hour)
	env.RegisterDelayedCallback(func() {
		if got := stageOf(t, env.QueryWorkflow); got != plan.FederationStanding {
			t.Errorf("it is %s, want standing", got)
		}
		env.UpdateWorkflow(workflows.RetireMessage, "2", &updates{reject: func(err error) { t.Error(err) }}, workflows.RetireKey{Operator: "m", Reason: "again"})
	}, 4*time.Hour)
	r, err := federated(t, env, workflows.FederateInput{Retire: &workflows.Retire{Since: time.Hour}})
	if err != nil || r.State != plan.FederationDone || r.Fault != nil {
		t.Errorf("report = %+v, %v; want done at the second time", r, err)
	}
	if got, want := s.forge.did(), []string{"probe", "disable k0", "enable k0", "probe", "disable k0", "delete k0", "drop current"}; !slices.Equal(got, want) {
		t.Errorf("of the key did %v, want %v", got, want)
	}
}

func TestAFederationMakesNothingThatThePlanHasNotMadeYet(t *testing.T) {
	s := newStraits()
	s.lacks = "identity-gcp-robot"
	env := s.raise(t)
	env.RegisterDelayedCallback(func() {
		if len(s.did()) != 0 {
			t.Errorf("did %v before its identity was there", s.did())
		}
		s.mu.Lock()
		s.lacks = ""
		s.mu.Unlock()
		env.SignalWorkflow(workflows.ResumeMessage, workflows.Resume{Decision: workflows.Retry, Operator: "m", Reason: "the plan is carried out"})
	}, time.Hour)
	r, err := federated(t, env, workflows.FederateInput{Retire: &workflows.Retire{Since: time.Hour}})
	if err != nil || r.State != plan.FederationDone {
		t.Errorf("report = %+v, %v; want done once it was there", r, err)
	}
}

func TestACredentialWithoutAConsumerOfThePlanIsNotFederated(t *testing.T) {
	s := newStraits()
	if _, err := federated(t, s.raise(t), workflows.FederateInput{Credential: "lonely"}); err == nil || !strings.Contains(err.Error(), "landfall federate p says what the plan lacks") {
		t.Errorf("error = %v, want what the plan lacks", err)
	}
	if _, err := federated(t, s.raise(t), workflows.FederateInput{Credential: "nobody"}); err == nil || !strings.Contains(err.Error(), "no credential called nobody") {
		t.Errorf("error = %v, want that there is none", err)
	}
}

// stageOf asks a federation how far it is.
func stageOf(t *testing.T, query func(string, ...any) (converter.EncodedValue, error)) plan.FederationStage {
	t.Helper()
	v, err := query(workflows.StatusQuery, workflows.Ask{})
	if err != nil {
		t.Fatal(err)
	}
	var r plan.FederationReport
	if err := v.Get(&r); err != nil {
		t.Fatal(err)
	}
	return r.State
}
