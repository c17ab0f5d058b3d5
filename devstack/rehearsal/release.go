package rehearsal

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/itbytes/landfall/plan"
	"github.com/itbytes/landfall/simulator/kernel"
)

const reason = "rehearsal: what was in the way is mended"

// release mends what is in the way as the world or a person would, and sees whether the run ends then.
func (r *run) release(ctx context.Context, res *Result) (*Release, error) {
	began := time.Now()
	r.lift()
	if err := r.approve(res); err != nil {
		return nil, err
	}
	logins, err := r.logins(ctx, res)
	if err != nil {
		return nil, err
	}
	steps, err := r.resume(ctx, res)
	if err != nil {
		return nil, err
	}
	out := &Release{Acts: slices.Concat([]string{"what was in the way is mended"}, logins, steps)}
	s, err := r.settle(ctx, never, patient)
	if err != nil {
		return nil, err
	}
	out.State, out.Seconds = string(s.Run.State), since(began, time.Now())
	for _, l := range s.Landings {
		if l.State != plan.LandingDone && l.State != plan.LandingSkipped {
			out.Still = append(out.Still, fmt.Sprintf("%s/%s: %s %s", l.Cloud, l.Environment, l.State, l.Why))
		}
	}
	return out, nil
}

// preview is the name that the simulated Azure gives a preview in whose name a write is refused.
var preview = regexp.MustCompile(`[A-Za-z.]+/AllowSimulatedPreview`)

// approve gives the approvals that holds wait for.
func (r *run) approve(res *Result) error {
	for _, h := range res.Held {
		if name := preview.FindString(h.Why); name != "" {
			if err := r.Sim.Kernel().Perform(kernel.Act{Cloud: "azure", Do: "approvePreview", With: map[string]string{"feature": name}}); err != nil {
				return err
			}
		}
	}
	return nil
}

// logins has a person sign in to each login that has expired, and somebody free each that is locked.
func (r *run) logins(ctx context.Context, res *Result) ([]string, error) {
	var acts []string
	for name, l := range r.Sim.Kernel().Scenario().Logins {
		state := r.Sim.Kernel().LoginState(name)
		if state == kernel.LoginOK {
			continue
		}
		if state == kernel.LoginExpired && slices.ContainsFunc(res.Held, func(h Stopped) bool { return h.Login == name }) {
			signedIn, err := r.signIn(ctx, name, l.Cloud)
			if err != nil {
				return nil, err
			}
			if signedIn {
				acts = append(acts, "landfall login "+name+", and a person types the code that it shows")
				continue
			}
		}
		if err := r.Sim.Kernel().SetLogin(name, kernel.LoginOK); err != nil {
			return nil, err
		}
		_, _, _, err := r.Ask(ctx, "resume", r.plan, "--login", name, "--decision", "retry", "--reason", reason, "--operator", "rehearsal")
		if err != nil {
			return nil, err
		}
		how := "a person signs in to " + name
		if state == kernel.LoginLocked {
			how = "somebody frees " + name
		}
		acts = append(acts, how+", then landfall resume "+r.name+" --login "+name+" --decision retry")
	}
	return acts, nil
}

// signIn signs in as a person does: landfall login shows where and what to type, and somebody types it. It reports false
// for a login that is signed in to otherwise.
func (r *run) signIn(ctx context.Context, login, cloud string) (bool, error) {
	cmd := r.Landfall(ctx, "login", login, "--plan", r.name, "--operator", "rehearsal", "-o", "json")
	out, err := cmd.StdoutPipe()
	if err != nil {
		return false, err
	}
	if err := cmd.Start(); err != nil {
		return false, err
	}
	var shown struct{ Code string }
	lines := bufio.NewScanner(out)
	if !lines.Scan() || json.Unmarshal(lines.Bytes(), &shown) != nil || shown.Code == "" {
		_ = cmd.Wait() // it says why on standard error; the person signs in with the cloud's own tool instead
		return false, nil
	}
	act := kernel.Act{Cloud: cloud, Do: "signIn", With: map[string]string{"login": login, "userCode": shown.Code}}
	if err := r.Sim.Kernel().Perform(act); err != nil {
		return false, err
	}
	for lines.Scan() { // until it says how it ended
	}
	return true, cmd.Wait()
}

// resume releases what is still held, and begins anew where nothing is held and something has failed.
func (r *run) resume(ctx context.Context, res *Result) ([]string, error) {
	var acts []string
	for _, h := range res.Held {
		parts := strings.SplitN(h.Step, "/", 3)
		if len(parts) < 3 || h.Kind == "SessionExpired" || h.Kind == "Locked" && h.Login != "" {
			continue // the registry goes on by itself, and what a login held has gone on with it
		}
		landing, step := parts[0]+"/"+parts[1], parts[2]
		code, _, _, err := r.Ask(ctx, "resume", r.plan, "--landing", landing, "--step", step, "--decision", "retry", "--reason", reason, "--operator", "rehearsal")
		if err != nil {
			return nil, err
		}
		act := h.Step + " goes on by itself" // a look has found the world mended already
		if code == 0 {
			act = fmt.Sprintf("landfall resume %s --landing %s --step %s --decision retry", r.name, landing, step)
		}
		acts = append(acts, act)
	}
	if len(res.Failed) > 0 && len(res.Held) == 0 {
		return append(acts, "landfall migrate "+r.name), r.begin(ctx)
	}
	return acts, nil
}
