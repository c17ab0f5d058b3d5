package gcp

import (
	"cmp"
	"net/http"
	"regexp"
	"slices"
	"strings"
)

// constraint is something that an organisation policy can hold a resource to.
type constraint struct {
	id, displayName, description string
	list                         bool
}

// constraints lists the ones that Google defines here.
func constraints() []constraint {
	return []constraint{
		{id: "compute.disableSerialPortAccess", displayName: "Disable VM serial port access", description: "Disables serial port access to Compute Engine VMs."},
		{id: "compute.requireOsLogin", displayName: "Require OS Login", description: "Enables OS Login on all newly created projects."},
		{id: "compute.requireShieldedVm", displayName: "Shielded VMs", description: "Requires that all new Compute Engine VM instances use Shielded disk images."},
		{id: "compute.requireVpcFlowLogs", displayName: "Require predefined policies for VPC flow logs", description: "Allows you to specify predefined policies for VPC flow logs.", list: true},
		{id: "compute.setNewProjectDefaultToZonalDNSOnly", displayName: "Sets the internal DNS setting for new projects to Zonal DNS Only", description: "Newly created projects will use Zonal DNS as default."},
		{id: "compute.skipDefaultNetworkCreation", displayName: "Skip default network creation", description: "Skips the creation of the default network and related resources during project resource creation."},
		{id: "compute.vmExternalIpAccess", displayName: "Define allowed external IPs for VM instances", description: "Defines the set of Compute Engine VM instances that are allowed to use external IP addresses.", list: true},
		{id: "compute.managed.requireOsLogin", displayName: "Require OS Login", description: "Enables OS Login on all newly created projects."},
		{id: "essentialcontacts.allowedContactDomains", displayName: "Domain restricted contacts", description: "Defines the set of domains that email addresses added to Essential Contacts can have.", list: true},
		{id: "gcp.resourceLocations", displayName: "Google Cloud Platform - Resource Location Restriction", description: "Defines the set of locations where location-based Google Cloud resources can be created.", list: true},
		{id: "gcp.restrictTLSVersion", displayName: "Restrict TLS Versions", description: "Defines the set of TLS versions that cannot be used.", list: true},
		{id: "iam.allowedPolicyMemberDomains", displayName: "Domain restricted sharing", description: "Defines the set of members that can be added to IAM policies.", list: true},
		{id: "iam.automaticIamGrantsForDefaultServiceAccounts", displayName: "Disable Automatic IAM Grants for Default Service Accounts", description: "Prevents the default App Engine and Compute Engine service accounts from being automatically granted any IAM role on the project."},
		{id: "iam.disableServiceAccountCreation", displayName: "Disable service account creation", description: "Disables the creation of service accounts."},
		{id: "iam.disableServiceAccountKeyCreation", displayName: "Disable service account key creation", description: "Disables the creation of service account external keys and Cloud Storage HMAC keys."},
		{id: "iam.disableServiceAccountKeyUpload", displayName: "Disable Service Account Key Upload", description: "Disables the feature that allows uploading public keys to service accounts."},
		{id: "iam.managed.allowedPolicyMembers", displayName: "Restrict allowed policy members in IAM allow policies", description: "Restricts the members that can be granted roles.", list: true},
		{id: "iam.managed.disableServiceAccountKeyCreation", displayName: "Disable service account key creation", description: "Blocks service account key creation."},
		{id: "iam.managed.disableServiceAccountKeyUpload", displayName: "Disable Service Account Key Upload", description: "Blocks service account key upload."},
		{id: "iam.serviceAccountKeyExpiryHours", displayName: "Service account key expiry duration in hours", description: "Specifies the maximum duration a service account key is valid from its creation.", list: true},
		{id: "iam.workloadIdentityPoolProviders", displayName: "Allowed external Identity Providers for workloads in Cloud IAM", description: "Identity Providers that can be configured for workload authentication within Cloud IAM, specified by URI/URLs.", list: true},
		{id: "serviceuser.services", displayName: "Restrict allowed Google Cloud APIs and services", description: "Restricts the set of services and their APIs that can be enabled on this resource.", list: true},
		{id: "sql.restrictPublicIp", displayName: "Restrict Public IP access on Cloud SQL instances", description: "Restricts configuring Public IP on Cloud SQL instances."},
		{id: "storage.publicAccessPrevention", displayName: "Enforce Public Access Prevention", description: "Secures your Cloud Storage data from public exposure."},
		{id: "storage.uniformBucketLevelAccess", displayName: "Enforce uniform bucket-level access", description: "Requires buckets to use uniform bucket-level access."},
	}
}

func customConstraintShape() shape {
	return shape{
		"name": text(), "resourceTypes": texts(), "methodTypes": listOf(choice("METHOD_TYPE_UNSPECIFIED", "CREATE", "UPDATE", "DELETE", "REMOVE_GRANT", "GOVERN_TAGS")),
		"condition": text(), "actionType": choice("ACTION_TYPE_UNSPECIFIED", "ALLOW", "DENY"), "displayName": text(), "description": text(), "updateTime": moment(),
	}
}

