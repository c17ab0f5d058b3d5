package azure_test

import (
	"strings"
	"testing"

	"github.com/itbytes/landfall/plan"
	"github.com/itbytes/landfall/simulator/kernel"
)

func TestWhatSomebodyHasChangedSinceIsLeft(t *testing.T) {
	w := morning(t, func(s *kernel.Scenario) { s.Scale = new(float64) })
	task := w.task(landings(t)[0], "subscription-name")
	out, err := w.carry(task)
	if err != nil {
		t.Fatal(err)
	}
	w.byHand("POST", inProd+"/providers/Microsoft.Subscription/rename", map[string]any{"subscriptionName": "theirs"})
	since := len(w.kernel.Calls())
	u, err := w.undo(carried{task, plan.Deed{Change: out.Change, Receipt: out.Receipt}})
	if err != nil || u.State != plan.Left || !strings.Contains(u.Why, "theirs") || len(w.writes(since)) != 0 {
		t.Errorf("got %s %q %v, want left because it is theirs now", u.State, u.Why, err)
	}
}

func TestWhatSomebodyElsePutsIntoWhatTheRunMadeKeepsItThere(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ step, put, says string }{
		"a container in the store":   {"flow-store", "blobServices/default/containers/theirs", "the container theirs"},
		"a record in the zone":       {"dns-zone", "A/www", "record sets"},
		"a zone in the group":        {"resource-group", "providers/Microsoft.Network/dnsZones/theirs.example", "theirs.example"},
		"a subnet that uses the NSG": {"nsg", "", "in use"},
		"an endpoint in the network": {"vnet", "", "in use"},
	} {
		t.Run(name, func(t *testing.T) {
			w := begin(t, greenfield, func(s *kernel.Scenario) { s.Scale = new(float64) })
			did, err := w.run(landingsOf(t, "greenfield.yaml")[2])
			if err != nil {
				t.Fatal(err)
			}
			var deed carried
			for _, d := range did {
				if d.task.Step.Name == c.step {
					deed = d
				}
			}
			if c.put != "" {
				w.byHand("PUT", deed.deed.Receipt.ID+"/"+c.put, map[string]any{"location": "global"})
			}
			if c.step == "resource-group" { // everything that the run put into it is gone
				for i := len(did) - 1; did[i].task.Step.Name != c.step; i-- {
					if _, err := w.undo(did[i]); err != nil {
						t.Fatal(err)
					}
				}
			}
			since := len(w.kernel.Calls())
			_, err = w.undo(deed)
			f := refused(t, err, "Conflict")
			if f != nil && !strings.Contains(f.Message, c.says) {
				t.Errorf("got %q, want %q in it", f.Message, c.says)
			}
			for _, call := range w.writes(since) {
				if call.Status < 300 {
					t.Errorf("it wrote %s", call.Operation)
				}
			}
		})
	}
}

func TestUndoingACredentialLeavesNoKeyAndTheNextRunMakesANewOne(t *testing.T) {
	for _, kind := range []string{"secret", "certificate"} {
		t.Run(kind, func(t *testing.T) {
			w, task := homed(t, func(id *plan.Identity) { id.CredentialType = kind })
			// One that was kept before and that the application does not have: the run replaces it.
			w.vault.items[item] = plan.ItemFields{Plain: map[string]string{"key id": "gone"}, Secret: map[string]plan.Secret{"client secret": plan.NewSecret("old"), "private key": plan.NewSecret("old")}}
			out, err := w.carry(task)
			if err != nil || out.Change.Op != plan.Update {
				t.Fatalf("got %s %v, want updated", out.Change.Op, err)
			}
			if u, err := w.undo(carried{task, plan.Deed{Change: out.Change, Receipt: out.Receipt}}); err != nil || u.State != plan.Reverted {
				t.Errorf("got %s %s %v, want reverted", u.State, u.Why, err)
			}
			for _, app := range w.stands("azure", "applications").(map[string]any) {
				app := app.(map[string]any)
				if keys := append(list(app["passwordCredentials"]), list(app["keyCredentials"])...); len(keys) != 0 {
					t.Errorf("the application still has %v", keys)
				}
			}
			if got := w.vault.items[item].Plain["removed key id"]; got != out.Receipt.ID {
				t.Errorf("the vault's item is marked %q, want %s", got, out.Receipt.ID)
			}
			again, err := w.carry(task)
			if err != nil || again.Change.Op != plan.Create || again.Receipt.ID == out.Receipt.ID {
				t.Errorf("got %s %s %v, want another key", again.Change.Op, again.Receipt.ID, err)
			}
		})
	}
}
