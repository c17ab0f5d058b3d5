package fault_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/itbytes/landfall/fault"
)

func TestEveryKindRetriesOrHoldsOrStopsAndTerminalOnesAreNotTriedAgain(t *testing.T) {
	terminal := fault.Terminal()
	for _, k := range fault.Kinds() {
		if k.Retries() && k.Holds() {
			t.Errorf("%s both retries and holds", k)
		}
		if got := slices.Contains(terminal, string(k)); got == k.Retries() {
			t.Errorf("%s: terminal = %v, retries = %v; want one of the two", k, got, k.Retries())
		}
	}
	if k := fault.Kind("Unheard"); k.Retries() || k.Holds() {
		t.Error("a kind that nobody has named is tried again or held, want it stopped")
	}
	if !fault.SessionExpired.Holds() || !fault.Locked.Holds() || fault.Locked.Retries() {
		t.Error("a lost login must hold and never be tried again by itself")
	}
}

func TestAFaultSaysWhereItHappenedAndWhatTheCloudSaid(t *testing.T) {
	f := &fault.Fault{Kind: fault.Denied, Cloud: "aws", Service: "iam", Operation: "CreateUser", Code: "AccessDenied", Message: "not\n  authorized"}
	if got, want := f.Error(), "aws iam CreateUser: AccessDenied: not authorized"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	wrapped := fmt.Errorf("observe: %w", f)
	if fault.KindOf(wrapped) != fault.Denied || fault.As(wrapped) != f {
		t.Errorf("kind of the wrapped fault = %s, want Denied", fault.KindOf(wrapped))
	}
	if fault.KindOf(errors.New("x")) != fault.Bug || fault.KindOf(context.DeadlineExceeded) != fault.Bug || fault.KindOf(nil) != "" {
		t.Error("an error that nobody has named is a bug, and none is no fault")
	}
}

func TestALongMessageIsClippedAtARune(t *testing.T) {
	got := fault.Clip(strings.Repeat("é", 1000))
	if n := len([]rune(got)); n != 400 || !strings.HasSuffix(got, "…") {
		t.Errorf("%d runes ending %q, want 400 and an ellipsis", n, got[len(got)-3:])
	}
}
