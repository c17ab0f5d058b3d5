package main

import (
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/itbytes/landfall/plan"
	"github.com/itbytes/landfall/report"
)

// report shows what a run did, and writes it as a page or as JSON.
func (d *desk) report() *cobra.Command {
	var page, data string
	cmd := &cobra.Command{
		Use:     "report PLAN",
		Short:   "Show what the last run of a plan did: text, or one HTML page, or JSON.",
		Example: "  landfall report itbytes\n  landfall report itbytes --html out/report.html --json out/report.json",
		Args:    one("PLAN"),
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx := cmd.Context()
			c, t, err := d.reach(ctx, args[0])
			if err != nil {
				return err
			}
			defer c.Close()
			r, _, err := gather(ctx, c, t)
			if err != nil {
				return err
			}
			for _, f := range []struct {
				path  string
				write func(io.Writer, plan.Report) error
			}{{page, report.HTML}, {data, report.JSON}} {
				if f.path == "" {
					continue
				}
				if err := write(f.path, 0o644, func(w io.Writer) error { return f.write(w, r) }); err != nil { // for everybody to read
					return err
				}
				d.say("wrote %s", f.path)
			}
			switch {
			case d.output == "json":
				return report.JSON(d.out, r)
			case page == "" && data == "":
				return report.Text(d.out, r, report.TextOptions{Colour: d.terminal() > 0, Width: d.terminal()})
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&page, "html", "", "write one self-contained HTML page to this file")
	cmd.Flags().StringVar(&data, "json", "", "write JSON to this file")
	return cmd
}

// write writes a file whole or not at all.
func write(path string, mode os.FileMode, render func(io.Writer) error) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil { //nolint:gosec // the folder, not what is in it
		return failed(err, "Give a path that can be written.", "%v", err)
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".landfall-*")
	if err != nil {
		return failed(err, "Give a path that can be written.", "%v", err)
	}
	defer os.Remove(f.Name()) //nolint:errcheck // it is gone where the rename went well
	err = render(f)
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = os.Chmod(f.Name(), mode)
	}
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return failed(err, "Give a path that can be written.", "write %s: %v", path, err)
	}
	return nil
}
