package wire

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"

	billing "cloud.google.com/go/billing/apiv1"
	orgpolicy "cloud.google.com/go/orgpolicy/apiv2"
	resourcemanager "cloud.google.com/go/resourcemanager/apiv3"
	serviceusage "cloud.google.com/go/serviceusage/apiv1"
	admin "google.golang.org/api/admin/directory/v1"
	"google.golang.org/api/dns/v1"
	"google.golang.org/api/iam/v1"
	"google.golang.org/api/iamcredentials/v1"
	"google.golang.org/api/option"
	"google.golang.org/api/policyanalyzer/v1"
	"google.golang.org/api/storage/v1"

	"github.com/itbytes/landfall/cloud/gcp/compute"
	"github.com/itbytes/landfall/plan"
)

// Clients are Google's own clients over REST, all signed by one login, none of them trying again by itself: that is the
// runbook's to decide.
type Clients struct {
	Projects      *resourcemanager.ProjectsClient
	Organizations *resourcemanager.OrganizationsClient
	Folders       *resourcemanager.FoldersClient
	Billing       *billing.CloudBillingClient
	Services      *serviceusage.Client
	Policies      *orgpolicy.Client
	IAM           *iam.Service
	Tokens        *iamcredentials.Service
	DNS           *dns.Service
	Directory     *admin.Service
	Storage       *storage.Service
	Activities    *policyanalyzer.Service
	Security      *SecurityCenter
	Compute       *compute.Client

	login     string
	transport *transport
	failures  failures
	shared    shared
}

// newClients makes the clients of a login.
func newClients(ctx context.Context, l plan.Login, o Options) (*Clients, error) {
	t := &transport{login: newLogin(l, o), base: o.HTTP.Transport}
	h := &http.Client{Transport: t, Timeout: time.Minute}
	c := &Clients{login: l.Name, transport: t, Security: &SecurityCenter{http: h, base: "https://securitycentermanagement.googleapis.com"}}
	if o.Endpoint != "" {
		c.Security.base = o.Endpoint + "/securitycentermanagement"
	}
	at := func(api string) []option.ClientOption {
		opts := []option.ClientOption{option.WithHTTPClient(h), option.WithLogger(slog.New(slog.DiscardHandler))}
		if o.Endpoint != "" {
			opts = append(opts, option.WithEndpoint(o.Endpoint+"/"+api))
		}
		return opts
	}
	return c, errors.Join(c.generated(ctx, at), c.discovered(ctx, at), c.stored(ctx, at))
}

type options func(api string) []option.ClientOption

// generated makes the clients of cloud.google.com/go and takes their retries away.
func (c *Clients) generated(ctx context.Context, at options) error {
	var errs [7]error
	c.Projects, errs[0] = resourcemanager.NewProjectsRESTClient(ctx, at("cloudresourcemanager")...)
	c.Organizations, errs[1] = resourcemanager.NewOrganizationsRESTClient(ctx, at("cloudresourcemanager")...)
	c.Billing, errs[2] = billing.NewCloudBillingRESTClient(ctx, at("cloudbilling")...)
	c.Services, errs[3] = serviceusage.NewRESTClient(ctx, at("serviceusage")...)
	c.Policies, errs[4] = orgpolicy.NewRESTClient(ctx, at("orgpolicy")...)
	c.Folders, errs[6] = resourcemanager.NewFoldersRESTClient(ctx, at("cloudresourcemanager")...)
	c.Compute, errs[5] = compute.New(ctx, at("compute")...)
	if err := errors.Join(errs[:]...); err != nil {
		return err
	}
	*c.Projects.CallOptions = resourcemanager.ProjectsCallOptions{}
	*c.Organizations.CallOptions = resourcemanager.OrganizationsCallOptions{}
	*c.Folders.CallOptions = resourcemanager.FoldersCallOptions{}
	*c.Billing.CallOptions = billing.CloudBillingCallOptions{}
	*c.Services.CallOptions = serviceusage.CallOptions{}
	*c.Policies.CallOptions = orgpolicy.CallOptions{}
	return nil
}

// discovered makes the clients of google.golang.org/api. They resolve paths against their endpoint, which must therefore end
// in a slash.
func (c *Clients) discovered(ctx context.Context, at options) error {
	var errs [5]error
	c.IAM, errs[0] = iam.NewService(ctx, at("iam/")...)
	c.DNS, errs[1] = dns.NewService(ctx, at("dns/")...)
	c.Directory, errs[2] = admin.NewService(ctx, at("admin/")...)
	c.Activities, errs[3] = policyanalyzer.NewService(ctx, at("policyanalyzer/")...)
	c.Tokens, errs[4] = iamcredentials.NewService(ctx, at("iamcredentials/")...)
	return errors.Join(errs[:]...)
}
