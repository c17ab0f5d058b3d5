package audit_test

import (
	"log/slog"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"github.com/itbytes/landfall/activities"
	"github.com/itbytes/landfall/audit/chain"
	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
	"github.com/itbytes/landfall/simulator/kernel"
	"github.com/itbytes/landfall/workflows"
)

// The journal from end to end, on the wire: its workflow, its activities and its table, through a morning on which the
// table's login is lost, an answer never comes, and another writer seals something in between.
func TestAJournalIsSealedWholeThroughALostLoginALostAnswerAndAnotherWriter(t *testing.T) {
	p := simulated(t)
	env := (&testsuite.WorkflowTestSuite{}).NewTestWorkflowEnvironment()
	env.SetWorkerOptions(worker.Options{Interceptors: []interceptor.WorkerInterceptor{&activities.Door{Log: slog.New(slog.DiscardHandler)}}})
	env.RegisterWorkflowWithOptions(workflows.Journal, workflow.RegisterOptions{Name: workflows.JournalType})
	env.RegisterActivity(&activities.Journals{Ledger: p.ledger, Latch: &activities.Latch{Folder: t.TempDir()}})
	login := func(s string) {
		if err := p.kernel.SetLogin("aws-sso", s); err != nil {
			t.Error(err)
		}
	}
	var held workflows.JournalResult
	record := func(from, n int) {
		env.SignalWorkflow(workflows.RecordMessage, workflows.Records{Entries: entries(from, n)})
	}
	login(kernel.LoginExpired)
	env.RegisterDelayedCallback(func() {
		v, err := env.QueryWorkflow(workflows.StatusQuery, workflows.Ask{})
		if err == nil {
			err = v.Get(&held)
		}
		if err != nil {
			t.Error(err)
		}
		login(kernel.LoginOK)
		env.SignalWorkflow(workflows.ResumeMessage, workflows.Resume{Decision: workflows.Retry, Operator: "m", Reason: "signed in"})
	}, time.Hour)
	env.RegisterDelayedCallback(func() {
		p.kernel.Order(kernel.Fault{Match: kernel.Match{Operation: "TransactWriteItems"}, Do: kernel.DoLose, Times: 1})
		record(41, 10)
	}, time.Hour+20*time.Second)
	env.RegisterDelayedCallback(func() {
		head, err := p.ledger.Head(t.Context(), home(), p.journal, "itbytes")
		if err != nil {
			t.Error(err)
		}
		p.seal(t, head, entries(500, 1)...)
		record(51, 10)
	}, time.Hour+50*time.Second)
	at := home()
	at.Adopt.ID = "379047601618"
	env.ExecuteWorkflow(workflows.JournalType, workflows.JournalInput{Plan: "itbytes", Home: at, Journal: p.journal, Entries: entries(1, 40)})
	if err := env.GetWorkflowError(); err != nil {
		t.Fatal(err)
	}
	if held.Held == nil || held.Held.Kind != string(fault.SessionExpired) || held.Held.Login != "aws-sso" || held.Unsealed != 40 {
		t.Errorf("while the login was lost: %+v, want forty entries held by aws-sso", held)
	}
	records, head, _ := p.read(t, "itbytes")
	if broken := chain.Verify("itbytes", records, head); len(broken) > 0 {
		t.Errorf("the chain does not hold: %v", broken)
	}
	var got, want []string
	for _, r := range records {
		e, err := chain.Entry(r)
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, strings.TrimPrefix(e.What, "made network "))
	}
	for i := 1; i <= 60; i++ {
		if want = append(want, strconv.Itoa(i)); i == 50 {
			want = append(want, "500")
		}
	}
	if strings.Join(got, " ") != strings.Join(want, " ") {
		t.Errorf("sealed\n%v, want\n%v", got, want)
	}
	var r workflows.JournalResult
	if err := env.GetWorkflowResult(&r); err != nil || r.Sealed != 60 || (plan.Head{Seq: 61, Hash: r.Head.Hash}) != r.Head || r.Head != head {
		t.Errorf("result = %+v, %v; want sixty of its own of 61", r, err)
	}
}
