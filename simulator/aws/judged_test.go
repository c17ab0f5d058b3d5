package aws

import (
	"os"
	"strings"
	"testing"
)

func TestTheJudgeCallsEveryOperation(t *testing.T) {
	script, err := os.ReadFile("judge/script.py")
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range known() {
		for name := range s.operations {
			if !strings.Contains(string(script), `"`+name+`"`) {
				t.Errorf("%s %s is served and never judged", s.name, name)
			}
		}
		for _, r := range s.routes {
			if _, served := s.operations[r.operation]; !served {
				t.Errorf("%s: the route %s %s leads to %s, which is not served", s.name, r.method, r.path, r.operation)
			}
		}
	}
}
