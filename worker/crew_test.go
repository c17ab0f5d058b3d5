package main

import (
	"log/slog"
	"strings"
	"testing"

	"go.temporal.io/sdk/client"

	"github.com/itbytes/landfall/plan"
)

func lazy(t *testing.T) client.Client {
	t.Helper()
	c, err := client.NewLazyClient(client.Options{HostPort: "127.0.0.1:1"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

func nothing(string) string { return "" }

// The test environment accepts two activities of one name; a real worker panics. So the real one is asked.
func TestEverythingRegistersOnARealWorker(t *testing.T) {
	cfg := config{clouds: []plan.Cloud{plan.AWS, plan.Azure, plan.GCP}, plans: t.TempDir(), sessions: t.TempDir()}
	crew, err := muster(lazy(t), cfg, nothing, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	if got := len(crew.workers); got != 4 {
		t.Errorf("%d pollers, want one for the runbook and one for each cloud", got)
	}
}

func TestAWorkerForOneCloudPollsForNoOther(t *testing.T) {
	crew, err := muster(lazy(t), config{clouds: []plan.Cloud{plan.AWS}}, nothing, slog.New(slog.DiscardHandler))
	if err != nil || len(crew.workers) != 2 {
		t.Errorf("%d pollers, %v; want the runbook's and AWS's", len(crew.workers), err)
	}
	if _, err := muster(lazy(t), config{clouds: []plan.Cloud{"oracle"}}, nothing, slog.New(slog.DiscardHandler)); err == nil || !strings.Contains(err.Error(), "oracle") {
		t.Errorf("error = %v, want one that names oracle", err)
	}
}

func TestEveryCloudsCatalogueIsInOrderForEveryLandingOfTheExamples(t *testing.T) {
	clouds := build(config{}, nothing, nil)
	for _, l := range exampleLandings(t) {
		seen := map[string]bool{}
		for _, s := range clouds[l.Cloud].Steps(l) {
			if seen[s.Name] {
				t.Errorf("%s has two steps named %s", l.ID(), s.Name)
			}
			for _, a := range s.After {
				if !seen[a] {
					t.Errorf("%s/%s comes after %s, which does not stand before it", l.ID(), s.Name, a)
				}
			}
			if s.Title == "" || s.Inverse == "" {
				t.Errorf("%s/%s has no title or no inverse", l.ID(), s.Name)
			}
			seen[s.Name] = true
		}
		if len(seen) < 9 {
			t.Errorf("%s has %d steps, want a whole landing", l.ID(), len(seen))
		}
	}
}

// What only the organisation's management login can do is the management landing's, so that no member waits for it.
func TestAMemberOfAWSNeedsNoLoginButItsOwn(t *testing.T) {
	cloud, managed := build(config{}, nothing, nil)[plan.AWS], 0
	for _, l := range exampleLandings(t) {
		if l.Cloud != plan.AWS {
			continue
		}
		for _, s := range cloud.Steps(l) {
			if s.Login != "" && !l.Management {
				t.Errorf("%s/%s needs the login %s", l.ID(), s.Name, s.Login)
			}
			if s.Chapter == plan.Organise {
				managed++
			}
		}
	}
	if managed == 0 {
		t.Error("no landing looks after the organisation's accounts")
	}
}
