package plan

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
)

func mustParse(t testing.TB, text string) Plan {
	t.Helper()
	p, err := Parse("plan.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestTheExamplesAreSoundOnEveryDay(t *testing.T) {
	files, err := filepath.Glob("../examples/*.yaml")
	if err != nil || len(files) < 3 {
		t.Fatalf("got %v, %v, want the three examples", files, err)
	}
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := ParseAt(f, b, "2099-12-31"); err != nil {
			t.Errorf("%v", err)
		}
	}
}

func TestJSONIsReadAsTheSameDocument(t *testing.T) {
	want := mustParse(t, sound)
	b, err := yaml.YAMLToJSON([]byte(sound))
	if err != nil {
		t.Fatal(err)
	}
	var tabbed bytes.Buffer
	if err := json.Indent(&tabbed, b, "\t", "\t"); err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{string(b), "\ufeff\r\n" + tabbed.String()} {
		got, err := Parse("plan", []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("got %+v\nwant %+v", got, want)
		}
	}
	marshalled, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := Parse("plan.json", marshalled); err != nil || got.Digest() != want.Digest() {
		t.Errorf("a plan that was marshalled parses with %v, digest %s, want %s", err, got.Digest(), want.Digest())
	}
}

func TestAMistakeInJSONHasItsPlaceToo(t *testing.T) {
	for text, want := range map[string]string{
		"{\n  \"apiVersion\": \"landfall/v1\",\n  \"kinds\": \"Migration\"}": `plan.json:3:3: kinds: there is no field "kinds" in a plan. Did you mean "kind"?`,
		"{\n  \"é\": 1, \"apiVersion\": 1}":                                  `plan.json:2:25: apiVersion: this should be text, not a number. Put it in quotes.`,
		"{\n  \"kind\": \"Migration\",\n}":                                   `plan.json:3:1: this is not JSON. Look for a missing quote, comma or bracket just before it.`,
		"{\"kind\": \"Migration\",\n \"kind\": \"Migration\"}":               `plan.json:2:2: kind: "kind" is written twice, first on line 1. Keep one of the two.`,
		"":                          `plan.json:1:1: this is not JSON. Look for a missing quote, comma or bracket just before it.`,
		"[1, 2]":                    `plan.json:1:1: this should be a map, not a list. Write it as name: value.`,
		strings.Repeat("[", 20_000): `plan.json:1:10001: this is not JSON. Look for a missing quote, comma or bracket just before it.`,
	} {
		_, err := Parse("plan.json", []byte(text))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.40q: got %v, want %s", text, err, want)
		}
	}
}

func TestWhatIsNoPlanAtAllIsRefusedInOneSentence(t *testing.T) {
	for text, want := range map[string]string{
		"":                                "plan.yaml:1:1: the file is empty. It begins with apiVersion: landfall/v1 and kind: Migration.",
		"# only a comment\n":              "plan.yaml:1:1: the file is empty. It begins with apiVersion: landfall/v1 and kind: Migration.",
		"\xff\xfe":                        "plan.yaml:1:1: this is not text. Save it as UTF-8.",
		"a: \x00":                         "plan.yaml:1:1: this is not text. Save it as UTF-8.",
		strings.Repeat("- ", 100_000):     "plan.yaml:1:1: this is nested too deeply. A plan is nested a few levels only, and its maps have a few entries.",
		strings.Repeat("[", 100_000):      "plan.yaml:1:1: this is nested too deeply. A plan is nested a few levels only, and its maps have a few entries.",
		strings.Repeat("a: 1\n", 100_000): "plan.yaml:5001:1: this map has too many entries. A plan is nested a few levels only, and its maps have a few entries.",
		strings.Repeat("#\n", 2<<20):      "plan.yaml:1:1: a plan may be no larger than 2 MiB. Say what landings have in common once, under organisation and clouds.",
	} {
		_, err := Parse("plan.yaml", []byte(text))
		if err == nil || err.Error() != want {
			t.Errorf("%.20q: got %v, want %s", text, err, want)
		}
	}
}

func TestAliasesAndMergedMapsAreRead(t *testing.T) {
	p := mustParse(t, strings.Replace(sound, `trust: [{name: ci, issuer: "https://token.example.com", subject: "repo:acme"}]}`,
		`trust: [&ci {name: ci, issuer: "https://token.example.com", subject: "repo:acme"}, {<<: *ci, name: cd}]}`, 1))
	got := p.Identities[1].Trust
	if want := (Trust{Name: "cd", Issuer: got[0].Issuer, Subject: got[0].Subject}); len(got) != 2 || got[1] != want {
		t.Errorf("got %+v, want %+v second", got, want)
	}
}

func TestAliasesCannotBlowADocumentUp(t *testing.T) {
	var b strings.Builder
	b.WriteString("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n")
	for i := range 12 {
		b.WriteString(strings.NewReplacer("N", string(rune('b'+i)), "P", map[bool]string{true: "a0", false: string(rune('a' + i))}[i == 0]).
			Replace("N: &N [*P, *P, *P, *P, *P, *P, *P, *P, *P, *P]\n"))
	}
	_, err := Parse("plan.yaml", []byte(b.String()))
	if err == nil || !strings.Contains(err.Error(), "too large or nested too deeply") {
		t.Errorf("got %.200v, want it refused as too large", err)
	}
}

func TestEveryProblemIsFoundInOneReading(t *testing.T) {
	text := strings.NewReplacer("slug: acme", "slug: Acme", "region: eastus", "region: East US", "default: enforce", "default: yes", "table: things", "tabel: things").Replace(sound)
	_, err := Parse("plan.yaml", []byte(text))
	var ps Problems
	if !errors.As(err, &ps) {
		t.Fatalf("got %T, want Problems", err)
	}
	var got []string
	for _, p := range ps {
		got = append(got, p.Path)
	}
	want := "organisation.slug organisation.slug clouds.azure.region baseline.default registry.tabel"
	if strings.Join(got, " ") != want {
		t.Errorf("got  %s\nwant %s", strings.Join(got, " "), want)
	}
}

func TestAWaiverOrSkipThatRanOutIsSaidOnlyWithADay(t *testing.T) {
	if _, err := ParseAt("p.yaml", []byte(sound), "2027-01-31"); err != nil {
		t.Errorf("on its last day: got %v, want it in force", err)
	}
	_, err := ParseAt("p.yaml", []byte(sound), "2027-04-01")
	want := "p.yaml:19:75: landings[1].until: azure/dti was to be skipped until 2027-03-31, which is past. Give a new day, or land it.\n" +
		"p.yaml:27:81: baseline.waivers[0].expires: the waiver of \"GC-O01\" ran out on 2027-01-31. Mend what it excuses, or have its owner give it a new day."
	if err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
}

func TestAPlanThatCameFromNoFileIsCheckedAlike(t *testing.T) {
	p := mustParse(t, sound)
	p.Clouds[AWS] = Home{Region: "us-east-1", Email: "aws@acme.example", Login: "nobody"}
	p.Organisation.Tags["note"] = "pass" + "word=correct-horse"
	err := p.Validate("")
	var got []string
	for _, pr := range err.(Problems) {
		got = append(got, pr.Path)
	}
	if want := "clouds.aws.email clouds.aws.email clouds.aws.login organisation.tags.note organisation.tags.note"; strings.Join(got, " ") != want {
		t.Errorf("got %v, want %s", got, want)
	}
}
