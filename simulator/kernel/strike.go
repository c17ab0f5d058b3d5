package kernel

import (
	"bytes"
	"context"
	"io"
	"maps"
	"net/http"
	"time"
)

// strike finds the first fault that hits the call, and counts it. What it returns has no kind any more.
func (k *Kernel) strike(c Call) *Fault {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, f := range k.faults {
		age := time.Since(f.ordered)
		if !f.Match.hits(c) || age < time.Duration(f.From) || (f.For > 0 && !f.waits() && age > time.Duration(f.From+f.For)) {
			continue
		}
		as, meant := k.worded(f, c)
		if !meant {
			continue
		}
		if f.passed < f.After {
			f.passed++
			continue
		}
		if as.Times > 0 && f.struck >= as.Times {
			continue
		}
		f.struck++
		return &as
	}
	return nil
}

// worded is what a fault does to a call: what it was ordered to, or what its kind comes to in the words of the call's cloud;
// meant is false where that is nothing.
func (k *Kernel) worded(f *Fault, c Call) (as Fault, meant bool) {
	as = *f
	if f.Kind != "" {
		if k.words == nil {
			return as, false
		}
		if as, meant = k.words(c, f.Kind); !meant {
			return as, false
		}
		if f.Times > 0 {
			as.Times = f.Times
		}
		as.RetryAfter = Duration(f.RetryAfter.Or(time.Duration(as.RetryAfter)))
	}
	if as.turns() != "" {
		as.Times = 1
		_, known := k.logins[c.Login]
		return as, known
	}
	return as, true
}

// waits reports whether For is how long the fault keeps a call, and not how long it lasts itself.
func (f *Fault) waits() bool { return f.Do == DoHang || f.Do == DoStall }

// outwait waits until the fault is lifted or its time is over, and reports whether whoever called is still there.
func (f *Fault) outwait(ctx context.Context) bool {
	t := time.NewTimer(f.For.Or(2 * time.Minute))
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-f.lifted:
	case <-t.C:
	}
	return true
}

// turns is the state that the fault leaves the call's login in, or "".
func (f *Fault) turns() string {
	switch f.Do {
	case DoExpire:
		return LoginExpired
	case DoLock:
		return LoginLocked
	}
	return ""
}

func (f *Fault) refusal() Refusal {
	return Refusal{Reason: Ordered, Status: f.Status, Code: f.Code, Message: f.Message, RetryAfter: time.Duration(f.RetryAfter), Members: f.Members}
}

// suffer lets a fault have its way with a call; dropped says that the connection goes with it, unanswered.
func (k *Kernel) suffer(rec *recorder, r *http.Request, c Call, f *Fault, refuse func(http.ResponseWriter, Refusal), do func(http.ResponseWriter)) (dropped bool) {
	switch f.Do {
	case DoHang:
		select {
		case <-r.Context().Done():
		case <-time.After(f.For.Or(2 * time.Minute)):
		}
		rec.status = http.StatusGatewayTimeout
		return true
	case DoReset:
		rec.status = http.StatusBadGateway
		return true
	case DoLose: // the deed is done and its answer lost
		do(&deaf{header: http.Header{}})
		rec.status = http.StatusBadGateway
		return true
	case DoStall: // the deed is done and its answer waits
		a := &kept{header: http.Header{}}
		do(a)
		if !f.outwait(r.Context()) {
			rec.status = statusGone
			return true
		}
		a.tell(rec)
	case DoGarble:
		garble(rec)
	case DoExpire, DoLock:
		_ = k.SetLogin(c.Login, f.turns()) // strike has seen that the login is known
		refuse(rec, Refusal{Reason: f.turns(), Login: c.Login})
	default:
		refuse(rec, f.refusal())
	}
	return false
}

// garble answers what is no answer of any cloud: a page of something that stands in between.
func garble(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(http.StatusOK)
	_, _ = io.WriteString(w, "<!doctype html><title>Welcome</title>{") // neither XML nor JSON; a client that went away hears nothing
}

// deaf takes an answer that nobody will hear.
type deaf struct{ header http.Header }

func (d *deaf) Header() http.Header         { return d.header }
func (d *deaf) Write(b []byte) (int, error) { return len(b), nil }
func (d *deaf) WriteHeader(int)             {}

// kept takes an answer that is told later.
type kept struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (k *kept) Header() http.Header         { return k.header }
func (k *kept) Write(b []byte) (int, error) { return k.body.Write(b) }

func (k *kept) WriteHeader(s int) {
	if k.status == 0 {
		k.status = s
	}
}

// tell tells the answer.
func (k *kept) tell(w http.ResponseWriter) {
	maps.Copy(w.Header(), k.header)
	if k.status != 0 {
		w.WriteHeader(k.status)
	}
	_, _ = w.Write(k.body.Bytes()) // a client that went away hears nothing
}
