package e2e

import (
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
	"go.temporal.io/sdk/client"

	"github.com/itbytes/landfall/devstack/canary"
	"github.com/itbytes/landfall/devstack/stage"
	"github.com/itbytes/landfall/simulator/kernel"
)

// credential is one of the world's, as somebody knows it who is not Landfall.
type credential struct {
	id, kind string
	way      canary.Way
	call     kernel.Match // by which its identity's calls are known, those to the vault aside
	item     string       // by which the vault's calls are known: a part of their path
	where    string       // at which boundary its rotation was struck, if it was
}

func (c *credential) String() string {
	if c.where == "" {
		return c.id
	}
	return c.id + ", struck " + c.where + ","
}

// kinds are the four kinds of credentials, in an order that tests keep to.
func kinds() []string {
	return []string{"aws-access-key", "entra-secret", "entra-certificate", "gcp-key"}
}

// turning is a scene in which credentials are rotated: so many of each kind, made by a migration.
type turning struct {
	*scene
	plan        string // file
	document    any    // the same plan
	name        string // of the plan
	credentials []*credential
	canary      *canary.Canary
	temporal    client.Client
	ear         *stage.Ear
}

// raiseTurning brings up a world with so many credentials of each kind. The AWS ones are keys of users that were there before;
// the others a migration makes. What a plan says beside goes at its end.
func raiseTurning(t *testing.T, each int, beside string) *turning {
	t.Helper()
	const folder = stage.Root + "/devstack/scenario"
	world, err := kernel.Load(folder + "/itbytes.yaml")
	if err != nil {
		t.Fatal(err)
	}
	aws := world.Estate["aws"].(map[string]any)
	accounts := aws["accounts"].([]any)
	for i := range each {
		accounts = append(accounts, map[string]any{
			"id": accountOf(i), "name": fmt.Sprintf("aws-k%02d", i), "email": fmt.Sprintf("aws+k%02d@it4bytes.example", i),
			"users": []any{map[string]any{"name": "landfall-fallback", "policies": []any{"AdministratorAccess"}, "deliverTo": fmt.Sprintf("op://%s/aws-k%02d", vault, i)}},
		})
	}
	aws["accounts"], aws["accountLimit"] = accounts, len(accounts)+10
	s := &turning{scene: &scene{stage.Raise(t, stage.Options{World: &world})}, name: "turning"}
	s.ear = s.Listen(vault)
	beside += s.ear.Notify(vault)
	s.Must(0, "migrate", s.Write("migrate.yaml", turningPlan(each, true, "")), "--approve", "--wait")
	text := turningPlan(each, false, beside)
	if err := yaml.Unmarshal([]byte(text), &s.document); err != nil {
		t.Fatal(err)
	}
	s.plan = s.Write("plan.yaml", text)
	s.temporal = s.Dial()
	s.know(each)
	return s
}

func accountOf(i int) string { return fmt.Sprintf("7000000000%02d", i) }

// turningPlan is the plan of that world. The accounts with nothing in them but a key's user are never landed: a migration skips
// them, for there is nothing to rotate in what it would make.
func turningPlan(each int, migrating bool, beside string) string {
	var environments, logins, landings, identities []string
	const skipped = `skip: true, reason: "it has nothing but a key", until: "2099-12-31"}`
	for i := range each {
		k := fmt.Sprintf("k%02d", i)
		environments = append(environments, k)
		logins = append(logins, fmt.Sprintf(`  aws-%s: {type: aws-keys, account: %q, user: landfall-fallback, item: "op://%s/aws-%s"}`, k, accountOf(i), vault, k))
		if migrating {
			landings = append(landings, "  - {cloud: aws, environment: "+k+", "+skipped)
		} else {
			landings = append(landings, fmt.Sprintf("  - {cloud: aws, environment: %s, adopt: {id: %q}, fallback: aws-%s}", k, accountOf(i), k))
		}
		for _, cloud := range []string{"azure", "gcp"} {
			landings = append(landings, "  - {cloud: "+cloud+", environment: "+k+", "+skipped)
		}
		identities = append(identities,
			fmt.Sprintf("  - {name: secret-%s, cloud: azure, credential: op://%s/secret-%s, credentialType: secret}", k, vault, k),
			fmt.Sprintf("  - {name: certificate-%s, cloud: azure, credential: op://%s/certificate-%s, credentialType: certificate}", k, vault, k),
			fmt.Sprintf("  - {name: robot-%s, cloud: gcp, credential: op://%s/robot-%s}", k, vault, k))
	}
	lines := func(all []string) string { return strings.Join(all, "\n") }
	return `apiVersion: landfall/v1
kind: Migration
metadata: {name: turning, owner: platform@it4bytes.example}
organisation:
  slug: it4bytes
  environments: [` + strings.Join(environments, ", ") + `, mgmt]
  naming: {aws: "aws-{env}", azure: "{slug}-sub-{env}-core", gcp: "{slug}-{env}-core"}
clouds:
  aws:   {region: us-east-1, organization: o-itbytes0001, parent: core, email: "aws+{env}@it4bytes.example", login: aws-sso}
  azure: {region: eastus, organization: 7d1f0c52-41a5-4c7e-9d0e-3c1f7ab01111, parent: it4bytes, login: azure-admin,
          billing: /providers/Microsoft.Billing/billingAccounts/it4bytes/billingProfiles/main/invoiceSections/core}
  gcp:   {region: us-central1, organization: organizations/384756291034, login: gcp-admin, billing: billingAccounts/01B2C3-D4E5F6-071829}
logins:
  aws-sso:     {type: aws-sso, startUrl: "https://it4bytes.awsapps.com/start", account: "379047601618", role: AdministratorAccess}
  azure-admin: {type: entra-user}
  gcp-admin:   {type: gcp-user}
` + lines(logins) + `
landings:
  - {cloud: aws, environment: mgmt, adopt: {id: "379047601618"}}
` + lines(landings) + `
identities:
` + lines(identities) + "\n" + beside
}

