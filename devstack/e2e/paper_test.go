package e2e

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"
)

const paper = "examples/itbytes.yaml"

func TestThePapersMigrationEndsAndASecondRunWritesNothing(t *testing.T) {
	s := raise(t, "itbytes.yaml")
	out := s.Must(0, "migrate", paper, "--approve", "--wait")
	r := s.Report(paper)
	s.WantDone(r, 9)
	if r.ElapsedSeconds > 60 || r.ElapsedSeconds <= 0 || r.CriticalPathSeconds > r.ElapsedSeconds || r.CriticalPathSeconds <= 0 {
		t.Errorf("elapsed %.1f s, critical path %.1f s; want at most 60 s, and a path no longer than the run", r.ElapsedSeconds, r.CriticalPathSeconds)
	}
	t.Logf("elapsed %.1f s, critical path %.1f s, %d calls, %d writes", r.ElapsedSeconds, r.CriticalPathSeconds, len(s.Calls()), len(s.Writes()))

	for landing, steps := range map[string][]string{
		"aws/prod": {"mfa", "guardduty", "ebs-encryption"}, "azure/mgmt": {"security-defaults"}, "gcp/mgmt": {"two-step"},
	} {
		for _, name := range steps {
			if st, there := r.Step(landing, name); !there || st.Change != "none" || len(st.Evidence) == 0 {
				t.Errorf("%s/%s: change %q with evidence %v, want already so, with its evidence", landing, name, st.Change, st.Evidence)
			}
		}
	}
	for _, name := range []string{"resource-group", "vnet", "nsg"} {
		if st, _ := r.Step("azure/prod", name); st.Change != "adopted" {
			t.Errorf("azure/prod/%s: change %q, want adopted", name, st.Change)
		}
	}
	if len(r.Registry.Rows) != 11 {
		t.Errorf("registry rows = %+v, want the paper's eight and the three Azure subscriptions", r.Registry.Rows)
	}
	s.wantEachOnce()

	before := s.Still()
	again := s.Must(0, "migrate", paper, "--approve", "--wait")
	if !strings.Contains(again, "no write was made") {
		t.Errorf("the second run says %q, want that no write was made", again)
	}
	s.wantNoWriteSince(before, "the second run")
	preview := s.Must(0, "preview", paper)
	if !strings.Contains(preview, "nothing would change") {
		t.Errorf("preview says %q, want that nothing would change", preview)
	}
	list := s.Must(0, "registry", "list", paper)
	if strings.Count(list, "\n") != 12 {
		t.Errorf("registry list = %q, want a heading and eleven rows", list)
	}
	s.WantNoSecret(out, again, preview, list)
}

// wantEachOnce wants nothing of the paper's tables doubled: no two things of a kind with one name in one container.
func (s *scene) wantEachOnce() {
	s.Helper()
	state := s.State()
	var azure struct {
		Subscriptions map[string]struct {
			DisplayName    string
			ResourceGroups map[string]struct{ Resources []struct{ Type, Name string } }
		}
	}
	if err := json.Unmarshal(state["azure"], &azure); err != nil {
		s.Fatal(err)
	}
	names := map[string]int{}
	for _, sub := range azure.Subscriptions {
		names[sub.DisplayName]++
	}
	want := map[string]int{"it4bytes-sub-prod-core": 1, "it4bytes-sub-dti-core": 1, "it4bytes-sub-mgmt-core": 1}
	if !maps.Equal(names, want) {
		s.Errorf("subscriptions = %v, want %v", names, want)
	}
	prod := azure.Subscriptions["5b0c3a1e-8f64-4d0b-b1a2-90c4e77d2222"].ResourceGroups
	groups := slices.Sorted(maps.Keys(prod))
	if !slices.Equal(groups, []string{"NetworkWatcherRG", "rg-production", "rg-production-2"}) {
		s.Errorf("resource groups of azure/prod = %v, want the two there were, and the one for the network watcher", groups)
	}
	kinds := map[string][]string{}
	for _, g := range groups {
		for _, r := range prod[g].Resources {
			kinds[r.Type] = append(kinds[r.Type], r.Name)
		}
	}
	for kind, want := range map[string][]string{
		"Microsoft.Network/virtualNetworks":       {"vnet-main", "vnet-main2"},
		"Microsoft.Network/networkSecurityGroups": {"nsg-default"},
		"Microsoft.Network/privateEndpoints":      {"pe-it4bytes-sub-prod-core-flows"},
	} {
		if !slices.Equal(kinds[kind], want) {
			s.Errorf("%s of azure/prod = %v, want %v: those that stood, and none doubled", kind, kinds[kind], want)
		}
	}
	var gcp struct{ Projects map[string]json.RawMessage }
	if err := json.Unmarshal(state["gcp"], &gcp); err != nil {
		s.Fatal(err)
	}
	if len(gcp.Projects) != 5 {
		s.Errorf("%d projects, want the two abandoned ones and three of ours", len(gcp.Projects))
	}
	var aws struct{ Accounts map[string]json.RawMessage }
	if err := json.Unmarshal(state["aws"], &aws); err != nil {
		s.Fatal(err)
	}
	if len(aws.Accounts) != 3 {
		s.Errorf("%d accounts, want the three there were", len(aws.Accounts))
	}
}
