package activities_test

import (
	"context"
	"testing"
	"time"

	"go.temporal.io/sdk/testsuite"

	"github.com/itbytes/landfall/activities"
	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// signer is a smith whose sign-ins end as they are told to, the last of them for ever.
type signer struct {
	activities.Smith
	answers []error
	signIns int
}

func (s *signer) Prove(context.Context, plan.Credential, plan.Slot) (plan.Proof, error) {
	s.signIns++
	err := s.answers[0]
	if len(s.answers) > 1 {
		s.answers = s.answers[1:]
	}
	return plan.Proof{Key: "k1"}, err
}

func signing(t *testing.T, answers ...error) (*signer, *activities.Rotations) {
	t.Helper()
	s := &signer{answers: answers}
	return s, &activities.Rotations{Smiths: map[plan.Cloud]activities.Smith{plan.AWS: s}, Latch: &activities.Latch{Folder: t.TempDir()}}
}

func carry[In, Out any](t *testing.T, f func(context.Context, In) (Out, error), in In) Out {
	t.Helper()
	env := (&testsuite.WorkflowTestSuite{}).NewTestActivityEnvironment()
	env.RegisterActivity(f)
	got, err := env.ExecuteActivity(f, in)
	if err != nil {
		t.Fatal(err)
	}
	var out Out
	if err := got.Get(&out); err != nil {
		t.Fatal(err)
	}
	return out
}

func tooMany() error { return &fault.Fault{Kind: fault.Throttled, After: 60 * time.Millisecond} }

func TestASignInThatIsOneTooManySaysNothingAgainstAKeyThatIsProven(t *testing.T) {
	s, a := signing(t, nil, nil, tooMany(), nil)
	got := carry(t, a.ProveKey, activities.KeyInput{Credential: plan.Credential{Cloud: plan.AWS}, Times: 3})
	if got.Times != 3 || s.signIns != 4 {
		t.Errorf("it worked %d times in %d sign-ins, want three in four: what came before the refusal counts", got.Times, s.signIns)
	}
	s, a = signing(t, nil, nil, &fault.Fault{Kind: fault.Propagating}, nil)
	got = carry(t, a.ProveKey, activities.KeyInput{Credential: plan.Credential{Cloud: plan.AWS}, Times: 3})
	if got.Times != 3 || s.signIns != 6 {
		t.Errorf("it worked %d times in %d sign-ins, want three in six: a key that is not known yet begins anew", got.Times, s.signIns)
	}
}

func TestTheCanaryCountsNoSignInThatIsOneTooMany(t *testing.T) {
	_, a := signing(t, nil, tooMany(), nil, &fault.Fault{Kind: fault.SessionExpired}, nil)
	got := carry(t, a.WatchKey, activities.WatchInput{Credential: plan.Credential{Cloud: plan.AWS}, Every: 5 * time.Millisecond, For: 60 * time.Millisecond})
	if got.Failures != 1 || got.Probes < 4 {
		t.Errorf("got %+v, want the one sign-in that failed, and not the one that was not taken", got)
	}
}
