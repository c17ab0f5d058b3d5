// Package bench rotates many credentials in one tick of a schedule, on the built stack, and measures what that costs each
// cloud. It is no timed test: it fails only where a credential is lost, a key is left over, or a rotation does not finish.
package bench

import (
	"fmt"

	"github.com/itbytes/landfall/devstack/world"
	"github.com/itbytes/landfall/plan"
	"github.com/itbytes/landfall/simulator/kernel"
)

// The generated organisation.
const (
	name   = "bench"
	vault  = "bench-internal"
	secret = "op://" + vault + "/"
	user   = "landfall-fallback"
	// perProject is how many service accounts live in one project: Google gives a project a hundred (IAM quotas).
	perProject = 50
)

// shares are how the credentials are divided, in tenths: access keys of AWS, client secrets and certificates of Entra, keys of
// service accounts.
var shares = []struct {
	kind   plan.CredentialKind
	tenths int
}{{plan.AccessKey, 4}, {plan.EntraSecret, 2}, {plan.EntraCertificate, 1}, {plan.ServiceKey, 3}}

// estate is a plan of so many credentials, with the world in which they stand. Each access key is of an account of its own, as
// the plan has it: a landing's fallback.
func estate(many int) (plan.Plan, kernel.Scenario, error) {
	p := plan.Plan{
		APIVersion: plan.APIVersion, Kind: plan.KindPlan, Metadata: plan.Metadata{Name: name, Owner: "platform@bench.example"},
		Organisation: plan.Organisation{Slug: name}, Network: plan.NetworkPlan{CIDR: "10.0.0.0/8"},
		Clouds: map[plan.Cloud]plan.Home{
			plan.AWS:   {Region: "eu-west-1", Organization: "o-bench0000001", Email: "aws+{env}@bench.example", Login: "aws-sso"},
			plan.Azure: {Region: "westeurope", Organization: "11111111-2222-4333-8444-555566660000", Login: "azure-admin", Billing: "/providers/Microsoft.Billing/billingAccounts/bench/billingProfiles/main/invoiceSections/core"},
			plan.GCP:   {Region: "europe-west1", Organization: "organizations/998877665544", Login: "gcp-admin", Billing: "billingAccounts/AAAAAA-BBBBBB-CCCCCC"},
		},
		Logins: map[string]plan.Login{
			"aws-sso":     {Type: "aws-sso", StartURL: "https://bench.awsapps.com/start", Account: "555566667777", Role: "AdministratorAccess"},
			"azure-admin": {Type: "entra-user"},
			"gcp-admin":   {Type: "gcp-user"},
		},
		Rotation: plan.Rotation{
			Grace: "15m", Observe: "1m", // the shortest that a plan can have: what is measured is not the waiting
			Schedules: []plan.Schedule{{Name: "tick", Calendar: "0 3 1 1 *"}},
		},
	}
	var applications []any
	for _, s := range shares {
		for i := range many * s.tenths / 10 {
			id := fmt.Sprintf("%s-%03d", s.kind, i)
			one := plan.Identity{Name: id, Cloud: plan.Azure, Credential: secret + id, CredentialType: "secret"}
			switch s.kind {
			case plan.AccessKey:
				env := fmt.Sprintf("e%03d", i)
				p.Organisation.Environments = append(p.Organisation.Environments, env)
				p.Logins[id] = plan.Login{Type: "aws-keys", User: user, Item: secret + id}
				p.Landings = append(p.Landings, plan.Exception{Cloud: plan.AWS, Environment: env, Adopt: plan.Adopt{ID: accountID(i)}, Fallback: id})
				continue
			case plan.ServiceKey:
				env := fmt.Sprintf("e%03d", i/perProject)
				one.Cloud, one.CredentialType, one.Home = plan.GCP, "key", env
				if i%perProject == 0 {
					p.Landings = append(p.Landings, plan.Exception{Cloud: plan.GCP, Environment: env, Adopt: plan.Adopt{ID: projectID(i)}})
				}
			case plan.EntraCertificate:
				one.CredentialType = "certificate"
				fallthrough
			default: // an application begins with a secret, whatever the plan would have it be
				applications = append(applications, map[string]any{"displayName": id, "uniqueName": id, "secret": secret + id})
			}
			p.Identities = append(p.Identities, one)
		}
	}
	p.Organisation.Environments = append(p.Organisation.Environments, "mgmt")
	w, err := world.Of(p)
	if err != nil {
		return p, w.Scenario, err
	}
	w.Scenario.Estate["azure"].(map[string]any)["applications"] = applications
	for _, one := range w.Scenario.Estate["gcp"].(map[string]any)["projects"].([]any) {
		one.(map[string]any)["services"] = []string{"iam.googleapis.com", "policyanalyzer.googleapis.com"}
	}
	return p, w.Scenario, nil
}

func accountID(i int) string { return fmt.Sprintf("3000000%05d", i) }

// projectID is the project of the service account of a number.
func projectID(i int) string { return fmt.Sprintf("bench-e%03d-core", i/perProject) }
