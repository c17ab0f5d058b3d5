package wire

import (
	"sync"
	"time"
)

// shared are answers that many landings ask for at once: whoever comes first asks, the others get what it heard. Only
// answers are kept, never failures, and only for as long as they may be a little old.
type shared struct {
	mu   sync.Mutex
	kept map[string]*heard
}

type heard struct {
	mu     sync.Mutex
	answer any
	at     time.Time
}

// Share is the answer to a question that this login asked no longer ago than fresh, else ask's.
func Share[T any](s *Session, question string, fresh time.Duration, ask func() (T, error)) (T, error) {
	h := s.shared.of(question)
	h.mu.Lock()
	defer h.mu.Unlock()
	if known, ok := h.answer.(T); ok && time.Since(h.at) < fresh {
		return known, nil
	}
	answer, err := ask()
	if err == nil {
		h.answer, h.at = answer, time.Now()
	}
	return answer, err
}

func (s *shared) of(question string) *heard {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.kept == nil {
		s.kept = map[string]*heard{}
	}
	if s.kept[question] == nil {
		s.kept[question] = &heard{}
	}
	return s.kept[question]
}
