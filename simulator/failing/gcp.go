package failing

import "github.com/itbytes/landfall/simulator/kernel"

// gcp is how Google Cloud's APIs say it. None of those that are called here waits for an approval.
func gcp() []row {
	compute, iam, projects := []string{"compute"}, []string{"iam"}, []string{"cloudresourcemanager"}
	enabled := []string{"iam", "orgpolicy", "compute", "dns", "securitycentermanagement"} // those that must be enabled in a project
	const denial = "Permission '{service}.{operation}' denied on resource '//{service}.googleapis.com/{scope}' (or it may not exist)."
	return []row{
		{kind: throttled, services: compute, times: passes, status: 403, code: "rateLimitExceeded", message: "Rate Limit Exceeded"},
		{kind: throttled, times: passes, status: 429, code: "RATE_LIMIT_EXCEEDED", message: "Quota exceeded for quota metric 'Requests' and limit 'Requests per minute' of service '{service}.googleapis.com'."},

		{kind: transient, times: passes, status: 503, code: "UNAVAILABLE", message: "The service is currently unavailable."},

		{kind: propagating, services: enabled, times: passes, status: 403, code: "SERVICE_DISABLED", message: "{service} API has not been used in {scope} before or it is disabled. If you enabled this API recently, wait a few minutes for the action to propagate to our systems and retry."},
		{kind: propagating, services: projects, begins: []string{"SetIamPolicy"}, times: passes, status: 400, code: "INVALID_ARGUMENT", message: "Service account of {scope} does not exist."},

		{kind: denied, services: []string{"oauth2"}, status: 403, code: "access_denied", message: "The account is not allowed to use this client."},
		{kind: denied, status: 403, code: "PERMISSION_DENIED", message: denial},

		{kind: entitlement, services: iam, begins: []string{"serviceAccounts.keys.create"}, status: 400, code: "FAILED_PRECONDITION", message: "Key creation is not allowed on this service account (constraints/iam.disableServiceAccountKeyCreation)."},
		{kind: entitlement, services: compute, only: writes, status: 412, code: "conditionNotMet", message: "Constraint constraints/compute.restrictVpcPeering violated for {scope}."},
		{kind: entitlement, only: writes, status: 400, code: "FAILED_PRECONDITION", message: "{operation} violates the constraint that the organization policy of {scope} enforces."},

		{kind: quota, services: projects, begins: []string{"CreateProject"}, status: 429, code: "RESOURCE_EXHAUSTED", message: "The project cannot be created because you have exceeded your allotted project quota."},
		{kind: quota, services: []string{"compute", "dns"}, only: writes, status: 403, code: "quotaExceeded", message: "Quota exceeded for {operation} in {scope}."},
		{kind: quota, services: []string{"cloudbilling"}, only: writes, status: 400, code: "FAILED_PRECONDITION", message: "Cloud billing quota exceeded: https://support.google.com/code/contact/billing_quota_increase"},
		{kind: quota, only: writes, status: 429, code: "RESOURCE_QUOTA_EXCEEDED", message: "The limit of {operation} in {scope} is reached."},

		{kind: conflict, services: compute, only: writes, status: 409, code: "alreadyExists", message: "The resource in '{scope}' already exists"},
		{kind: conflict, begins: []string{"SetIamPolicy", "UpdatePolicy"}, status: 409, code: "ABORTED", message: "There were concurrent policy changes. Please retry the whole read-modify-write with exponential backoff."},
		{kind: conflict, only: writes, status: 409, code: "ALREADY_EXISTS", message: "Requested entity already exists"},

		{kind: invalid, status: 400, code: "INVALID_ARGUMENT", message: "Request contains an invalid argument."},

		{kind: retired, status: 410, message: "The API method has been turned down."},

		{kind: bug, do: kernel.DoGarble},
	}
}
