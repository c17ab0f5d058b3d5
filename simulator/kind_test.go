package simulator_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/itbytes/landfall/simulator"
	"github.com/itbytes/landfall/simulator/kernel"
)

// visit makes a call that says for which step it is made, and tells the answer as it stands on the wire.
func visit(t *testing.T, method, url, agent string, header map[string]string, body string) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("User-Agent", agent)
	for name, value := range header {
		r.Header.Set(name, value)
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0, ""
	}
	defer func() { _ = resp.Body.Close() }()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(b)
}

// signed is what a request to an AWS service bears, as far as the door reads it before it looks at the signature.
func signed(service string) string {
	return "AWS4-HMAC-SHA256 Credential=AKIANOBODY/20260101/us-east-1/" + service + "/aws4_request, SignedHeaders=host, Signature=00"
}

func TestACallSaysForWhichStepItIsMade(t *testing.T) {
	s := listen(t, world())
	for agent, want := range map[string]string{
		"landfall-step/aws.prod.vpc":                                "aws/prod/vpc",
		"aws-sdk-go-v2/1.41 os/linux landfall-step/gcp.dti.scc m/E": "gcp/dti/scc",
		"azsdk-go landfall-step/azure.mgmt.credential-a.b (go1.26)": "azure/mgmt/credential-a.b",
		"landfall-step/aws.prod":                                    "",
		"landfall-step/aws..vpc":                                    "",
		"curl/8 (landfall-step/aws.prod.vpc)":                       "",
		"another-landfall-step/aws.prod.vpc":                        "",
	} {
		visit(t, "GET", s.OnePassword+"/v1/vaults", agent, nil, "")
		calls := s.world.Kernel().Calls()
		if got := calls[len(calls)-1].Step; got != want {
			t.Errorf("%q: the journal says %q, want %q", agent, got, want)
		}
	}
	_, answer := s.order(t, "GET", "/sim/calls", nil)
	found := false
	for _, c := range answer["calls"].([]any) {
		found = found || c.(map[string]any)["step"] == "aws/prod/vpc"
	}
	if !found {
		t.Error("/sim/calls shows no call's step")
	}
}

func TestAFaultOfAStepStrikesThatStepAlone(t *testing.T) {
	s := listen(t, world())
	if status, answer := s.order(t, "POST", "/sim/faults", map[string]any{"status": 403, "match": map[string]any{"step": "aws/prod/vpc"}}); status != 200 {
		t.Fatalf("order: got %d %v", status, answer)
	}
	for agent, want := range map[string]int{"landfall-step/aws.prod.vpc": 403, "landfall-step/aws.prod.vpc-endpoints": 401, "landfall-step/aws.dti.vpc": 401, "": 401} {
		if got, _ := visit(t, "GET", s.OnePassword+"/v1/vaults", agent, nil, ""); got != want {
			t.Errorf("%q: got %d, want %d", agent, got, want)
		}
	}
}

