package gcp

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/itbytes/landfall/simulator/kernel"
)

func TestTheScenariosOfTheStackCanBeSetUp(t *testing.T) {
	for name, want := range map[string]string{"itbytes": "tzb164-org", "greenfield": "green-org"} {
		s, err := kernel.Load(filepath.Join("..", "..", "devstack", "scenario", name+".yaml"))
		if err != nil && strings.Contains(err.Error(), "no such file") {
			t.Skipf("a part of scenario %s is not here: %v", name, err)
		}
		if err != nil {
			t.Fatal(err)
		}
		c, err := New(kernel.New(s))
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range c.organizations {
			if o.displayName != want {
				t.Errorf("%s: got organisation %q, want %q", name, o.displayName, want)
			}
			if forbidden := len(o.orgPolicies) > 0; forbidden != (name == "greenfield") {
				t.Errorf("%s: got policies %v, want them in the young organisation alone", name, o.orgPolicies)
			}
		}
		if _, ok := c.Session("gcp-admin"); !ok {
			t.Errorf("%s: got no session for gcp-admin", name)
		}
		if _, ok := c.Session("aws-sso"); ok {
			t.Errorf("%s: got a session for another cloud's login", name)
		}
	}
}
