package script

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

type command = func(ts *testscript.TestScript, neg bool, args []string)

// shared are the commands of every script, beside testscript's own.
func shared() map[string]command {
	return map[string]command{"exits": exits, "until": until, "replace": replace, "json": isJSON, "lines": isLines, "plain": isPlain}
}

// exits CODE PROGRAM [ARGS] wants a program to end with a code.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE PROGRAM [ARGS]")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	if got := code(ts, args[1:]); got != want {
		ts.Fatalf("%s: exit %d, want %d", strings.Join(args[1:], " "), got, want)
	}
}

// until REGEXP PROGRAM [ARGS] runs a program again and again until its standard output matches.
func until(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: until REGEXP PROGRAM [ARGS]")
	}
	want, err := regexp.Compile(args[0])
	ts.Check(err)
	for stop := time.Now().Add(time.Minute); time.Now().Before(stop); time.Sleep(300 * time.Millisecond) {
		_ = code(ts, args[1:]) // what it says is what counts
		if want.MatchString(ts.ReadFile("stdout")) {
			return
		}
	}
	ts.Fatalf("%s never said %s", strings.Join(args[1:], " "), args[0])
}

// code runs a program and returns its exit code.
func code(ts *testscript.TestScript, args []string) int {
	err := ts.Exec(args[0], args[1:]...)
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		ts.Fatalf("%s: %v", strings.Join(args, " "), err)
	}
	if err == nil {
		return 0
	}
	return exit.ExitCode()
}

// replace FROM TO OLD NEW writes a file that differs from another in one place.
func replace(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 4 {
		ts.Fatalf("usage: replace FROM TO OLD NEW")
	}
	text, err := os.ReadFile(ts.MkAbs(args[0]))
	ts.Check(err)
	if strings.Count(string(text), args[2]) != 1 {
		ts.Fatalf("%s has %q %d times, want once", filepath.Base(args[0]), args[2], strings.Count(string(text), args[2]))
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(strings.Replace(string(text), args[2], args[3], 1)), 0o600))
}

// json wants standard output to be one JSON value and nothing else, with these texts in it as fields.
func isJSON(ts *testscript.TestScript, neg bool, args []string) {
	if neg {
		ts.Fatalf("usage: json [FIELD]…")
	}
	dec := json.NewDecoder(strings.NewReader(ts.ReadFile("stdout")))
	var v map[string]any
	ts.Check(dec.Decode(&v))
	if dec.More() {
		ts.Fatalf("there is more on standard output than one JSON value")
	}
	for _, field := range args {
		if _, there := v[field]; !there {
			ts.Fatalf("the JSON has no field %q", field)
		}
	}
}

// lines wants standard output to be JSON objects, a line each and one at least, with these texts in each as fields.
func isLines(ts *testscript.TestScript, neg bool, args []string) {
	if neg {
		ts.Fatalf("usage: lines [FIELD]…")
	}
	for _, line := range strings.Split(strings.TrimSuffix(ts.ReadFile("stdout"), "\n"), "\n") {
		var v map[string]any
		if err := json.Unmarshal([]byte(line), &v); err != nil {
			ts.Fatalf("this line is no JSON object: %q: %v", line, err)
		}
		for _, field := range args {
			if _, there := v[field]; !there {
				ts.Fatalf("this line has no field %q: %s", field, line)
			}
		}
	}
}

// plain wants both outputs without a terminal's control characters.
func isPlain(ts *testscript.TestScript, neg bool, args []string) {
	for _, f := range []string{"stdout", "stderr"} {
		if i := bytes.IndexByte([]byte(ts.ReadFile(f)), 0x1b); i >= 0 {
			ts.Fatalf("%s holds an escape character at byte %d", f, i)
		}
	}
}
