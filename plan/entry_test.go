package plan

import (
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strconv"
	"testing"
)

func TestEveryKindOfEntryIsInTheList(t *testing.T) {
	f, err := parser.ParseFile(token.NewFileSet(), "entry.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	ast.Inspect(f, func(n ast.Node) bool {
		v, is := n.(*ast.ValueSpec)
		if !is || len(v.Values) != 1 {
			return true
		}
		kind, is := v.Type.(*ast.Ident)
		if !is || kind.Name != "EntryKind" {
			return true
		}
		text, _ := v.Values[0].(*ast.BasicLit)
		name, _ := strconv.Unquote(text.Value)
		if found++; !slices.Contains(EntryKinds(), EntryKind(name)) {
			t.Errorf("%s is not in the list", name)
		}
		return true
	})
	if n := len(EntryKinds()); found != n {
		t.Errorf("%d kinds in the list, and %d in all", n, found)
	}
}

func TestASecretInAnEntryIsFoundInWhateverFieldItIs(t *testing.T) {
	const secret = "ops_" + "eyJabcdefghijkl"
	for field, e := range map[string]Entry{
		"landing": {Landing: secret}, "step": {Step: secret}, "login": {Login: secret}, "who": {Who: secret}, "what": {What: secret},
		"why": {Why: "x " + secret}, "id": {ID: secret}, "state": {State: secret}, "evidence": {Evidence: secret}, "run": {Run: secret},
		"before": {Before: Fields{"a": secret}}, "after": {After: Fields{secret: "a"}},
	} {
		if got, what := e.Secret(); got != field || what != "a 1Password service account token" {
			t.Errorf("found %s in %q, want it in %q", what, got, field)
		}
	}
}

func TestWhatNamesASecretIsNone(t *testing.T) {
	for _, e := range []Entry{
		{ID: "AKIA" + "IOSFODNN7EXAMPLE"},
		{What: "aws-prod-keys: AKIA" + "IOSFODNN7EXAMPLE is current", Why: "the key AKIA" + "IOSFODNN7EXAMPLE never proved itself"},
		{After: Fields{"password": "op://vault/item"}},
		{After: Fields{"mfaToken": "on", "secret": "set"}},
		{Evidence: "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", Run: "land/p/aws/prod/0198c5f2-1d2e-7c3b-8a7f-0d6f1e2a3b4c"},
	} {
		if field, what := e.Secret(); what != "" {
			t.Errorf("%+v holds %s in %q, want nothing found", e, what, field)
		}
	}
}

func TestAnAccessKeyWhoseSecretStandsBesideItsIDIsFound(t *testing.T) {
	for _, text := range []string{
		"AKIA" + "IOSFODNN7EXAMPLE wJalrXUtnFEMI/K7MDENG/" + "bPxRfiCYEXAMPLEKEY",
		"AKIA" + "IOSFODNN7EXAMPLE/wJalrXUtnFEMI/K7MDENG/" + "bPxRfiCYEXAMPLEKEY",
	} {
		if field, what := (Entry{Why: "it was pasted: " + text}).Secret(); field != "why" || what != "an AWS access key" {
			t.Errorf("%q: found %q in %q, want an AWS access key in why", text, what, field)
		}
	}
}

func TestTheWeightOfAnEntryIsThatOfAllItsTexts(t *testing.T) {
	e := Entry{Plan: "a", Kind: "b", Landing: "c", Step: "d", Login: "e", Who: "f", What: "g", Why: "h", ID: "i", Change: "j", State: "k", Evidence: "l", Run: "m", Before: Fields{"n": "o"}, After: Fields{"p": "qr"}}
	if got := e.Weight(); got != 18 {
		t.Errorf("the weight is %d, want 18", got)
	}
}
