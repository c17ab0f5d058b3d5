package plan

import (
	"testing"
	"time"
)

// TestACalendarIsReadAsTemporalReadsIt has the forms that the documentation of its CalendarSpec names.
func TestACalendarIsReadAsTemporalReadsIt(t *testing.T) {
	set := func(values ...int) (out uint64) {
		for _, v := range values {
			out |= 1 << v
		}
		return out
	}
	for _, c := range []struct {
		text  string
		field int
		want  uint64
	}{
		{"5 * * * *", 0, set(5)},
		{"1-5 * * * *", 0, set(1, 2, 3, 4, 5)},
		{"1-5/2 * * * *", 0, set(1, 3, 5)},
		{"1-5/2,8 * * * *", 0, set(1, 3, 5, 8)},
		{"50/5 * * * *", 0, set(50, 55)},
		{"*/20 * * * *", 0, set(0, 20, 40)},
		{"*/99999 * * * *", 0, set(0)},
		{"0 */12 * * *", 1, set(0, 12)},
		{"0 0 1,15,31 * *", 2, set(1, 15, 31)},
		{"0 0 1 jan,Sept,DECEMBER *", 3, set(1, 9, 12)},
		{"0 0 1 1-mar *", 3, set(1, 2, 3)},
		{"0 0 * * mo-we,sat", 4, set(1, 2, 3, 6)},
		{"0 0 * * 7", 4, set(0)},
		{"0 0 * * 5-7", 4, set(0, 5, 6)},
		{"0 0 * * *", 4, set(0, 1, 2, 3, 4, 5, 6)},
		{"  0   0 * *\t1/3 ", 4, set(0, 1, 4)},
	} {
		got, what, _ := parseCron(c.text)
		if what != "" || got[c.field] != c.want {
			t.Errorf("%s: got %b, %s, want %b", c.text, got[c.field], what, c.want)
		}
	}
	for _, text := range []string{
		"", "* * * *", "* * * * * *", "@daily", "TZ=UTC * * * * *", "60 * * * *", "* 24 * * *", "* * 0 * *", "* * 32 * *", "* * * 13 *",
		"* * * * 8", "-1 * * * *", "1- * * * *", "1-2-3 * * * *", "5-1 * * * *", "1/0 * * * *", "1/ * * * *", "1/2/3 * * * *", "1,,2 * * * *",
		"+5 * * * *", "* * * ja *", "* * * * m", "* * * june-may *", "* * * * # x", "*-5 * * * *", "? * * * *", "* * L * *", "* jan * * *",
	} {
		if got, what, hint := parseCron(text); what == "" || hint == "" {
			t.Errorf("%q: got %v, want it refused with a hint", text, got)
		}
	}
}

func TestACalendarKnowsItsShortestGapAndWhetherItEverComes(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"* * * * *":         time.Minute,
		"*/7 * * * *":       4 * time.Minute, // from :56 to the next hour
		"0 3 * * *":         day,
		"0 3,4 1 * *":       time.Hour,
		"59 23,0 * * *":     time.Hour,
		"0 23,1 * * *":      2 * time.Hour,
		"0 3 1 * *":         28 * day,
		"0 3 1,31 * *":      day,
		"0 3 1 1 *":         365 * day,
		"0 3 29 2 *":        4*365*day + day,
		"0 3 1-7 * mon":     28 * day,
		"30 3 * * mon,thu":  3 * day,
		"0 0 1 jan,jul sun": 182 * day, // in a leap year
	} {
		c, what, _ := parseCron(text)
		if got, comes := c.shortest(); what != "" || !comes || got != want {
			t.Errorf("%s: got %s, %v, %s, want %s", text, got, comes, what, want)
		}
	}
	for _, text := range []string{"0 3 30 2 *", "0 3 31 apr,jun *"} {
		c, _, _ := parseCron(text)
		if got, comes := c.shortest(); comes {
			t.Errorf("%s: got %s, want that it never comes", text, got)
		}
	}
}
