package workflows_test

import (
	"context"
	"sync"

	"github.com/itbytes/landfall/plan"
)

// ear hears the notices of a run.
type ear struct {
	mu     sync.Mutex
	heard  []plan.Notice
	answer error // instead of hearing
}

func (e *ear) Tell(_ context.Context, _ plan.Notify, n plan.Notice) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.answer != nil {
		return e.answer
	}
	e.heard = append(e.heard, n)
	return nil
}

// of are the notices of a kind.
func (e *ear) of(k plan.NoticeKind) []plan.Notice {
	e.mu.Lock()
	defer e.mu.Unlock()
	var out []plan.Notice
	for _, n := range e.heard {
		if n.Kind == k {
			out = append(out, n)
		}
	}
	return out
}

// told is who is told of a run, where the tests listen.
func told() plan.Notify {
	return plan.Notify{Webhook: "https://hooks.example", Key: "op://v/there", Remind: "4h"}
}
