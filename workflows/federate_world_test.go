package workflows_test

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"github.com/itbytes/landfall/activities"
	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
	"github.com/itbytes/landfall/workflows"
)

// straits is a fake world in which one cloud signs tokens for an identity and another comes to trust them.
type straits struct {
	*cloud
	forge *forge

	mu      sync.Mutex
	signed  bool
	trusted []plan.Trust
	lacks   string // a step that the federation stands on and that is not as the plan wants it
	deeds   []string
	// speak says why the consumer's login may not speak for it; nil means that it may.
	speak func() error
}

const theIssuer = "https://uuid.tokens.sts.global.api.aws"

func (s *straits) Steps(l plan.Landing) []plan.Step {
	out := []plan.Step{{Name: "container", Title: "the container", Chapter: plan.Container, Inverse: plan.Quarantine}}
	for _, id := range l.Identities {
		out = append(out, plan.Step{Name: "identity-" + id.Name, Title: id.Name, Chapter: plan.Identify, After: []string{"container"}, Inverse: plan.Revert})
		if len(id.TokensFor) > 0 {
			out = append(out, plan.Step{Name: "tokens-" + id.Name, Title: "tokens of " + id.Name, Chapter: plan.Identify, After: []string{"identity-" + id.Name}, Signs: id.Name, Inverse: plan.Revert})
		}
		if len(id.Trust) > 0 || id.Credential != "" {
			out = append(out, plan.Step{Name: "trust-" + id.Name, Title: "whom " + id.Name + " trusts", Chapter: plan.Identify, After: []string{"identity-" + id.Name}, Trusts: id.Name, Inverse: plan.Revert})
		}
	}
	return append(out, plan.Step{Name: "baseline", Title: "what a federation has nothing to do with", Chapter: plan.Protect, Inverse: plan.Revert})
}

// change is what a step would do.
func (s *straits) change(l plan.Landing, st plan.Step) (plan.Change, map[string]string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case st.Name == s.lacks:
		return plan.Change{Op: plan.Create}, nil
	case st.Signs != "" && !s.signed:
		return plan.Change{Op: plan.Update, Why: "nobody signs"}, nil
	case st.Signs != "":
		who := plan.Identity{Name: st.Signs}
		return plan.Change{Op: plan.None}, map[string]string{plan.FactIssuer(who): theIssuer, plan.FactSubject(who): "arn:" + st.Signs}
	case st.Trusts != "":
		for _, id := range l.Identities {
			for _, t := range id.Trust {
				if id.Name == st.Trusts && !slices.Contains(s.trusted, t) {
					return plan.Change{Op: plan.Update, Why: "it is not trusted"}, nil
				}
			}
		}
	}
	return plan.Change{Op: plan.None}, map[string]string{plan.FactContainer: "c-" + l.ID()}
}

func (s *straits) Preview(_ context.Context, l plan.Landing) plan.Preview {
	p := plan.Preview{Landing: l.ID()}
	for _, st := range s.Steps(l) {
		c, facts := s.change(l, st)
		p.Outcomes = append(p.Outcomes, plan.Outcome{Step: st.Name, State: plan.StepDone, Change: c, Facts: facts})
	}
	return p
}

func (s *straits) Carry(_ context.Context, t plan.Task, _ func(string)) (plan.Outcome, error) {
	c, _ := s.change(t.Landing, t.Step)
	if t.Foreseen != "" && c.Stood() != t.Foreseen {
		return plan.Outcome{}, fault.New(fault.Conflict, "", "the world has changed")
	}
	s.mu.Lock()
	if c.Op != plan.None {
		s.deeds = append(s.deeds, t.Landing.ID()+"/"+t.Step.Name)
		s.signed = s.signed || t.Step.Signs != ""
		for _, id := range t.Landing.Identities {
			if id.Name == t.Step.Trusts {
				s.trusted = id.Trust
			}
		}
	}
	s.mu.Unlock()
	_, facts := s.change(t.Landing, t.Step)
	return plan.Outcome{Step: t.Step.Name, State: plan.StepDone, Change: c, Facts: facts, Receipt: plan.Receipt{ID: "id-of-" + t.Step.Name}}, nil
}

func (s *straits) Undo(_ context.Context, t plan.Task, _ plan.Deed, _ bool) (plan.Undoing, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.deeds = append(s.deeds, "undo "+t.Landing.ID()+"/"+t.Step.Name)
	if t.Step.Signs != "" {
		s.signed = false
	}
	if t.Step.Trusts != "" {
		s.trusted = nil
	}
	return plan.Undoing{State: plan.Reverted, Why: "gone", Writes: 1}, nil
}

func (s *straits) Token(_ context.Context, _ plan.Task, id plan.Identity, audience string) (plan.Secret, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.speak != nil {
		if err := s.speak(); err != nil {
			return plan.Secret{}, err
		}
	}
	if !s.signed {
		return plan.Secret{}, fault.New(fault.Denied, "", "nobody signs tokens for %s", id.Name)
	}
	return plan.NewSecret("arn:" + id.Name + " for " + audience), nil
}

