package simulator_test

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/itbytes/landfall/simulator"
	"github.com/itbytes/landfall/simulator/kernel"
)

// scenario builds the world of a scenario that is shipped.
func scenario(t *testing.T, name string) *simulator.Simulator {
	t.Helper()
	s, err := kernel.Load(filepath.Join("..", "devstack", "scenario", name+".yaml"))
	if err != nil {
		t.Fatal(err)
	}
	sim, err := simulator.New(s)
	if err != nil {
		t.Fatal(err)
	}
	return sim
}

func TestEveryShippedScenarioIsAWorldThatPeopleAreSignedInTo(t *testing.T) {
	for _, name := range []string{"itbytes", "greenfield"} {
		t.Run(name, func(t *testing.T) {
			sim := scenario(t, name)
			state := sim.Kernel().State()
			for _, part := range []string{"aws", "azure", "gcp", "onepassword", "logins"} {
				if state[part] == nil {
					t.Errorf("the state has no part named %s", part)
				}
			}
			var signedIn []string
			for _, s := range sim.Sessions() {
				signedIn = append(signedIn, s.Login)
				minted := slices.ContainsFunc(sim.Kernel().Secrets(), func(x kernel.Secret) bool { return strings.Contains(string(s.Content), x.Value) })
				if !minted {
					t.Errorf("the session of %s holds no secret that the leak tests could look for", s.Login)
				}
			}
			if want := []string{"aws-sso", "azure-admin", "gcp-admin"}; !slices.Equal(signedIn, want) {
				t.Errorf("signed in to %v, want %v", signedIn, want)
			}
			if calls := sim.Kernel().Calls(); len(calls) != 0 {
				t.Errorf("before anything began the journal held %v", calls)
			}
		})
	}
}

func TestTheFallbackUsersKeysStandInTheVaultWhenTheMorningBegins(t *testing.T) {
	sim := scenario(t, "itbytes")
	state := dump(t, sim.Kernel().State()["onepassword"])
	for _, want := range []string{`"title":"aws-prod"`, `"title":"aws-dti"`, `"label":"access key id"`, `"label":"secret access key","type":"CONCEALED","set":true`} {
		if !strings.Contains(state, want) {
			t.Errorf("%s is not in the vault: %s", want, state)
		}
	}
}
