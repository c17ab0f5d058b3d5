package e2e

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestAnAbortHalfWayLeavesNothingLiveButContainersInQuarantine(t *testing.T) {
	s := raise(t, "greenfield.yaml")
	const plan = "examples/greenfield.yaml"
	before := s.State()
	s.Must(0, "migrate", plan, "--approve")
	s.Eventually(time.Minute, "the run is half-way", func() bool { return len(s.Writes()) >= 120 })
	out := s.Must(0, "abort", plan, "--reason", "the wrong organisation", "--wait")
	r := s.Report(plan)
	for id, state := range r.States() {
		if state != "aborted" {
			t.Errorf("%s is %s, want aborted", id, state)
		}
	}
	made := map[string]string{} // containers, by what they are
	for _, l := range r.Landings {
		for _, st := range l.Steps {
			at := l.Cloud + "/" + l.Environment + "/" + st.Name
			switch {
			case st.Undo == nil:
				t.Errorf("%s: the report does not say what became of it", at)
			case st.Undo.State == "quarantined":
				made[l.Cloud+" "+st.ID] = at
			case st.Undo.State == "failed" || st.Undo.State == "left" && (st.Change == "created" || st.Change == "updated") && st.Inverse != "none":
				t.Errorf("%s (%s) is %s: %s", at, st.Change, st.Undo.State, st.Undo.Why)
			}
		}
	}
	if len(made) == 0 {
		t.Error("nothing is in quarantine: the run was not half-way")
	}
	s.wantNothingLive(before, made)
	if !strings.Contains(out, "in quarantine") {
		t.Errorf("abort says %q, want what is in quarantine", out)
	}
	n := s.Still()
	again := s.Must(0, "abort", plan, "--reason", "to be sure", "--wait")
	if !strings.Contains(again, "nothing to do") {
		t.Errorf("a second abort says %q, want that there is nothing to do", again)
	}
	s.wantNoWriteSince(n, "a second abort")
	s.WantNoSecret(out, again)
}

// wantNothingLive wants the world as it was before, but for containers in quarantine, what keeps them there, and the records
// that clouds keep of what has been.
func (s *scene) wantNothingLive(before map[string]json.RawMessage, quarantined map[string]string) {
	s.Helper()
	after := s.State()
	for _, cloud := range []string{"aws", "azure", "gcp"} {
		was, now := flat(s, before[cloud]), flat(s, after[cloud])
		for _, path := range slices.Sorted(maps.Keys(now)) {
			if was[path] != now[path] && !remains(cloud, path, now[path], quarantined) {
				s.Errorf("%s: %s is %q and was %q", cloud, path, now[path], was[path])
			}
		}
		for _, path := range slices.Sorted(maps.Keys(was)) {
			if _, there := now[path]; !there {
				s.Errorf("%s: %s was %q and is gone", cloud, path, was[path])
			}
		}
		for container, at := range quarantined {
			if id, of := strings.CutPrefix(container, cloud+" "); of && !slices.ContainsFunc(closed(cloud, id), func(p string) bool { return now[p] != "" }) {
				s.Errorf("%s: %s does not stand in quarantine", at, id)
			}
		}
	}
}

// closed are the values of a state that say that a container is in quarantine.
func closed(cloud, id string) []string {
	return map[string][]string{
		"aws":   {"/accounts/" + id + "/tags/landfall-quarantined"},
		"azure": {"/subscriptions/" + id + "/tags/landfall-quarantined"},
		"gcp":   {"/projects/" + id + "/labels/landfall-quarantined"},
	}[cloud]
}

// leftover is a part of a world that may stand after an abort.
type leftover struct{ path, value string }

// remains reports whether a part of the world may be other than before the run.
func remains(cloud, path, value string, quarantined map[string]string) bool {
	all := outside()[cloud]
	if at := regexp.MustCompile("^/(?:accounts|subscriptions|projects)/([^/]+)(/.*)$").FindStringSubmatch(path); at != nil && quarantined[cloud+" "+at[1]] != "" {
		all, path = inside()[cloud], at[2]
	}
	return slices.ContainsFunc(all, func(l leftover) bool {
		return regexp.MustCompile("^(?:"+l.path+")$").MatchString(path) && regexp.MustCompile("^(?:"+l.value+")$").MatchString(value)
	})
}

