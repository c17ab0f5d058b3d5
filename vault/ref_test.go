package vault_test

import (
	"testing"

	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/vault"
)

func TestReferencesThatCannotBeFollowedAreRefusedBeforeAnyCall(t *testing.T) {
	s := raise(t, world(), vault.Options{})
	for _, bad := range []string{
		"", "itbytes-internal/aws-prod", "op://itbytes-internal", "op://itbytes-internal/", "op:///x", "op://a/b/c/d/e",
		`op://itbytes-internal/say "x"`, `op://it"bytes/x`, "op://itbytes-internal/ x", "op://itbytes-internal/x?attribute=otp", "op://a/b\n",
	} {
		if _, err := s.vault.Find(t.Context(), bad); fault.KindOf(err) != fault.Invalid {
			t.Errorf("%q: got %v, want it refused as invalid", bad, err)
		}
	}
	if _, err := s.vault.Keep(t.Context(), ref+"/field", key("AKIA1", "one")); fault.KindOf(err) != fault.Invalid {
		t.Errorf("keeping an item under a field's name: got %v, want it refused", err)
	}
	if got := len(s.kernel.Calls()); got != 0 {
		t.Errorf("%d calls were made", got)
	}
}

func TestAFieldIsFoundByItsSection(t *testing.T) {
	s := raise(t, world(), vault.Options{})
	s.keep(t, ref, key("AKIA1", "one"))
	if _, err := s.vault.Reveal(t.Context(), ref+"/nowhere/secret access key", ""); fault.KindOf(err) != fault.Invalid {
		t.Errorf("a section that is not there: got %v, want it refused", err)
	}
	if _, err := s.vault.Reveal(t.Context(), ref, "no such field"); fault.KindOf(err) != fault.Invalid {
		t.Errorf("a field that is not there: got %v, want it refused", err)
	}
}
