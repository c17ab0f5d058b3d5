package kernel

import "time"

// limits are how many calls the real clouds take of those APIs that a rotation calls, from their documentation. AWS publishes
// no number of IAM's and Microsoft and Google none of their token endpoints': what is assumed there says so, and is on the
// strict side. 1Password Connect has none (developer.1password.com/docs/connect): it is the customer's own server.
func limits() []Limit {
	return []Limit{
		{Name: "aws.sts", Cloud: "aws", Service: "sts", By: ByScope, Calls: 600, Per: time.Second, Source: "IAM User Guide, IAM and AWS STS quotas: 600 requests a second, account and Region"},
		{Name: "aws.iam.read", Cloud: "aws", Service: "iam", Kind: "read", By: ByCaller, Calls: 20, Per: time.Second, Burst: 40, Source: "assumed; AWS says only that IAM has token buckets, by API and by the account that AssumeRole was called from (AWS Security Blog, IAM resources at scale, part 2)"},
		{Name: "aws.iam.write", Cloud: "aws", Service: "iam", Kind: "write", By: ByScope, Calls: 5, Per: time.Second, Burst: 10, Source: "assumed, as the line above"},
		{Name: "azure.graph", Cloud: "azure", Service: "graph", By: ByCaller, Calls: 3500, Per: 10 * time.Second, Tells: true, Source: "Microsoft Graph throttling limits, identity and access: resource units of an application in a small tenant; no call of a rotation costs more than one"},
		{Name: "azure.graph.write", Cloud: "azure", Service: "graph", Kind: "write", By: ByCaller, Calls: 3000, Per: 150 * time.Second, Tells: true, Source: "the same: write quota of an application in a tenant"},
		{Name: "azure.graph.report", Cloud: "azure", Service: "graph", Operations: []string{"appCredentialSignInActivities."}, By: ByCaller, Calls: 5, Per: 10 * time.Second, Tells: true, Source: "the same, identity and access reports; that it holds for appCredentialSignInActivities too is assumed"},
		{Name: "azure.entra.token", Cloud: "azure", Service: "entra", Operations: []string{"token"}, By: ByCaller, Calls: 60, Per: time.Minute, Tells: true, Wait: time.Minute, Source: "the wait: MSAL, client and server throttling; the number, of an application's requests for tokens, is assumed"},
		{Name: "gcp.iam.read", Cloud: "gcp", Service: "iam", Kind: "read", By: ByScope, Calls: 6000, Per: time.Minute, Source: "Google Cloud, IAM quotas: read requests a project and minute"},
		{Name: "gcp.iam.write", Cloud: "gcp", Service: "iam", Kind: "write", By: ByScope, Calls: 600, Per: time.Minute, Source: "Google Cloud, IAM quotas: write requests a project and minute"},
		{Name: "gcp.oauth2.token", Cloud: "gcp", Service: "oauth2", Operations: []string{"token"}, By: ByScope, Calls: 6000, Per: time.Minute, Source: "assumed, of all callers together: what IAM quotas says of exchanges at the Security Token Service"},
	}
}
