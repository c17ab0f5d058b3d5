package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/lipgloss"

	"github.com/itbytes/landfall/plan"
	"github.com/itbytes/landfall/workflows"
)

// live shows the matrix of landings on a terminal until there is nothing more to wait for.
func (w *watcher) live(ctx context.Context) (workflows.MigrateResult, error) {
	m := &matrix{watcher: w, ctx: ctx, began: time.Now()}
	p := tea.NewProgram(m, tea.WithContext(ctx), tea.WithOutput(w.desk.out))
	if _, err := p.Run(); err != nil && ctx.Err() == nil {
		return m.last, failed(err, "Use landfall status instead.", "the terminal cannot be drawn on: %v", err)
	}
	if m.err != nil {
		return m.last, m.err
	}
	if !m.over {
		return m.last, failed(ctx.Err(), "It goes on: see landfall status "+w.target.name+".", "stopped looking")
	}
	return m.last, nil
}

// matrix is the live view: environments down, clouds across.
type matrix struct {
	watcher *watcher
	ctx     context.Context //nolint:containedctx // bubbletea's commands take none
	began   time.Time
	last    workflows.MigrateResult
	over    bool
	err     error
}

type looked struct {
	r    workflows.MigrateResult
	over bool
	err  error
}

// Init implements tea.Model.
func (m *matrix) Init() tea.Cmd { return m.look(0) }

func (m *matrix) look(after time.Duration) tea.Cmd {
	return tea.Tick(after, func(time.Time) tea.Msg {
		r, over, err := m.watcher.look(m.ctx)
		return looked{r, over, err}
	})
}

// Update implements tea.Model.
func (m *matrix) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.KeyMsg:
		if msg.String() == "ctrl+c" || msg.String() == "q" {
			return m, tea.Quit
		}
	case looked:
		m.last, m.over, m.err = msg.r, msg.over, msg.err
		if m.over || m.err != nil {
			return m, tea.Quit
		}
		return m, m.look(400 * time.Millisecond)
	}
	return m, nil
}

// View implements tea.Model.
func (m *matrix) View() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s  %s  %.0f s\n\n", m.watcher.target.name, m.last.State, time.Since(m.began).Seconds())
	b.WriteString(grid(m.last.Landings, true))
	if m.last.Registry.State != "" {
		fmt.Fprintf(&b, "\nregistry %s: %s\n", m.last.Registry.Table, m.last.Registry.State)
	}
	if !m.over {
		b.WriteString("\nq leaves; the run goes on\n")
	}
	return b.String()
}

// grid is the matrix of landings: environments down, clouds across. Large plans are summed up by cloud instead.
func grid(landings map[string]plan.LandingState, colour bool) string {
	var clouds, environments []string
	states := map[string]map[string]plan.LandingState{}
	for _, id := range sortedKeys(landings) {
		cloud, env, _ := strings.Cut(id, "/")
		if states[env] == nil {
			states[env] = map[string]plan.LandingState{}
			environments = append(environments, env)
		}
		states[env][cloud] = landings[id]
		if !contains(clouds, cloud) {
			clouds = append(clouds, cloud)
		}
	}
	if len(environments) > 30 {
		return summed(landings)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%-12s", "")
	for _, c := range clouds {
		fmt.Fprintf(&b, "%-12s", c)
	}
	b.WriteString("\n")
	for _, e := range environments {
		fmt.Fprintf(&b, "%-12s", e)
		for _, c := range clouds {
			cell := fmt.Sprintf("%-12s", stateWord(states[e][c]))
			if colour {
				cell = lipgloss.NewStyle().Foreground(hue(states[e][c])).Render(cell)
			}
			b.WriteString(cell)
		}
		b.WriteString("\n")
	}
	return b.String()
}

// summed counts landings by cloud and state.
func summed(landings map[string]plan.LandingState) string {
	count := map[string]int{}
	for id, s := range landings {
		cloud, _, _ := strings.Cut(id, "/")
		count[cloud+" "+string(s)]++
	}
	var b strings.Builder
	for _, k := range sortedKeys(count) {
		fmt.Fprintf(&b, "%-24s %d\n", k, count[k])
	}
	return b.String()
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
	case plan.LandingTodo:
		return "· to do"
	}
	return ""
}

func hue(s plan.LandingState) lipgloss.TerminalColor {
	switch s {
	case plan.LandingDone:
		return lipgloss.AdaptiveColor{Light: "28", Dark: "42"}
	case plan.LandingHeld, plan.LandingWaiting:
		return lipgloss.AdaptiveColor{Light: "130", Dark: "214"}
	case plan.LandingFailed:
		return lipgloss.AdaptiveColor{Light: "160", Dark: "203"}
	}
	return lipgloss.NoColor{}
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}
