// Package clients_test calls the simulated Google Cloud with Google's own clients, as the product does.
package clients_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http/httptest"
	"path/filepath"
	"testing"
	"time"

	billing "cloud.google.com/go/billing/apiv1"
	"cloud.google.com/go/billing/apiv1/billingpb"
	"cloud.google.com/go/iam/apiv1/iampb"
	orgpolicy "cloud.google.com/go/orgpolicy/apiv2"
	"cloud.google.com/go/orgpolicy/apiv2/orgpolicypb"
	resourcemanager "cloud.google.com/go/resourcemanager/apiv3"
	"cloud.google.com/go/resourcemanager/apiv3/resourcemanagerpb"
	serviceusage "cloud.google.com/go/serviceusage/apiv1"
	"cloud.google.com/go/serviceusage/apiv1/serviceusagepb"
	"github.com/googleapis/gax-go/v2/apierror"
	"golang.org/x/oauth2"
	"golang.org/x/oauth2/google"
	admin "google.golang.org/api/admin/directory/v1"
	"google.golang.org/api/dns/v1"
	"google.golang.org/api/googleapi"
	"google.golang.org/api/iam/v1"
	"google.golang.org/api/iterator"
	"google.golang.org/api/option"

	"github.com/itbytes/landfall/simulator/gcp"
	"github.com/itbytes/landfall/simulator/kernel"
)

// world is the paper's organisation on a local server, entered with the session of its administrator.
type world struct {
	url    string
	k      *kernel.Kernel
	tokens oauth2.TokenSource
}

