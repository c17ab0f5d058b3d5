package report

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/itbytes/landfall/plan"
)

// The timeline's measures, in the units of its view box.
const (
	names     = 150.0 // room for the landings' names
	chart     = 950.0 // room for the time
	barHeight = 11.0
	barGap    = 3.0
	axisRoom  = 26.0
	laneGap   = 10.0
)

// timeline is the drawing of a run: one lane a landing, one bar a step, waits over them.
type timeline struct {
	Width, Height, Left float64
	Seconds             float64
	Lanes               []lane
	Ticks               []tick
	Kinds               []waitKind // that occur, for the legend and the patterns
	Description         string
}

// lane is a landing; its bars are stacked where steps ran at the same time.
type lane struct {
	ID, State   string
	Y, Height   float64
	TextY       float64
	Bars        []bar
	Description string
}

// bar is a step from its beginning to its end.
type bar struct {
	X, Y, Width, Height float64
	Chapter, State      string
	Critical            bool
	Title               string
	Waits               []wait
	row                 int
}

// wait is a part of a bar in which the step waited.
type wait struct {
	X, Y, Width, Height float64
	Pattern             string
	Title               string
}

type tick struct {
	X     float64
	Label string
}

func timelineOf(r plan.Report) timeline {
	t := timeline{Width: names + chart + 30, Left: names, Seconds: span(r), Kinds: waitKinds(r)}
	t.Ticks = ticks(t.Seconds)
	critical := criticalSteps(r)
	y := axisRoom
	for _, l := range r.Landings {
		ln := t.lane(r.Started, l, critical, y)
		y += ln.Height + laneGap
		t.Lanes = append(t.Lanes, ln)
	}
	t.Height = y
	t.Description = fmt.Sprintf("%s over %s, each a lane with its steps as bars.", many(len(t.Lanes), "landing", "landings"), lasted(t.Seconds))
	if len(r.CriticalPath) > 0 {
		t.Description += " The critical path is outlined: " + listedPath(r.CriticalPath) + ", " + lasted(r.CriticalPathSeconds) + "."
	}
	return t
}

// span is how long the timeline is.
func span(r plan.Report) float64 { return max(0.001, ended(r).Sub(r.Started).Seconds()) }

func (t timeline) x(seconds float64) float64 {
	return round(names + chart*min(1, max(0, seconds/t.Seconds)))
}

func (t timeline) lane(began time.Time, l plan.LandingReport, critical map[string]bool, y float64) lane {
	ln := lane{ID: id(l), State: string(l.State), Y: y}
	var rowEnds []float64
	steps := slices.Clone(l.Steps)
	slices.SortStableFunc(steps, func(a, b plan.StepReport) int { return a.Started.Compare(b.Started) })
	for _, s := range steps {
		if s.Started.IsZero() {
			continue
		}
		from, to := s.Started.Sub(began).Seconds(), t.Seconds
		if !s.Ended.IsZero() {
			to = s.Ended.Sub(began).Seconds()
		}
		b := bar{X: t.x(from), Width: max(1.5, round(t.x(to)-t.x(from))), Height: barHeight, Chapter: string(s.Chapter), State: string(s.State)}
		b.Critical = critical[ln.ID+"/"+s.Name]
		b.row = slices.IndexFunc(rowEnds, func(end float64) bool { return end <= b.X+0.01 })
		if b.row < 0 {
			b.row = len(rowEnds)
			rowEnds = append(rowEnds, 0)
		}
		rowEnds[b.row] = b.X + b.Width
		b.Y = y + float64(b.row)*(barHeight+barGap)
		b.Title = fmt.Sprintf("%s (%s): %s, %s from %s", cmp.Or(s.Title, s.Name), s.Name, s.State, lasted(to-from), clock(from))
		for _, w := range s.Waits {
			b.Waits = append(b.Waits, t.wait(began, w, b))
		}
		ln.Bars = append(ln.Bars, b)
	}
	rows := float64(max(1, len(rowEnds)))
	ln.Height = rows*(barHeight+barGap) - barGap
	ln.TextY = y + barHeight - 1.5
	ln.Description = fmt.Sprintf("%s is %s, %s", ln.ID, ln.State, many(len(ln.Bars), "step", "steps"))
	return ln
}

func (t timeline) wait(began time.Time, w plan.Waited, b bar) wait {
	from, to := b.X, b.X+b.Width
	if !w.Started.IsZero() {
		start := w.Started.Sub(began).Seconds()
		from, to = max(from, t.x(start)), min(to, t.x(start+w.Seconds))
	}
	out := wait{X: from, Y: b.Y, Width: max(1, round(to-from)), Height: b.Height, Pattern: patternOf(w.Kind)}
	out.Title = fmt.Sprintf("waited %s (%s)", lasted(w.Seconds), w.Kind)
	if w.For != "" {
		out.Title += ": " + w.For
	}
	return out
}

// ticks are the marks of the axis: round times, about eight of them.
func ticks(seconds float64) []tick {
	step := 0.05
	for _, s := range []float64{0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 43200, 86400, 604800} {
		if step = s; seconds/s <= 10 {
			break
		}
	}
	var out []tick
	t := timeline{Seconds: seconds}
	for i := 0; float64(i)*step <= seconds && i < 200; i++ {
		out = append(out, tick{t.x(float64(i) * step), clock(float64(i) * step)})
	}
	return out
}

// clock is a time since the beginning: 0.5, 12, 3:05, 2:10:00.
func clock(seconds float64) string {
	whole := int(math.Round(seconds))
	switch {
	case seconds < 60 && math.Abs(seconds-math.Round(seconds)) > 0.01:
		return fmt.Sprintf("%.1f s", seconds)
	case seconds < 60:
		return fmt.Sprintf("%d s", whole)
	case whole < 3600:
		return fmt.Sprintf("%d:%02d", whole/60, whole%60)
	}
	return fmt.Sprintf("%d:%02d:%02d", whole/3600, whole%3600/60, whole%60)
}

func round(f float64) float64 { return math.Round(f*100) / 100 }

func listedPath(path []string) string {
	if len(path) > 6 {
		return path[0] + " to " + path[len(path)-1] + ", " + many(len(path), "step", "steps")
	}
	out := ""
	for i, p := range path {
		if i > 0 {
			out += ", then "
		}
		out += p
	}
	return out
}
