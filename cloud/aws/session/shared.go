package session

import (
	"sync"
	"time"
)

// Shared keeps answers about the organisation for a moment, because all of its landings ask the same at the same time and
// AWS Organizations answers slowly. It is a worker's; its zero value is ready.
type Shared struct {
	mu   sync.Mutex
	kept map[string]*answer
}

type answer struct {
	once  sync.Mutex
	until time.Time
	value any
}

// moment is how long an answer is shared.
const moment = 2 * time.Second

// Ask gives the answer that another landing of the same login just got, or else asks.
func Ask[T any](s *Session, what string, ask func() (T, error)) (T, error) {
	if s.Shared == nil {
		return ask()
	}
	a := s.Shared.answer(s.LoginName + "/" + s.Home + "/" + what)
	a.once.Lock()
	defer a.once.Unlock()
	if v, fits := a.value.(T); fits && time.Now().Before(a.until) {
		return v, nil
	}
	v, err := ask()
	if err == nil {
		a.value, a.until = v, time.Now().Add(moment)
	}
	return v, err
}

// Forget drops what is shared, because something of the organisation was changed.
func (s *Session) Forget() {
	if s.Shared == nil {
		return
	}
	s.Shared.mu.Lock()
	defer s.Shared.mu.Unlock()
	s.Shared.kept = nil
}

func (h *Shared) answer(key string) *answer {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.kept == nil {
		h.kept = map[string]*answer{}
	}
	a, there := h.kept[key]
	if !there {
		a = &answer{}
		h.kept[key] = a
	}
	return a
}
