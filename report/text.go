package report

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"github.com/itbytes/landfall/plan"
)

// TextOptions say where a text report is shown.
type TextOptions struct {
	Colour bool // the terminal shows ANSI colours
	Width  int  // columns; default 100
}

// Text writes r for a terminal or a log: what needs somebody first, then the landings, the coverage, the registry and the
// single points of failure.
func Text(w io.Writer, r plan.Report, o TextOptions) error {
	if o.Width <= 0 {
		o.Width = 100
	}
	t := &text{w: bufio.NewWriter(w), TextOptions: o}
	t.head(r)
	t.attention(matters(r))
	t.undone(undoings(r))
	t.landings(r)
	t.coverage(r)
	t.registry(r.Registry)
	t.credentials(r.Credentials, r.CredentialsAt)
	t.spof(r.SPOF)
	return t.w.Flush() // a bufio.Writer keeps its first error for Flush
}

// text writes a report to a terminal.
type text struct {
	w *bufio.Writer
	TextOptions
}

func (t *text) line(format string, a ...any) {
	_, _ = fmt.Fprintf(t.w, strings.TrimRight(format, " ")+"\n", a...)
}

// wrapped writes a paragraph, its first line after first and the others after as many spaces.
func (t *text) wrapped(first, body string) {
	room := max(20, t.Width-width(first))
	line, indent := "", first
	for _, word := range strings.Fields(body) {
		if line != "" && width(line)+1+width(word) > room {
			t.line("%s%s", indent, line)
			indent, line = strings.Repeat(" ", width(first)), ""
		}
		line = strings.TrimSpace(line + " " + word)
	}
	t.line("%s%s", indent, line)
}

func (t *text) section(title string) {
	t.line("")
	t.line("%s", t.paint(title, "1"))
}

// paint colours a text where the terminal shows colours.
func (t *text) paint(s, code string) string {
	if !t.Colour || code == "" {
		return s
	}
	return "\x1b[" + code + "m" + s + "\x1b[0m"
}

// colourOf is the colour of a state or verdict.
func colourOf(word string) string {
	return map[string]string{
		"done": "32", enforced: "32", already: "32", "held": "33", "waiting": "33", manual: "36", waived: "35",
		"failed": "31", gap: "31", "running": "34", "todo": "2", "skipped": "2", "undoing": "33", "quarantined": "33",
	}[word]
}

func (t *text) head(r plan.Report) {
	t.line("%s  %s  %s", t.paint(r.Plan, "1"), r.Mode, t.paint(sign(string(r.State))+" "+string(r.State), colourOf(string(r.State))))
	if r.Mode == "preview" {
		t.line("  what would be done; nothing was written")
	}
	t.line("  digest         %s", short(r.Digest))
	t.line("  started        %s", moment(r.Started))
	t.line("  ended          %s", moment(r.Ended))
	t.line("  elapsed        %s", lasted(r.ElapsedSeconds))
	if len(r.CriticalPath) > 0 {
		t.wrapped("  critical path  ", lasted(r.CriticalPathSeconds)+": "+strings.Join(r.CriticalPath, " → "))
	}
}

func (t *text) attention(ms []matter) {
	if len(ms) == 0 {
		return
	}
	t.section("What needs somebody")
	for _, m := range ms {
		where := strings.Trim(m.Landing+"/"+m.Step, "/")
		t.line("  %s %s  %s", t.paint(sign(m.State)+" "+m.State, colourOf(m.State)), where, m.Title)
		if m.Why != "" {
			t.wrapped("      why   ", m.Why)
		}
		if !m.Since.IsZero() {
			t.line("      since %s", moment(m.Since))
		}
		if len(m.Behind) > 0 {
			t.wrapped("      behind it ", strings.Join(m.Behind, ", "))
		}
		if m.Next != "" {
			t.wrapped("      next  ", m.Next)
		}
		if m.Ends != "" {
			t.wrapped("      ends when ", m.Ends)
		}
		if m.Command != "" {
			t.line("            %s", m.Command)
		}
	}
}

