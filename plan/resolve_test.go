package plan

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

func resolve(t testing.TB, p Plan) map[string]Landing {
	t.Helper()
	ls, err := p.Resolve()
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]Landing{}
	for _, l := range ls {
		out[l.ID()] = l
	}
	return out
}

func TestLandingsComeByCloudAndThenAsTheEnvironmentsAreWritten(t *testing.T) {
	p := mustParse(t, strings.NewReplacer("clouds:\n", "clouds:\n  oracle: {region: x, login: ocid}\n", "logins:\n", "logins:\n  ocid: {type: oracle-user}\n").Replace(sound))
	ls, err := p.Resolve()
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, l := range ls {
		got = append(got, l.ID())
	}
	want := "aws/prod aws/dti aws/mgmt azure/prod azure/mgmt gcp/prod gcp/dti gcp/mgmt oracle/prod oracle/dti oracle/mgmt"
	if strings.Join(got, " ") != want {
		t.Errorf("got  %s\nwant %s", strings.Join(got, " "), want)
	}
	if s := p.Skipped(); len(s) != 1 || s[0].Environment != "dti" || s[0].Reason != "no quota" {
		t.Errorf("skipped: got %+v, want azure/dti", s)
	}
}

func TestALandingHasEveryDefaultSettled(t *testing.T) {
	p := mustParse(t, sound)
	got := resolve(t, p)["aws/prod"]
	want := Landing{
		Plan: "acme", Owner: "platform@acme.example", Slug: "acme", Cloud: AWS, Environment: "prod", Name: "acme-prod",
		Adopt: Adopt{ID: "444455556666"}, Email: "aws+prod@acme.example", Region: "us-east-1", Organization: "o-acme000001",
		Role:     "OrganizationAccountAccessRole",
		Login:    Login{Name: "sso", Type: "aws-sso", StartURL: "https://acme.awsapps.com/start", Account: "111122223333", Role: "Admin", Region: "us-east-1"},
		Fallback: &Login{Name: "keys", Type: "aws-keys", Account: "444455556666", User: "landfall", Item: "op://acme/aws"},
		Tags:     map[string]string{"owner": "platform"},
		Network: Network{CIDR: "10.64.0.0/20", Subnets: []Subnet{
			{Name: "private-a", CIDR: "10.64.0.0/22", Zone: "a"}, {Name: "private-b", CIDR: "10.64.4.0/22", Zone: "b"},
		}},
		Environments: []string{"prod", "dti", "mgmt"}, Mode: Enforce, Controls: map[string]Mode{"O05": ReportM}, Waived: []Waiver{},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	gcp := resolve(t, p)["gcp/mgmt"]
	identity := Identity{
		Name: "robot-gcp", Cloud: GCP, Home: "mgmt", Roles: []string{"roles/viewer"},
		Trust: []Trust{{Name: "ci", Issuer: "https://token.example.com", Subject: "repo:acme"}},
	}
	if gcp.Zone != "gcp.acme.example" || !gcp.Management || gcp.Parent != "organizations/384756291034" || len(gcp.Waived) != 1 ||
		!reflect.DeepEqual(gcp.Identities, []Identity{identity}) {
		t.Errorf("got %+v, want the zone, the waiver and the identity at home in mgmt", gcp)
	}
	azure := resolve(t, p)["azure/prod"]
	if a := azure.Identities[0]; a.CredentialType != "certificate" || a.CredentialDays != 90 || a.Roles[0] != "Reader" || azure.Zone != "" || azure.Login.Client != AzureCLIClient {
		t.Errorf("got %+v, want a certificate of 90 days for a reader", azure)
	}
}

func TestOneLandingIsTheSameAskedForAlone(t *testing.T) {
	p := mustParse(t, sound)
	for id, want := range resolve(t, p) {
		if got, has := p.Landing(want.Cloud, want.Environment); !has || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got %+v, %v, want %+v", id, got, has, want)
		}
	}
	for _, s := range []square{{Azure, "dti"}, {AWS, "stage"}, {"oracle", "prod"}} {
		if l, has := p.Landing(s.cloud, s.env); has {
			t.Errorf("got %+v for %s, want none", l, s.id())
		}
	}
}

func TestAnExceptionSaysWhereALandingDiffers(t *testing.T) {
	p := mustParse(t, sound)
	p.Landings = append(p.Landings,
		Exception{Cloud: AWS, Environment: "dti", Name: "old dti", Email: "root@acme.example", Region: "eu-west-1", CIDR: "10.200.0.0/18", Login: "keys"},
		Exception{Cloud: GCP, Environment: "dti", Adopt: Adopt{ID: "tzb164-dti"}},
	)
	ls := resolve(t, p)
	l := ls["aws/dti"]
	if l.Name != "old dti" || l.Email != "root@acme.example" || l.Region != "eu-west-1" || l.Network.Subnets[1].CIDR != "10.200.16.0/20" || l.Login.Name != "keys" {
		t.Errorf("got %+v, want what the exception says", l)
	}
	if got := ls["gcp/dti"].Name; got != "tzb164-dti" {
		t.Errorf("got %s, want the adopted project's id, which cannot be changed", got)
	}
}

func TestWaiversInForceDependOnTheDayOnlyWhereOneIsGiven(t *testing.T) {
	p := mustParse(t, sound)
	for day, want := range map[string]int{"": 1, "2027-01-31": 1, "2027-02-01": 0} {
		ls, err := p.ResolveAt(day)
		if err != nil {
			t.Fatal(err)
		}
		if got := len(ls[5].Waived); ls[5].ID() != "gcp/prod" || got != want {
			t.Errorf("on %q: got %d waivers in %s, want %d in gcp/prod", day, got, ls[5].ID(), want)
		}
	}
}

