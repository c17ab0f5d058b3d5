package main

import (
	"bytes"
	"strings"
	"testing"

	"github.com/itbytes/landfall/plan"
	"github.com/itbytes/landfall/workflows"
)

func TestAPreviewThatWouldChangeSomethingEndsWithTwo(t *testing.T) {
	for _, c := range []struct {
		why     string
		changes map[plan.Op]int
		unseen  int
		code    int
		want    string
	}{
		{"all is so", map[plan.Op]int{plan.None: 3, plan.Skipped: 1}, 0, 0, "nothing would change"},
		{"something would change", map[plan.Op]int{plan.None: 3, plan.Create: 2, plan.Manual: 1}, 0, 2, "3 changes foreseen; carry them out with: landfall migrate plans/x.yaml --approve"},
		{"something was not seen", map[plan.Op]int{plan.None: 3}, 2, 2, "2 steps could not be observed"},
	} {
		var out bytes.Buffer
		d := &desk{out: &out, output: "text"}
		err := d.showPreview("plans/x.yaml", target{}, workflows.MigrateResult{Plan: "x", Changes: c.changes, Unseen: c.unseen}, nil)
		if err != nil || d.code != c.code || !strings.Contains(out.String(), c.want) {
			t.Errorf("%s: exit %d, %q, %v; want %d and %q", c.why, d.code, out.String(), err, c.code, c.want)
		}
	}
}

func TestAPreviewsColumnsStandUnderEachOther(t *testing.T) {
	var out bytes.Buffer
	d := &desk{out: &out, output: "text"}
	err := d.showPreview("x", target{}, workflows.MigrateResult{Changes: map[plan.Op]int{plan.Update: 1}}, []plan.Preview{{Landing: "azure/mgmt", Outcomes: []plan.Outcome{
		{Step: "principal-itManagesO365", Change: plan.Change{Op: plan.Create}},
		{Step: "nsg", Change: plan.Change{Op: plan.Update, Why: "it differs in name", Fields: []plan.FieldDiff{{Field: "name", After: "b"}}}},
	}}})
	want := "azure/mgmt\n" +
		"  create    principal-itManagesO365  in the new subscription\n" +
		"  update    nsg                      it differs in name\n" +
		"              name: (none) -> \"b\"\n"
	if err != nil || !strings.HasPrefix(out.String(), want) {
		t.Errorf("got\n%s(%v), want\n%s", out.String(), err, want)
	}
}
