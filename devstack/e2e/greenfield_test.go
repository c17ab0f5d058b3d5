package e2e

import "testing"

func TestAGreenfieldIsMadeFromNothing(t *testing.T) {
	s := raise(t, "greenfield.yaml")
	const plan = "examples/greenfield.yaml"
	s.must(2, "preview", plan)
	if w := s.writes(); len(w) != 0 {
		t.Fatalf("a preview wrote %v", w)
	}
	s.must(0, "migrate", plan, "--approve", "--wait")
	r := s.report(plan)
	s.wantDone(r, 9)
	for _, landing := range []string{"aws/prod", "aws/dti", "aws/mgmt"} {
		if st, _ := r.step(landing, "account"); st.Change != "created" {
			t.Errorf("%s/account: %q, want created", landing, st.Change)
		}
	}
	before := len(s.writes())
	s.must(0, "migrate", plan, "--approve", "--wait")
	for _, w := range s.writes()[before:] {
		t.Errorf("the second run wrote: %+v", w)
	}
	s.wantNoSecret()
}
