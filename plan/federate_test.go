package plan_test

import (
	"strings"
	"testing"

	"github.com/itbytes/landfall/plan"
)

// crossing is a plan whose identities use each other's credentials across clouds.
func crossing() plan.Plan {
	return plan.Plan{
		APIVersion: plan.APIVersion, Kind: plan.KindPlan, Metadata: plan.Metadata{Name: "p", Owner: "o"},
		Organisation: plan.Organisation{Slug: "acme", Environments: []string{"prod"}},
		Clouds: map[plan.Cloud]plan.Home{
			plan.AWS:   {Region: "us-east-1", Login: "a", Email: "aws+{env}@acme.example"},
			plan.Azure: {Region: "eastus", Login: "z", Organization: "7d1f0c52-41a5-4c7e-9d0e-3c1f7ab01111", Billing: "/providers/Microsoft.Billing/billingAccounts/a/billingProfiles/p/invoiceSections/i"},
			plan.GCP:   {Region: "us-central1", Login: "g", Organization: "organizations/1", Billing: "billingAccounts/01B2C3-D4E5F6-071829"},
		},
		Logins: map[string]plan.Login{
			"a": {Type: "aws-default"}, "z": {Type: "azure-default"}, "g": {Type: "gcp-default"},
			"keys": {Type: "aws-keys", Account: "862973411383", User: "fallback", Item: "op://v/keys"},
		},
		Landings: []plan.Exception{{Cloud: plan.AWS, Environment: "prod", Adopt: plan.Adopt{ID: "862973411383"}, Fallback: "keys"}},
		Identities: []plan.Identity{
			{Name: "aws-robot", Cloud: plan.AWS},
			{Name: "entra-robot", Cloud: plan.Azure, Credential: "op://v/entra"},
			{Name: "gcp-robot", Cloud: plan.GCP, Credential: "op://v/gcp"},
			{Name: "lonely", Cloud: plan.GCP, Credential: "op://v/lonely"},
			{Name: "trusting", Cloud: plan.GCP, Credential: "op://v/trusting", Trust: []plan.Trust{{Name: "ci", Issuer: "https://token.actions.example", Subject: "repo:x"}}},
		},
		Rotation: plan.Rotation{Credentials: []plan.CredentialRule{
			{ID: "entra-robot", Consumers: []plan.Consumer{{Name: "aws-robot"}, {Name: "gcp-robot"}, {Name: "somebody-else"}}},
			{ID: "gcp-robot", Consumers: []plan.Consumer{{Name: "aws-robot"}, {Name: "entra-robot"}}},
		}},
	}
}

func federationOf(t *testing.T, id string) plan.Federation {
	t.Helper()
	all, err := crossing().Federations()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range all {
		if f.Credential == id {
			return f
		}
	}
	t.Fatalf("no %s among %+v", id, all)
	return plan.Federation{}
}

func TestACredentialCanBeDoneWithoutWhereItsConsumersCloudGivesThemTokens(t *testing.T) {
	for id, want := range map[string]map[string]string{
		"entra-robot": {
			"aws-robot": `tokens.sts.global.api.aws", subject: "arn:aws:iam::862973411383:role/aws-robot"}]`,
			"gcp-robot": `issuer: "https://accounts.google.com", subject: "UNIQUE"}]`,
		},
		"gcp-robot": {
			"aws-robot":   `tokens.sts.global.api.aws", subject: "arn:aws:iam::862973411383:role/aws-robot"}]`,
			"entra-robot": `issuer: "https://sts.windows.net/7d1f0c52-41a5-4c7e-9d0e-3c1f7ab01111/", subject: "OBJECT", audience: "api://APPLICATION"}]`,
		},
	} {
		f := federationOf(t, id)
		if f.State != plan.FederationPossible || len(f.Ways) != len(want) || !strings.Contains(f.Retire, "--credential "+id+" --retire") {
			t.Errorf("%s: %+v, want %d ways and the last step", id, f, len(want))
		}
		for _, w := range f.Ways {
			if !strings.Contains(w.Lines, want[w.Who]) || w.First == "" || w.Proof == "" {
				t.Errorf("%s by %s: %+v, want %q in its lines", id, w.Who, w, want[w.Who])
			}
		}
	}
}

func TestACredentialThatIsNotToBeDoneWithoutSaysWhy(t *testing.T) {
	for id, want := range map[string]plan.FederationState{"keys": plan.FederationNever, "lonely": plan.FederationUnknown, "trusting": plan.FederationStands} {
		f := federationOf(t, id)
		if f.State != want || f.Why == "" || (f.Retire != "") != (want == plan.FederationStands) {
			t.Errorf("%s: %+v, want %s with why, and to be retired only where it stands", id, f, want)
		}
	}
}

func TestMomentsAreThoseThatACalendarNames(t *testing.T) {
	m := plan.Moments("*/30 3 1,15 * MON-FRI")
	want := [5]uint64{1<<0 | 1<<30, 1 << 3, 1<<1 | 1<<15, 1<<13 - 2, 1<<6 - 2}
	if m != want {
		t.Errorf("got %b, want %b", m, want)
	}
	if plan.Moments("at dawn") != [5]uint64{} {
		t.Error("what is no calendar has moments")
	}
}