func constraintRoutes() []route {
	const api, one, all = "orgpolicy", "/v2/organizations/{organization}/customConstraints/{constraint}", "/v2/organizations/{organization}/customConstraints"
	list := []route{
		{api: api, method: http.MethodGet, path: one, operation: "GetCustomConstraint", do: (*Cloud).getCustomConstraint},
		{api: api, method: http.MethodGet, path: all, operation: "ListCustomConstraints", params: "pageSize pageToken", do: (*Cloud).listCustomConstraints},
		{api: api, method: http.MethodPost, path: all, operation: "CreateCustomConstraint", write: true, body: customConstraintShape(), do: (*Cloud).createCustomConstraint},
		{api: api, method: http.MethodDelete, path: one, operation: "DeleteCustomConstraint", write: true, do: (*Cloud).deleteCustomConstraint},
	}
	for _, parent := range []string{"projects/{project}", "folders/{folder}", "organizations/{organization}"} {
		list = append(list, route{api: api, method: http.MethodGet, path: "/v2/" + parent + "/constraints", operation: "ListConstraints", params: "pageSize pageToken", do: (*Cloud).listConstraints})
	}
	return list
}

// constraint is a constraint that holds in an organisation: one of Google's or one of its own.
func (c *Cloud) constraint(o *organization, id string) *constraint {
	for _, k := range constraints() {
		if k.id == id {
			return &k
		}
	}
	if f := o.constraints[id]; f != nil {
		return &constraint{id: id, displayName: f.str("displayName"), description: f.str("description")}
	}
	return nil
}

func (c *Cloud) listConstraints(q *request) (any, *problem) {
	h, bad := c.holderAsked(q)
	if bad != nil {
		return nil, bad
	}
	var all []fields
	defaults := choice("CONSTRAINT_DEFAULT_UNSPECIFIED", "ALLOW", "DENY")
	for _, k := range constraints() {
		f := fields{"name": h.name + "/constraints/" + k.id, "displayName": k.displayName, "description": k.description, "constraintDefault": defaults.pick("ALLOW")}
		if k.list {
			f["listConstraint"] = fields{}
		} else {
			f["booleanConstraint"] = fields{}
		}
		all = append(all, f)
	}
	cut, next, bad := page(c, q, "pageSize", 1000, all)
	if bad != nil {
		return nil, bad
	}
	return full(fields{"constraints": cut, "nextPageToken": next}), nil
}

func (c *Cloud) customAsked(q *request) (*organization, fields, *problem) {
	o := c.organizations["organizations/"+q.vars["organization"]]
	if o == nil {
		return nil, nil, forbidden()
	}
	f := o.constraints[q.vars["constraint"]]
	if f == nil {
		return o, nil, noEntity()
	}
	return o, f, nil
}

func (c *Cloud) getCustomConstraint(q *request) (any, *problem) {
	_, f, bad := c.customAsked(q)
	if bad != nil {
		return nil, bad
	}
	return f, nil
}

func (c *Cloud) listCustomConstraints(q *request) (any, *problem) {
	o := c.organizations["organizations/"+q.vars["organization"]]
	if o == nil {
		return nil, forbidden()
	}
	var all []fields
	for _, f := range o.constraints {
		all = append(all, copyOf(f))
	}
	slices.SortFunc(all, func(a, b fields) int { return cmp.Compare(a.str("name"), b.str("name")) })
	cut, next, bad := page(c, q, "pageSize", 1000, all)
	if bad != nil {
		return nil, bad
	}
	return full(fields{"customConstraints": cut, "nextPageToken": next}), nil
}

func (c *Cloud) createCustomConstraint(q *request) (any, *problem) {
	o := c.organizations["organizations/"+q.vars["organization"]]
	if o == nil {
		return nil, forbidden()
	}
	id, ok := strings.CutPrefix(q.body.str("name"), o.name+"/customConstraints/")
	switch {
	case !ok || !regexp.MustCompile(`^custom\.[a-zA-Z0-9]{1,63}$`).MatchString(id):
		return nil, invalid("Invalid custom constraint name %q.", q.body.str("name"))
	case q.body.str("condition") == "" || len(q.body.list("resourceTypes")) != 1 || len(q.body.list("methodTypes")) == 0 || q.body["actionType"] == nil:
		return nil, invalid("A custom constraint needs a condition, one resource type, method types and an action type.")
	case o.constraints[id] != nil:
		return nil, exists("Requested entity already exists")
	}
	f := copyOf(q.body)
	f["updateTime"] = q.now
	o.constraints[id] = f
	return f, nil
}

func (c *Cloud) deleteCustomConstraint(q *request) (any, *problem) {
	o, _, bad := c.customAsked(q)
	if bad != nil {
		return nil, bad
	}
	delete(o.constraints, q.vars["constraint"])
	return fields{}, nil
}