// outside is what may stand outside of the containers that the run has made.
func outside() map[string][]leftover {
	return map[string][]leftover{
		"aws": {
			{"/organization/creations/.*", ".*"},                                 // AWS keeps them for good
			{"/organization/(policies/landfall-quarantine|units/\\d+)/.*", ".*"}, // what keeps accounts in quarantine
			{"/accounts/\\d+/iam/roles/AWSReservedSSO_.*", "(?s).*"},             // Identity Center's own, from the first sign-in on
		},
		"azure": {
			{"/aliases/.*", ".*"},                              // records of what was ordered
			{"/deletedApplications/.*", ".*"},                  // Entra keeps them for thirty days
			{"/managementGroups/landfall-quarantine/.*", ".*"}, // what keeps subscriptions in quarantine
		},
		"gcp": {
			{"/workloadIdentityPools/.*/(state|displayName|project|providers/.*)", ".*"}, // kept for thirty days
			{"/workloadIdentityPools/.*/disabled", "true"},
		},
	}
}

// inside is what may stand in a container in quarantine: what came with it, what keeps its history, and what is switched off.
func inside() map[string][]leftover {
	return map[string][]leftover{
		"aws": {
			{"/(email|name|status|iam/rootMFA|tags/.*)", ".*"},
			{"/ou", "landfall-quarantine"},
			{"/iam/roles/(AWSServiceRoleFor|AWSReservedSSO_|OrganizationAccountAccessRole).*", "(?s).*"},
			// The default network that AWS gives to every account: what Landfall makes bears tags.
			{"/regions/[^/]+/ec2/(vpcs|subnets|routeTables|securityGroups)/[^/]+/(cidr|default|dnsHostNames|main|name|publicAddresses|rules|subnets/\\d+|vpc|zone)", ".*"},
			{"/regions/[^/]+/ec2/ebsEncryptionByDefault", "false"},
			{"/regions/[^/]+/guardduty/[^/]+/tags/.*", ".*"},
			{"/regions/[^/]+/guardduty/[^/]+/status", "DISABLED"},
			{"/regions/[^/]+/config/(bucket|group/.*|recorder|role)", ".*"},
			{"/regions/[^/]+/config/recording", "false"},
			{"/regions/[^/]+/securityhub/tags/.*", ".*"},                                   // without a standard
			{"/s3/landfall-config-.*", "(?s).*"},                                           // what was recorded
			{"/regions/[^/]+/dynamodb/(itinfra-connections|itinfra-journal)/.*", "(?s).*"}, // rows and entries are never deleted
		},
		"azure": {
			{"/(displayName|state|tags/.*|providers/.*)", ".*"},
			{"/managementGroup", "landfall-quarantine"},
			{"/pricings/[^/]+/pricingTier", "Free"},
			{"/pricings/[^/]+/subPlan", "<nil>"},
			{"/roleAssignments/0/.*", ".*"}, // whoever ordered the subscription owns it
		},
		"gcp": {
			{"/(billing|displayName|labels/.*|number|parent|state|services/\\d+)", ".*"},
			{"/iam/\\d+/(role|members/\\d+)", "roles/owner|user:admin@green.example|roles/[a-z.]+\\.serviceAgent|serviceAccount:service-.*"},
			{"/orgPolicies/.*", ".*"}, // what closes it
			{"/scc/[^/]+/intended", "INHERITED"},
			{"/scc/[^/]+/effective", "DISABLED"},
			{"/serviceAccounts/\\d+-compute@.*", ".*"},
			{"/serviceAccounts/.*/(description|displayName|uniqueId)", ".*"},
			{"/serviceAccounts/.*/disabled", "true"},
		},
	}
}

// flat is a state by the paths of its values.
func flat(s *scene, b json.RawMessage) map[string]string {
	s.Helper()
	var v any
	if err := json.Unmarshal(b, &v); err != nil {
		s.Fatal(err)
	}
	out := map[string]string{}
	var walk func(path string, v any)
	walk = func(path string, v any) {
		switch v := v.(type) {
		case map[string]any:
			for k, x := range v {
				walk(path+"/"+k, x)
			}
		case []any:
			for i, x := range v {
				walk(fmt.Sprintf("%s/%d", path, i), x)
			}
		default:
			out[path] = fmt.Sprint(v)
		}
	}
	walk("", v)
	return out
}