func (s *straits) Enter(_ context.Context, _ plan.Task, id plan.Identity, t plan.Trust, token plan.Secret) (plan.Proof, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !slices.Contains(s.trusted, t) || token.Reveal() != t.Subject+" for "+t.Audience {
		return plan.Proof{}, fault.New(fault.Denied, "", "%s trusts nobody of that kind", id.Name)
	}
	return plan.Proof{Who: id.Name}, nil
}

func (s *straits) did() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.deeds)
}

// quickFederations prove in no time of ours.
type quickFederations struct{ activities.Federations }

func (q *quickFederations) ProveFederation(ctx context.Context, in activities.FederationInput) (activities.Proven, error) {
	in.Over = time.Duration(in.Times) * time.Millisecond
	return q.Federations.ProveFederation(ctx, in)
}

// crossing is a plan in which a role uses a Google key.
func crossing() *plan.Plan {
	return &plan.Plan{
		APIVersion: plan.APIVersion, Kind: plan.KindPlan, Metadata: plan.Metadata{Name: "p", Owner: "o"},
		Organisation: plan.Organisation{Slug: "acme", Environments: []string{"prod"}},
		Clouds: map[plan.Cloud]plan.Home{
			plan.AWS: {Region: "us-east-1", Login: "a", Email: "aws+{env}@acme.example"},
			plan.GCP: {Region: "us-central1", Login: "g", Organization: "organizations/1", Billing: "billingAccounts/01B2C3-D4E5F6-071829"},
		},
		Logins: map[string]plan.Login{"a": {Type: "aws-default"}, "g": {Type: "gcp-default"}},
		Identities: []plan.Identity{
			{Name: "robot", Cloud: plan.AWS}, {Name: "gcp-robot", Cloud: plan.GCP, Credential: "op://v/robot"}, {Name: "lonely", Cloud: plan.GCP, Credential: "op://v/lonely"},
		},
		Rotation: plan.Rotation{Credentials: []plan.CredentialRule{{ID: "gcp-robot", Consumers: []plan.Consumer{{Name: "robot"}}}}},
		Notify:   told(),
	}
}

func (s *straits) raise(t *testing.T) *testsuite.TestWorkflowEnvironment {
	t.Helper()
	env := (&testsuite.WorkflowTestSuite{}).NewTestWorkflowEnvironment()
	env.SetTestTimeout(20 * time.Second)
	env.SetWorkerOptions(worker.Options{Interceptors: []interceptor.WorkerInterceptor{&activities.Door{Log: slog.New(slog.DiscardHandler)}}})
	env.RegisterWorkflowWithOptions(workflows.Land, workflow.RegisterOptions{Name: workflows.LandType})
	// The test environment cannot start a journal again that has ended: this one hears whatever it is told, for a year.
	env.RegisterWorkflowWithOptions(func(ctx workflow.Context, _ any) error {
		return workflow.Sleep(ctx, 365*24*time.Hour)
	}, workflow.RegisterOptions{Name: workflows.JournalType})
	env.RegisterActivity(&activities.Notices{Teller: &s.ear})
	env.RegisterActivity(&activities.Plans{Check: func(plan.Plan) error { return nil }})
	s.forge.now = env.Now
	latch := &activities.Latch{Folder: t.TempDir()}
	env.RegisterWorkflowWithOptions(workflows.RotateCredential, workflow.RegisterOptions{Name: workflows.RotateCredentialType})
	env.RegisterWorkflowWithOptions(workflows.Federate, workflow.RegisterOptions{Name: workflows.FederateType})
	env.RegisterActivity(&activities.Landings{Clouds: map[plan.Cloud]activities.Carrier{plan.AWS: s, plan.GCP: s}, Latch: latch})
	env.RegisterActivity(&quickFederations{activities.Federations{
		Vouchers: map[plan.Cloud]activities.Voucher{plan.AWS: s, plan.GCP: s}, Porters: map[plan.Cloud]activities.Porter{plan.AWS: s, plan.GCP: s}, Latch: latch,
	}})
	env.RegisterActivity(&quickRotations{activities.Rotations{Smiths: map[plan.Cloud]activities.Smith{plan.GCP: s.forge}, Vault: s.forge, Latch: latch}})
	return env
}

func newStraits() *straits { return &straits{cloud: &cloud{}, forge: newForge()} }

func federated(t *testing.T, env *testsuite.TestWorkflowEnvironment, in workflows.FederateInput) (plan.FederationReport, error) {
	t.Helper()
	in.Plan = crossing()
	if in.Credential == "" {
		in.Credential = "gcp-robot"
	}
	in.Operator, in.Reason = "maria", "a test"
	env.ExecuteWorkflow(workflows.FederateType, in)
	var r plan.FederationReport
	err := env.GetWorkflowResult(&r)
	return r, err
}
