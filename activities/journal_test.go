package activities_test

import (
	"context"
	"strings"
	"testing"

	"go.temporal.io/sdk/testsuite"

	"github.com/itbytes/landfall/activities"
	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// ledger keeps what it is given to seal, and where.
type ledger struct {
	home    plan.Landing
	entries []plan.Entry
	calls   int
	err     error
}

func (l *ledger) Prepare(_ context.Context, home plan.Landing, _ plan.Journal) (bool, error) {
	l.calls++
	l.home = home
	return true, l.err
}

func (l *ledger) Head(context.Context, plan.Landing, plan.Journal, string) (plan.Head, error) {
	l.calls++
	return plan.Head{Seq: 7}, l.err
}

func (l *ledger) Seal(_ context.Context, home plan.Landing, _ plan.Journal, _ string, after plan.Head, entries []plan.Entry) (plan.Head, error) {
	l.calls++
	l.home, l.entries = home, entries
	return plan.Head{Seq: after.Seq + len(entries)}, l.err
}

func (l *ledger) Read(_ context.Context, home plan.Landing, _ plan.Journal, _, after string) (plan.Page, error) {
	l.calls++
	l.home = home
	return plan.Page{Last: "after " + after}, l.err
}

func journals(t *testing.T, l *ledger) (*activities.Journals, *testsuite.TestActivityEnvironment) {
	t.Helper()
	a := &activities.Journals{Ledger: l, Latch: &activities.Latch{Folder: t.TempDir()}}
	env := (&testsuite.WorkflowTestSuite{}).NewTestActivityEnvironment()
	env.RegisterActivity(a)
	return a, env
}

func itsJournal() activities.JournalOf {
	return activities.JournalOf{Plan: "p", Region: "eu-west-1", Home: plan.Landing{Cloud: plan.AWS, Region: "us-east-1", Login: plan.Login{Name: "aws-sso"}}}
}

func seal(t *testing.T, a *activities.Journals, env *testsuite.TestActivityEnvironment, entries ...plan.Entry) (activities.Sealed, error) {
	t.Helper()
	v, err := env.ExecuteActivity(a.SealEntries, activities.SealEntriesInput{JournalOf: itsJournal(), After: plan.Head{Seq: 7}, Entries: entries})
	if err != nil {
		return activities.Sealed{}, err
	}
	var out activities.Sealed
	return out, v.Get(&out)
}

func TestEntriesAreSealedInTheRegistrysRegion(t *testing.T) {
	l := &ledger{}
	a, env := journals(t, l)
	out, err := seal(t, a, env, plan.Entry{What: "a"}, plan.Entry{What: "b"})
	if err != nil || out.Head.Seq != 9 || out.Refused != 0 || len(l.entries) != 2 || l.home.Region != "eu-west-1" {
		t.Errorf("sealed %+v, %v: %d entries in %s; want two in eu-west-1", out, err, len(l.entries), l.home.Region)
	}
	v, err := env.ExecuteActivity(a.PrepareJournal, itsJournal())
	var head plan.Head
	if err != nil || v.Get(&head) != nil || head.Seq != 7 {
		t.Errorf("prepared: %+v, %v; want where the chain ends", head, err)
	}
	v, err = env.ExecuteActivity(a.ReadJournal, activities.ReadJournalInput{JournalOf: itsJournal(), After: "x"})
	var page plan.Page
	if err != nil || v.Get(&page) != nil || page.Last != "after x" {
		t.Errorf("read: %+v, %v; want the page after x", page, err)
	}
}

func TestAnEntryThatHoldsWhatLooksLikeASecretIsRefusedAndThatIsSealedInItsPlace(t *testing.T) {
	const secret = "GOCSPX-" + "abcdefghijklmnop"
	for name, e := range map[string]plan.Entry{
		"in its words":        {Step: "idp", Why: "the client secret is " + secret},
		"in a field":          {Step: "idp", After: plan.Fields{"client": secret}},
		"in a field's name":   {Step: "idp", Before: plan.Fields{"clientSecret": "hunter2hunter2"}},
		"in what it is about": {Step: secret},
		"too long":            {Step: "idp", After: plan.Fields{"policy": strings.Repeat("x", 100_000)}},
	} {
		t.Run(name, func(t *testing.T) {
			l := &ledger{}
			a, env := journals(t, l)
			e.Plan, e.Kind, e.Landing, e.Change, e.Run, e.What = "p", plan.EntryStep, "gcp/mgmt", plan.Create, "land/p/gcp/mgmt/1", "made it"
			out, err := seal(t, a, env, plan.Entry{What: "before"}, e, plan.Entry{What: "behind"})
			if err != nil || out.Refused != 1 || len(l.entries) != 3 || l.entries[0].What != "before" || l.entries[2].What != "behind" {
				t.Fatalf("sealed %+v, %v: %+v; want one of three refused", out, err, l.entries)
			}
			got := l.entries[1]
			if _, what := got.Secret(); what != "" || got.Weight() > 1000 {
				t.Errorf("what stands in its place holds %s and %d bytes", what, got.Weight())
			}
			if !strings.Contains(got.What, "was refused and its words are withheld") || got.Kind != e.Kind || got.Change != e.Change || got.Plan != "p" {
				t.Errorf("in its place stands %+v, want that it was refused, and what it was about", got)
			}
			if name != "in what it is about" && (got.Step != "idp" || got.Landing != "gcp/mgmt" || got.Run != e.Run) {
				t.Errorf("in its place stands %+v, want where and in which run it was", got)
			}
		})
	}
}

func TestTheIDOfAnAccessKeyAndReferencesToTheVaultAreNoSecrets(t *testing.T) {
	l := &ledger{}
	a, env := journals(t, l)
	e := plan.Entry{Step: "fallback-key", ID: "AKIA" + "IOSFODNN7EXAMPLE", What: "made it", After: plan.Fields{"accessKey": "op://itbytes-internal/aws-prod", "password policy": "14 characters"}}
	if out, err := seal(t, a, env, e); err != nil || out.Refused != 0 || l.entries[0].ID != e.ID {
		t.Errorf("sealed %+v, %v: %+v; want it as it is", out, err, l.entries)
	}
}

func TestALatchedLoginAsksTheStoreNothing(t *testing.T) {
	l := &ledger{err: &fault.Fault{Kind: fault.Locked, Message: "locked", Login: "aws-sso"}}
	a, env := journals(t, l)
	if _, err := seal(t, a, env, plan.Entry{What: "a"}); err == nil || l.calls != 1 {
		t.Fatalf("%d calls, %v; want the lock met", l.calls, err)
	}
	_, sealed := seal(t, a, env, plan.Entry{What: "a"})
	_, prepared := env.ExecuteActivity(a.PrepareJournal, itsJournal())
	_, read := env.ExecuteActivity(a.ReadJournal, activities.ReadJournalInput{JournalOf: itsJournal()})
	for what, err := range map[string]error{"seal": sealed, "prepare": prepared, "read": read} {
		if err == nil || !strings.Contains(err.Error(), "locked") {
			t.Errorf("%s: %v, want that the login is locked", what, err)
		}
	}
	if l.calls != 1 {
		t.Errorf("the store was asked %d times, want once", l.calls)
	}
}
