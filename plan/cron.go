package plan

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// cron is a calendar of five fields as a set of bits for each: minute and hour, day of the month, month and day of the week. Its
// grammar is that of Temporal's schedules (temporal.api.schedule.v1.ScheduleSpec.cron_string): *, a value, a range a-b, either with a
// step /n, lists of these, names of months and days by their first letters, and 7 for Sunday too. Unlike in Unix's cron a
// day must fit the day of month and the day of week.
type cron [5]uint64

// cronField is how one field is written.
type cronField struct {
	name     string
	min, max int
	words    []string // names of its values
	first    int      // the value that the first of them names
	letters  int      // how many of a name's letters are enough
}

func cronFields() [5]cronField {
	months := make([]string, 0, 12)
	for m := time.January; m <= time.December; m++ {
		months = append(months, strings.ToLower(m.String()))
	}
	days := make([]string, 0, 7)
	for d := time.Sunday; d <= time.Saturday; d++ {
		days = append(days, strings.ToLower(d.String()))
	}
	return [5]cronField{
		{name: "minute", max: 59},
		{name: "hour", max: 23},
		{name: "day of month", min: 1, max: 31},
		{name: "month", min: 1, max: 12, words: months, first: 1, letters: 3},
		{name: "day of week", max: 7, words: days, letters: 2},
	}
}

// parseCron reads a calendar, or says what is wrong with it and what to do.
func parseCron(text string) (c cron, what, hint string) {
	words := strings.Fields(text)
	if len(words) != len(c) {
		return c, "a calendar has five fields: minute, hour, day of month, month and day of week", "For example 0 3 1 * *, which is at 03:00 on the first of each month."
	}
	for i, f := range cronFields() {
		for part := range strings.SplitSeq(words[i], ",") {
			set, hint := f.parse(part)
			if hint != "" {
				return c, "this calendar's " + f.name + " is not written as it must be", hint
			}
			c[i] |= set
		}
	}
	if c[4]&(1<<7) != 0 {
		c[4] = c[4]&^(1<<7) | 1
	}
	return c, "", ""
}

// parse reads one part of a field's list, or says what to do about it.
func (f cronField) parse(part string) (set uint64, hint string) {
	hint = "Write *, a value from " + strconv.Itoa(f.min) + " to " + strconv.Itoa(f.max) + ", a range or a step: */5, 1-5, 1,15."
	span, by, stepped := strings.Cut(part, "/")
	step := 1
	if stepped {
		n, err := strconv.Atoi(by)
		if err != nil || n < 1 {
			return 0, hint
		}
		step = min(n, f.max+1)
	}
	low, high, ranged := strings.Cut(span, "-")
	from, known := f.value(low)
	to := from
	switch {
	case span == "*":
		from, to = f.min, f.max
	case !known:
		return 0, f.meant(low, hint)
	case ranged:
		if to, known = f.value(high); !known {
			return 0, f.meant(high, hint)
		}
		if to < from {
			return 0, "Write the range's smaller end first."
		}
	case stepped:
		to = f.max
	}
	for v := from; v <= to; v += step {
		set |= 1 << v
	}
	return set, ""
}

// value reads one value of the field, by number or name.
func (f cronField) value(text string) (int, bool) {
	if len(text) >= f.letters {
		for i, w := range f.words {
			if strings.HasPrefix(w, strings.ToLower(text)) {
				return i + f.first, true
			}
		}
	}
	n, err := strconv.Atoi(text)
	return n, err == nil && text[0] != '+' && n >= f.min && n <= f.max
}

// meant is the hint for a word that is no value: the name that was likely meant, where the field has names.
func (f cronField) meant(word, other string) string {
	short := make([]string, 0, len(f.words))
	for _, w := range f.words {
		short = append(short, w[:3])
	}
	if n := nearest(strings.ToLower(word), slices.Concat(short, f.words)); n != "" && word != "" {
		return "Did you mean " + quoted(n) + "?"
	}
	return other
}

// shortest is the shortest time between two of the calendar's moments, and whether it has any. Twenty-eight years hold
// every pairing of days and weekdays.
func (c cron) shortest() (gap time.Duration, comes bool) {
	first, last, gap := c.hours()
	before := time.Time{}
	for d := time.Date(2001, 1, 1, 0, 0, 0, 0, time.UTC); d.Year() < 2029; d = d.AddDate(0, 0, 1) {
		if c[2]&(1<<d.Day()) == 0 || c[3]&(1<<d.Month()) == 0 || c[4]&(1<<d.Weekday()) == 0 {
			continue
		}
		if !before.IsZero() {
			gap = min(gap, d.Sub(before)+first-last)
		}
		before = d
	}
	return gap, !before.IsZero()
}

// hours are the first and the last of the calendar's moments in a day, and the shortest time between two of them.
func (c cron) hours() (first, last, gap time.Duration) {
	first, gap = -1, longest
	for at := time.Duration(0); at < day; at += time.Minute {
		h, m := at/time.Hour, at%time.Hour/time.Minute
		switch {
		case c[1]&(1<<h) == 0 || c[0]&(1<<m) == 0:
			continue
		case first < 0:
			first = at
		default:
			gap = min(gap, at-last)
		}
		last = at
	}
	return first, last, gap
}

// Moments are a calendar's minutes, hours, days of the month, months and days of the week, a bit for each value. One that is
// not valid has none.
func Moments(calendar string) [5]uint64 {
	c, what, _ := parseCron(calendar)
	if what != "" {
		return [5]uint64{}
	}
	return c
}
