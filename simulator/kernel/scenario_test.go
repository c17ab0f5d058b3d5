package kernel_test

import (
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/itbytes/landfall/simulator/kernel"
)

func files(text map[string]string) fstest.MapFS {
	out := fstest.MapFS{}
	for name, t := range text {
		out[name] = &fstest.MapFile{Data: []byte(t)}
	}
	return out
}

func TestAScenarioSaysOnlyWhereItDiffersFromItsBase(t *testing.T) {
	s, err := kernel.LoadFS(files(map[string]string{
		"base.yaml": `
name: base
latency: {aws: 3s, gcp: 1s}
logins: {sso: {cloud: aws}}
people: [{on: {cloud: gcp}, act: {cloud: gcp, do: renameOrganization}}]
estate: {aws: aws.yaml, gcp: {projects: [one]}}
`,
		"aws.yaml":  "accounts: [a]\naccountLimit: 10\n",
		"trap.yaml": "name: trap\nbase: base.yaml\nlatency: {gcp: 2s}\nfaults: [{kind: Denied}]\nestate: {aws: {accountLimit: 3}}\n",
	}), "trap.yaml")
	if err != nil {
		t.Fatal(err)
	}
	aws, _ := s.Estate["aws"].(map[string]any)
	if limit, ok := aws["accountLimit"].(uint64); !ok || limit != 3 || aws["accounts"] == nil || s.Estate["gcp"] == nil {
		t.Errorf("estate = %v, want the base's with another limit", s.Estate)
	}
	if s.Name != "trap" || s.Latency["aws"] != kernel.Duration(3*time.Second) || s.Latency["gcp"] != kernel.Duration(2*time.Second) {
		t.Errorf("%s: latency = %v, want the base's with that of gcp changed", s.Name, s.Latency)
	}
	if len(s.Faults) != 1 || len(s.People) != 1 || s.Logins["sso"].Cloud != "aws" {
		t.Errorf("faults %v, people %v, logins %v; want its own fault, and the base's people and logins", s.Faults, s.People, s.Logins)
	}
}

func TestAScenarioWhoseBaseCannotBeReadIsRefusedByName(t *testing.T) {
	for says, text := range map[string]string{
		"gone.yaml": "name: trap\nbase: gone.yaml\n",
		"aws":       "name: trap\nbase: base.yaml\nestate: {aws: [a]}\n",
		"bass":      "name: trap\nbass: base.yaml\n",
	} {
		_, err := kernel.LoadFS(files(map[string]string{"base.yaml": "name: base\nestate: {aws: {accounts: []}}\n", "trap.yaml": text}), "trap.yaml")
		if err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%q: got %v, want %s named", text, err, says)
		}
	}
}
