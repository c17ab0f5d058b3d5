package workflows_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/itbytes/landfall/activities"
	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
	"github.com/itbytes/landfall/workflows"
)

func TestPostureIsToldOfEveryCredentialAndOneThatCannotBeReadStopsNoOther(t *testing.T) {
	p := robots(21)
	f := newFoundry(t, p)
	e := &ear{}
	env := f.raise(t, e)
	f.of("robot-3").unread = fault.New(fault.Denied, "Give the login its right back.", "the keys may not be listed")
	f.of("robot-4").keys = append(f.of("robot-4").keys, plan.Key{ID: "somebodys", State: plan.KeyActive})
	for _, one := range f.forges {
		one.keys[0].Created, one.keys[0].Used = env.Now().Add(-time.Hour), env.Now()
	}
	p.Notify = told()
	env.ExecuteWorkflow(workflows.CheckPostureType, workflows.CheckPostureInput{Plan: p, Tell: true})
	var r workflows.Posture
	if err := env.GetWorkflowResult(&r); err != nil || len(r.Credentials) != 22 {
		t.Fatalf("%+v, %v; want all of them", r, err)
	}
	for _, c := range r.Credentials {
		switch {
		case c.ID == plan.ConnectTokenID && (c.Fault != nil || len(c.Findings) != 0 || c.Age != time.Hour || c.Expires.IsZero()):
			t.Errorf("%+v, want the token read and well", c)
		case c.ID == "robot-3" && (c.Fault == nil || c.Fault.Message != "the keys may not be listed"):
			t.Errorf("%s: fault %+v, want why it could not be read", c.ID, c.Fault)
		case c.ID == "robot-4" && (len(c.Findings) != 1 || c.Findings[0].Kind != plan.Foreign):
			t.Errorf("%s: findings %+v, want the foreign key", c.ID, c.Findings)
		case c.ID != "robot-3" && c.ID != "robot-4" && (c.Fault != nil || len(c.Findings) != 0 || c.Age != time.Hour):
			t.Errorf("%+v, want it read and well", c)
		}
	}
	if told := e.of(plan.NoticeFinding); len(told) != 1 || !strings.HasPrefix(told[0].What, "robot-4 (foreign): ") {
		t.Errorf("told %+v, want the one finding", told)
	}
	for item, one := range f.forges {
		if len(one.did()) != 0 {
			t.Errorf("%s: did %v, want nothing written", item, one.did())
		}
	}
}

// night is a scheduled look at the credentials of a plan with an AWS landing for its journal.
type night struct {
	p       *plan.Plan
	foreign bool          // somebody has made a key
	token   time.Duration // how long the token lasts
	err     error         // why nothing is known of the token
	deaf    bool          // whoever is to be told does not answer
	last    *workflows.Posture
}

// look is what a night came to: its result, what was told and what was sealed.
func (n night) look(t *testing.T) (workflows.Posture, *ear, []plan.Entry) {
	t.Helper()
	f, e, l := newFoundry(t, n.p), &ear{}, &ledger{}
	env := f.raise(t, e)
	env.RegisterWorkflowWithOptions(workflows.Journal, workflow.RegisterOptions{Name: workflows.JournalType})
	env.RegisterActivity(&activities.Journals{Ledger: l, Latch: &activities.Latch{Folder: t.TempDir()}})
	if n.deaf {
		e.answer = fault.New(fault.Transient, "", "nobody is there")
	}
	if n.foreign {
		f.of("robot-0").keys = append(f.of("robot-0").keys, plan.Key{ID: "somebodys", State: plan.KeyActive})
	}
	for _, one := range f.forges {
		one.keys[0].Created, one.keys[0].Used = env.Now().Add(-time.Hour), env.Now()
	}
	f.bearer.claims.Expires, f.bearer.err = env.Now().Add(n.token), n.err
	if n.last != nil {
		env.SetLastCompletionResult(*n.last)
	}
	env.ExecuteWorkflow(workflows.CheckPostureType, workflows.CheckPostureInput{Plan: n.p, Tell: true})
	var out workflows.Posture
	if err := env.GetWorkflowResult(&out); err != nil {
		t.Fatal(err)
	}
	for _, one := range f.forges {
		if len(one.did()) != 0 {
			t.Errorf("did %v, want nothing written", one.did())
		}
	}
	return out, e, l.sealed
}

// watched is a plan of two robots whose journal has a place and whose owner listens.
func watched() *plan.Plan {
	p := robots(2)
	p.Clouds[plan.AWS] = plan.Home{Region: "us-east-1", Login: "a"}
	p.Logins["a"] = plan.Login{Type: "aws-default"}
	p.Landings = []plan.Exception{{Cloud: plan.AWS, Environment: "prod", Adopt: plan.Adopt{ID: "123456789012"}}}
	p.Notify = told()
	return p
}

