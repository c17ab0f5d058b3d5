package plan_test

import (
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/itbytes/landfall/plan"
)

// example is the organisation of the paper.
func example(t *testing.T) plan.Plan {
	t.Helper()
	b, err := os.ReadFile("../examples/itbytes.yaml")
	if err != nil {
		t.Fatal(err)
	}
	p, err := plan.Parse("itbytes.yaml", b)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// pointsOf are a plan's single points of failure by kind and name.
func pointsOf(t *testing.T, p plan.Plan) map[string]plan.SPOF {
	t.Helper()
	all, err := p.SinglePoints()
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]plan.SPOF{}
	for _, s := range all {
		if out[s.Kind+" "+s.Name].Name != "" {
			t.Errorf("%s %s is told twice", s.Kind, s.Name)
		}
		out[s.Kind+" "+s.Name] = s
		if s.Why == "" || s.Mend == "" || len(s.Stops) == 0 {
			t.Errorf("%s %s: stops %q, why %q, mend %q; want each said", s.Kind, s.Name, s.Stops, s.Why, s.Mend)
		}
	}
	return out
}

// DNS, sign-in and shared state lived in the management account whose session expired; the users with keys of their own in
// prod and dti still worked (the paper).
func TestLosingTheManagementAccountOrItsSignInStopsWhatThePaperSays(t *testing.T) {
	got := pointsOf(t, example(t))
	center := "IAM Identity Center https://it4bytes.awsapps.com/start"
	standing := []string{"aws/mgmt", "registry", "journal", "zone aws.it4bytes.example"}
	for name, want := range map[string][]string{
		"login aws-sso":               standing,
		"identity provider " + center: append(slices.Clone(standing), "login aws-sso"),
		"account 379047601618":        append(slices.Clone(standing), center, "login aws-sso"),
		"login gcp-admin":             {"gcp/prod", "gcp/dti", "gcp/mgmt", "zone gcp.it4bytes.example", "identity itManagesGCP"},
		"project it4bytes-mgmt-core":  {"gcp/mgmt", "zone gcp.it4bytes.example", "identity itManagesGCP"},
	} {
		if !reflect.DeepEqual(got[name].Stops, want) {
			t.Errorf("%s stops %q, want %q", name, got[name].Stops, want)
		}
	}
	for _, lost := range []string{"login aws-sso", "identity provider " + center, "account 379047601618"} {
		for _, goes := range []string{"aws/prod by aws-prod-keys", "aws/dti by aws-dti-keys"} {
			if !slices.Contains(got[lost].GoesOn, goes) {
				t.Errorf("without %s goes on %q, want %q among it", lost, got[lost].GoesOn, goes)
			}
		}
		for _, stop := range got[lost].Stops {
			if strings.HasPrefix(stop, "azure/") || strings.HasPrefix(stop, "gcp/") {
				t.Errorf("%s stops %s, want the other clouds not to notice", lost, stop)
			}
		}
	}
	for _, name := range []string{"account 862973411383", "login aws-prod-keys", "key op://itbytes-internal/aws-prod"} {
		if s, there := got[name]; there {
			t.Errorf("%s stops %q, want nothing but itself", name, s.Stops)
		}
	}
}

func TestARegistryInOneAccountIsASinglePointUntilItIsExported(t *testing.T) {
	p := example(t)
	p.Registry.SigningKey = ""
	bare := pointsOf(t, p)["registry itinfra-connections"]
	if !slices.Contains(bare.Stops, "reading of rows") || len(bare.GoesOn) != 0 || !strings.Contains(bare.Why, "379047601618") || !strings.Contains(bare.Mend, "registry.signingKey") {
		t.Errorf("without exports: %+v; want its reading stopped, the account named, and registry.signingKey as what mends it", bare)
	}
	p.Registry.SigningKey = "op://itbytes-internal/landfall-registry"
	got := pointsOf(t, p)
	with := got["registry itinfra-connections"]
	if want := []string{"reading of rows by landfall registry list --from azure"}; !reflect.DeepEqual(with.GoesOn, want) || slices.Contains(with.Stops, "reading of rows") {
		t.Errorf("with exports it stops %q and %q goes on, want reading to go on by an export", with.Stops, with.GoesOn)
	}
	if want := []string{"exports of the registry"}; !reflect.DeepEqual(got["key op://itbytes-internal/landfall-registry"].Stops, want) {
		t.Errorf("the signing key stops %q, want %q", got["key op://itbytes-internal/landfall-registry"].Stops, want)
	}
	p.Registry.ExportTo = []string{"gcp/mgmt"}
	if got := pointsOf(t, p)["login gcp-admin"].Stops; !slices.Contains(got, "exports of the registry") {
		t.Errorf("the login of the only export's landing stops %q, want the exports among it", got)
	}
}

