package organizations

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/organizations/types"

	"github.com/itbytes/landfall/cloud/aws/session"
	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// find climbs the adoption ladder for the landing's account: the plan's id, a creation under way, the root e-mail, the name
// that the plan adopts. Without an account it answers the observation: pending, or absent with what is too like it.
func find(ctx context.Context, s *session.Session, t plan.Task, id string) (*types.Account, plan.Match, plan.Observation, error) {
	if id != "" {
		a, o, err := named(ctx, s, id)
		return a, plan.ByPlan, o, err
	}
	if t.Begun != nil && t.Begun.Operation != "" {
		id, o, err := created(ctx, s, t)
		if err != nil || id == "" {
			return nil, "", o, err
		}
		a, o, err := named(ctx, s, id)
		return a, plan.ByKey, o, err
	}
	if t.Again {
		s.Forget() // an earlier attempt may have made the account just now
	}
	all, err := session.Ask(s, "accounts", func() ([]types.Account, error) { return accounts(ctx, s) })
	if err != nil {
		return nil, "", plan.Observation{}, err
	}
	if a, match := pick(all, t.Landing.Email, t.Landing.Adopt.Name); a != nil {
		said := fmt.Sprintf("ListAccounts: %s %q <%s> %s", aws.ToString(a.Id), aws.ToString(a.Name), aws.ToString(a.Email), stateOf(*a))
		return a, match, plan.Observation{Evidence: []string{said}}, nil
	}
	if t.Landing.Adopt.Name != "" {
		return nil, "", plan.Observation{}, fault.New(fault.Conflict, "Correct adopt.name in the plan, then resume.",
			"the plan adopts the account named %q, and none of the organisation's %d is", t.Landing.Adopt.Name, len(all))
	}
	if a, err := byTag(ctx, s, all, t.Landing); err != nil || a != nil {
		said := ""
		if a != nil {
			said = fmt.Sprintf("ListTagsForResource: %s %q bears %s=%s; its root e-mail is %s now", aws.ToString(a.Id), aws.ToString(a.Name), session.PlanTag, t.Landing.Plan, aws.ToString(a.Email))
		}
		return a, plan.ByTag, plan.Observation{Evidence: []string{said}}, err
	}
	o, err := underWay(ctx, s, t.Landing)
	if err != nil || o.State == plan.Pending {
		return nil, "", o, err
	}
	return nil, "", plan.Observation{
		State: plan.Absent, Similar: similar(all, t.Landing),
		Evidence: []string{fmt.Sprintf("ListAccounts: none of %d accounts has the root e-mail %s", len(all), t.Landing.Email)},
	}, nil
}

// named reads the account of an id.
func named(ctx context.Context, s *session.Session, id string) (*types.Account, plan.Observation, error) {
	out, err := client(s).DescribeAccount(ctx, &organizations.DescribeAccountInput{AccountId: &id})
	if session.Is(err, "AccountNotFoundException") {
		return nil, plan.Observation{}, fault.New(fault.Conflict, "Invite the account into the organisation, or correct adopt.id in the plan; then resume.",
			"the account %s is not in the organisation of the login's account %s", id, s.Home)
	}
	if err != nil {
		return nil, plan.Observation{}, err
	}
	a := out.Account
	return a, plan.Observation{Evidence: []string{fmt.Sprintf("DescribeAccount: %s %q %s", id, aws.ToString(a.Name), stateOf(*a))}}, nil
}

// failureTold is how long a failed creation is told of; a step that is entered again later tries once more.
const failureTold = 30 * time.Second

// created is what the creation that Apply began has come to.
func created(ctx context.Context, s *session.Session, t plan.Task) (string, plan.Observation, error) {
	out, err := client(s).DescribeCreateAccountStatus(ctx, &organizations.DescribeCreateAccountStatusInput{CreateAccountRequestId: &t.Begun.Operation})
	if err != nil {
		return "", plan.Observation{}, err
	}
	st := out.CreateAccountStatus
	switch st.State {
	case types.CreateAccountStateSucceeded:
		return aws.ToString(st.AccountId), plan.Observation{}, nil
	case types.CreateAccountStateFailed:
		if t.Again && st.CompletedTimestamp != nil && time.Since(*st.CompletedTimestamp) > failureTold {
			return "", plan.Observation{State: plan.Absent, Evidence: []string{"DescribeCreateAccountStatus: " + t.Begun.Operation + " failed: " + string(st.FailureReason)}}, nil
		}
		return "", plan.Observation{}, creationFailed(st, t.Landing)
	}
	return "", plan.Observation{State: plan.Pending, Why: "AWS creates the account " + t.Landing.Name + " (" + t.Begun.Operation + ")"}, nil
}

