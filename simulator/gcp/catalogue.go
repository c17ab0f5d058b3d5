package gcp

import (
	"slices"

	"github.com/itbytes/landfall/simulator/kernel"
)

// catalogue lists the APIs that a project may enable, in the order of their names.
func catalogue() []string {
	list := []string{
		"accesscontextmanager", "admin", "aiplatform", "artifactregistry", "bigquery", "bigquerystorage", "billingbudgets", "cloudapis", "cloudasset",
		"cloudbilling", "cloudbuild", "cloudidentity", "cloudkms", "cloudresourcemanager", "cloudtrace", "compute", "container", "containerregistry",
		"datastore", "dns", "essentialcontacts", "eventarc", "iam", "iamcredentials", "iap", "logging", "monitoring", "networkmanagement", "networksecurity",
		"orgpolicy", "oslogin", "policyanalyzer", "privilegedaccessmanager", "pubsub", "recommender", "run", "runtimeconfig", "secretmanager", "securitycenter",
		"securitycentermanagement", "servicemanagement", "servicenetworking", "serviceusage", "sqladmin", "storage", "storage-api", "storage-component",
		"storagetransfer", "sts", "vpcaccess", "websecurityscanner",
	}
	for i, n := range list {
		list[i] = n + ".googleapis.com"
	}
	return list
}

// needed are the services that another cannot be without.
func needed(name string) []string {
	return map[string][]string{
		"compute.googleapis.com":        {"oslogin.googleapis.com"},
		"container.googleapis.com":      {"compute.googleapis.com", "containerregistry.googleapis.com", "iam.googleapis.com", "pubsub.googleapis.com"},
		"iam.googleapis.com":            {"iamcredentials.googleapis.com"},
		"iamcredentials.googleapis.com": {},
		"run.googleapis.com":            {"artifactregistry.googleapis.com", "pubsub.googleapis.com"},
	}[name]
}

func needsBilling(name string) bool {
	return slices.Contains([]string{
		"aiplatform.googleapis.com", "artifactregistry.googleapis.com", "cloudbuild.googleapis.com", "cloudkms.googleapis.com",
		"compute.googleapis.com", "container.googleapis.com", "containerregistry.googleapis.com", "dns.googleapis.com", "run.googleapis.com",
		"secretmanager.googleapis.com", "servicenetworking.googleapis.com", "sqladmin.googleapis.com", "storagetransfer.googleapis.com",
		"vpcaccess.googleapis.com",
	}, name)
}

// serviceTitle is the name by which people know an API.
func serviceTitle(host string) string {
	title := map[string]string{
		"compute.googleapis.com": "Compute Engine API", "dns.googleapis.com": "Cloud DNS API", "orgpolicy.googleapis.com": "Organization Policy API",
		"iam.googleapis.com": "Identity and Access Management (IAM) API", "securitycentermanagement.googleapis.com": "Security Center Management API",
		"cloudresourcemanager.googleapis.com": "Cloud Resource Manager API", "serviceusage.googleapis.com": "Service Usage API",
		"cloudbilling.googleapis.com": "Cloud Billing API", "storage.googleapis.com": "Cloud Storage JSON API", "admin.googleapis.com": "Admin SDK API",
		"policyanalyzer.googleapis.com": "Policy Analyzer API", "iamcredentials.googleapis.com": "IAM Service Account Credentials API",
		"sts.googleapis.com": "Security Token Service API",
	}[host]
	return orText(title, host)
}

func newOperationID() string {
	r := kernel.Random(16)
	return r[:8] + "-" + r[8:12] + "-" + r[12:16] + "-" + r[16:20] + "-" + r[20:]
}
