package main

import (
	"bytes"
	"encoding/json"
	"io"

	"github.com/spf13/cobra"

	"github.com/itbytes/landfall/audit/chain"
	"github.com/itbytes/landfall/audit/ocsf"
	"github.com/itbytes/landfall/plan"
)

// auditExport writes the journal for other programs.
func (d *desk) auditExport() *cobra.Command {
	var format, file string
	cmd := &cobra.Command{
		Use:   "export PLAN",
		Short: "Export the journal as lines of JSON: its own records, or events of OCSF " + ocsf.Version + ".",
		Example: "  landfall audit export itbytes --format jsonl > journal.jsonl\n" +
			"  landfall audit export itbytes --format ocsf --file events.jsonl",
		Args: one("PLAN"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if formats()[format] == nil {
				return usage("--format is jsonl or ocsf", "See landfall audit export -h.")
			}
			j, err := d.journal(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			return d.exportJournal(j, format, file)
		},
	}
	cmd.Flags().StringVar(&format, "format", "jsonl", "jsonl (records with their hashes, so that anybody can verify them) or ocsf")
	cmd.Flags().StringVar(&file, "file", "", "write to this file instead of standard output")
	return cmd
}

// formats are how a record becomes a line.
func formats() map[string]func(plan.Record) (string, error) {
	return map[string]func(plan.Record) (string, error){
		"jsonl": func(r plan.Record) (string, error) { return chain.Line(r), nil },
		"ocsf": func(r plan.Record) (string, error) {
			e, err := ocsf.Of(r)
			if err != nil {
				return "", err
			}
			b, err := json.Marshal(e)
			return string(b), err
		},
	}
}

// exportJournal writes every record as a line, and fails where the chain of what it wrote does not hold.
func (d *desk) exportJournal(j journal, format, file string) error {
	var lines bytes.Buffer
	err := writeLines(&lines, j.records, formats()[format])
	if err != nil {
		return failed(err, "See landfall audit verify "+j.plan+".", "the journal could not be exported whole: %v", err)
	}
	if file == "" {
		_, err = lines.WriteTo(d.out)
	} else {
		err = write(file, 0o600, func(w io.Writer) error {
			_, err := lines.WriteTo(w)
			return err
		})
	}
	if err != nil {
		return err
	}
	broken := chain.Verify(j.plan, j.records, j.head)
	switch {
	case file == "":
		d.output = "text" // standard output has the export alone
	case d.output == "json":
		return d.answer(broken, map[string]any{"plan": j.plan, "records": len(j.records), "format": format, "file": file, "head": j.head})
	default:
		d.say("wrote %d records to %s, head %d %s", len(j.records), file, j.head.Seq, j.head.Hash)
	}
	return doubt(j, broken)
}

// writeLines writes records, a line each. What stands in no record's place is not written: verifying tells of it.
func writeLines(to *bytes.Buffer, records []plan.Record, line func(plan.Record) (string, error)) error {
	for _, r := range records {
		if r.Key != "" {
			continue
		}
		s, err := line(r)
		if err != nil {
			return err
		}
		to.WriteString(s + "\n")
	}
	return nil
}