func TestANightTellsWhatTheOneBeforeItDidNotKnow(t *testing.T) {
	p, far, near := watched(), 80*24*time.Hour, 20*24*time.Hour
	kinds := func(e *ear, k plan.NoticeKind) string {
		var out []string
		for _, n := range e.of(k) {
			what, _, _ := strings.Cut(n.What, ":")
			out = append(out, what)
		}
		return strings.Join(out, ", ")
	}
	states := func(all []plan.Entry) string {
		var out []string
		for _, e := range all {
			out = append(out, e.Step+" "+e.State)
		}
		return strings.Join(out, ", ")
	}
	var last *workflows.Posture
	for i, n := range []struct {
		night
		found, mended, sealed string
	}{
		{night{p: p, token: far}, "", "", ""},
		{night{p: p, token: near, foreign: true}, "robot-0 (foreign), connect-token (expiring)", "", "robot-0 open, connect-token open"},
		{night{p: p, token: near, foreign: true}, "", "", ""},
		{night{p: p, token: 6 * 24 * time.Hour, foreign: true}, "connect-token (expiring)", "", ""},
		{night{p: p, err: fault.New(fault.SessionExpired, "Set it.", "there is no token")}, "", "robot-0 (foreign) is so no longer", "robot-0 ended"},
		{night{p: p, token: -time.Hour}, "connect-token (expired)", "", "connect-token open, connect-token ended"},
		{night{p: p, token: far}, "", "connect-token (expired) is so no longer", "connect-token ended"},
		{night{p: p, token: far}, "", "", ""},
	} {
		n.last = last
		out, e, sealed := n.look(t)
		if got := kinds(e, plan.NoticeFinding); got != n.found {
			t.Errorf("night %d: told of %q, want %q", i, got, n.found)
		}
		if got := kinds(e, plan.NoticeMended); got != n.mended {
			t.Errorf("night %d: told as mended %q, want %q", i, got, n.mended)
		}
		if got := states(sealed); got != n.sealed {
			t.Errorf("night %d: sealed %q, want %q", i, got, n.sealed)
		}
		for _, s := range sealed {
			if field, what := s.Secret(); what != "" {
				t.Errorf("night %d: %s looks like %s: %+v", i, field, what, s)
			}
		}
		last = &out
	}
}

func TestWhatCouldNotBeToldIsToldTheNextNightUnderTheSameID(t *testing.T) {
	p := watched()
	first, _, sealed := night{p: p, token: 20 * 24 * time.Hour, deaf: true}.look(t)
	if len(sealed) != 1 || len(first.Standing) != 1 || !first.Standing[0].Told.IsZero() {
		t.Fatalf("sealed %+v, remembered %+v; want it known and untold", sealed, first.Standing)
	}
	second, e, sealed := night{p: p, token: 20 * 24 * time.Hour, last: &first}.look(t)
	got := e.of(plan.NoticeFinding)
	if len(got) != 1 || len(sealed) != 0 || second.Standing[0].Told.IsZero() {
		t.Fatalf("told %+v, sealed %+v; want it told, and sealed only once", got, sealed)
	}
	s := second.Standing[0]
	if n := got[0]; n.Finding != s.UID || !strings.HasPrefix(n.ID, s.UID+"-") || !strings.HasSuffix(n.ID, "-30-1") || strings.Contains(n.ID, ".") || !n.Since.Equal(first.Standing[0].Since) {
		t.Errorf("notice %+v of %+v", n, s)
	}
}

func TestAListTellsNobody(t *testing.T) {
	p := watched()
	f, e := newFoundry(t, p), &ear{}
	env := f.raise(t, e)
	f.bearer.claims.Expires = env.Now().Add(time.Hour)
	env.ExecuteWorkflow(workflows.CheckPostureType, workflows.CheckPostureInput{Plan: p})
	var r workflows.Posture
	if err := env.GetWorkflowResult(&r); err != nil || len(e.heard) != 0 || len(r.Standing) != 0 {
		t.Errorf("told %+v, remembered %+v, %v; want nobody told", e.heard, r.Standing, err)
	}
	token := r.Credentials[slices.IndexFunc(r.Credentials, func(c plan.CredentialReport) bool { return c.ID == plan.ConnectTokenID })]
	if len(token.Findings) != 1 || token.Findings[0].Kind != plan.Expiring || token.Findings[0].Mark != 1 || token.Findings[0].UID == "" {
		t.Errorf("the token is %+v, want it expiring", token)
	}
}

func TestAPlanThatKeepsNothingInAVaultHasNoToken(t *testing.T) {
	p := robots(0)
	env := newFoundry(t, p).raise(t, &ear{})
	env.ExecuteWorkflow(workflows.CheckPostureType, workflows.CheckPostureInput{Plan: p})
	var r workflows.Posture
	if err := env.GetWorkflowResult(&r); err != nil || len(r.Credentials) != 0 {
		t.Errorf("%+v, %v; want nothing looked at", r.Credentials, err)
	}
}
