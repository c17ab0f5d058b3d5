package plan

import (
	"testing"
	"time"
)

func TestALengthOfTimeIsReadAsItIsWritten(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"90d": 90 * day, "24h": day, "30m": 30 * time.Minute, "1d12h": 36 * time.Hour, "1d2h3m": 26*time.Hour + 3*time.Minute,
		"0m": 0, "007h": 7 * time.Hour, "3650d": longest,
	} {
		if got, err := Duration(text); err != nil || got != want {
			t.Errorf("%s: got %s, %v, want %s", text, got, err, want)
		}
	}
	for _, text := range []string{"", "d", "90", "90 d", "1.5h", "-1d", "30s", "1h1d", "2w", "1d 2h", "3651d", "99999999d", "99999999h", "3650d1m", "999999999m"} {
		if got, err := Duration(text); err == nil {
			t.Errorf("%q: got %s, want it refused", text, got)
		}
	}
}

func TestALengthOfTimeIsWrittenAsItIsRead(t *testing.T) {
	for _, want := range []string{"90d", "1d12h", "30m", "1d2h3m", "0m"} {
		d, err := Duration(want)
		if got := lengthText(d); err != nil || got != want {
			t.Errorf("got %s, %v, want %s", got, err, want)
		}
	}
}