func (t *text) undone(us []undoing) {
	if len(us) == 0 {
		return
	}
	t.section("What became of what the run did")
	for _, u := range us {
		where := u.Landing + "/" + u.Step
		if u.ID != "" {
			where += " (" + u.ID + ")"
		}
		t.line("  %s  %s", t.paint(sign(u.State)+" "+u.State, colourOf(u.State)), where)
		t.wrapped("      ", u.Why)
	}
}

func (t *text) landings(r plan.Report) {
	t.section("Landings")
	rows := [][]string{{"landing", "state", "already so", "adopted", "created", "updated", "manual", "waived", "gaps", "open", "reads", "writes", "took", "id"}}
	for _, l := range r.Landings {
		n := tallyOf(l.Steps)
		row := []string{id(l), sign(string(l.State)) + " " + string(l.State)}
		for _, c := range []int{n.Already, n.Adopted, n.Created, n.Updated, n.Manual, n.Waived, n.Gaps, n.Open + n.Skipped + n.Undone, n.Reads, n.Writes} {
			row = append(row, number(c))
		}
		took := "–"
		if !l.Started.IsZero() && l.Ended.After(l.Started) {
			took = lasted(l.Ended.Sub(l.Started).Seconds())
		}
		rows = append(rows, append(row, took, l.ID))
	}
	t.table(rows, func(i int) string {
		if i == 0 {
			return "2"
		}
		return colourOf(string(r.Landings[i-1].State))
	})
	for _, l := range r.Landings {
		if l.State == plan.LandingSkipped && l.Why != "" {
			t.wrapped("  "+id(l)+" is skipped: ", l.Why)
		}
	}
}

// widest is how many landings a matrix shows side by side; for more, it counts.
const widest = 12

func (t *text) coverage(r plan.Report) {
	if len(r.Coverage) == 0 {
		return
	}
	t.section("Coverage")
	head := []string{"objective"}
	wide := len(r.Landings) <= widest
	if wide {
		for _, l := range r.Landings {
			head = append(head, id(l))
		}
	} else {
		head = append(head, verdicts()...)
	}
	rows := [][]string{head}
	for _, c := range r.Coverage {
		row := []string{c.Objective + " " + c.Title}
		for _, cell := range head[1:] {
			switch {
			case wide && c.Landings[cell] == "":
				row = append(row, "")
			case wide:
				row = append(row, sign(c.Landings[cell]))
			default:
				row = append(row, number(countOf(c, cell)))
			}
		}
		rows = append(rows, row)
	}
	t.table(rows, func(i int) string { return map[bool]string{true: "2"}[i == 0] })
	legend := make([]string, 0, len(verdicts()))
	for _, v := range verdicts() {
		legend = append(legend, sign(v)+" "+v)
	}
	t.line("  %s   (blank: no control of the catalogue)", strings.Join(legend, "   "))
}

func countOf(c plan.Coverage, verdict string) int {
	n := 0
	for _, v := range c.Landings {
		if v == verdict {
			n++
		}
	}
	return n
}

func (t *text) registry(r plan.RegistryReport) {
	if r.Table == "" {
		return
	}
	t.section("Registry")
	t.line("  %s: %s, %s written by this run, %s", r.Table, many(len(r.Rows), "row", "rows"), number(r.Written), string(r.State))
	if r.Why != "" {
		t.wrapped("  ", r.Why)
	}
}

func (t *text) spof(ps []plan.SPOF) {
	if len(ps) == 0 {
		return
	}
	t.section("Single points of failure")
	for _, p := range ps {
		t.wrapped("  "+p.Kind+" "+p.Name+" stops ", strings.Join(p.Stops, ", "))
		if len(p.GoesOn) > 0 {
			t.wrapped("    goes on: ", strings.Join(p.GoesOn, ", "))
		}
		if p.Mend != "" {
			t.wrapped("    helps: ", p.Mend)
		}
	}
}
