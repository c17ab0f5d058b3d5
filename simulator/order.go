package simulator

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/itbytes/landfall/simulator/failing"
	"github.com/itbytes/landfall/simulator/kernel"
	"github.com/itbytes/landfall/simulator/onepassword"
)

// check refuses an order that would strike nothing, or nothing that was meant.
func check(f kernel.Fault) error {
	known := []string{"", onepassword.Cloud}
	for _, c := range clouds() {
		known = append(known, c.name)
	}
	switch {
	case !slices.Contains(known, f.Match.Cloud):
		return fmt.Errorf("no cloud is named %q: match.cloud is one of %v, or left out for all", f.Match.Cloud, known[1:])
	case !slices.Contains([]string{"", "read", "write"}, f.Match.Kind):
		return fmt.Errorf("match.kind is read or write, not %q", f.Match.Kind)
	case !slices.Contains(deeds(), f.Do):
		return fmt.Errorf("do is one of %v, not %q", deeds()[1:], f.Do)
	case f.Status != 0 && (f.Status < 400 || f.Status > 599):
		return fmt.Errorf("status is between 400 and 599, not %d", f.Status)
	case f.After < 0 || f.Times < 0 || f.From < 0 || f.For < 0 || f.RetryAfter < 0:
		return errors.New("after, times, from, for and retryAfter are not negative")
	}
	return errors.Join(checkStep(f.Match), checkKind(f))
}

// deeds are what a fault can do.
func deeds() []string {
	return []string{"", kernel.DoRefuse, kernel.DoHang, kernel.DoReset, kernel.DoLose, kernel.DoStall, kernel.DoGarble, kernel.DoExpire, kernel.DoLock}
}

// checkStep refuses a step that no call could name.
func checkStep(m kernel.Match) error {
	if m.Step == "" {
		return nil
	}
	parts := strings.SplitN(m.Step, "/", 3)
	if len(parts) < 3 || slices.Contains(parts, "") {
		return fmt.Errorf("match.step is cloud/environment/step, not %q", m.Step)
	}
	if m.Cloud != "" && m.Cloud != parts[0] {
		return fmt.Errorf("match.step %s is of another cloud than match.cloud %s", m.Step, m.Cloud)
	}
	return nil
}

// checkKind refuses a kind that nobody knows, that the cloud has no words for, or that the order words itself.
func checkKind(f kernel.Fault) error {
	if f.Kind == "" {
		return nil
	}
	cloud := f.Match.Cloud
	if cloud == "" {
		cloud, _, _ = strings.Cut(f.Match.Step, "/")
	}
	switch {
	case !slices.Contains(failing.Kinds(), f.Kind):
		return fmt.Errorf("kind is one of %v, not %q", failing.Kinds(), f.Kind)
	case cloud != "" && !failing.Knows(cloud, f.Kind):
		return fmt.Errorf("%s has no answer that says %s", cloud, f.Kind)
	case f.Do != "" || f.Status != 0 || f.Code != "" || f.Message != "" || len(f.Members) > 0:
		return errors.New("a fault with a kind is worded by its cloud: leave do, status, code, message and members out")
	}
	return nil
}
