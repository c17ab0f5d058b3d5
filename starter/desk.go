package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/user"

	"github.com/spf13/cobra"
	"golang.org/x/term"
)

// desk is where a command is carried out: what it writes to, and what all commands are told.
type desk struct {
	out, errs io.Writer
	output    string
	operator  string
	code      int // of a command that ended well, but not with "done"
}

// alsoAs marks a command that writes in a third form, by the form's name.
const alsoAs = "landfall/output"

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
	root.SetFlagErrorFunc(slip)
	root.PersistentPreRunE = func(c *cobra.Command, _ []string) error {
		also := c.Annotations[alsoAs]
		if d.output == "text" || d.output == "json" || also != "" && d.output == also {
			return nil
		}
		if also != "" {
			also = " or " + also
		}
		return usage(fmt.Sprintf("-o is text or json%s, not %q", also, d.output), "See "+c.CommandPath()+" -h.")
	}
	root.AddCommand(
		d.validate(),
		d.spof(),
		d.preview(),
		d.migrate(),
		d.approve(),
		d.status(),
		d.resume(),
		d.login(),
		d.abort(),
		d.report(),
		d.rehearse(),
		d.registry(),
		d.audit(),
		d.credentials(),
		d.rotate(),
		d.schedule(),
		d.federate(),
	)
	root.SetUsageTemplate(helpPage)
	root.SetHelpCommand(helping(root))
	d.verbsOnly(root)
	return root
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

// terminal is the width of the terminal on standard output, or 0 where there is none that may be drawn on: a pipe, a file,
// a dumb terminal, or a person who wants no colour.
func (d *desk) terminal() int {
	f, ok := d.out.(*os.File)
	if !ok || d.output == "json" || os.Getenv("NO_COLOR") != "" || os.Getenv("TERM") == "dumb" || !term.IsTerminal(int(f.Fd())) {
		return 0
	}
	w, _, err := term.GetSize(int(f.Fd()))
	if err != nil || w <= 0 {
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
