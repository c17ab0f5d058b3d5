package report

import (
	_ "embed"
	"html/template"
	"io"
	"strings"

	"github.com/itbytes/landfall/plan"
)

//go:embed page.html.tmpl
var pageSource string

//go:embed page.css
var pageStyle string

var page = template.Must(template.New("page").Funcs(template.FuncMap{
	"lasted": lasted, "moment": moment, "short": short, "sign": sign, "slug": slug, "aged": aged, "flaws": flaws, "seen": seen, "join": strings.Join,
}).Parse(pageSource))

// HTML writes r as one page that needs nothing else: it asks for no other file and runs no script.
func HTML(w io.Writer, r plan.Report) error { return page.Execute(w, viewOf(r)) }

// view is what the page shows.
type view struct {
	plan.Report
	Style    template.CSS
	Matters  []matter
	Undoings []undoing
	Lands    []land
	Sum      tally
	Done     int
	Timeline timeline
	Coverage grid
	Verdicts []string
}

// land is a landing with what its steps came to.
type land struct {
	plan.LandingReport
	ID    string
	N     tally
	Took  float64
	Steps []line
}

// line is a step in a landing's table.
type line struct {
	plan.StepReport
	Took     float64
	Waited   float64
	Critical bool
	Deed     string // what was done, or would be
	Word     string // the state as people say it
}

func viewOf(r plan.Report) view {
	v := view{
		Report: r, Style: template.CSS(pageStyle), Matters: matters(r), Undoings: undoings(r), Timeline: timelineOf(r), Coverage: gridOf(r), Verdicts: verdicts(),
	}
	critical := criticalSteps(r)
	for _, l := range r.Landings {
		one := land{LandingReport: l, ID: id(l), N: tallyOf(l.Steps)}
		if !l.Started.IsZero() && l.Ended.After(l.Started) {
			one.Took = l.Ended.Sub(l.Started).Seconds()
		}
		for _, s := range l.Steps {
			ln := line{StepReport: s, Took: took(s), Critical: critical[id(l)+"/"+s.Name], Deed: deed(s, r.Mode == "preview"), Word: string(s.State)}
			if s.State == plan.StepGap && s.Waiver != "" {
				ln.Word = waived
			}
			for _, w := range s.Waits {
				ln.Waited += w.Seconds
			}
			one.Steps = append(one.Steps, ln)
		}
		v.Lands = append(v.Lands, one)
		if l.State == plan.LandingDone {
			v.Done++
		}
		v.Sum = v.Sum.plus(one.N)
	}
	return v
}

// deed is what a step did, in words that do not claim what was not done.
func deed(s plan.StepReport, preview bool) string {
	switch {
	case s.Change == plan.None && s.State == plan.StepDone:
		return already
	case s.Change == plan.None || s.Change == "":
		return "–"
	case s.State == plan.StepGap || preview && s.Change != plan.Manual:
		return "would be " + string(s.Change)
	}
	return string(s.Change)
}

func criticalSteps(r plan.Report) map[string]bool {
	out := map[string]bool{}
	for _, p := range r.CriticalPath {
		out[p] = true
	}
	return out
}

func (t tally) plus(o tally) tally {
	return tally{
		t.Already + o.Already, t.Adopted + o.Adopted, t.Created + o.Created, t.Updated + o.Updated, t.Manual + o.Manual, t.Gaps + o.Gaps,
		t.Waived + o.Waived, t.Skipped + o.Skipped, t.Undone + o.Undone, t.Open + o.Open, t.Reads + o.Reads, t.Writes + o.Writes,
	}
}

// grid is the coverage as a table: objectives down and landings across, or the other way where landings are many.
type grid struct {
	Corner string
	Head   []title
	Rows   []row
}

type title struct{ Name, Title string }

type row struct {
	title
	Cells []string // verdicts; empty where no control serves the objective
}

func gridOf(r plan.Report) grid {
	var landings, objectives []title
	for _, l := range r.Landings {
		landings = append(landings, title{id(l), l.Name})
	}
	for _, c := range r.Coverage {
		objectives = append(objectives, title{c.Objective, c.Title})
	}
	if len(landings) > widest {
		g := grid{Corner: "Landing", Head: objectives}
		for _, l := range landings {
			rw := row{title: l}
			for _, c := range r.Coverage {
				rw.Cells = append(rw.Cells, c.Landings[l.Name])
			}
			g.Rows = append(g.Rows, rw)
		}
		return g
	}
	g := grid{Corner: "Objective", Head: landings}
	for i, o := range objectives {
		rw := row{title: o}
		for _, l := range landings {
			rw.Cells = append(rw.Cells, r.Coverage[i].Landings[l.Name])
		}
		g.Rows = append(g.Rows, rw)
	}
	return g
}

// slug is a word as the name of a CSS class.
func slug(s string) string { return strings.ReplaceAll(s, " ", "-") }
