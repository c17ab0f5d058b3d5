package plan

import (
	"slices"
	"strings"
	"time"
)

// manual says what is wrong with the steps that only people can do.
func (c *check) manual() {
	first := map[string]string{}
	for i, m := range c.written.Manual {
		path := item("manual", i)
		c.form(path+".name", m.Name, stepForm)
		if !c.cloud(path+".cloud", m.Cloud) || !c.environment(path+".environment", m.Environment) {
			continue
		}
		if s := (square{m.Cloud, m.Environment}); c.has(s) && !c.lands(s) {
			c.add(path, "Leave it out, or land it.", "the plan skips %s", s.id())
		}
		key := string(m.Cloud) + "/" + m.Environment + "/" + m.Name
		if other, twice := first[key]; twice {
			c.add(path+".name", "Name them apart.", "%s has a step of this name already", other)
		} else {
			first[key] = path
		}
		if slices.Contains(m.After, m.Name) {
			c.add(path+".after", "Leave it out.", "a step does not come after itself")
		}
		if w := m.Confirmed; w != (Word{}) {
			switch {
			case strings.TrimSpace(w.By) == "":
				c.add(path+".confirmed.by", "Name the person whose word it is.", "nobody's word is nobody's")
			case !isDay(w.On):
				c.add(path+".confirmed.on", "Write it as YYYY-MM-DD.", "this is not a day")
			}
		}
	}
}

// notify says what is wrong with who is told.
func (c *check) notify() {
	n := c.written.Notify
	c.hook("notify", n.Webhook, n.Key)
	if n.Remind == "" {
		return
	}
	if d, err := time.ParseDuration(n.Remind); err != nil || d < time.Minute {
		c.add("notify.remind", "Write it as 4h or 30m; a minute at least.", "this is not a time after which to remind")
	}
}

// RemindAfter is how long a hold lasts before somebody is reminded of it for the first time.
func (n Notify) RemindAfter() time.Duration {
	if d, err := time.ParseDuration(n.Remind); err == nil && d >= time.Minute {
		return d
	}
	d, _ := time.ParseDuration(DefaultRemind) // a constant
	return d
}
