package plan

import (
	"cmp"
	"errors"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// day is a day of a plan's lengths of time; no clock is set forward or back in it.
const day = 24 * time.Hour

// longest is the longest length of time that a plan may write.
const longest = 3650 * day

var lengthForm = regexp.MustCompile(`^(?:([0-9]{1,8})d)?(?:([0-9]{1,8})h)?(?:([0-9]{1,8})m)?$`)

// Duration reads a length of time as a plan writes it: days, hours and minutes, such as 90d, 24h, 30m or 1d12h. Go's own
// way knows no days, and its seconds and fractions are nothing that a rotation could keep to.
func Duration(text string) (time.Duration, error) {
	found := lengthForm.FindStringSubmatch(text)
	if found == nil || text == "" {
		return 0, errors.New("a length of time is written in days, hours and minutes")
	}
	var sum time.Duration
	for i, unit := range []time.Duration{day, time.Hour, time.Minute} {
		n, _ := strconv.Atoi("0" + found[i+1]) // up to eight digits, or none
		sum += time.Duration(n) * unit
		if sum < 0 || time.Duration(n) > longest/unit || sum > longest {
			return 0, errors.New("a length of time is at most ten years")
		}
	}
	return sum, nil
}

// firstLength is the first of texts that says a length of time, or other.
func firstLength(other time.Duration, texts ...string) time.Duration {
	for _, t := range texts {
		if d, err := Duration(t); err == nil {
			return d
		}
	}
	return other
}

// length says what is wrong with a length of time that is written, or is shorter than it may be.
func (c *check) length(path, text string, least time.Duration) {
	if text == "" {
		return
	}
	d, err := Duration(text)
	switch {
	case err != nil:
		c.add(path, "Write it as 90d, 24h or 30m.", "%s", err)
	case d < least:
		c.add(path, "Write a longer one.", "this is too short: it is at least %s", lengthText(least))
	}
}

// lengthText is a length of time as a plan writes it.
func lengthText(d time.Duration) string {
	var out strings.Builder
	for _, u := range []struct {
		of   time.Duration
		name string
	}{{day, "d"}, {time.Hour, "h"}, {time.Minute, "m"}} {
		if n := int(d / u.of); n > 0 {
			out.WriteString(strconv.Itoa(n) + u.name)
			d %= u.of
		}
	}
	return cmp.Or(out.String(), "0m")
}
