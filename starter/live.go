package main

import (
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"golang.org/x/term"

	"github.com/itbytes/landfall/plan"
)

// live shows the matrix of landings on a terminal until there is nothing more to wait for.
func (w *watcher) live(ctx context.Context) (standing, error) {
	m := &matrix{watcher: w, ctx: ctx, began: time.Now(), height: 24}
	options := []tea.ProgramOption{tea.WithContext(ctx), tea.WithOutput(w.desk.out)}
	if !term.IsTerminal(int(os.Stdin.Fd())) {
		options = append(options, tea.WithInput(nil)) // nobody can press a key there
	}
	if _, err := tea.NewProgram(m, options...).Run(); err != nil && ctx.Err() == nil && m.err == nil {
		return m.last, failed(err, "Use landfall status instead.", "the terminal cannot be drawn on: %v", err)
	}
	if m.err != nil {
		return m.last, m.err
	}
	if !m.over {
		return m.last, w.left()
	}
	return m.last, nil
}

// matrix is the live view: environments down, clouds across.
type matrix struct {
	watcher *watcher
	ctx     context.Context //nolint:containedctx // bubbletea's commands take none
	began   time.Time
	height  int
	last    standing
	over    bool
	err     error
}

type looked struct {
	r    standing
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
	case tea.WindowSizeMsg:
		m.height = msg.Height
	case looked:
		m.last, m.over, m.err = msg.r, msg.over, msg.err
		if m.over || m.err != nil {
			return m, tea.Quit
		}
		return m, m.look(lookEvery)
	}
	return m, nil
}

// View implements tea.Model.
func (m *matrix) View() string {
	name := m.watcher.target.name
	if len(m.last.Landings) == 0 {
		return fmt.Sprintf("%s  … starting  %.0f s\n\nq leaves; the run goes on\n", name, time.Since(m.began).Seconds())
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s  %s  %.0f s\n\n", name, stateWord(m.last.State), time.Since(m.began).Seconds())
	b.WriteString(grid(m.last.Landings, true, min(tallest, m.height-8)))
	if m.last.Registry.State != "" {
		fmt.Fprintf(&b, "\nregistry %s: %s, %d rows\n", m.last.Registry.Table, m.last.Registry.State, len(m.last.Registry.Rows))
	}
	if m.over || m.err != nil {
		return b.String() + "\n"
	}
	if waits(m.last.Landings) {
		fmt.Fprintf(&b, "\nlandfall status %s says what they wait for\n", name)
	}
	return b.String() + "\nq leaves; the run goes on\n"
}

// waits reports whether a landing waits for somebody or for another.
func waits(landings map[string]plan.LandingState) bool {
	for _, s := range landings {
		if s == plan.LandingWaiting || s == plan.LandingHeld {
			return true
		}
	}
	return false
}
