package kernel

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Limit is how many calls of one kind a cloud takes together in a time. A call that is over it is refused in the cloud's own
// words, is not carried out, and is counted.
type Limit struct {
	Name    string `json:"name"` // as a scenario's rates name it: aws.iam.write
	Cloud   string `json:"cloud"`
	Service string `json:"service"`
	// Operations are the beginnings of the operations that it counts; none: every one.
	Operations []string `json:"-"`
	Kind       string   `json:"kind,omitempty"` // read or write; both where it is empty
	By         string   `json:"by"`             // whose calls are counted together: ByScope or ByCaller
	// Calls are taken in Per. Bursts of as many are taken at once, unless Burst says another number.
	Calls float64       `json:"calls"`
	Per   time.Duration `json:"per"`
	Burst float64       `json:"burst"`
	// Tells is whether the refusal says when to come again: that is Wait at least.
	Tells bool          `json:"-"`
	Wait  time.Duration `json:"-"`
	// Source is where the number is from, or that it is assumed.
	Source string `json:"source"`
}

// Whose calls are counted together.
const (
	ByScope  = "scope"  // the account's, tenant's or project's
	ByCaller = "caller" // those of one login or application in it
)

// Rate overrides a documented limit. It is written 600/1m, or off.
type Rate struct {
	Calls float64
	Per   time.Duration // 0: no limit
}

// UnmarshalText implements encoding.TextUnmarshaler.
func (r *Rate) UnmarshalText(b []byte) error {
	*r = Rate{}
	if string(b) == "off" {
		return nil
	}
	calls, per, _ := strings.Cut(string(b), "/")
	var bad, worse error
	r.Calls, bad = strconv.ParseFloat(calls, 64)
	r.Per, worse = time.ParseDuration(per)
	if bad != nil || worse != nil || r.Calls <= 0 || r.Per <= 0 {
		return fmt.Errorf("a rate is written 600/1m, or off, and not %q", b)
	}
	return nil
}

// Metered is a limit as it is in this world, with what has become of it.
type Metered struct {
	Limit
	Taken   int `json:"taken"`
	Refused int `json:"refused"`
	// Peak is how full the fullest of its buckets has been: at 1 the next call is refused.
	Peak float64 `json:"peak"`
	// Busiest is the most that were taken of one caller in any time as long as Per, as a share of Calls.
	Busiest float64 `json:"busiest"`
}

// meter counts what is called under one limit. A bucket fills by a call and empties all the time, as fast as the limit allows.
type meter struct {
	Metered
	buckets map[string]*bucket
}

type bucket struct {
	level  float64
	at     time.Time
	lately []time.Time // calls of the last Per
}

// Check refuses rates that no limit has the name of.
func (s Scenario) Check() error {
	for name := range s.Rates {
		if !slices.ContainsFunc(limits(), func(l Limit) bool { return l.Name == name }) {
			return fmt.Errorf("scenario %s: there is no rate named %q", s.Name, name)
		}
	}
	return nil
}

// meters are the limits of a world in which all goes faster: what they are counted over is as much shorter as whatever else
// takes time. Where nothing takes any time there are no limits but those that the scenario names.
func (s Scenario) meters() []*meter {
	var out []*meter
	for _, l := range limits() {
		l.Per, l.Wait = time.Duration(float64(l.Per)*s.scale()), time.Duration(float64(l.Wait)*s.scale())
		if r, named := s.Rates[l.Name]; named {
			l.Calls, l.Per, l.Burst = r.Calls, r.Per, r.Calls
		}
		if l.Burst == 0 {
			l.Burst = l.Calls
		}
		if l.Per > 0 {
			out = append(out, &meter{Metered: Metered{Limit: l}, buckets: map[string]*bucket{}})
		}
	}
	return out
}

func (l Limit) counts(c Call) bool {
	begins := func(start string) bool { return strings.HasPrefix(c.Operation, start) }
	return l.Cloud == c.Cloud && l.Service == c.Service && (l.Kind == "" || l.Kind == c.kind()) &&
		(len(l.Operations) == 0 || slices.ContainsFunc(l.Operations, begins))
}

func (l Limit) key(c Call) string {
	if l.By == ByCaller {
		return c.Scope + " " + c.caller()
	}
	return c.Scope
}

// gauge is the turnstile of all limits: one lock of its own, so that counting holds nobody up.
type gauge struct {
	mu     sync.Mutex
	meters []*meter
}

// pass takes a call's place under every limit that counts it. Where one is full it takes none, and says which and for how long.
func (g *gauge) pass(c Call, now time.Time) (over *Limit, wait time.Duration) {
	g.mu.Lock()
	defer g.mu.Unlock()
	var counted []*meter
	for _, m := range g.meters {
		if !m.counts(c) {
			continue
		}
		b := m.bucket(m.key(c), now)
		if left := b.level + 1 - m.Burst; left > 0 {
			m.Refused++
			l := m.Limit
			return &l, max(l.Wait, time.Duration(left/l.Calls*float64(l.Per)))
		}
		counted = append(counted, m)
	}
	for _, m := range counted {
		b := m.buckets[m.key(c)]
		b.level++
		m.Taken++
		m.Peak = max(m.Peak, b.level/m.Burst)
		for len(b.lately) > 0 && now.Sub(b.lately[0]) > m.Per {
			b.lately = b.lately[1:]
		}
		b.lately = append(b.lately, now)
		m.Busiest = max(m.Busiest, float64(len(b.lately))/m.Calls)
	}
	return nil, 0
}

// bucket is a bucket as full as it is by now.
func (m *meter) bucket(key string, now time.Time) *bucket {
	b := m.buckets[key]
	if b == nil {
		b = &bucket{at: now}
		m.buckets[key] = b
	}
	b.level = max(0, b.level-now.Sub(b.at).Seconds()*m.Calls/m.Per.Seconds())
	b.at = now
	return b
}

// Limits are the limits of this world, with what has become of each.
func (k *Kernel) Limits() []Metered {
	k.gauge.mu.Lock()
	defer k.gauge.mu.Unlock()
	out := []Metered{}
	for _, m := range k.gauge.meters {
		out = append(out, m.Metered)
	}
	return out
}

// ResetLimits forgets what has become of the limits until now; how full their buckets are it does not.
func (k *Kernel) ResetLimits() {
	k.gauge.mu.Lock()
	defer k.gauge.mu.Unlock()
	for _, m := range k.gauge.meters {
		m.Taken, m.Refused, m.Peak, m.Busiest = 0, 0, 0, 0
	}
}

// throttled is how a call that is over a limit is refused: in the words that its cloud has for too many calls.
func (k *Kernel) throttled(c Call) (Refusal, bool) {
	over, wait := k.gauge.pass(c, k.Now())
	if over == nil {
		return Refusal{}, false
	}
	x := Refusal{Reason: Ordered, Status: 429, Over: *over}
	k.mu.Lock()
	words := k.words
	k.mu.Unlock()
	if words != nil {
		if f, has := words(c, "Throttled"); has {
			x = f.refusal()
			x.Over = *over
		}
	}
	x.RetryAfter = 0
	if over.Tells {
		x.RetryAfter = wait
	}
	return x, true
}
