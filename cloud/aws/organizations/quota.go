package organizations

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/organizations/types"
	"github.com/aws/aws-sdk-go-v2/service/servicequotas"

	"github.com/itbytes/landfall/cloud/aws/session"
	"github.com/itbytes/landfall/fault"
)

// accountsQuota is the quota of Service Quotas for an organisation's accounts (service code organizations). The accounts that
// are closed count until AWS has removed them, ninety days later (AWS Organizations User Guide, "Quotas and service limits").
const accountsQuota = "L-29A0C5DF"

// roomFor refuses to make accounts, given by their names and landings, where the organisation has no room for all of them.
// Who may not read the quota is not kept back by that: AWS keeps it all the same.
func roomFor(ctx context.Context, s *session.Session, wanted map[string]string) error {
	allowed, err := session.Ask(s, "allowed accounts", func() (int, error) { return allowedAccounts(ctx, s) })
	if err != nil || allowed == unknown {
		return err
	}
	all, err := session.Ask(s, "accounts", func() ([]types.Account, error) { return accounts(ctx, s) })
	if err != nil {
		return err
	}
	making, err := session.Ask(s, "creations", func() ([]string, error) { return creations(ctx, s) })
	if err != nil {
		return err
	}
	var more []string
	for _, name := range slices.Sorted(maps.Keys(wanted)) {
		if !slices.Contains(making, name) {
			more = append(more, wanted[name])
		}
	}
	needed := len(all) + len(making) + len(more)
	if needed <= allowed {
		return nil
	}
	return &fault.Fault{
		Kind: fault.Quota, Cloud: "aws", Service: "servicequotas", Code: accountsQuota,
		Message: fmt.Sprintf("the organisation may have %d accounts; %d stand and %d are being made, and this plan still makes %d (%s)",
			allowed, len(all), len(making), len(more), strings.Join(more, ", ")),
		Hint: fmt.Sprintf("Have the organisation's management account ask for at least %d (aws service-quotas request-service-quota-increase --service-code organizations --quota-code %s --desired-value %[1]d --region us-east-1), then resume.", needed, accountsQuota),
	}
}

// unknown is a quota that AWS does not tell the login.
const unknown = -1

// allowedAccounts is how many accounts the organisation may have. The quota is kept in the partition's first region.
func allowedAccounts(ctx context.Context, s *session.Session) (int, error) {
	region := map[string]string{"aws": "us-east-1", "aws-us-gov": "us-gov-west-1", "aws-cn": "cn-northwest-1"}[session.Partition(s.Login.Region)]
	out, err := servicequotas.NewFromConfig(s.Login, func(o *servicequotas.Options) { o.Region = region }).GetServiceQuota(ctx, &servicequotas.GetServiceQuotaInput{
		ServiceCode: aws.String("organizations"), QuotaCode: aws.String(accountsQuota),
	})
	f := fault.As(err)
	switch {
	case f != nil && (f.Kind == fault.Denied || f.Code == "Unsupported"), session.Is(err, "NoSuchResourceException"):
		return unknown, nil
	case err != nil:
		return 0, err
	case out.Quota == nil || out.Quota.Value == nil:
		return unknown, nil
	}
	return int(*out.Quota.Value), nil
}

// creations are the names of the accounts that AWS is making now: they are not in the list yet.
func creations(ctx context.Context, s *session.Session) ([]string, error) {
	var out []string
	pages := organizations.NewListCreateAccountStatusPaginator(client(s), &organizations.ListCreateAccountStatusInput{States: []types.CreateAccountState{types.CreateAccountStateInProgress}})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, st := range page.CreateAccountStatuses {
			out = append(out, aws.ToString(st.AccountName))
		}
	}
	return out, nil
}
