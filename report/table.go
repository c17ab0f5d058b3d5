package report

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// table writes rows in columns; the first row is the heading. Columns of numbers stand to the right. A row is coloured as
// a whole, after it was measured.
func (t *text) table(rows [][]string, colour func(row int) string) {
	widths := make([]int, len(rows[0]))
	for _, r := range rows {
		for i, c := range r {
			widths[i] = max(widths[i], width(c))
		}
	}
	for n, r := range rows {
		var b strings.Builder
		for i, c := range r {
			pad := strings.Repeat(" ", widths[i]-width(c))
			b.WriteString("  ")
			if i > 0 && numeric(rows, i) {
				b.WriteString(pad + c)
			} else {
				b.WriteString(c + pad)
			}
		}
		t.line("%s", t.paint(strings.TrimRight(b.String(), " "), colour(n)))
	}
}

func numeric(rows [][]string, column int) bool {
	for _, r := range rows[1:] {
		if _, err := strconv.Atoi(r[column]); err != nil && r[column] != "" && r[column] != "·" {
			return false
		}
	}
	return true
}

// number is a count; nothing is a dot, so that the eye finds what is there.
func number(n int) string {
	if n == 0 {
		return "·"
	}
	return strconv.Itoa(n)
}

func width(s string) int { return utf8.RuneCountInString(s) }
