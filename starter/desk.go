package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/user"

	"github.com/spf13/cobra"
	"golang.org/x/term"
)

// Exit codes (design §9).
const (
	exitDone    = 0
	exitFailed  = 1
	exitPending = 2
	exitHeld    = 3
	exitUsage   = 64
)

// desk is where a command is carried out: what it writes to, and what all commands are told.
type desk struct {
	out, errs io.Writer
	output    string
	operator  string
	code      int // of a command that ended well, but not with "done"
}

// commands lists every verb, one a line.
func (d *desk) commands() *cobra.Command {
	root := &cobra.Command{
		Use:   "landfall",
		Short: "Take an organisation to the same environments on AWS, Azure and GCP, and keep it there.",
		Long: "landfall hands a plan to the runbook, shows how far it is, and releases what waits for a person.\n\n" +
			"PLAN is a file, or the name of a plan that has run. The Temporal server is found as by every Temporal client:\n" +
			"TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, TEMPORAL_PROFILE, TEMPORAL_TLS_*, TEMPORAL_API_KEY.\n\n" +
			"Exit codes: 0 done, 1 failed, 2 changes pending, 3 held, 64 usage.",
		Example:       "  landfall validate examples/itbytes.yaml\n  landfall preview examples/itbytes.yaml\n  landfall migrate examples/itbytes.yaml --approve --wait",
		SilenceErrors: true, SilenceUsage: true,
		CompletionOptions: cobra.CompletionOptions{HiddenDefaultCmd: true},
	}
	root.SetOut(d.out)
	root.SetErr(d.errs)
	root.PersistentFlags().StringVarP(&d.output, "output", "o", "text", "text or json (JSON alone on standard output)")
	root.PersistentFlags().StringVar(&d.operator, "operator", whoami(), "who does this; it is kept with the run")
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		return usage(err.Error(), "See "+c.CommandPath()+" -h.")
	})
	root.PersistentPreRunE = func(c *cobra.Command, _ []string) error {
		if d.output != "text" && d.output != "json" {
			return usage(fmt.Sprintf("-o is text or json, not %q", d.output), "See "+c.CommandPath()+" -h.")
		}
		return nil
	}
	root.AddCommand(
		d.validate(),
		d.preview(),
		d.migrate(),
		d.approve(),
		d.status(),
		d.resume(),
		d.report(),
		d.registry(),
	)
	return root
}

// trouble is an error as a person meets it: one sentence, the one thing to do next, and the exit code.
type trouble struct {
	What string `json:"error"`
	Hint string `json:"hint"`
	code int
	err  error
}

func (t *trouble) Error() string { return t.What }
func (t *trouble) Unwrap() error { return t.err }

func usage(what, hint string) error { return &trouble{What: what, Hint: hint, code: exitUsage} }

func failed(err error, hint, format string, a ...any) error {
	return &trouble{What: fmt.Sprintf(format, a...), Hint: hint, code: exitFailed, err: err}
}

// close says what went wrong, if anything did, and returns the exit code.
func (d *desk) close(err error) int {
	if err == nil {
		return d.code
	}
	var t *trouble
	if !errors.As(err, &t) {
		t = &trouble{What: err.Error(), Hint: "See landfall -h.", code: exitUsage} // cobra's own: unknown commands, wrong number of arguments
	}
	if d.output == "json" {
		_ = d.json(t) // standard output is gone: there is nobody left to tell
		return t.code
	}
	fmt.Fprintln(d.errs, "landfall: "+t.What)
	if t.Hint != "" {
		fmt.Fprintln(d.errs, "  "+t.Hint)
	}
	return t.code
}

// json writes v alone on standard output.
func (d *desk) json(v any) error {
	enc := json.NewEncoder(d.out)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}

func (d *desk) say(format string, a ...any) {
	if d.output != "json" {
		fmt.Fprintf(d.out, format+"\n", a...)
	}
}

// terminal is the width of the terminal on standard output, or 0 where it is none.
func (d *desk) terminal() int {
	f, ok := d.out.(*os.File)
	if !ok || d.output == "json" || os.Getenv("TERM") == "dumb" || !term.IsTerminal(int(f.Fd())) {
		return 0
	}
	w, _, err := term.GetSize(int(f.Fd()))
	if err != nil {
		return 80
	}
	return w
}

func whoami() string {
	if name := os.Getenv("LANDFALL_OPERATOR"); name != "" {
		return name
	}
	if u, err := user.Current(); err == nil {
		return u.Username
	}
	return ""
}