// underWay looks for a creation whose record an earlier attempt lost.
func underWay(ctx context.Context, s *session.Session, l plan.Landing) (plan.Observation, error) {
	pages := organizations.NewListCreateAccountStatusPaginator(client(s), &organizations.ListCreateAccountStatusInput{States: []types.CreateAccountState{types.CreateAccountStateInProgress}})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return plan.Observation{}, err
		}
		for _, st := range page.CreateAccountStatuses {
			if aws.ToString(st.AccountName) == l.Name {
				return plan.Observation{State: plan.Pending, ID: aws.ToString(st.AccountId), Why: "AWS creates an account named " + l.Name + " already (" + aws.ToString(st.Id) + ")"}, nil
			}
		}
	}
	return plan.Observation{State: plan.Absent}, nil
}

func accounts(ctx context.Context, s *session.Session) ([]types.Account, error) {
	var out []types.Account
	pages := organizations.NewListAccountsPaginator(client(s), &organizations.ListAccountsInput{})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		out = append(out, page.Accounts...)
	}
	return out, nil
}

// pick is the account that is a landing's beyond doubt: by its root e-mail, else by the name that the plan adopts.
func pick(all []types.Account, email, adopted string) (*types.Account, plan.Match) {
	for i, a := range all {
		if email != "" && strings.EqualFold(aws.ToString(a.Email), email) {
			return &all[i], plan.ByKey
		}
	}
	for i, a := range all {
		if adopted != "" && aws.ToString(a.Name) == adopted {
			return &all[i], plan.ByPlan
		}
	}
	return nil, ""
}

// byTag is the account of a name like the landing's that bears the plan's and the environment's tags: a person has changed
// its root e-mail.
func byTag(ctx context.Context, s *session.Session, all []types.Account, l plan.Landing) (*types.Account, error) {
	want := session.Tags(l)
	for i, a := range all {
		if name := aws.ToString(a.Name); !strings.EqualFold(name, l.Name) && !l.Similar(name, l.Name) {
			continue
		}
		tags, err := tagsOf(ctx, s, aws.ToString(a.Id))
		if err != nil {
			return nil, err
		}
		if tags[session.PlanTag] == want[session.PlanTag] && tags[session.EnvironmentTag] == want[session.EnvironmentTag] {
			return &all[i], nil
		}
	}
	return nil, nil
}

// similar lists accounts that a person must look at before another is made: they can never be deleted at once.
func similar(all []types.Account, l plan.Landing) []string {
	var out []string
	for _, a := range all {
		if name := aws.ToString(a.Name); strings.EqualFold(name, l.Name) || l.Similar(name, l.Name) {
			out = append(out, fmt.Sprintf("%s (%s, %s)", name, aws.ToString(a.Id), aws.ToString(a.Email)))
		}
	}
	return out
}

// creationFailed names why AWS gave up.
func creationFailed(st *types.CreateAccountStatus, l plan.Landing) error {
	f := &fault.Fault{
		Kind: fault.Conflict, Cloud: "aws", Service: "organizations", Operation: "CreateAccount", Code: string(st.FailureReason),
		Message: "AWS did not create the account " + l.Name, Hint: "See the reason in AWS Organizations, then resume.",
	}
	switch st.FailureReason {
	case types.CreateAccountFailureReasonEmailAlreadyExists:
		f.Message = "the e-mail address " + l.Email + " is the root of another AWS account"
		f.Hint = "Give the landing another email, or invite that account into the organisation and name it in adopt.id; then resume."
	case types.CreateAccountFailureReasonAccountLimitExceeded:
		f.Kind, f.Hint = fault.Quota, "Ask AWS Support for more accounts in the organisation, then resume."
	case types.CreateAccountFailureReasonConcurrentAccountModification, types.CreateAccountFailureReasonInternalFailure:
		f.Kind, f.Hint = fault.Transient, "It is tried again by itself."
	case types.CreateAccountFailureReasonMissingPaymentInstrument, types.CreateAccountFailureReasonInvalidPaymentInstrument:
		f.Kind, f.Hint = fault.Entitlement, "Give the management account a valid means of payment, then resume."
	case types.CreateAccountFailureReasonPendingBusinessVALIDATIONv:
		f.Kind, f.Hint = fault.PendingApproval, "Resume when AWS has validated the business."
	case types.CreateAccountFailureReasonMissingBusinessValidation:
		f.Kind, f.Hint = fault.PendingApproval, "Have the management account's business validated by AWS, then resume."
	case types.CreateAccountFailureReasonInvalidEmail, types.CreateAccountFailureReasonInvalidAddress:
		f.Kind, f.Hint = fault.Invalid, "Correct the landing's email in the plan."
	}
	return f
}
