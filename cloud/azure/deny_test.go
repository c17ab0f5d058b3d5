package azure_test

import (
	"strings"
	"testing"

	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/simulator/kernel"
)

func TestOurOwnDenialWouldLockUsOut(t *testing.T) {
	for _, c := range []struct {
		title, mfa string
		kind       fault.Kind
	}{{"with a second factor", "on", ""}, {"without one", "off", fault.Conflict}} {
		t.Run("security defaults, "+c.title, func(t *testing.T) {
			w := morning(t, func(s *kernel.Scenario) {
				estate(s)["securityDefaults"] = false
				login := s.Logins["azure-admin"]
				login.Details = map[string]string{"user": "admin@it4bytes.example", "mfa": c.mfa}
				s.Logins["azure-admin"] = login
			})
			task := w.task(landings(t)[2], "security-defaults")
			if !task.Step.Deny {
				t.Error("a step that asks everybody for a second factor is none that forbids")
			}
			_, err := w.carry(task)
			if fault.KindOf(err) != c.kind {
				t.Errorf("got %v, want %q", err, c.kind)
			}
			if f := fault.As(err); f != nil && (!strings.Contains(f.Message, "admin@it4bytes.example") || !strings.Contains(f.Hint, "baseline.controls.AZ-O05")) {
				t.Errorf("got %q %q, want who is locked out and the field that mends it", f.Message, f.Hint)
			}
			if got := len(w.writes(0)); c.kind != "" && got != 0 {
				t.Errorf("got %d writes, want none", got)
			}
		})
	}
	for _, c := range []struct {
		title, policy string
		parameters    map[string]any
		mode          string
		kind          fault.Kind
		says          string
	}{
		{"the region is allowed", "e56962a6-4747-49cd-b67b-bf8b01975c4c", map[string]any{"listOfAllowedLocations": map[string]any{"value": []any{"eastus"}}}, "Default", "", ""},
		{"another region is", "e56962a6-4747-49cd-b67b-bf8b01975c4c", map[string]any{"listOfAllowedLocations": map[string]any{"value": []any{"westeurope"}}}, "Default", fault.Conflict, "clouds.azure.region"},
		{"another region is, and nobody enforces it", "e56962a6-4747-49cd-b67b-bf8b01975c4c", map[string]any{"listOfAllowedLocations": map[string]any{"value": []any{"westeurope"}}}, "DoNotEnforce", "", ""},
		{"one type alone is", "a08ec900-254a-4555-9bf5-e42af04b5c5c", map[string]any{"listOfResourceTypesAllowed": map[string]any{"value": []any{"Microsoft.Storage/storageAccounts"}}}, "Default", fault.Conflict, "clouds.azure.parent"},
	} {
		t.Run("the group's policy, "+c.title, func(t *testing.T) {
			w := morning(t, func(s *kernel.Scenario) {
				estate(s)["managementGroups"] = []any{map[string]any{"name": "it4bytes", "displayName": "it4bytes"}}
			})
			w.byHand("PUT", "/providers/Microsoft.Management/managementGroups/it4bytes/providers/Microsoft.Authorization/policyAssignments/theirs", map[string]any{"properties": map[string]any{
				"policyDefinitionId": "/providers/Microsoft.Authorization/policyDefinitions/" + c.policy, "parameters": c.parameters, "enforcementMode": c.mode,
			}})
			since := len(w.kernel.Calls())
			_, err := w.carry(w.task(landings(t)[0], "management-group"))
			if fault.KindOf(err) != c.kind {
				t.Errorf("got %v, want %q", err, c.kind)
			}
			if f := fault.As(err); f != nil && (!strings.Contains(f.Hint, c.says) || !strings.Contains(f.Message, "theirs")) {
				t.Errorf("got %q %q, want the policy and the field %s", f.Message, f.Hint, c.says)
			}
			if got := len(w.writes(since)); c.kind != "" && got != 0 {
				t.Errorf("got %d writes, want none", got)
			}
		})
	}
}
