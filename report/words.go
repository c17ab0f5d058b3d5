package report

import (
	"fmt"
	"math"
	"strings"
	"time"
)

// lasted is a length of time as people say it: 0.4 s, 12 s, 3 min 05 s, 2 h 10 min.
func lasted(seconds float64) string {
	whole := int(math.Round(seconds))
	switch {
	case seconds <= 0:
		return "0 s"
	case seconds < 0.95:
		return fmt.Sprintf("%.2f s", seconds)
	case seconds < 59.95:
		return strings.TrimSuffix(fmt.Sprintf("%.1f", seconds), ".0") + " s"
	case whole < 3600:
		return fmt.Sprintf("%d min %02d s", whole/60, whole%60)
	}
	return fmt.Sprintf("%d h %02d min", whole/3600, whole%3600/60)
}

// moment is a time as a report shows it, or a dash.
func moment(t time.Time) string {
	if t.IsZero() {
		return "–"
	}
	return t.UTC().Format("2006-01-02 15:04:05 UTC")
}

// short is a digest as people compare it.
func short(digest string) string {
	algorithm, hex, found := strings.Cut(digest, ":")
	if !found || len(hex) < 12 {
		return digest
	}
	return algorithm + ":" + hex[:12] + "…"
}

// many is a number and its noun.
func many(n int, one, more string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, more)
}

// sign is a mark that stands beside a word, so that nothing is told by colour alone.
func sign(word string) string {
	signs := map[string]string{
		already: "=", enforced: "✓", manual: "☞", waived: "~", gap: "✗",
		"done": "✓", "running": "▶", "held": "‖", "waiting": "☞", "failed": "✗", "skipped": "–", "todo": "·", "pending": "…",
		"undoing": "↶", "aborted": "↶", "undone": "↶", "reverted": "↶", "neutralised": "○", "quarantined": "▣", "left": "–",
	}
	if s, known := signs[word]; known {
		return s
	}
	return "·"
}
