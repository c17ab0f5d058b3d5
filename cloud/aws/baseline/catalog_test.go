package baseline

import (
	"context"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/itbytes/landfall/cloud/aws/session"
	"github.com/itbytes/landfall/cloud/step"
	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

func landing() plan.Landing {
	return plan.Landing{Plan: "itbytes", Cloud: plan.AWS, Environment: "prod", Name: "aws-prod", Network: plan.Network{
		CIDR: "10.64.0.0/20", Subnets: []plan.Subnet{{Name: "a", CIDR: "10.64.0.0/22"}, {Name: "b", CIDR: "10.64.4.0/22"}},
	}}
}

func TestEveryFileOfTheBaselineIsInTheCatalogue(t *testing.T) {
	var files []string
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		name, isGo := strings.CutSuffix(e.Name(), ".go")
		if isGo && name != "catalog" && !strings.HasSuffix(name, "_test") {
			files = append(files, strings.ReplaceAll(name, "_", "-"))
		}
	}
	var steps []string
	for _, c := range Controls() {
		s, _ := c.Describe(landing())
		steps = append(steps, s.Name)
	}
	slices.Sort(files)
	slices.Sort(steps)
	if !slices.Equal(files, steps) {
		t.Errorf("got the steps %v, want one for each file: %v", steps, files)
	}
}

func TestEveryControlSaysWhatItIsFor(t *testing.T) {
	seen := map[string]bool{}
	for _, c := range Controls() {
		s, wanted := c.Describe(landing())
		if !wanted || s.Title == "" || s.Chapter != plan.Protect || !strings.HasPrefix(s.Control, "AWS-O") || !strings.HasPrefix(s.Control, "AWS-"+s.Objective) || s.Inverse == "" || s.Usual == 0 {
			t.Errorf("%s is described incompletely: %+v", s.Name, s)
		}
		if seen[s.Control] {
			t.Errorf("two controls are %s", s.Control)
		}
		seen[s.Control] = true
		for _, after := range s.After {
			if after != "account" && !slices.ContainsFunc(Controls(), func(o step.Control[*session.Session]) bool { d, _ := o.Describe(landing()); return d.Name == after }) {
				t.Errorf("%s comes after %q, which is no step", s.Name, after)
			}
		}
		if len(c.Want(plan.Task{Landing: landing(), Step: s})) == 0 {
			t.Errorf("%s wants nothing, so it would always hold", s.Name)
		}
	}
}

func TestTheNewestBenchmarkIsToldByItsVersion(t *testing.T) {
	base := "arn:aws:securityhub:us-east-1::standards/cis-aws-foundations-benchmark/v/"
	for _, tt := range []struct {
		arn     string
		version []int
		cis     bool
	}{
		{base + "5.0.0", []int{5, 0, 0}, true},
		{base + "10.0.0", []int{10, 0, 0}, true},
		{"arn:aws:securityhub:::ruleset/cis-aws-foundations-benchmark/v/1.2.0", []int{1, 2, 0}, true},
		{"arn:aws:securityhub:us-east-1::standards/aws-foundational-security-best-practices/v/1.0.0", nil, false},
		{base + "next", nil, false},
	} {
		got, cis := versionOf(tt.arn)
		if !slices.Equal(got, tt.version) || cis != tt.cis {
			t.Errorf("versionOf(%s): got %v %t, want %v %t", tt.arn, got, cis, tt.version, tt.cis)
		}
	}
}

func TestAPersonsStepIsNeverCarriedByProgram(t *testing.T) {
	_, err := MFA{}.Apply(context.Background(), nil, plan.Task{}, plan.Change{}, plan.Observation{}, nil)
	if got := fault.KindOf(err); got != fault.Bug {
		t.Errorf("got %v, want a bug reported", err)
	}
}