func TestWhatNobodyElseHoldsIsASinglePoint(t *testing.T) {
	p := example(t)
	p.Notify = plan.Notify{Webhook: "https://hooks.it4bytes.example/landfall", Key: "op://itbytes-internal/webhook"}
	p.Identities[0].Trust = nil
	got := pointsOf(t, p)
	for name, stops := range map[string][]string{
		"domain it4bytes.example": {"zone aws.it4bytes.example", "zone az.it4bytes.example", "zone gcp.it4bytes.example"},
		"identity provider Entra tenant 7d1f0c52-41a5-4c7e-9d0e-3c1f7ab01111": {"azure/mgmt", "login azure-admin"},
		"identity provider Google directory of organizations/384756291034":    {"gcp/mgmt", "login gcp-admin"},
		"vault itbytes-internal":                            {"login aws-prod-keys", "sign-in as itManagesO365", "notices"},
		"key op://itbytes-internal/entra-app-itmanageso365": {"sign-in as itManagesO365"},
		"key op://itbytes-internal/webhook":                 {"notices"},
		"webhook https://hooks.it4bytes.example/landfall":   {"notices of holds"},
		"journal itinfra-journal":                           {"sealing of entries"},
		"temporal Temporal":                                 {"all 9 landings", "registry"},
	} {
		for _, stop := range stops {
			if !slices.Contains(got[name].Stops, stop) {
				t.Errorf("%s stops %q, want %q among it", name, got[name].Stops, stop)
			}
		}
	}
	if want := "sign-in as itManagesGCP by its trust in ci"; !slices.Contains(got["vault itbytes-internal"].GoesOn, want) {
		t.Errorf("without the vault goes on %q, want %q among it", got["vault itbytes-internal"].GoesOn, want)
	}
}

func TestAProviderThatSeveralLoginsSignInAtIsToldOnce(t *testing.T) {
	p := example(t)
	p.Logins["azure-second"] = plan.Login{Type: "entra-user"}
	p.Landings = append(p.Landings, plan.Exception{Cloud: plan.Azure, Environment: "dti", Login: "azure-admin", Fallback: "azure-second"})
	got := pointsOf(t, p)
	tenant := got["identity provider Entra tenant 7d1f0c52-41a5-4c7e-9d0e-3c1f7ab01111"]
	for _, stop := range []string{"azure/dti", "login azure-admin", "login azure-second"} {
		if !slices.Contains(tenant.Stops, stop) {
			t.Errorf("the tenant stops %q, want %q too: a fallback that signs in there is none when it is lost", tenant.Stops, stop)
		}
	}
	if !strings.Contains(tenant.Why, "azure-admin and azure-second") {
		t.Errorf("why = %q, want both logins named", tenant.Why)
	}
	if login := got["login azure-admin"]; slices.Contains(login.Stops, "azure/dti") || !slices.Contains(login.GoesOn, "azure/dti by azure-second") {
		t.Errorf("without azure-admin: stops %q, goes on %q; want azure/dti to go on by its fallback", login.Stops, login.GoesOn)
	}
}

func TestAThousandLandingsAreCountedAndTheTableStaysShort(t *testing.T) {
	p := example(t)
	for i := range 330 {
		env := fmt.Sprintf("e%03d", i)
		p.Organisation.Environments = append(p.Organisation.Environments, env)
		p.Logins["keys-"+env] = plan.Login{Type: "aws-keys", User: "landfall", Item: "op://itbytes-internal/" + env}
		p.Landings = append(p.Landings, plan.Exception{Cloud: plan.AWS, Environment: env, Fallback: "keys-" + env})
	}
	p.Network.Prefix = 26
	got := pointsOf(t, p)
	if len(got) > 30 {
		t.Errorf("%d single points of failure, want a short table", len(got))
	}
	for name, s := range got {
		if len(s.GoesOn) > 12 || len(s.Stops) > 12 {
			t.Errorf("%s stops %d things and %d go on, want them counted", name, len(s.Stops), len(s.GoesOn))
		}
	}
	if want := "332 landings in aws by their fallbacks"; !slices.Contains(got["login aws-sso"].GoesOn, want) {
		t.Errorf("without aws-sso goes on %q, want %q", got["login aws-sso"].GoesOn, want)
	}
	if want := "333 landings in gcp"; !slices.Contains(got["login gcp-admin"].Stops, want) {
		t.Errorf("gcp-admin stops %q, want %q among it", got["login gcp-admin"].Stops, want)
	}
}

func TestAPlanThatIsNotValidHasNoSinglePoints(t *testing.T) {
	if got, err := (plan.Plan{}).SinglePoints(); err == nil || got != nil {
		t.Errorf("got %v, %v; want the plan's problems", got, err)
	}
}
