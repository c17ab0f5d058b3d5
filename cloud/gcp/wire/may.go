package wire

import (
	"context"
	"slices"
	"strings"

	"cloud.google.com/go/iam/apiv1/iampb"
	"github.com/googleapis/gax-go/v2"

	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// tester is a client that says which of some permissions its caller has on a resource.
type tester interface {
	TestIamPermissions(ctx context.Context, r *iampb.TestIamPermissionsRequest, o ...gax.CallOption) (*iampb.TestIamPermissionsResponse, error)
}

// May asks whether the login has permissions on a project, a folder, an organisation or a billing account, before a step's
// first write. The fault of one that is missing names it, and who can give it by which role.
func (s *Session) May(ctx context.Context, resource string, permissions ...string) error {
	got, err := s.testerOf(resource).TestIamPermissions(ctx, &iampb.TestIamPermissionsRequest{Resource: resource, Permissions: permissions})
	if err != nil {
		return s.Fault(err, "iam", "TestIamPermissions")
	}
	missing := slices.DeleteFunc(slices.Clone(permissions), func(p string) bool { return slices.Contains(got.GetPermissions(), p) })
	if len(missing) == 0 {
		return nil
	}
	f := fault.New(fault.Denied, "Have "+giver(resource)+" grant the login "+s.login+" "+roleWith(missing[0])+" on "+resource+", then resume.",
		"the login %s has not %s on %s", s.login, strings.Join(missing, " and "), resource)
	if s.young && resource == s.project {
		f.Kind, f.Hint = fault.Propagating, arriving
	}
	f.Cloud, f.Service, f.Operation, f.Login = string(plan.GCP), "iam", "TestIamPermissions", s.login
	return f
}

func (s *Session) testerOf(resource string) tester {
	kind, _, _ := strings.Cut(resource, "/")
	switch kind {
	case "organizations":
		return s.Organizations
	case "folders":
		return s.Folders
	case "billingAccounts":
		return s.Billing
	}
	return s.Projects
}

// giver is who can give permissions on a resource.
func giver(resource string) string {
	kind, _, _ := strings.Cut(resource, "/")
	switch kind {
	case "organizations":
		return "an organisation administrator (roles/resourcemanager.organizationAdmin)"
	case "folders":
		return "an administrator of the folder (roles/resourcemanager.folderAdmin)"
	case "billingAccounts":
		return "an administrator of the billing account (roles/billing.admin)"
	}
	return "an owner of the project (roles/owner)"
}

// roleWith is the least of Google's predefined roles that has a permission, by their reference.
func roleWith(permission string) string {
	for _, r := range []struct{ begins, role string }{
		{"resourcemanager.projects.createBillingAssignment", "roles/billing.projectManager"},
		{"resourcemanager.projects.create", "roles/resourcemanager.projectCreator"},
		{"resourcemanager.projects.setIamPolicy", "roles/resourcemanager.projectIamAdmin"},
		{"resourcemanager.projects.update", "roles/resourcemanager.projectMover"},
		{"billing.resourceAssociations.create", "roles/billing.user"},
		{"serviceusage.services.", "roles/serviceusage.serviceUsageAdmin"},
		{"iam.serviceAccountKeys.", "roles/iam.serviceAccountKeyAdmin"},
		{"iam.serviceAccounts.", "roles/iam.serviceAccountAdmin"},
		{"iam.workloadIdentityPool", "roles/iam.workloadIdentityPoolAdmin"},
		{"orgpolicy.", "roles/orgpolicy.policyAdmin (which only the organisation can give)"},
		{"securitycentermanagement.", "roles/securitycentermanagement.admin"},
		{"compute.securityPolicies.", "roles/compute.securityAdmin"},
		{"compute.", "roles/compute.networkAdmin"},
		{"dns.", "roles/dns.admin"},
	} {
		if strings.HasPrefix(permission, r.begins) {
			return r.role
		}
	}
	return "a role that has it"
}
