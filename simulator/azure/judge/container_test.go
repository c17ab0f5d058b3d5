package judge_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/arm"
	azfake "github.com/Azure/azure-sdk-for-go/sdk/azcore/fake"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/to"
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/managementgroups/armmanagementgroups"
	groupfake "github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/managementgroups/armmanagementgroups/fake"
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/subscription/armsubscription"
	subfake "github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/subscription/armsubscription/fake"

	"github.com/itbytes/landfall/simulator/azure/judge"
)

const (
	tenant = "7d1f0c52-41a5-4c7e-9d0e-3c1f7ab01111"
	sub    = "5b0c3a1e-8f64-4d0b-b1a2-90c4e77d2222"
	scope  = "/providers/Microsoft.Billing/billingAccounts/it4bytes/billingProfiles/main/invoiceSections/core"
)

const estate = `
tenant: 7d1f0c52-41a5-4c7e-9d0e-3c1f7ab01111
domain: it4bytes.example
billingScopes: [` + scope + `]
securityDefaults: true
pageSize: 2
licences: [{sku: SPB, units: 10, consumed: 4, plans: [AAD_PREMIUM]}]
takenStorageNames: [somebodyelses]
subscriptions:
  - id: 5b0c3a1e-8f64-4d0b-b1a2-90c4e77d2222
    displayName: Azure subscription 1
    registered: [Microsoft.Network, Microsoft.Storage, Microsoft.Security]
    resources:
      - {type: Microsoft.Resources/resourceGroups, name: rg-production, location: eastus, tags: {team: web}}
`

// often polls as fast as the world is scaled.
func often() *runtime.PollUntilDoneOptions {
	return &runtime.PollUntilDoneOptions{Frequency: 5 * time.Millisecond}
}

func open(t *testing.T) *judge.World { return judge.Open(t, estate, 0.0005) }

func TestAnAliasIsAnsweredAsTheSDKAndItsExampleHaveIt(t *testing.T) {
	w := open(t)
	put := armsubscription.PutAliasRequest{Properties: &armsubscription.PutAliasRequestProperties{
		BillingScope: to.Ptr(scope), DisplayName: to.Ptr("it4bytes-sub-dti-core"), Workload: to.Ptr(armsubscription.WorkloadProduction),
		AdditionalProperties: &armsubscription.PutAliasRequestAdditionalProperties{Tags: map[string]*string{"env": to.Ptr("dti")}},
	}}
	// armsubscription v1.2.0, ExampleAliasClient_BeginCreate (specification 2021-10-01, examples/createAlias.json).
	example := armsubscription.AliasResponse{
		ID: to.Ptr("x"), Name: to.Ptr("x"), Type: to.Ptr("x"),
		Properties: &armsubscription.AliasResponseProperties{
			AcceptOwnershipState: to.Ptr(armsubscription.AcceptOwnershipPending), AcceptOwnershipURL: to.Ptr("x"), BillingScope: to.Ptr("x"),
			DisplayName: to.Ptr("x"), ProvisioningState: to.Ptr(armsubscription.ProvisioningStateSucceeded), SubscriptionID: to.Ptr("x"),
			SubscriptionOwnerID: to.Ptr("x"), Tags: map[string]*string{"env": to.Ptr("x")}, Workload: to.Ptr(armsubscription.WorkloadProduction),
		},
	}
	w.Hold(t, judge.Trial{
		Fake: subfake.NewAliasServerTransport(&subfake.AliasServer{
			BeginCreate: func(context.Context, string, armsubscription.PutAliasRequest, *armsubscription.AliasClientBeginCreateOptions) (p azfake.PollerResponder[armsubscription.AliasClientCreateResponse], e azfake.ErrorResponder) {
				p.SetTerminalResponse(http.StatusOK, armsubscription.AliasClientCreateResponse{AliasResponse: example}, nil)
				return p, e
			},
		}),
		Call: func(o *arm.ClientOptions) (any, error) {
			c, err := armsubscription.NewAliasClient(w.Credential(), o)
			if err != nil {
				return nil, err
			}
			p, err := c.BeginCreate(t.Context(), "it4bytes-dti", put, nil)
			if err != nil {
				return nil, err
			}
			r, err := p.PollUntilDone(t.Context(), often())
			return r.AliasResponse, err
		},
		Besides: []string{".properties.acceptOwnershipUrl"}, // the owner is of this tenant: nothing is left to accept
	})
}

