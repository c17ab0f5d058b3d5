package main

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/itbytes/landfall/plan"
)

func TestARehearsalWithoutItsProgramBesideSaysWhereToGetIt(t *testing.T) {
	var out, errs bytes.Buffer
	code := run(t.Context(), []string{"rehearse", "../examples/itbytes.yaml", "--fault", "Denied@aws/prod/vpc"}, &out, &errs)
	if said := errs.String(); code != exitFailed || !strings.Contains(said, "landfall-dev is not in") || !strings.Contains(said, "make build") {
		t.Errorf("exit %d, %q; want %d, what is missing and how to make it", code, said, exitFailed)
	}
}

func TestARehearsalNeedsAFault(t *testing.T) {
	var out, errs bytes.Buffer
	code := run(t.Context(), []string{"rehearse", "../examples/itbytes.yaml"}, &out, &errs)
	if code != exitUsage || !strings.Contains(errs.String(), "--fault KIND@CLOUD/ENVIRONMENT/STEP") {
		t.Errorf("exit %d, %q; want %d and how a fault is written", code, errs.String(), exitUsage)
	}
}

// script writes a program that says its arguments and ends with a code.
func script(t *testing.T, code string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "landfall-dev")
	text := "#!/bin/sh\necho \"$@\"\necho \"on the side\" >&2\nexit " + code + "\n"
	if err := os.WriteFile(file, []byte(text), 0o700); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestARehearsalsOutputAndExitCodeAreTheCommandsOwn(t *testing.T) {
	for code, want := range map[string]int{"0": exitDone, "1": exitFailed, "64": exitUsage} {
		var out, errs bytes.Buffer
		d := &desk{out: &out, errs: &errs}
		program := script(t, code)
		args := rehearsing(program, "plan.json", "json", "world.yaml", []string{"Denied@aws/prod/vpc", "Quota@gcp/prod/vpc"})
		if got := d.close(d.perform(t.Context(), program, args)); got != want {
			t.Errorf("exit %d, want %d", got, want)
		}
		if want := "rehearse -bin " + filepath.Dir(program) + " -plan plan.json -o json -scenario world.yaml -fault Denied@aws/prod/vpc -fault Quota@gcp/prod/vpc\n"; out.String() != want {
			t.Errorf("said %q, want %q", out.String(), want)
		}
		if errs.String() != "on the side\n" {
			t.Errorf("on standard error: %q", errs.String())
		}
	}
}

func TestAPlanIsHandedOnWhole(t *testing.T) {
	d := &desk{out: &bytes.Buffer{}, errs: &bytes.Buffer{}}
	p, err := d.planned(t.Context(), "../examples/itbytes.yaml")
	if err != nil {
		t.Fatal(err)
	}
	file, forget, err := left(p)
	if err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	again, err := plan.Parse(file, b)
	if err != nil || again.Digest() != p.Digest() || !slices.Equal(again.Organisation.Environments, p.Organisation.Environments) {
		t.Errorf("read again: %v, digest %s, want %s", err, again.Digest(), p.Digest())
	}
	forget()
	if _, err := os.Stat(file); !os.IsNotExist(err) {
		t.Errorf("the plan is still there: %v", err)
	}
}