func open(t *testing.T) world {
	t.Helper()
	s, err := kernel.Load(filepath.Join("..", "..", "..", "devstack", "scenario", "itbytes.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	s.People = nil
	k := kernel.New(s)
	c, err := gcp.New(k)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(c.Handler())
	t.Cleanup(server.Close)
	session, ok := c.Session("gcp-admin")
	if !ok {
		t.Fatal("no session for gcp-admin")
	}
	var adc struct {
		ClientID     string `json:"client_id"`
		ClientSecret string `json:"client_secret"`
		RefreshToken string `json:"refresh_token"`
	}
	if err := json.Unmarshal(session.Content, &adc); err != nil {
		t.Fatal(err)
	}
	conf := oauth2.Config{ClientID: adc.ClientID, ClientSecret: adc.ClientSecret, Endpoint: oauth2.Endpoint{TokenURL: server.URL + "/oauth2/token", AuthStyle: oauth2.AuthStyleInParams}}
	return world{url: server.URL, k: k, tokens: conf.TokenSource(t.Context(), &oauth2.Token{RefreshToken: adc.RefreshToken})}
}

// at points a client at one of the APIs.
func (w world) at(api string) []option.ClientOption {
	return []option.ClientOption{option.WithEndpoint(w.url + "/" + api), option.WithTokenSource(w.tokens)}
}

const project = "projects/it4bytes-prod-core"

func TestGooglesClientsMakeAProjectAndEverythingInIt(t *testing.T) {
	w, ctx := open(t), t.Context()
	makeProject(ctx, t, w)
	payAndEnable(ctx, t, w)
	makeIdentity(ctx, t, w)
	setPolicies(ctx, t, w)
	makeNetwork(ctx, t, w)
	makeZone(ctx, t, w)
	readDirectory(ctx, t, w)
}

func makeProject(ctx context.Context, t *testing.T, w world) {
	t.Helper()
	projects, err := resourcemanager.NewProjectsRESTClient(ctx, w.at("cloudresourcemanager")...)
	if err != nil {
		t.Fatal(err)
	}
	_, err = projects.GetProject(ctx, &resourcemanagerpb.GetProjectRequest{Name: project})
	var said *apierror.APIError
	if !errors.As(err, &said) || said.HTTPCode() != 403 {
		t.Fatalf("a project that is not there: got %v, want 403", err)
	}
	want := &resourcemanagerpb.Project{ProjectId: "it4bytes-prod-core", Parent: "organizations/384756291034", Labels: map[string]string{"owner": "platform"}}
	op, err := projects.CreateProject(ctx, &resourcemanagerpb.CreateProjectRequest{Project: want})
	if err != nil {
		t.Fatal(err)
	}
	if op.Done() {
		t.Error("the operation is done at once")
	}
	made, err := projects.CreateProjectOperation(op.Name()).Wait(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if made.State != resourcemanagerpb.Project_ACTIVE || made.Labels["owner"] != "platform" {
		t.Errorf("project: got %v, want it active with its labels", made)
	}
	if _, err = projects.CreateProject(ctx, &resourcemanagerpb.CreateProjectRequest{Project: want}); !errors.As(err, &said) || said.HTTPCode() != 409 {
		t.Errorf("the same again: got %v, want 409", err)
	}
	n := 0
	for found := projects.SearchProjects(ctx, &resourcemanagerpb.SearchProjectsRequest{Query: "id:it4bytes-*"}); ; n++ {
		if _, err := found.Next(); errors.Is(err, iterator.Done) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
	}
	if n != 1 {
		t.Errorf("search: got %d projects, want 1", n)
	}
	p, err := projects.GetIamPolicy(ctx, &iampb.GetIamPolicyRequest{Resource: project})
	if err != nil {
		t.Fatal(err)
	}
	p.Bindings = append(p.Bindings, &iampb.Binding{Role: "roles/viewer", Members: []string{"user:oncall@it4bytes.example"}})
	if _, err := projects.SetIamPolicy(ctx, &iampb.SetIamPolicyRequest{Resource: project, Policy: p}); err != nil {
		t.Fatal(err)
	}
	if _, err := projects.SetIamPolicy(ctx, &iampb.SetIamPolicyRequest{Resource: project, Policy: p}); !errors.As(err, &said) || said.HTTPCode() != 409 {
		t.Errorf("a stale policy: got %v, want 409", err)
	}
}

func payAndEnable(ctx context.Context, t *testing.T, w world) {
	t.Helper()
	bill, err := billing.NewCloudBillingRESTClient(ctx, w.at("cloudbilling")...)
	if err != nil {
		t.Fatal(err)
	}
	info, err := bill.UpdateProjectBillingInfo(ctx, &billingpb.UpdateProjectBillingInfoRequest{
		Name:               project,
		ProjectBillingInfo: &billingpb.ProjectBillingInfo{BillingAccountName: "billingAccounts/01B2C3-D4E5F6-071829"},
	})
	if err != nil || !info.BillingEnabled {
		t.Fatalf("billing: got %v %v, want it enabled", info, err)
	}
	services, err := serviceusage.NewRESTClient(ctx, w.at("serviceusage")...)
	if err != nil {
		t.Fatal(err)
	}
	op, err := services.BatchEnableServices(ctx, &serviceusagepb.BatchEnableServicesRequest{Parent: project, ServiceIds: []string{
		"compute.googleapis.com",
		"iam.googleapis.com", "dns.googleapis.com", "orgpolicy.googleapis.com",
	}})
	if err != nil {
		t.Fatal(err)
	}
	done, err := op.Wait(ctx)
	if err != nil || len(done.Services) != 4 || done.Services[0].State != serviceusagepb.State_ENABLED {
		t.Fatalf("services: got %v %v, want four enabled", done, err)
	}
	time.Sleep(w.k.Takes("gcp.service.propagation"))
}

func makeIdentity(ctx context.Context, t *testing.T, w world) {
	t.Helper()
	svc, err := iam.NewService(ctx, option.WithEndpoint(w.url+"/iam/"), option.WithTokenSource(w.tokens))
	if err != nil {
		t.Fatal(err)
	}
	account, err := svc.Projects.ServiceAccounts.Create(project, &iam.CreateServiceAccountRequest{AccountId: "itmanagesgcp"}).Context(ctx).Do()
	if err != nil {
		t.Fatal(err)
	}
	key, err := svc.Projects.ServiceAccounts.Keys.Create(account.Name, &iam.CreateServiceAccountKeyRequest{}).Context(ctx).Do()
	if err != nil {
		t.Fatal(err)
	}
	file, err := base64.StdEncoding.DecodeString(key.PrivateKeyData)
	if err != nil {
		t.Fatal(err)
	}
	time.Sleep(w.k.Takes("gcp.serviceaccount.keyPropagation"))
	conf, err := google.JWTConfigFromJSON(file, "https://www.googleapis.com/auth/cloud-platform")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := conf.TokenSource(ctx).Token(); err != nil {
		t.Errorf("a token of the new key: %v", err)
	}
	_, err = svc.Projects.ServiceAccounts.Get(project + "/serviceAccounts/nobody@it4bytes-prod-core.iam.gserviceaccount.com").Context(ctx).Do()
	var said *googleapi.Error
	if !errors.As(err, &said) || said.Code != 404 || said.Errors[0].Reason != "notFound" {
		t.Errorf("an unknown account: got %v, want 404 notFound", err)
	}
	pools := svc.Projects.Locations.WorkloadIdentityPools
	op, err := pools.Create(project+"/locations/global", &iam.WorkloadIdentityPool{DisplayName: "ci"}).WorkloadIdentityPoolId("landfall").Context(ctx).Do()
	if err != nil || op.Done {
		t.Fatalf("pool: got %v %v, want an operation that is not done", op, err)
	}
	time.Sleep(w.k.Takes("gcp.iam.workloadIdentityPool"))
	if op, err = pools.Operations.Get(op.Name).Context(ctx).Do(); err != nil || !op.Done {
		t.Errorf("pool: got %v %v, want it done", op, err)
	}
}

func setPolicies(ctx context.Context, t *testing.T, w world) {
	t.Helper()
	policies, err := orgpolicy.NewRESTClient(ctx, w.at("orgpolicy")...)
	if err != nil {
		t.Fatal(err)
	}
	name := project + "/policies/compute.requireOsLogin"
	_, err = policies.CreatePolicy(ctx, &orgpolicypb.CreatePolicyRequest{Parent: project, Policy: &orgpolicypb.Policy{
		Name: name,
		Spec: &orgpolicypb.PolicySpec{Rules: []*orgpolicypb.PolicySpec_PolicyRule{{Kind: &orgpolicypb.PolicySpec_PolicyRule_Enforce{Enforce: true}}}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	effective, err := policies.GetEffectivePolicy(ctx, &orgpolicypb.GetEffectivePolicyRequest{Name: name})
	if err != nil || !effective.Spec.Rules[0].GetEnforce() {
		t.Errorf("policy: got %v %v, want it enforced", effective, err)
	}
}

func makeZone(ctx context.Context, t *testing.T, w world) {
	t.Helper()
	svc, err := dns.NewService(ctx, option.WithEndpoint(w.url+"/dns/"), option.WithTokenSource(w.tokens))
	if err != nil {
		t.Fatal(err)
	}
	zone, err := svc.ManagedZones.Create("it4bytes-prod-core", &dns.ManagedZone{Name: "gcp", DnsName: "gcp.it4bytes.example.", Description: "gcp"}).Context(ctx).Do()
	if err != nil || len(zone.NameServers) != 4 {
		t.Errorf("zone: got %v %v, want one with four name servers", zone, err)
	}
}

func readDirectory(ctx context.Context, t *testing.T, w world) {
	t.Helper()
	svc, err := admin.NewService(ctx, option.WithEndpoint(w.url+"/admin/"), option.WithTokenSource(w.tokens))
	if err != nil {
		t.Fatal(err)
	}
	users, pages := 0, 0
	err = svc.Users.List().Customer("my_customer").Pages(ctx, func(u *admin.Users) error {
		pages++
		for _, one := range u.Users {
			if !one.IsEnforcedIn2Sv {
				t.Errorf("%s: got no enforced second step, want it", one.PrimaryEmail)
			}
			users++
		}
		return nil
	})
	if err != nil || users != 6 || pages != 2 {
		t.Errorf("directory: got %d users in %d pages (%v), want 6 in 2", users, pages, err)
	}
}
