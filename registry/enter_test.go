package registry_test

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
	"github.com/itbytes/landfall/simulator/kernel"
)

func TestRowsAreEnteredOnce(t *testing.T) {
	each(t, func(t *testing.T, p place) {
		p.prepare(t)
		rows := []plan.Row{row("aws-prod"), row("aws-dti"), row("aws-mgmt")}
		if got := p.enter(t, rows...); got != 3 {
			t.Errorf("the first time wrote %d rows, want 3", got)
		}
		first := p.item(t, "aws-prod", "aws")
		want := map[string]string{
			"PK": "PROJECT#aws-prod", "SK": "CLOUD#aws", "kind": "landing", "id": "862973411383", "environment": "prod",
			"name": "aws-prod", "plan": "itbytes", "attributes.region": "us-east-1", "version": "1",
		}
		if got := without(first, "updated"); !maps.Equal(got, want) || first["updated"] == "" {
			t.Errorf("the row is\n%v, want\n%v and a time", first, want)
		}
		if got := p.enter(t, rows...); got != 0 {
			t.Errorf("the second time wrote %d rows, want none", got)
		}
		if got := p.item(t, "aws-prod", "aws"); !maps.Equal(got, first) {
			t.Errorf("the second time changed\n%v to\n%v", first, got)
		}
	})
}

func TestARowThatDiffersIsWrittenAgainWithTheNextVersion(t *testing.T) {
	each(t, func(t *testing.T, p place) {
		p.prepare(t)
		p.enter(t, row("aws-prod"))
		r := row("aws-prod")
		r.Name, r.Attributes = "", map[string]string{"zone": "aws.it4bytes.example"}
		if got := p.enter(t, r, row("aws-dti")); got != 2 {
			t.Errorf("wrote %d rows, want the changed and the new one", got)
		}
		got := p.item(t, "aws-prod", "aws")
		if got["version"] != "2" || got["attributes.zone"] != "aws.it4bytes.example" {
			t.Errorf("got %v, want version 2 with the zone", got)
		}
		if _, stale := got["attributes.region"]; stale || got["name"] != "" {
			t.Errorf("what the row no longer says stands there still: %v", got)
		}
	})
}

func TestAnotherPlansRowIsRefusedByNameAndTheOthersAreEntered(t *testing.T) {
	each(t, func(t *testing.T, p place) {
		p.prepare(t)
		theirs := row("aws-prod")
		theirs.Plan = "shipyard"
		p.enter(t, theirs)
		before := p.item(t, "aws-prod", "aws")
		written, err := p.book.Enter(t.Context(), home(), p.reg, []plan.Row{row("aws-prod"), row("aws-dti")})
		if written != 1 || fault.KindOf(err) != fault.Conflict || !strings.Contains(err.Error(), `"shipyard"`) {
			t.Errorf("got %d rows and %v, want one and a conflict that names shipyard", written, err)
		}
		if got := p.item(t, "aws-prod", "aws"); !maps.Equal(got, before) {
			t.Errorf("their row was changed from\n%v to\n%v", before, got)
		}
	})
}

func TestARowThatAScriptWroteIsAdoptedWithWhatElseItSays(t *testing.T) {
	each(t, func(t *testing.T, p place) {
		p.prepare(t)
		p.put(t, map[string]string{"PK": "PROJECT#aws-prod", "SK": "CLOUD#aws", "note": "by hand", "id": "wrong"})
		if got := p.enter(t, row("aws-prod")); got != 1 {
			t.Errorf("wrote %d rows, want one", got)
		}
		got := p.item(t, "aws-prod", "aws")
		if got["note"] != "by hand" || got["id"] != "862973411383" || got["plan"] != "itbytes" || got["version"] != "1" {
			t.Errorf("got %v, want it the plan's, with the note", got)
		}
	})
}

func TestWritersAtOneTimeLoseNoWrite(t *testing.T) {
	each(t, func(t *testing.T, p place) {
		p.prepare(t)
		var mu sync.Mutex
		var all sync.WaitGroup
		total := 0
		for i := range 4 {
			all.Go(func() {
				r := row("aws-prod")
				r.Name = strconv.Itoa(i)
				n, err := p.book.Enter(t.Context(), home(), p.reg, []plan.Row{r})
				if err != nil && fault.KindOf(err) != fault.Conflict {
					t.Errorf("enter: %v", err)
				}
				mu.Lock()
				total += n
				mu.Unlock()
			})
		}
		all.Wait()
		if got := p.item(t, "aws-prod", "aws")["version"]; total == 0 || got != strconv.Itoa(total) {
			t.Errorf("%d writes were reported and the version is %s", total, got)
		}
	})
}

func TestThePreviewCountsAndWritesNothing(t *testing.T) {
	each(t, func(t *testing.T, p place) {
		rows := []plan.Row{row("aws-prod"), row("aws-dti")}
		preview := func(want int) {
			t.Helper()
			before := p.writes()
			defer func() {
				if wrote := p.writes() - before; wrote != 0 {
					t.Errorf("the preview wrote %d times", wrote)
				}
			}()
			if got, err := p.book.Preview(t.Context(), home(), p.reg, rows); got != want || err != nil {
				t.Errorf("got %d and %v, want %d", got, err, want)
			}
		}
		preview(3) // and the table
		p.make(t, "PK", "SK")
		preview(3) // the table is to be mended
		p.prepare(t)
		preview(2)
		p.enter(t, rows[0])
		preview(1)
		p.enter(t, rows[1])
		preview(0)
	})
}

func TestARowWhoseAnswerIsLostIsNotWrittenTwice(t *testing.T) {
	p := simulated(t, nil)
	p.prepare(t)
	p.kernel.Order(kernel.Fault{Match: kernel.Match{Operation: "PutItem"}, Do: kernel.DoLose, Times: 1})
	if _, err := p.book.Enter(t.Context(), home(), p.reg, []plan.Row{row("aws-prod")}); fault.KindOf(err) != fault.Transient {
		t.Fatalf("the lost answer: got %v, want it transient", err)
	}
	if got := p.enter(t, row("aws-prod")); got != 0 {
		t.Errorf("the next attempt wrote %d rows over what the first had written", got)
	}
	if got := p.item(t, "aws-prod", "aws")["version"]; got != "1" {
		t.Errorf("the version is %s, want 1", got)
	}
}

func TestEveryRowIsListedOverAllPages(t *testing.T) {
	each(t, func(t *testing.T, p place) {
		p.prepare(t)
		var want []string
		for i := range 40 { // some 2 MB, and a page holds one
			r := row("project-" + strconv.Itoa(100+i))
			r.Attributes = map[string]string{"long": strings.Repeat("x", 50_000)}
			p.enter(t, r)
			want = append(want, r.Project)
		}
		p.put(t, map[string]string{"PK": "SOMETHING#else", "SK": "CLOUD#aws"})
		got, err := p.book.List(t.Context(), home(), p.reg)
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, r := range got {
			names = append(names, r.Project)
		}
		if !slices.Equal(names, want) {
			t.Errorf("got %v, want %v", names, want)
		}
		shown, err := p.book.Show(t.Context(), home(), p.reg, "project-117")
		if err != nil || len(shown) != 1 || shown[0].ID != "862973411383" || shown[0].Version != 1 || shown[0].Updated.IsZero() {
			t.Errorf("show: got %d rows and %v", len(shown), err)
		}
		if none, err := p.book.Show(t.Context(), home(), p.reg, "nobody"); len(none) != 0 || err != nil {
			t.Errorf("show of nobody: got %v and %v", none, err)
		}
	})
}
