package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"go.temporal.io/api/serviceerror"
)

func TestWhatTemporalRefusesIsSaidWithItsRemedy(t *testing.T) {
	for _, c := range []struct {
		err        error
		what, hint string
	}{
		{serviceerror.NewNamespaceNotFound("core"), `no namespace "core"`, "TEMPORAL_NAMESPACE"},
		{
			serviceerror.NewInvalidArgument("Namespace default has no mapping defined for search attribute LandfallPlan"),
			"lacks Landfall's search attributes", "temporal operator search-attribute create --name LandfallPlan --type Keyword",
		},
		{serviceerror.NewPermissionDenied("Request unauthorized.", ""), "refuses who you are", "TEMPORAL_API_KEY"},
	} {
		err := failed(fmt.Errorf("start: %w", c.err), "another hint", "another sentence")
		var said *trouble
		if !errors.As(err, &said) || !strings.Contains(said.What, c.what) || !strings.Contains(said.Hint, c.hint) || said.code != exitFailed {
			t.Errorf("%v: got %+v, want %q and %q", c.err, said, c.what, c.hint)
		}
	}
}

func TestWhatWasSaidIsNotSaidAgain(t *testing.T) {
	first := failed(nil, "Mend it.", "the first sentence")
	if got := failed(fmt.Errorf("more: %w", first), "x", "the second sentence: %v", first); !strings.Contains(got.Error(), "first") || strings.Contains(got.Error(), "second") {
		t.Errorf("got %q, want the first sentence alone", got)
	}
}

func TestAStoppedCommandSaysThatRunsGoOn(t *testing.T) {
	for _, err := range []error{context.Canceled, serviceerror.NewCanceled("context canceled")} {
		var errs bytes.Buffer
		d := &desk{out: &bytes.Buffer{}, errs: &errs, output: "text"}
		if code := d.close(failed(err, "x", "the preview did not end well: %v", err)); code != exitFailed || !strings.Contains(errs.String(), "goes on") {
			t.Errorf("%v: exit %d, %q; want that what has begun goes on", err, code, errs.String())
		}
	}
}
