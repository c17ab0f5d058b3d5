package main

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/charmbracelet/lipgloss"

	"github.com/itbytes/landfall/plan"
)

// tallest is how many environments a grid shows one by one.
const tallest = 30

// grid is the matrix of landings: environments down, clouds across. What is taller than rows is summed up by cloud instead.
func grid(landings map[string]plan.LandingState, colour bool, rows int) string {
	var clouds, environments []string
	wide := 0
	for _, id := range sortedKeys(landings) {
		cloud, env, _ := strings.Cut(id, "/")
		if !slices.Contains(clouds, cloud) {
			clouds = append(clouds, cloud)
		}
		if !slices.Contains(environments, env) {
			environments = append(environments, env)
		}
		wide = max(wide, utf8.RuneCountInString(env))
	}
	if len(environments) > rows {
		return summed(landings)
	}
	slices.Sort(environments)
	var b strings.Builder
	line := func(first string, cell func(cloud string) string) {
		l := first + strings.Repeat(" ", wide+2-utf8.RuneCountInString(first))
		for _, c := range clouds {
			l += cell(c)
		}
		b.WriteString(strings.TrimRight(l, " ") + "\n")
	}
	line("", func(cloud string) string { return fmt.Sprintf("%-11s", cloud) })
	for _, e := range environments {
		line(e, func(cloud string) string { return cell(landings[cloud+"/"+e], colour) })
	}
	return b.String()
}

// summed counts landings by cloud and state.
func summed(landings map[string]plan.LandingState) string {
	count := map[string]int{}
	for id, s := range landings {
		cloud, _, _ := strings.Cut(id, "/")
		count[fmt.Sprintf("%-8s%s", cloud, stateWord(s))]++
	}
	var b strings.Builder
	for _, k := range sortedKeys(count) {
		fmt.Fprintf(&b, "%-20s%6d\n", k, count[k])
	}
	return b.String()
}

// cell is a state in a column's width.
func cell(s plan.LandingState, colour bool) string {
	word := stateWord(s)
	blank := strings.Repeat(" ", 11-utf8.RuneCountInString(word))
	if colour && word != "" {
		word = lipgloss.NewStyle().Foreground(hue(s)).Render(word)
	}
	return word + blank
}

// stateWord tells a state by a sign and a word, so that colour is never alone.
func stateWord(s plan.LandingState) string {
	switch s {
	case plan.LandingDone:
		return "✓ done"
	case plan.LandingHeld:
		return "■ held"
	case plan.LandingFailed:
		return "✗ failed"
	case plan.LandingWaiting:
		return "☞ waiting"
	case plan.LandingRunning:
		return "… running"
	case plan.LandingSkipped:
		return "– skipped"
	case plan.LandingUndoing:
		return "↶ undoing"
	case plan.LandingAborted:
		return "↶ aborted"
	case plan.LandingTodo:
		return "· to do"
	}
	return ""
}

// hue is one of the terminal's own colours, which the terminal's owner has chosen for its background.
func hue(s plan.LandingState) lipgloss.TerminalColor {
	switch s {
	case plan.LandingDone:
		return lipgloss.Color("2")
	case plan.LandingHeld, plan.LandingWaiting, plan.LandingUndoing:
		return lipgloss.Color("3")
	case plan.LandingFailed:
		return lipgloss.Color("1")
	}
	return lipgloss.NoColor{}
}
