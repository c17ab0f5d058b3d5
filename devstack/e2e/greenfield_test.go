package e2e

import "testing"

func TestAGreenfieldIsMadeFromNothing(t *testing.T) {
	s := raise(t, "greenfield.yaml")
	const plan = "examples/greenfield.yaml"
	s.Must(2, "preview", plan)
	if w := s.Writes(); len(w) != 0 {
		t.Fatalf("a preview wrote %v", w)
	}
	s.Must(0, "migrate", plan, "--approve", "--wait")
	r := s.Report(plan)
	s.WantDone(r, 9)
	for _, landing := range []string{"aws/prod", "aws/dti", "aws/mgmt"} {
		if st, _ := r.Step(landing, "account"); st.Change != "created" {
			t.Errorf("%s/account: %q, want created", landing, st.Change)
		}
	}
	before := s.Still()
	s.Must(0, "migrate", plan, "--approve", "--wait")
	s.wantNoWriteSince(before, "the second run")
	s.WantNoSecret()
}
