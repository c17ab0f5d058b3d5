package main

import (
	"fmt"
	"strings"
	"testing"

	"github.com/itbytes/landfall/plan"
)

func TestTheGridPutsEnvironmentsDownAndCloudsAcross(t *testing.T) {
	got := grid(map[string]plan.LandingState{
		"aws/prod": plan.LandingDone, "gcp/prod": plan.LandingRunning, "aws/a-long-environment": plan.LandingHeld,
	}, false, tallest)
	want := "" +
		"                    aws        gcp\n" +
		"a-long-environment  ■ held\n" +
		"prod                ✓ done     … running\n"
	if got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

func TestATallGridIsSummedUpByCloud(t *testing.T) {
	landings := map[string]plan.LandingState{}
	for i := range 31 {
		landings[fmt.Sprintf("aws/e%02d", i)] = plan.LandingDone
	}
	landings["azure/e00"] = plan.LandingFailed
	got := grid(landings, false, tallest)
	want := "aws     ✓ done          31\nazure   ✗ failed         1\n"
	if got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

func TestEveryStateHasAWordThatFitsItsColumn(t *testing.T) {
	for _, s := range []plan.LandingState{
		plan.LandingTodo, plan.LandingRunning, plan.LandingWaiting, plan.LandingHeld, plan.LandingDone, plan.LandingFailed, plan.LandingSkipped,
	} {
		got := []rune(cell(s, false))
		if len(got) != 11 || strings.TrimSpace(string(got)) == "" || got[10] != ' ' {
			t.Errorf("%s: got %q, want a word and a blank in 11 columns", s, string(got))
		}
	}
}
