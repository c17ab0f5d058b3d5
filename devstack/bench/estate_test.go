package bench

import (
	"testing"

	"github.com/itbytes/landfall/plan"
	"github.com/itbytes/landfall/simulator"
)

func TestTheGeneratedOrganisationIsSoundAndHasItsShareOfEachKind(t *testing.T) {
	for _, many := range []int{10, 500} {
		p, w, err := estate(many)
		if err != nil {
			t.Fatal(err)
		}
		all, err := p.Credentials()
		if err != nil {
			t.Fatal(err)
		}
		got, homes := map[plan.CredentialKind]int{}, map[string]int{}
		for _, c := range all {
			got[c.Kind]++
			if c.Kind == plan.ServiceKey {
				homes[c.Landing.Adopt.ID]++
			}
		}
		if len(all) != many {
			t.Errorf("%d credentials, want %d", len(all), many)
		}
		for _, s := range shares {
			if want := many * s.tenths / 10; got[s.kind] != want {
				t.Errorf("%d of %s, want %d", got[s.kind], s.kind, want)
			}
		}
		for project, n := range homes {
			if n > perProject || project == "" {
				t.Errorf("%d service accounts in the project %q, want %d at most", n, project, perProject)
			}
		}
		if _, err := simulator.New(w); err != nil {
			t.Errorf("its world cannot be built: %v", err)
		}
	}
}
