package main

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/spf13/cobra"
)

// helpPage is what -h shows after a command's sentence.
const helpPage = `Usage:
  {{if .HasAvailableSubCommands}}{{if ne .Use .Name}}{{.UseLine}}
  {{end}}{{.CommandPath}} VERB{{else}}{{.UseLine}}{{end}}

Examples:
{{.Example}}
{{- if .HasAvailableSubCommands}}

Verbs:
{{- range .Commands}}{{if .IsAvailableCommand}}
  {{rpad .Name .NamePadding}}  {{.Short}}{{end}}{{end}}
{{- end}}
{{- if .HasAvailableLocalFlags}}

Flags:
{{.LocalFlags.FlagUsages | trimTrailingWhitespaces}}
{{- end}}
{{- if .HasAvailableInheritedFlags}}

Flags of every verb:
{{.InheritedFlags.FlagUsages | trimTrailingWhitespaces}}
{{- end}}
`

// verbsOnly makes a command that does nothing itself show its verbs, and refuse what is none of them.
func (d *desk) verbsOnly(c *cobra.Command) {
	c.Args = func(c *cobra.Command, args []string) error { return noVerb(c, args) }
	c.RunE = func(c *cobra.Command, _ []string) error {
		if d.output == "json" {
			return usage(c.CommandPath()+" takes a verb", "See "+c.CommandPath()+" -h.")
		}
		return c.Help()
	}
}

// noVerb refuses what is left of a command line after its verbs.
func noVerb(c *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	var verbs []string
	for _, v := range c.Commands() {
		verbs = append(verbs, v.Name())
	}
	return usage(fmt.Sprintf("%s has no verb %q", c.CommandPath(), args[0]), meant(args[0], verbs)+"See "+c.CommandPath()+" -h.")
}

// helping is landfall help [VERB], for those who type it.
func helping(root *cobra.Command) *cobra.Command {
	return &cobra.Command{
		Use: "help [VERB]", Short: "Say how a verb is used.", Example: "  landfall help migrate", Hidden: true,
		RunE: func(_ *cobra.Command, args []string) error {
			c, rest, err := root.Find(args)
			if err == nil {
				err = noVerb(c, rest)
			}
			if err != nil {
				return err
			}
			return c.Help()
		},
	}
}

// slip says what is wrong with a flag, and which one was meant.
func slip(c *cobra.Command, err error) error {
	hint := "See " + c.CommandPath() + " -h."
	var unknown interface {
		error
		GetSpecifiedName() string
	}
	if errors.As(err, &unknown) {
		var flags []string
		for _, f := range longFlag.FindAllStringSubmatch(c.Flags().FlagUsages(), -1) {
			flags = append(flags, f[1])
		}
		hint = strings.Replace(meant(unknown.GetSpecifiedName(), flags), "mean ", "mean --", 1) + hint
	}
	return usage(err.Error(), hint)
}

var longFlag = regexp.MustCompile(`(?m)^ .{5}--([a-z-]+)`)

// meant is a hint at the names that are near to one that is none of them, or nothing.
func meant(word string, names []string) string {
	list := &cobra.Command{SuggestionsMinimumDistance: 2}
	for _, n := range names {
		list.AddCommand(&cobra.Command{Use: n, Run: func(*cobra.Command, []string) {}})
	}
	near := list.SuggestionsFor(word)
	if len(near) == 0 {
		return ""
	}
	return "Did you mean " + strings.Join(near, " or ") + "? "
}

// asked is how the outcome is wanted, read before the command line is understood, so that its errors come as wanted too.
func asked(args []string) string {
	for i, a := range args {
		switch {
		case a == "--":
			return "text"
		case a == "-ojson", a == "-o=json", a == "--output=json":
			return "json"
		case (a == "-o" || a == "--output") && i+1 < len(args) && args[i+1] == "json":
			return "json"
		}
	}
	return "text"
}

// one wants exactly one argument and says its name.
func one(name string) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if len(args) != 1 {
			return usage(c.CommandPath()+" takes one "+name, "See "+c.CommandPath()+" -h for an example.")
		}
		return nil
	}
}

// atMostOne wants one argument or none and says its name.
func atMostOne(name string) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if len(args) > 1 {
			return usage(c.CommandPath()+" takes one "+name+" or none", "See "+c.CommandPath()+" -h for an example.")
		}
		return nil
	}
}