func TestAFaultThatIsOrderedByItsKindComesInTheCloudsOwnWords(t *testing.T) {
	sim := scenario(t, "itbytes")
	e, err := sim.Listen(t.Context(), simulator.Addresses{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(e.Wait)
	form := "application/x-www-form-urlencoded"
	arm := "/subscriptions/5b0c3a1e-8f64-4d0b-b1a2-90c4e77d2222/resourceGroups/rg-production/providers/Microsoft.Network/"
	for _, c := range []struct {
		kind, method, url string
		header            map[string]string
		body              string
		status            int
		says              string
	}{
		{"Denied", "POST", e.AWS + "/", map[string]string{"Authorization": signed("ec2"), "Content-Type": form}, "Action=DescribeVpcs&Version=2016-11-15", 403, "<Code>UnauthorizedOperation</Code>"},
		{"Denied", "POST", e.AWS + "/", map[string]string{"Authorization": signed("organizations"), "X-Amz-Target": "AWSOrganizationsV20161128.ListAccounts"}, "{}", 400, `"__type":"AccessDeniedException"`},
		{"Quota", "POST", e.AWS + "/", map[string]string{"Authorization": signed("organizations"), "X-Amz-Target": "AWSOrganizationsV20161128.CreateAccount"}, "{}", 400, `"Reason":"ACCOUNT_NUMBER_LIMIT_EXCEEDED"`},
		{"Quota", "POST", e.AWS + "/", map[string]string{"Authorization": signed("iam"), "Content-Type": form}, "Action=CreateRole&Version=2010-05-08", 409, "<Code>LimitExceeded</Code>"},
		{"Throttled", "GET", e.AWS + "/bucket", map[string]string{"Authorization": signed("s3")}, "", 503, "<Code>SlowDown</Code>"},
		{"Denied", "GET", e.Azure + arm + "virtualNetworks?api-version=2024-05-01", nil, "", 403, `"code":"AuthorizationFailed"`},
		{"PendingApproval", "PUT", e.Azure + arm + "virtualNetworks/v?api-version=2024-05-01", nil, "{}", 400, `"code":"SubscriptionNotRegisteredForFeature"`},
		{"Denied", "GET", e.Azure + "/graph/v1.0/organization", nil, "", 403, `"code":"Authorization_RequestDenied"`},
		{"Denied", "GET", e.GCP + "/cloudresourcemanager/v3/projects/mediamanager", nil, "", 403, `"status":"PERMISSION_DENIED"`},
		{"Quota", "POST", e.GCP + "/compute/compute/v1/projects/mediamanager/global/networks", nil, "{}", 403, `"reason":"quotaExceeded"`},
		{"Bug", "GET", e.GCP + "/cloudresourcemanager/v3/projects/mediamanager", nil, "", 200, "<!doctype html>"},
	} {
		id := sim.Kernel().Order(kernel.Fault{Kind: c.kind, Match: kernel.Match{Step: "x/y/z"}})
		if status, said := visit(t, c.method, c.url, "landfall-step/x.y.z", c.header, c.body); status != c.status || !strings.Contains(said, c.says) {
			t.Errorf("%s on %s %s: got %d %s, want %d with %s", c.kind, c.method, c.url, status, said, c.status, c.says)
		}
		if got := sim.Kernel().Struck(id); got != 1 {
			t.Errorf("%s on %s: %d calls were struck, want one", c.kind, c.url, got)
		}
		sim.Kernel().Lift(id)
	}
}

func TestThePreviewThatAFaultNamesIsPendingUntilSomebodyApprovesIt(t *testing.T) {
	sim := scenario(t, "itbytes")
	k := sim.Kernel()
	e, err := sim.Listen(t.Context(), simulator.Addresses{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(e.Wait)
	signedIn := map[string]string{"Authorization": "Bearer " + azureToken(t, sim, e.Azure)}
	at := e.Azure + "/subscriptions/5b0c3a1e-8f64-4d0b-b1a2-90c4e77d2222/providers/Microsoft.Features/providers/Microsoft.Network/features/AllowSimulatedPreview?api-version=2021-07-01"
	if status, said := visit(t, "GET", at, "", signedIn, ""); status != 200 || !strings.Contains(said, `"state":"Pending"`) {
		t.Errorf("got %d %s, want it pending", status, said)
	}
	if err := k.Perform(kernel.Act{Cloud: "azure", Do: "approvePreview", With: map[string]string{"feature": "Microsoft.Network/AllowSimulatedPreview"}}); err != nil {
		t.Fatal(err)
	}
	if status, said := visit(t, "GET", at, "", signedIn, ""); status != 200 || !strings.Contains(said, `"state":"Registered"`) {
		t.Errorf("approved: got %d %s, want it registered", status, said)
	}
}

// azureToken signs in with the session that stands in the scenario.
func azureToken(t *testing.T, sim *simulator.Simulator, base string) string {
	t.Helper()
	for _, s := range sim.Sessions() {
		if s.Login != "azure-admin" {
			continue
		}
		var kept struct{ TenantID, ClientID, RefreshToken string }
		if err := json.Unmarshal(s.Content, &kept); err != nil {
			t.Fatal(err)
		}
		form := url.Values{"grant_type": {"refresh_token"}, "client_id": {kept.ClientID}, "refresh_token": {kept.RefreshToken}, "scope": {"https://management.azure.com/.default"}}
		_, said := visit(t, "POST", base+"/entra/"+kept.TenantID+"/oauth2/v2.0/token", "", map[string]string{"Content-Type": "application/x-www-form-urlencoded"}, form.Encode())
		var token struct {
			Value string `json:"access_token"`
		}
		if err := json.Unmarshal([]byte(said), &token); err != nil || token.Value == "" {
			t.Fatalf("no token: %s", said)
		}
		return token.Value
	}
	t.Fatal("nobody is signed in to azure-admin")
	return ""
}

func TestAFaultWhoseKindIsNeverSaidToACallPassesItBy(t *testing.T) {
	s := listen(t, world())
	id := s.world.Kernel().Order(kernel.Fault{Kind: "Denied"}) // 1Password has no table
	if got := s.vaults(t, t.Context()); got != 200 || s.world.Kernel().Struck(id) != 0 {
		t.Errorf("got %d, and %d calls were struck", got, s.world.Kernel().Struck(id))
	}
}

func TestALoginThatAFaultEndsOrLocksStaysSoUntilSomebodyMendsIt(t *testing.T) {
	for do, want := range map[string]int{kernel.DoExpire: 401, kernel.DoLock: 403} {
		s := listen(t, world())
		id, got := s.reads(t, 1, map[string]any{"do": do, "after": 1})
		if got[0] != 200 {
			t.Fatalf("%s: the call before was answered %d", do, got[0])
		}
		for range 2 {
			if got := s.vaults(t, t.Context()); got != want {
				t.Errorf("%s: got %d, want %d", do, got, want)
			}
		}
		if status, _ := s.order(t, "POST", "/sim/logins/connect", map[string]string{"state": "ok"}); status != 200 {
			t.Fatalf("the login was not mended: %d", status)
		}
		if got := s.vaults(t, t.Context()); got != 200 || s.world.Kernel().Struck(id) != 1 {
			t.Errorf("%s: after it was mended got %d, struck %d times; want 200, and once", do, got, s.world.Kernel().Struck(id))
		}
	}
}

func TestAScenarioWhoseFaultStrikesNothingThatWasMeantIsRefused(t *testing.T) {
	for says, f := range map[string]kernel.Fault{
		"Tired":                  {Kind: "Tired"},
		"PendingApproval":        {Kind: "PendingApproval", Match: kernel.Match{Step: "gcp/dti/vpc"}},
		"worded":                 {Kind: "Denied", Status: 500},
		"cloud/environment/step": {Match: kernel.Match{Step: "vpc"}},
		"another cloud":          {Match: kernel.Match{Step: "aws/dti/vpc", Cloud: "gcp"}},
	} {
		w := world()
		w.Faults = []kernel.Fault{f}
		if _, err := simulator.New(w); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%+v: got %v, want it refused with %q", f, err, says)
		}
	}
}
