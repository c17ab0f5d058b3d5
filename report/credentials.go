package report

import (
	"cmp"
	"strings"
	"time"

	"github.com/itbytes/landfall/plan"
)

// credentials shows each credential as it was last looked at, and below it what was wrong with it.
func (t *text) credentials(all []plan.CredentialReport, at time.Time) {
	if len(all) == 0 {
		return
	}
	t.section("Credentials" + seen(at))
	rows := [][]string{{"credential", "kind", "age", "owner", "kept at", "findings"}}
	for _, c := range all {
		kinds := make([]string, 0, len(c.Findings))
		for _, f := range flaws(c) {
			kinds = append(kinds, string(f.Kind))
		}
		rows = append(rows, []string{c.ID, string(c.Kind), aged(c), cmp.Or(c.Owner, "–"), c.Item, cmp.Or(strings.Join(kinds, ", "), "–")})
	}
	t.table(rows, func(i int) string {
		switch {
		case i == 0:
			return "2"
		case len(flaws(all[i-1])) > 0:
			return "33"
		}
		return ""
	})
	for _, c := range all {
		for _, f := range flaws(c) {
			t.wrapped("  "+c.ID+": ", f.What+". "+f.Do)
		}
	}
}

// seen is when credentials were last looked at, as the end of a heading.
func seen(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return ", as of " + moment(at)
}

// flaws are what is wrong with a credential, that it could not be read too.
func flaws(c plan.CredentialReport) []plan.Finding {
	if c.Fault == nil {
		return c.Findings
	}
	return []plan.Finding{{Kind: plan.Unread, What: "it could not be read: " + strings.TrimSuffix(c.Fault.Message, "."), Do: c.Fault.Hint}}
}

// aged is the age of a credential's current key.
func aged(c plan.CredentialReport) string {
	if c.Age <= 0 {
		return "–"
	}
	if days := int(c.Age.Hours() / 24); days > 0 {
		return many(days, "day", "days")
	}
	return lasted(c.Age.Seconds())
}
