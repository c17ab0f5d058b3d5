package main

import (
	"bytes"
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

// typed carries out a command line that needs no server.
func typed(t *testing.T, args ...string) (code int, out, errs string) {
	t.Helper()
	var o, e bytes.Buffer
	code = run(t.Context(), args, &o, &e)
	return code, o.String(), e.String()
}

func TestSlipsAreUsageErrorsThatNameWhatWasMeant(t *testing.T) {
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"stauts"}, "Did you mean status?"},
		{[]string{"registry", "lst"}, "Did you mean list?"},
		{[]string{"help", "migarte"}, "Did you mean migrate?"},
		{[]string{"migrate", "x.yaml", "--aprove"}, "Did you mean --approve?"},
		{[]string{"status", "--otput", "json"}, "Did you mean --output?"},
		{[]string{"validate"}, "takes one PLAN"},
		{[]string{"validate", "a.yaml", "b.yaml"}, "takes one PLAN"},
		{[]string{"status", "a", "b"}, "takes one PLAN or none"},
		{[]string{"status", "-o", "xml"}, "-o is text or json"},
		{[]string{"approve", "itbytes"}, "--digest"},
		{[]string{"resume", "itbytes", "--decision", "undo", "--reason", "x"}, "--decision is retry, skip, done or abort"},
		{[]string{"abort", "itbytes"}, "--reason"},
		{[]string{"login"}, "takes one NAME"},
		{[]string{"resume", "itbytes", "--decision", "retry"}, "--reason"},
		{[]string{"rotate"}, "takes one PLAN"},
		{[]string{"rotate", "itbytes", "--compromised"}, "--compromised takes --reason"},
		{[]string{"rotate", "rollback", "itbytes", "--reason", "x"}, "--credential"},
		{[]string{"schedule", "aply"}, "Did you mean apply?"},
		{[]string{"schedule", "list"}, "takes one PLAN"},
		{[]string{"credentials", "lst"}, "Did you mean list?"},
		{[]string{"federate", "retire", "itbytes"}, "--credential"},
		{[]string{"federate", "apply", "itbytes", "--reason", "x"}, "--credential"},
		{[]string{"federate", "preview", "itbytes"}, "--credential"},
		{[]string{"federate", "undo", "itbytes"}, "--reason"},
		{[]string{"federate", "retire", "itbytes", "--since", "a week"}, "--since"},
	} {
		code, out, errs := typed(t, c.args...)
		if code != exitUsage || out != "" || !strings.Contains(errs, c.want) || !strings.Contains(errs, "\n  ") {
			t.Errorf("landfall %v: exit %d, out %q, errors %q; want exit 64 and %q, with a hint", c.args, code, out, errs, c.want)
		}
	}
}

func TestErrorsAreJSONAloneWhereJSONIsAsked(t *testing.T) {
	for _, args := range [][]string{
		{"-o", "json"},
		{"stauts", "-o", "json"},
		{"status", "--plann", "-o=json"},
		{"validate", "nofile.yaml", "--output=json"},
		{"-ojson", "registry"},
		{"validate", "--output", "json"},
	} {
		code, out, errs := typed(t, args...)
		var got struct{ Error, Hint string }
		if err := json.Unmarshal([]byte(out), &got); err != nil || got.Error == "" || got.Hint == "" || errs != "" || code == 0 {
			t.Errorf("landfall %v: exit %d, out %q, errors %q (%v); want JSON alone", args, code, out, errs, err)
		}
	}
}

func TestEveryVerbHasHelpWithAnExampleThatIsItself(t *testing.T) {
	d := &desk{out: &bytes.Buffer{}, errs: &bytes.Buffer{}}
	var walk func(c *cobra.Command)
	walk = func(c *cobra.Command) {
		if c.Short == "" || !strings.Contains(c.Example, c.CommandPath()) {
			t.Errorf("%s: short %q, example %q; want a sentence and an example of it", c.CommandPath(), c.Short, c.Example)
		}
		code, out, errs := typed(t, append(strings.Fields(c.CommandPath())[1:], "-h")...)
		if code != 0 || errs != "" || !strings.Contains(out, "Usage:\n  "+c.CommandPath()) || !strings.Contains(out, c.Example) {
			t.Errorf("%s -h: exit %d, %q, %q; want its usage and its example", c.CommandPath(), code, out, errs)
		}
		for _, v := range c.Commands() {
			walk(v)
		}
	}
	walk(d.commands())
}

func TestWithoutAVerbTheHelpIsShown(t *testing.T) {
	code, out, errs := typed(t)
	if code != 0 || errs != "" || !strings.Contains(out, "landfall migrate examples/itbytes.yaml --approve --wait") {
		t.Errorf("exit %d, %q, %q; want the help with its example", code, out, errs)
	}
}

func TestAnExampleIsValidAndItsLandingsAreCounted(t *testing.T) {
	code, out, _ := typed(t, "validate", "../examples/itbytes.yaml")
	if code != 0 || !strings.Contains(out, "is a valid plan: 9 landings, digest sha256:") {
		t.Errorf("exit %d, %q; want a valid plan of 9 landings", code, out)
	}
}

func TestEveryProblemOfAPlanIsSaidWithItsPlace(t *testing.T) {
	file := t.TempDir() + "/plan.yaml"
	err := os.WriteFile(file, []byte("apiVersion: landfall/v1\nkind: Migration\nmetadata: {name: x}\norganisation: {slugg: x}\n"), 0o600)
	if err != nil {
		t.Fatal(err)
	}
	code, out, errs := typed(t, "validate", file)
	if code != exitFailed || out != "" || !strings.Contains(errs, "\n  "+file+":4:") || strings.Count(errs, `"slugg"`) != 1 || !strings.Contains(errs, "Mend the plan") {
		t.Errorf("exit %d, %q, %q; want each problem on a line with its place", code, out, errs)
	}
	_, out, _ = typed(t, "validate", file, "-o", "json")
	var got struct {
		Problems []struct {
			Line    int
			Message string
		}
	}
	if err := json.Unmarshal([]byte(out), &got); err != nil || len(got.Problems) == 0 || got.Problems[0].Line == 0 {
		t.Errorf("got %s (%v), want problems with their lines", out, err)
	}
}
