package organizations

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/organizations/types"

	"github.com/itbytes/landfall/fault"
)

// roleLag is how long after an account's making its role may not be there yet.
const roleLag = 30 * time.Minute

// Refused names why a login may not enter an account by a role, which STS words alike for all causes: the account is closed,
// it is so new that its role is not effective yet, or the role lets nobody in. Where the organisation does not tell, what STS
// said stands.
func Refused(ctx context.Context, login aws.Config, account string, denied error) error {
	out, err := organizations.NewFromConfig(login).DescribeAccount(ctx, &organizations.DescribeAccountInput{AccountId: &account})
	if err != nil || out.Account == nil {
		return denied
	}
	f := *fault.As(denied)
	f.Err = denied
	switch state := stateOf(*out.Account); {
	case shut(state):
		f.Kind, f.Scope = fault.Locked, account
		f.Message = fmt.Sprintf("the account %s cannot be entered: AWS says %s", account, state)
		f.Hint = "Have AWS Support reopen the account, then resume; no other landing waits for it."
	case young(*out.Account):
		f.Kind = fault.Propagating
		f.Message = fmt.Sprintf("the account %s is new, and its role is not effective yet: %s", account, f.Message)
		f.Hint = "It is tried again by itself."
	default:
		return denied
	}
	return &f
}

// shut reports whether a state is one of an account that nobody enters any more.
func shut(state string) bool {
	switch types.AccountState(state) {
	case types.AccountStateSuspended, types.AccountStatePendingClosure, types.AccountStateClosed:
		return true
	}
	return false
}

func young(a types.Account) bool {
	return a.JoinedTimestamp != nil && time.Since(*a.JoinedTimestamp) < roleLag
}
