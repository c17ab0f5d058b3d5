package aws_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/configservice"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/organizations/types"
	"github.com/aws/aws-sdk-go-v2/service/s3control"
	"github.com/aws/aws-sdk-go-v2/service/securityhub"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/aws-sdk-go-v2/service/wafv2"
	waf "github.com/aws/aws-sdk-go-v2/service/wafv2/types"

	"github.com/itbytes/landfall/simulator/aws"
	"github.com/itbytes/landfall/simulator/kernel"
)

func TestTheEstateOfThePaperStands(t *testing.T) {
	w := begin(t, nil)
	ctx := context.Background()
	for _, account := range []string{prod, dti} {
		c := w.inside(account)
		id, err := sts.NewFromConfig(c).GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
		if err != nil || *id.Account != account {
			t.Fatalf("got %v, %v, want the account %s", id, err, account)
		}
		status, err := configservice.NewFromConfig(c).DescribeConfigurationRecorderStatus(ctx, &configservice.DescribeConfigurationRecorderStatusInput{})
		if err != nil || len(status.ConfigurationRecordersStatus) != 1 || !status.ConfigurationRecordersStatus[0].Recording {
			t.Errorf("%s: got %v, %v, want a recorder that records", account, status, err)
		}
		hub, err := securityhub.NewFromConfig(c).GetEnabledStandards(ctx, &securityhub.GetEnabledStandardsInput{})
		if err != nil || len(hub.StandardsSubscriptions) != 1 || hub.StandardsSubscriptions[0].StandardsStatus != "READY" {
			t.Errorf("%s: got %v, %v, want the CIS benchmark ready", account, hub, err)
		}
		acls, err := wafv2.NewFromConfig(c).ListWebACLs(ctx, &wafv2.ListWebACLsInput{Scope: waf.ScopeRegional})
		if err != nil || len(acls.WebACLs) != 1 {
			t.Errorf("%s: got %v, %v, want one web ACL", account, acls, err)
		}
		summary, err := iam.NewFromConfig(c).GetAccountSummary(ctx, &iam.GetAccountSummaryInput{})
		if err != nil || summary.SummaryMap["AccountMFAEnabled"] != 1 {
			t.Errorf("%s: got %v, %v, want the root user's second factor", account, summary, err)
		}
	}
	block := func(account string) error {
		_, err := s3control.NewFromConfig(w.inside(account), w.nearby).GetPublicAccessBlock(ctx, &s3control.GetPublicAccessBlockInput{AccountId: &account})
		return err
	}
	if err := block(prod); err != nil {
		t.Errorf("prod: got %v, want public access blocked", err)
	}
	refused(t, block(dti), "NoSuchPublicAccessBlockConfiguration")
}

// nearby finds the server whatever is put before its host: S3 Control puts the account there.
func (w *world) nearby(o *s3control.Options) {
	o.HTTPClient = &http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, network, strings.TrimPrefix(w.url, "http://"))
	}}}
}

func TestAnAccountTakesItsTimeAndSoDoesItsRole(t *testing.T) {
	w := begin(t, func(s *kernel.Scenario) {
		s.Durations = map[string]kernel.Duration{
			"aws.organizations.CreateAccount": kernel.Duration(200 * time.Millisecond), "aws.organizations.role": kernel.Duration(400 * time.Millisecond),
		}
	})
	ctx, c := context.Background(), w.signedIn()
	org := organizations.NewFromConfig(c)
	made, err := org.CreateAccount(ctx, &organizations.CreateAccountInput{AccountName: sdk.String("aws-lab"), Email: sdk.String("aws+lab@it4bytes.example")})
	if err != nil || made.CreateAccountStatus.State != types.CreateAccountStateInProgress {
		t.Fatalf("got %v, %v, want an account in progress", made, err)
	}
	id := ""
	until(t, "the account", func() bool {
		s, err := org.DescribeCreateAccountStatus(ctx, &organizations.DescribeCreateAccountStatusInput{CreateAccountRequestId: made.CreateAccountStatus.Id})
		if err != nil {
			t.Fatal(err)
		}
		id = sdk.ToString(s.CreateAccountStatus.AccountId)
		return s.CreateAccountStatus.State == types.CreateAccountStateSucceeded
	})
	enter := func() error {
		_, err := sts.NewFromConfig(c).AssumeRole(ctx, &sts.AssumeRoleInput{
			RoleArn: sdk.String("arn:aws:iam::" + id + ":role/OrganizationAccountAccessRole"), RoleSessionName: sdk.String("test"),
		})
		return err
	}
	refused(t, enter(), "AccessDenied")
	until(t, "the role", func() bool { return enter() == nil })
}