func TestTheManagementEnvironmentIsTheOneNamedSoOrTheLast(t *testing.T) {
	for _, c := range []struct {
		envs []string
		want string
	}{
		{[]string{"mgmt", "prod"}, "mgmt"}, {[]string{"prod", "management", "dti"}, "management"}, {[]string{"prod", "hub"}, "hub"}, {nil, ""},
	} {
		if got := (Plan{Organisation: Organisation{Environments: c.envs}}).Management(); got != c.want {
			t.Errorf("%v: got %q, want %q", c.envs, got, c.want)
		}
	}
}

func TestDefaultsAreTheSameAppliedTwiceAndTouchNothingWritten(t *testing.T) {
	p := mustParse(t, sound)
	before := fmt.Sprintf("%+v", p)
	once := p.WithDefaults()
	if twice := once.WithDefaults(); !reflect.DeepEqual(once, twice) {
		t.Errorf("got %+v\nwant %+v", twice, once)
	}
	if after := fmt.Sprintf("%+v", p); after != before {
		t.Errorf("got %s\nwant %s", after, before)
	}
	if !reflect.DeepEqual(once.Registry, Registry{Environment: "mgmt", Table: "things", Region: "us-east-1", SigningKey: "op://acme/registry", ExportTo: []string{"azure/mgmt"}}) || once.DNS.Environment != "mgmt" {
		t.Errorf("got %+v and %+v, want both in mgmt", once.Registry, once.DNS)
	}
}

func TestADigestNamesWhatIsCarriedOutAndNotHowItIsWritten(t *testing.T) {
	p := mustParse(t, sound)
	digest := p.Digest()
	if !strings.HasPrefix(digest, "sha256:") || len(digest) != 7+64 {
		t.Errorf("got %s, want sha256: and 64 digits", digest)
	}
	written := mustParse(t, "# a comment\n"+strings.Replace(sound, "prefix: 20, ", "", 1))
	if got := written.Digest(); got != digest {
		t.Errorf("got %s for the same plan with a default left out, want %s", got, digest)
	}
	other := mustParse(t, strings.Replace(sound, "prefix: 20", "prefix: 21", 1))
	if got := other.Digest(); got == digest {
		t.Error("another plan has the same digest")
	}
}

func TestAPlanThatIsNotSoundResolvesToNothing(t *testing.T) {
	p := mustParse(t, sound)
	p.Organisation.Slug = "Acme"
	if ls, err := p.Resolve(); err == nil || ls != nil {
		t.Errorf("got %v, %v, want the problem and no landing", ls, err)
	}
}

func TestAddingAnEnvironmentOrACloudMovesNobodysNetwork(t *testing.T) {
	p := mustParse(t, sound)
	before := resolve(t, p)
	p.Logins["ocid"] = Login{Type: "oracle-user"}
	p.Organisation.Environments = append(slices.Clone(p.Organisation.Environments), "stage", "qa")
	p.Clouds["oracle"] = Home{Region: "x", Login: "ocid"}
	for i := range p.Landings {
		p.Landings[i].Skip, p.Landings[i].Reason, p.Landings[i].Until = false, "", ""
	}
	after := resolve(t, p)
	for id, l := range before {
		if got := after[id].Network; !reflect.DeepEqual(got, l.Network) {
			t.Errorf("%s: got %+v, want %+v as before", id, got, l.Network)
		}
	}
	ranges := map[string]string{}
	for id, l := range after {
		if other, twice := ranges[l.Network.CIDR]; twice {
			t.Errorf("%s and %s have the same range %s", id, other, l.Network.CIDR)
		}
		ranges[l.Network.CIDR] = id
	}
	if len(after) != 20 {
		t.Errorf("got %d landings, want 20", len(after))
	}
}

// thousand is a plan of 334 environments in three clouds.
func thousand() Plan {
	p := Plan{
		APIVersion: APIVersion, Kind: KindPlan, Metadata: Metadata{Name: "thousand", Owner: "platform"},
		Organisation: Organisation{Slug: "acme", Tags: map[string]string{"owner": "platform", "environment": "{env}"}},
		Clouds: map[Cloud]Home{
			AWS:   {Region: "us-east-1", Email: "aws+{env}@acme.example", Login: "a"},
			Azure: {Region: "eastus", Login: "b", Billing: "/providers/Microsoft.Billing/billingAccounts/acme"},
			GCP:   {Region: "us-central1", Login: "c", Organization: "organizations/1", Billing: "billingAccounts/01B2C3-D4E5F6-071829"},
		},
		Logins:  map[string]Login{"a": {Type: "aws-default"}, "b": {Type: "azure-default"}, "c": {Type: "gcp-default"}},
		Network: NetworkPlan{CIDR: "10.0.0.0/8", Prefix: 20, Reserved: []string{"10.255.0.0/16"}},
	}
	for i := range 334 {
		env := fmt.Sprintf("env-%03d", i)
		p.Organisation.Environments = append(p.Organisation.Environments, env)
		p.Landings = append(p.Landings, Exception{Cloud: AWS, Environment: env, Adopt: Adopt{ID: fmt.Sprintf("%012d", i)}})
	}
	return p
}

func TestAThousandLandingsTakeNoSecond(t *testing.T) {
	p, began := thousand(), time.Now()
	ls, err := p.Resolve()
	if err != nil {
		t.Fatal(err)
	}
	if took := time.Since(began); len(ls) != 1002 || took > time.Second {
		t.Errorf("got %d landings in %s, want 1002 in under a second", len(ls), took)
	}
}

func BenchmarkResolveAThousandLandings(b *testing.B) {
	p := thousand()
	for b.Loop() {
		if _, err := p.Resolve(); err != nil {
			b.Fatal(err)
		}
	}
}
