// Package morning plays the white paper's morning again on simulated clouds, with every trap of it: the same things go
// wrong, and this time they are shown, waited for and got over.
package morning

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/itbytes/landfall/devstack/stack"
	"github.com/itbytes/landfall/plan"
	"github.com/itbytes/landfall/simulator/kernel"
)

// Morning is a morning on a stack whose worker is at work.
type Morning struct {
	*stack.Stack
	Plan string // the paper's plan
	Out  string // folder of the report
	Say  func(format string, a ...any)
	Show func(*exec.Cmd) error // runs a command where people see it
}

// login is the way into AWS that was lost that morning.
const login = "aws-sso"

// scene is one command, what is to be seen in it, and the exit codes it may end with.
type scene struct {
	narration string
	args      []string
	codes     []int
	play      func(ctx context.Context, args []string) error // in place of only running it
	before    func()
}

func (m *Morning) scenes() []scene {
	report := []string{"report", m.Plan, "--json", filepath.Join(m.Out, "report.json"), "--html", filepath.Join(m.Out, "report.html")}
	return []scene{
		{
			narration: "Three AWS accounts, one nameless Azure subscription, a Google Cloud organisation; wanted: the same three environments in each cloud.\nVerify first: everything is read and nothing written. What stands is found and adopted, what is already so is left alone,\nand the end says beforehand what stops if a login or an account is lost.",
			args:      []string{"preview", m.Plan}, codes: []int{0, 2},
		},
		{
			narration: "06:20, the decision. Midway the SSO session of AWS mgmt expires, and nobody can sign in again yet.",
			args:      []string{"migrate", m.Plan, "--approve", "--wait"}, codes: []int{0, 3}, before: m.expire,
		},
		{
			narration: "Only what needs that sign-in waits for it: prod and dti went on by their own IAM users, Azure and GCP did not notice.\nAzure's flow logs wait for a preview's approval, and the organisation's new name for a person; both are looked at by themselves.",
			args:      []string{"status", "itbytes"}, codes: []int{0, 3},
		},
		{
			narration: "One sign-in resumes all that waited for it.",
			args:      []string{"login", login, "--plan", "itbytes"}, play: m.signIn,
		},
		{narration: "AWS mgmt ends by itself. The report's timeline shows how long it waited, and for what.", args: report, play: m.afterAll},
		{
			narration: "The same plan again: nothing is made twice, no write is made.",
			args:      []string{"migrate", m.Plan, "--approve", "--wait"}, codes: []int{0},
		},
		{narration: "One registry of what stands where.", args: []string{"registry", "list", m.Plan}, codes: []int{0}},
	}
}

// Play plays the morning from the preview to the registry.
func (m *Morning) Play(ctx context.Context) error {
	for _, s := range m.scenes() {
		m.Say("\n%s\n$ landfall %s", s.narration, line(s.args))
		if s.before != nil {
			s.before()
		}
		play := s.play
		if play == nil {
			play = func(ctx context.Context, args []string) error { return m.run(ctx, args, s.codes...) }
		}
		if err := play(ctx, s.args); err != nil {
			return fmt.Errorf("landfall %s: %w", line(s.args), err)
		}
	}
	return nil
}

// run runs a command where people see it, and wants one of some exit codes.
func (m *Morning) run(ctx context.Context, args []string, codes ...int) error {
	cmd := m.Landfall(ctx, args...)
	err := m.Show(cmd)
	if cmd.ProcessState != nil && slices.Contains(codes, cmd.ProcessState.ExitCode()) {
		return nil
	}
	return err
}

// expire ends the session that AWS is signed in to by at the first call of the baseline that it makes: every account has
// something left to do then.
func (m *Morning) expire() {
	m.Sim.Kernel().Order(kernel.Fault{Do: kernel.DoExpire, Match: kernel.Match{Cloud: "aws", Login: login, Service: "guardduty"}})
}

// afterAll waits until every landing has ended, writes the report, and says of each trap what became of it.
func (m *Morning) afterAll(ctx context.Context, args []string) error {
	if err := m.end(ctx, time.Minute); err != nil {
		return err
	}
	if err := m.run(ctx, args, 0); err != nil {
		return err
	}
	b, err := os.ReadFile(filepath.Join(m.Out, "report.json"))
	if err != nil {
		return err
	}
	var r plan.Report
	if err := json.Unmarshal(b, &r); err != nil {
		return err
	}
	m.Say("\nWhat went wrong that morning, and what became of it in this run:")
	for _, t := range traps() {
		now, err := t.now(r)
		if err != nil {
			return err
		}
		m.Say("  then: %s\n  now:  %s", t.then, now)
	}
	return nil
}

// end waits for the end of the run.
func (m *Morning) end(ctx context.Context, within time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	for {
		code, out, errs, err := m.Ask(ctx, "status", "itbytes")
		switch {
		case err != nil:
			return fmt.Errorf("the run did not end within %s: %w\n%s", within, err, out)
		case code == 1:
			return fmt.Errorf("the run has failed: %s%s", out, errs)
		case code == 0 && strings.HasPrefix(out, "itbytes: done"):
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("the run did not end within %s: %s", within, out)
		case <-time.After(300 * time.Millisecond):
		}
	}
}

// line is a command line as a person would type it here.
func line(args []string) string {
	here, _ := os.Getwd() // without it the paths stay absolute
	out := make([]string, 0, len(args))
	for _, a := range args {
		if rel, err := filepath.Rel(here, a); err == nil && filepath.IsAbs(a) {
			a = rel
		}
		out = append(out, a)
	}
	return strings.Join(out, " ")
}