func TestTheQuotaOfAccountsIsKeptAndListsAreCutInPages(t *testing.T) {
	w := begin(t, func(s *kernel.Scenario) {
		s.Estate["aws"].(map[string]any)["accountLimit"] = 25
		s.Durations = map[string]kernel.Duration{"aws.organizations.CreateAccount": 0}
	})
	ctx := context.Background()
	org := organizations.NewFromConfig(w.signedIn())
	for n := range 23 {
		_, err := org.CreateAccount(ctx, &organizations.CreateAccountInput{AccountName: sdk.String("a"), Email: sdk.String(fmt.Sprintf("a%d@it4bytes.example", n))})
		if err != nil {
			t.Fatal(err)
		}
	}
	failed, err := org.ListCreateAccountStatus(ctx, &organizations.ListCreateAccountStatusInput{States: []types.CreateAccountState{types.CreateAccountStateFailed}})
	if err != nil || len(failed.CreateAccountStatuses) != 1 || failed.CreateAccountStatuses[0].FailureReason != types.CreateAccountFailureReasonAccountLimitExceeded {
		t.Errorf("got %+v, %v, want the one account too many refused", failed, err)
	}
	first, err := org.ListAccounts(ctx, &organizations.ListAccountsInput{})
	if err != nil || len(first.Accounts) != 20 || first.NextToken == nil {
		t.Fatalf("got %d accounts, %v, want a page of 20 and a token", len(first.Accounts), err)
	}
	rest, err := org.ListAccounts(ctx, &organizations.ListAccountsInput{NextToken: first.NextToken})
	if err != nil || len(rest.Accounts) != 5 || rest.NextToken != nil {
		t.Errorf("got %d accounts, %v, want the 5 that are left and no token", len(rest.Accounts), err)
	}
}

func TestALostAnswerHasDoneItsDeed(t *testing.T) {
	w := begin(t, nil)
	ctx, c := context.Background(), iam.NewFromConfig(w.inside(prod))
	w.k.Order(kernel.Fault{Match: kernel.Match{Operation: "CreateUser"}, Times: 1, Do: kernel.DoLose})
	if _, err := c.CreateUser(ctx, &iam.CreateUserInput{UserName: sdk.String("once")}); err == nil {
		t.Error("got an answer, want a lost one")
	}
	if _, err := c.GetUser(ctx, &iam.GetUserInput{UserName: sdk.String("once")}); err != nil {
		t.Errorf("got %v, want the user that the lost call made", err)
	}
}

func TestAnOrderedFaultSpeaksTheServicesProtocol(t *testing.T) {
	w := begin(t, nil)
	ctx, c := context.Background(), w.inside(prod)
	w.k.Order(kernel.Fault{Match: kernel.Match{Cloud: "aws"}, Status: 429, Code: "TooManyRequestsException", Message: "slow down"})
	for service, err := range everywhere(c) {
		t.Run(service, func(t *testing.T) { refused(t, err, "TooManyRequestsException") })
	}
	_ = ctx
}

func TestWhatIsShownHoldsNoSecret(t *testing.T) {
	w := begin(t, nil)
	w.inside(prod)
	shown, err := json.Marshal(w.k.State()["aws"])
	if err != nil {
		t.Fatal(err)
	}
	if n := len(w.k.Secrets()); n < 7 {
		t.Errorf("got %d secrets minted, want those of two users, one SSO session and two sets of temporary credentials", n)
	}
	for _, s := range w.k.Secrets() {
		if strings.Contains(string(shown), s.Value) {
			t.Errorf("the state shows the secret %s", s.ID)
		}
	}
	for _, want := range []string{`"name":"aws-prod"`, `"ou":"root"`, `"o-itbytes0001"`, `"recording":true`, `"10.10.0.0/16"`} {
		if !strings.Contains(string(shown), want) {
			t.Errorf("the state lacks %s", want)
		}
	}
}

func TestTheJournalNamesAccountServiceOperationAndLogin(t *testing.T) {
	w := begin(t, nil)
	c := iam.NewFromConfig(w.keyed("op://itbytes-internal/aws-prod"))
	if _, err := c.CreateUser(context.Background(), &iam.CreateUserInput{UserName: sdk.String("ann")}); err != nil {
		t.Fatal(err)
	}
	calls := w.k.Calls()
	got := calls[len(calls)-1]
	got.Time = time.Time{}
	want := kernel.Record{
		Call: kernel.Call{Cloud: "aws", Scope: prod, Service: "iam", Operation: "CreateUser", Write: true, Login: "aws-prod-keys", Path: "/"}, Kind: "write", Status: 200,
	}
	if got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestAnEstateWithAMistakeIsNotServed(t *testing.T) {
	for name, part := range map[string]any{
		"an unknown field": map[string]any{"acounts": []any{}},
		"a short id":       map[string]any{"accounts": []any{map[string]any{"id": "12"}}},
		"no management":    map[string]any{"organization": map[string]any{"id": "o-1", "management": "111122223333"}},
	} {
		if _, err := aws.New(kernel.New(kernel.Scenario{Estate: map[string]any{"aws": part}})); err == nil {
			t.Errorf("%s: got a cloud, want an error", name)
		}
	}
}

func TestTheGreenfieldBegins(t *testing.T) {
	s, err := kernel.Load("../../devstack/scenario/greenfield.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := aws.New(kernel.New(s)); err != nil {
		t.Error(err)
	}
}