func TestASubscriptionIsAnsweredAsTheSDKAndItsExampleHaveIt(t *testing.T) {
	w := open(t)
	// armsubscription v1.2.0, ExampleSubscriptionsClient_Get (specification 2016-06-01, examples/getSubscription.json).
	example := armsubscription.Subscription{
		AuthorizationSource: to.Ptr("x"), DisplayName: to.Ptr("x"), ID: to.Ptr("x"), State: to.Ptr(armsubscription.SubscriptionStateEnabled), SubscriptionID: to.Ptr("x"),
		SubscriptionPolicies: &armsubscription.Policies{LocationPlacementID: to.Ptr("x"), QuotaID: to.Ptr("x"), SpendingLimit: to.Ptr(armsubscription.SpendingLimitOff)},
	}
	w.Hold(t, judge.Trial{
		Fake: subfake.NewSubscriptionsServerTransport(&subfake.SubscriptionsServer{
			Get: func(context.Context, string, *armsubscription.SubscriptionsClientGetOptions) (r azfake.Responder[armsubscription.SubscriptionsClientGetResponse], e azfake.ErrorResponder) {
				r.SetResponse(http.StatusOK, armsubscription.SubscriptionsClientGetResponse{Subscription: example}, nil)
				return r, e
			},
		}),
		Call: func(o *arm.ClientOptions) (any, error) {
			c, err := armsubscription.NewSubscriptionsClient(w.Credential(), o)
			if err != nil {
				return nil, err
			}
			r, err := c.Get(t.Context(), sub, nil)
			return r.Subscription, err
		},
	})
}

func TestAManagementGroupIsAnsweredAsTheSDKAndItsExampleHaveIt(t *testing.T) {
	w := open(t)
	put := armmanagementgroups.CreateManagementGroupRequest{Properties: &armmanagementgroups.CreateManagementGroupProperties{DisplayName: to.Ptr("it4bytes")}}
	// armmanagementgroups v1.2.0, ExampleClient_BeginCreateOrUpdate (specification 2021-04-01, examples/PutManagementGroup.json).
	example := armmanagementgroups.ManagementGroup{
		ID: to.Ptr("x"), Name: to.Ptr("x"), Type: to.Ptr("x"), Properties: &armmanagementgroups.ManagementGroupProperties{
			DisplayName: to.Ptr("x"), TenantID: to.Ptr("x"), Details: &armmanagementgroups.ManagementGroupDetails{
				Parent: &armmanagementgroups.ParentGroupInfo{ID: to.Ptr("x"), Name: to.Ptr("x"), DisplayName: to.Ptr("x")}, UpdatedBy: to.Ptr("x"), UpdatedTime: to.Ptr(time.Now()), Version: to.Ptr[int32](1),
			},
		},
	}
	w.Hold(t, judge.Trial{
		Fake: groupfake.NewServerTransport(&groupfake.Server{
			BeginCreateOrUpdate: func(context.Context, string, armmanagementgroups.CreateManagementGroupRequest, *armmanagementgroups.ClientBeginCreateOrUpdateOptions) (p azfake.PollerResponder[armmanagementgroups.ClientCreateOrUpdateResponse], e azfake.ErrorResponder) {
				p.SetTerminalResponse(http.StatusOK, armmanagementgroups.ClientCreateOrUpdateResponse{ManagementGroup: example}, nil)
				return p, e
			},
		}),
		Call: func(o *arm.ClientOptions) (any, error) {
			c, err := armmanagementgroups.NewClient(w.Credential(), o)
			if err != nil {
				return nil, err
			}
			p, err := c.BeginCreateOrUpdate(t.Context(), "it4bytes", put, nil)
			if err != nil {
				return nil, err
			}
			r, err := p.PollUntilDone(t.Context(), often())
			return r.ManagementGroup, err
		},
	})
	// ExampleManagementGroupSubscriptionsClient_Create (examples/AddManagementGroupSubscription.json).
	under := armmanagementgroups.SubscriptionUnderManagementGroup{
		ID: to.Ptr("x"), Name: to.Ptr("x"), Type: to.Ptr("x"), Properties: &armmanagementgroups.SubscriptionUnderManagementGroupProperties{
			DisplayName: to.Ptr("x"), Parent: &armmanagementgroups.DescendantParentGroupInfo{ID: to.Ptr("x")}, State: to.Ptr("x"), Tenant: to.Ptr("x"),
		},
	}
	w.Hold(t, judge.Trial{
		Fake: groupfake.NewManagementGroupSubscriptionsServerTransport(&groupfake.ManagementGroupSubscriptionsServer{
			Create: func(context.Context, string, string, *armmanagementgroups.ManagementGroupSubscriptionsClientCreateOptions) (r azfake.Responder[armmanagementgroups.ManagementGroupSubscriptionsClientCreateResponse], e azfake.ErrorResponder) {
				r.SetResponse(http.StatusOK, armmanagementgroups.ManagementGroupSubscriptionsClientCreateResponse{SubscriptionUnderManagementGroup: under}, nil)
				return r, e
			},
		}),
		Call: func(o *arm.ClientOptions) (any, error) {
			c, err := armmanagementgroups.NewManagementGroupSubscriptionsClient(w.Credential(), o)
			if err != nil {
				return nil, err
			}
			r, err := c.Create(t.Context(), "it4bytes", sub, nil)
			return r.SubscriptionUnderManagementGroup, err
		},
	})
}
