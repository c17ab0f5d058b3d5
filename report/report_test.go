package report

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/itbytes/landfall/plan"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func TestTheMorningLooksAsItDid(t *testing.T) {
	for name, write := range map[string]func(*bytes.Buffer) error{
		"morning.txt":  func(b *bytes.Buffer) error { return Text(b, morning(), TextOptions{Width: 100}) },
		"narrow.txt":   func(b *bytes.Buffer) error { return Text(b, morning(), TextOptions{Width: 60, Colour: true}) },
		"morning.json": func(b *bytes.Buffer) error { return JSON(b, morning()) },
		"morning.html": func(b *bytes.Buffer) error { return HTML(b, morning()) },
	} {
		var got bytes.Buffer
		if err := write(&got); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		file := filepath.Join("testdata", name)
		if *update {
			if err := os.WriteFile(file, got.Bytes(), 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got.Bytes(), want) {
			t.Errorf("%s is otherwise than it was: look at it, then go test ./report -update\n%s", name, firstDifference(got.String(), string(want)))
		}
	}
}

func firstDifference(got, want string) string {
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range min(len(g), len(w)) {
		if g[i] != w[i] {
			return "got  " + g[i] + "\nwant " + w[i]
		}
	}
	return "one is longer than the other"
}

func TestThePageAsksForNothingElseAndEscapesWhatCloudsSay(t *testing.T) {
	var b bytes.Buffer
	if err := HTML(&b, morning()); err != nil {
		t.Fatal(err)
	}
	for _, never := range []string{"<script", "src=", "<link", "@import", "http://", "https://", "<b>NSG", "ZgotmplZ"} {
		if strings.Contains(b.String(), never) {
			t.Errorf("the page has %q", never)
		}
	}
	for _, must := range []string{`<title id="tl-title">`, `<desc id="tl-desc">`, `scope="col"`, `scope="row"`, "&lt;b&gt;NSG", "prefers-color-scheme: dark"} {
		if !strings.Contains(b.String(), must) {
			t.Errorf("the page has no %q", must)
		}
	}
	if n := len(regexp.MustCompile(`<table`).FindAllString(b.String(), -1)); n < 6 {
		t.Errorf("got %d tables, want coverage, landings, steps, registry and single points of failure", n)
	}
}

func TestFailedAndHeldComeFirstWithWhatToDo(t *testing.T) {
	ms := matters(morning())
	var got []string
	for _, m := range ms {
		if m.Next == "" {
			t.Errorf("%s/%s: nothing says what to do next", m.Landing, m.Step)
		}
		got = append(got, m.State+" "+m.Landing)
	}
	if want := "failed azure/prod, held aws/mgmt, waiting gcp/prod"; strings.Join(got, ", ") != want {
		t.Errorf("got %s, want %s", strings.Join(got, ", "), want)
	}
	if ms[1].Command != `landfall resume itbytes --landing aws/mgmt --decision retry --reason "…"` {
		t.Errorf("got %s, want the command that releases it", ms[1].Command)
	}
}

func TestAPreviewClaimsNothingDone(t *testing.T) {
	r := morning()
	r.Mode = "preview"
	Complete(&r)
	var text, html strings.Builder
	if err := Text(&text, r, TextOptions{}); err != nil {
		t.Fatal(err)
	}
	if err := HTML(&html, r); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(text.String(), "nothing was written") || strings.Contains(text.String(), "landfall resume") {
		t.Errorf("got %s, want no claim and nothing to resume", text.String())
	}
	if !strings.Contains(html.String(), "<td>would be created") || strings.Contains(html.String(), "<td>created") {
		t.Error("the page says created of what would be")
	}
}

func TestAnEmptyReportHasListsAndNoFailure(t *testing.T) {
	var b bytes.Buffer
	if err := JSON(&b, plan.Report{Landings: []plan.LandingReport{{Steps: []plan.StepReport{{}}}}}); err != nil {
		t.Fatal(err)
	}
	var got struct {
		Landings []struct {
			Steps []struct{ Waits, Evidence []any }
		}
		Coverage, SPOF []any
		Registry       struct{ Rows []any }
	}
	if err := json.Unmarshal(b.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	if got.Coverage == nil || got.SPOF == nil || got.Registry.Rows == nil || got.Landings[0].Steps[0].Waits == nil || got.Landings[0].Steps[0].Evidence == nil {
		t.Errorf("got %s, want [] where nothing is", b.String())
	}
	for _, write := range []func(*bytes.Buffer, plan.Report) error{
		func(b *bytes.Buffer, r plan.Report) error { return Text(b, r, TextOptions{}) },
		func(b *bytes.Buffer, r plan.Report) error { return HTML(b, r) },
	} {
		if err := write(&b, plan.Report{}); err != nil {
			t.Error(err)
		}
	}
}

func TestJSONHasTheFieldsOthersBuildOn(t *testing.T) {
	var b bytes.Buffer
	if err := JSON(&b, morning()); err != nil {
		t.Fatal(err)
	}
	var got map[string]any
	if err := json.Unmarshal(b.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	has := func(of map[string]any, names string) {
		t.Helper()
		for _, n := range strings.Fields(names) {
			if _, there := of[n]; !there {
				t.Errorf("there is no %s", n)
			}
		}
	}
	landing := got["landings"].([]any)[0].(map[string]any)
	step := landing["steps"].([]any)[4].(map[string]any)
	has(got, "plan digest started landings coverage spof criticalPathSeconds elapsedSeconds")
	has(landing, "cloud environment id state steps")
	has(step, "name control objective change state attempts reads writes started ended waits evidence inverse")
	has(step["waits"].([]any)[0].(map[string]any), "kind seconds")
}
