package kernel

import (
	"strings"
	"testing"
)

func TestAnIssuersTokenIsBelievedAndAForgedOneIsNot(t *testing.T) {
	k := New(Scenario{})
	token, err := k.Sign("https://one.example", map[string]any{"sub": "robot", "aud": "a"})
	if err != nil {
		t.Fatal(err)
	}
	claims, err := k.Vouched(token)
	if !k.Issues("https://one.example") || k.Issues("https://other.example") {
		t.Error("the one issuer is not known, or another is")
	}
	if err != nil || claims["sub"] != "robot" || claims["iss"] != "https://one.example" {
		t.Errorf("got %v, %v; want the claims as they were signed", claims, err)
	}
	other, err := k.Sign("https://one.example", map[string]any{"sub": "somebody else"})
	if err != nil {
		t.Fatal(err)
	}
	parts, others := strings.Split(token, "."), strings.Split(other, ".")
	for what, forged := range map[string]string{
		"another's claims under its signature": parts[0] + "." + others[1] + "." + parts[2],
		"no signature":                         parts[0] + "." + parts[1] + ".",
		"no token":                             "robot",
	} {
		if got, err := k.Vouched(forged); err == nil {
			t.Errorf("%s: got %v, want it refused", what, got)
		}
	}
	if got, err := New(Scenario{}).Vouched(token); err == nil {
		t.Errorf("by a kernel that never signed for that issuer: got %v, want it refused", got)
	}
}
