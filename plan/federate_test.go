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
			"aws-robot":   `tokens.sts.global.api.aws", subject: "arn:aws:iam::862973411383:role/aws-robot", audience: "landfall:p"}]`,
			"entra-robot": `issuer: "https://sts.windows.net/7d1f0c52-41a5-4c7e-9d0e-3c1f7ab01111/", subject: "OBJECT", audience: "api://APPLICATION"}]`,
		},
	} {
		f := federationOf(t, id)
		if f.State != plan.FederationPossible || len(f.Ways) != len(want) || !strings.Contains(f.Apply, "federate apply p --credential "+id) {
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

func TestALinkNamesWhoseTokensAreTrustedAndWhere(t *testing.T) {
	c, links, err := crossing().Links("gcp-robot")
	if err != nil || c.ID != "gcp-robot" || len(links) != 2 {
		t.Fatalf("got %s with %d links, %v; want gcp-robot with its two consumers", c.ID, len(links), err)
	}
	l := links[0]
	if l.Who.Name != "aws-robot" || len(l.Who.TokensFor) != 1 || l.Who.TokensFor[0] != plan.GCP || l.From.ID() != "aws/prod" || l.Into.ID() != "gcp/prod" || l.Identity.Name != "gcp-robot" {
		t.Errorf("got %+v, want aws-robot of aws/prod with tokens for gcp, trusted by gcp-robot of gcp/prod", l)
	}
	if got := l.From.Identities[0].TokensFor; len(got) != 1 || got[0] != plan.GCP {
		t.Errorf("the landing's identity has tokens for %v, want gcp", got)
	}
	trust, known := plan.TrustOf(l.Who, plan.GCP, "p", map[string]string{plan.FactIssuer(l.Who): "https://i.example", plan.FactSubject(l.Who): "arn:aws:iam::1:role/aws-robot"})
	if want := (plan.Trust{Name: "aws-robot", Issuer: "https://i.example", Subject: "arn:aws:iam::1:role/aws-robot", Audience: "landfall:p"}); !known || trust != want {
		t.Errorf("got %+v, want %+v", trust, want)
	}
	into := l.Trusting([]plan.Trust{trust, trust})
	for _, id := range into.Identities {
		if want := map[string]int{"gcp-robot": 1, "trusting": 1}[id.Name]; len(id.Trust) != want {
			t.Errorf("%s has %d trusts, want %d", id.Name, len(id.Trust), want)
		}
	}
	if _, known := plan.TrustOf(l.Who, plan.GCP, "p", nil); known {
		t.Error("a trust is known of which no cloud has told")
	}
}

func TestAnAccessKeyIsDoneWithoutByTheRoleThatThePlanNamesInstead(t *testing.T) {
	p := crossing()
	p.Logins["robot"] = plan.Login{Type: "aws-keys", Account: "862973411383", User: "robot", Item: "op://v/robot"}
	p.Landings[0].Login, p.Landings[0].Fallback = "robot", ""
	p.Rotation.Credentials = append(p.Rotation.Credentials, plan.CredentialRule{ID: "robot", Instead: "aws-robot", Consumers: []plan.Consumer{{Name: "gcp-robot"}}})
	_, links, err := p.Links("robot")
	if err != nil || len(links) != 1 || links[0].Identity.Name != "aws-robot" || links[0].Into.ID() != "aws/prod" || links[0].From.ID() != "gcp/prod" {
		t.Errorf("got %+v, %v; want gcp-robot trusted by the role aws-robot", links, err)
	}
	p.Rotation.Credentials[len(p.Rotation.Credentials)-1].Instead = "aws-robt"
	if err := p.Validate(""); err == nil || !strings.Contains(err.Error(), "aws-robot") {
		t.Errorf("error = %v, want one that names the nearest role", err)
	}
}
