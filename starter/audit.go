package main

import (
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/itbytes/landfall/audit/chain"
	"github.com/itbytes/landfall/plan"
)

// audit reads, verifies and exports the journal of what was done.
func (d *desk) audit() *cobra.Command {
	cmd := &cobra.Command{
		Use: "audit", Short: "Read, verify and export the journal of what was done.",
		Example: "  landfall audit list itbytes --landing aws/prod\n  landfall audit verify itbytes\n  landfall audit export itbytes --format ocsf --file journal.jsonl",
	}
	cmd.AddCommand(d.auditList(), d.auditVerify(), d.auditExport())
	d.verbsOnly(cmd)
	return cmd
}

// auditList lists what was done.
func (d *desk) auditList() *cobra.Command {
	var landing, kind string
	cmd := &cobra.Command{
		Use:     "list PLAN",
		Short:   "List who did what, when, where and why.",
		Example: "  landfall audit list itbytes\n  landfall audit list itbytes --landing aws/mgmt --kind hold\n  landfall audit list itbytes -o json",
		Args:    one("PLAN"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := knownKind(kind); err != nil {
				return err
			}
			j, err := d.journal(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			return d.listJournal(j, landing, plan.EntryKind(kind))
		},
	}
	cmd.Flags().StringVar(&landing, "landing", "", "only this landing: CLOUD/ENVIRONMENT")
	cmd.Flags().StringVar(&kind, "kind", "", "only this kind: "+strings.Join(kinds(), ", "))
	return cmd
}

// auditVerify says whether the journal stands as it was sealed.
func (d *desk) auditVerify() *cobra.Command {
	var noted string
	cmd := &cobra.Command{
		Use:   "verify PLAN",
		Short: "Verify that no record of the journal was changed, removed, reordered or added by somebody else.",
		Example: "  landfall audit verify itbytes        # exit 0: N records, the chain holds, head …; exit 1: which record does not\n" +
			"  landfall audit verify itbytes --head sha256:…        # and that it goes on from a head that was noted before",
		Args: one("PLAN"),
		RunE: func(cmd *cobra.Command, args []string) error {
			j, err := d.journal(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			return d.verifyJournal(j, noted)
		},
	}
	cmd.Flags().StringVar(&noted, "head", "", "a head that was noted before, and must still be in the chain; keep one where the table's writers cannot reach it")
	return cmd
}

// kinds are the names of the kinds of entries.
func kinds() (out []string) {
	for _, k := range plan.EntryKinds() {
		out = append(out, string(k))
	}
	return out
}

// knownKind refuses a kind that there is not.
func knownKind(kind string) error {
	if kind == "" || slices.Contains(kinds(), kind) {
		return nil
	}
	return usage(fmt.Sprintf("there is no kind %q", kind), meant(kind, kinds())+"The kinds are "+strings.Join(kinds(), ", ")+".")
}

// entered is a record as it is listed: with its entry read.
type entered struct {
	Seq  int    `json:"seq"`
	Prev string `json:"prev"`
	Hash string `json:"hash"`

	Entry plan.Entry `json:"entry"`
}

// listJournal lists the records of a landing and a kind, or all.
func (d *desk) listJournal(j journal, landing string, kind plan.EntryKind) error {
	found := []entered{}
	for _, r := range j.records {
		e, err := chain.Entry(r)
		if err != nil {
			continue // verifying tells of it
		}
		if (landing == "" || e.Landing == landing) && (kind == "" || e.Kind == kind) {
			found = append(found, entered{Seq: r.Seq, Prev: r.Prev, Hash: r.Hash, Entry: e})
		}
	}
	broken := chain.Verify(j.plan, j.records, j.head)
	if d.output == "json" {
		return d.answer(broken, map[string]any{"plan": j.plan, "records": found})
	}
	w := tabwriter.NewWriter(d.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "SEQ\tTIME\tKIND\tLANDING\tSTEP\tWHO\tWHAT")
	for _, f := range found {
		e := f.Entry
		what := e.What
		if e.Why != "" {
			what += " (" + e.Why + ")"
		}
		fmt.Fprintf(w, "%d\t%s\t%s\t%s\t%s\t%s\t%s\n", f.Seq, e.Time.UTC().Format(time.RFC3339), e.Kind, or(e.Landing, "-"), or(or(e.Step, e.Login), "-"), e.Who, oneLine(what))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	return doubt(j, broken)
}

// oneLine keeps a text from breaking its row.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// verifyJournal says whether the chain holds, and goes on from a head that was noted before.
func (d *desk) verifyJournal(j journal, noted string) error {
	broken := chain.Verify(j.plan, j.records, j.head)
	if noted != "" && !chain.Holds(j.records, noted) {
		broken = append(broken, chain.Break{What: "the head noted before, " + noted + ", is not in the chain: it was written anew, or is another plan's"})
	}
	if d.output == "json" {
		return d.answer(broken, map[string]any{"plan": j.plan, "records": len(j.records), "head": j.head})
	}
	switch {
	case len(broken) > 0:
		for _, b := range broken[1:] {
			d.say("%s", b.What)
		}
	case j.head.Seq == 0:
		d.say("%s: 0 records, nothing has been sealed yet", j.plan)
	default:
		d.say("%s: %d records, the chain holds, head %d %s", j.plan, len(j.records), j.head.Seq, j.head.Hash)
	}
	return doubt(j, broken)
}

// doubt is the error of a journal that does not hold.
func doubt(j journal, broken []chain.Break) error {
	if len(broken) == 0 {
		return nil
	}
	return failed(nil, "See who can write to its table, and compare with the table's point-in-time backups and the clouds' own trails.",
		"the journal of %s does not hold: %s", j.plan, broken[0].What)
}

// answer is a JSON answer about a journal, with where it does not hold; the exit code says whether it does.
func (d *desk) answer(broken []chain.Break, v map[string]any) error {
	v["holds"], v["broken"] = len(broken) == 0, append([]chain.Break{}, broken...)
	if len(broken) > 0 {
		d.code = exitFailed
	}
	return d.json(v)
}
