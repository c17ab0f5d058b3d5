package aws

import (
	"time"

	"github.com/itbytes/landfall/cloud/step/pace"
)

// The limits that calls of AWS wait under.
const (
	stsCalls  = "sts"
	iamReads  = "iam read"
	iamWrites = "iam write"
)

// limits are how many calls AWS takes of an account. It publishes no number of IAM's: what is assumed is low enough for every
// account, and what IAM refuses all the same is waited for.
func limits() []pace.Limit {
	return []pace.Limit{
		{Name: stsCalls, Calls: 600, Per: time.Second, Source: "IAM User Guide, IAM and AWS STS quotas: an account and Region"},
		{Name: iamReads, Calls: 20, Per: time.Second, Source: "assumed; counted by the account signed in to too (AWS Security Blog, IAM resources at scale, part 2)"},
		{Name: iamWrites, Calls: 5, Per: time.Second, Source: "assumed"},
	}
}

// uses are the turns that an operation takes: IAM counts reads by who signs in, and writes by the account that they are in.
func uses(service, operation, login, account string) []pace.Use {
	switch prefix(service) {
	case "sts":
		return []pace.Use{{Limit: stsCalls, Of: account}}
	case "iam":
		if writes(service, operation) {
			return []pace.Use{{Limit: iamWrites, Of: account}}
		}
		return []pace.Use{{Limit: iamReads, Of: login}}
	}
	return nil
}