// know learns by which calls each credential is known.
func (s *turning) know(each int) {
	s.Helper()
	items := s.Items(vault)
	apps := map[string]string{}
	var azure struct {
		Applications map[string]struct{ DisplayName string }
	}
	s.read("azure", &azure)
	for id, a := range azure.Applications {
		apps[a.DisplayName] = id
	}
	for _, kind := range kinds() {
		for i := range each {
			c := &credential{kind: kind}
			k := fmt.Sprintf("k%02d", i)
			switch kind {
			case "aws-access-key":
				c.id, c.way, c.call = "aws-"+k, canary.AccessKey, kernel.Match{Cloud: "aws", Service: "iam", Scope: accountOf(i)}
			case "entra-secret":
				c.id, c.way, c.call = "secret-"+k, canary.ClientSecret, kernel.Match{Cloud: "azure", Service: "graph", Path: apps["secret-"+k]}
			case "entra-certificate":
				c.id, c.way, c.call = "certificate-"+k, canary.ClientCertificate, kernel.Match{Cloud: "azure", Service: "graph", Path: apps["certificate-"+k]}
			case "gcp-key":
				c.id, c.way, c.call = "robot-"+k, canary.ServiceKey, kernel.Match{Cloud: "gcp", Service: "iam", Path: "/robot-" + k + "@"}
			}
			if c.item = items[c.id]; c.item == "" || c.call.Path == "" && c.call.Scope == "" {
				s.Fatalf("%s: its item is %q, its calls are those of %+v", c.id, c.item, c.call)
			}
			s.credentials = append(s.credentials, c)
		}
	}
}

// of are the first n credentials of each kind.
func (s *turning) of(n int) []*credential {
	var out []*credential
	had := map[string]int{}
	for _, c := range s.credentials {
		if had[c.kind]++; had[c.kind] <= n {
			out = append(out, c)
		}
	}
	return out
}

// watch has consumers sign in with these credentials from now on, and with no others any more.
func (s *turning) watch(all []*credential) {
	s.Helper()
	if s.canary != nil {
		s.canary.Stop()
	}
	entra := httptest.NewTLSServer(s.Sim.Handler("azure")) // Microsoft's library signs in nowhere without TLS
	s.Cleanup(entra.Close)
	w := canary.World{
		Vault: s.Setting("OP_CONNECT_HOST"), Token: s.Setting("OP_CONNECT_TOKEN"), AWS: s.Setting("LANDFALL_AWS_ENDPOINT"),
		Entra: entra.URL, HTTP: entra.Client(),
	}
	var consumers []canary.Consumer
	for _, c := range all {
		consumers = append(consumers, canary.Consumer{Vault: vault, Item: c.id, Way: c.way})
	}
	watch := canary.Watch(s.Context(), w, consumers...)
	s.canary = watch
	s.Cleanup(func() { watch.Stop() })
}

// read reads a cloud's part of what stands.
func (s *turning) read(cloud string, into any) {
	s.Helper()
	if err := json.Unmarshal(s.State()[cloud], into); err != nil {
		s.Fatal(err)
	}
}

// keys are the keys of every credential's identity by the credential's id, and whether each works: what stands in the clouds
// just now, past the wire, so that looking costs the world nothing.
func (s *turning) keys() (map[string]map[string]bool, error) {
	var aws struct {
		Accounts map[string]struct {
			IAM struct {
				Users map[string]struct{ AccessKeys map[string]string }
			}
		}
	}
	var azure struct {
		Applications map[string]struct {
			PasswordCredentials, KeyCredentials []struct{ KeyID string }
		}
	}
	var gcp struct {
		Projects map[string]struct {
			ServiceAccounts map[string]struct {
				Keys []struct {
					ID       string
					Disabled bool
				}
			}
		}
	}
	state := s.Sim.Kernel().State()
	for cloud, into := range map[string]any{"aws": &aws, "azure": &azure, "gcp": &gcp} {
		b, err := json.Marshal(state[cloud])
		if err == nil {
			err = json.Unmarshal(b, into)
		}
		if err != nil {
			return nil, err
		}
	}
	out := map[string]map[string]bool{}
	for _, c := range s.credentials {
		keys := map[string]bool{}
		for id, status := range aws.Accounts[c.call.Scope].IAM.Users["landfall-fallback"].AccessKeys {
			keys[id] = status == "Active"
		}
		app := azure.Applications[c.call.Path]
		for _, k := range append(app.PasswordCredentials, app.KeyCredentials...) {
			keys[k.KeyID] = true
		}
		for _, p := range gcp.Projects {
			for email, a := range p.ServiceAccounts {
				for _, k := range a.Keys {
					if strings.Contains("/"+email, "/"+c.id+"@") {
						keys[k.ID] = !k.Disabled
					}
				}
			}
		}
		out[c.id] = keys
	}
	return out, nil
}

// most looks at how many keys each identity has until it is asked for the most that it saw.
func (s *turning) most() (ask func() map[string]int) {
	stop, done, most := make(chan struct{}), make(chan error, 1), map[string]int{}
	go func() {
		for {
			all, err := s.keys()
			for id, keys := range all {
				most[id] = max(most[id], len(keys))
			}
			select {
			case <-stop:
				done <- err
				return
			case <-time.After(300 * time.Millisecond):
			}
			if err != nil {
				done <- err
				return
			}
		}
	}()
	return func() map[string]int {
		s.Helper()
		close(stop)
		if err := <-done; err != nil {
			s.Fatal(err)
		}
		return most
	}
}
