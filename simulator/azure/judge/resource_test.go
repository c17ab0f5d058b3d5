package judge_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/arm"
	azfake "github.com/Azure/azure-sdk-for-go/sdk/azcore/fake"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/to"
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/dns/armdns"
	dnsfake "github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/dns/armdns/fake"
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/frontdoor/armfrontdoor"
	doorfake "github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/frontdoor/armfrontdoor/fake"
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/resources/armresources"
	resourcefake "github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/resources/armresources/fake"
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/storage/armstorage"
	storagefake "github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/storage/armstorage/fake"

	"github.com/itbytes/landfall/simulator/azure/judge"
)

func TestAResourceGroupIsAnsweredAsTheSDKAndItsExampleHaveIt(t *testing.T) {
	w := open(t)
	// armresources v1.2.0, models.go: every field of ResourceGroup but managedBy (specification 2021-04-01, examples/CreateResourceGroup.json).
	example := armresources.ResourceGroup{
		ID: to.Ptr("x"), Name: to.Ptr("x"), Type: to.Ptr("x"), Location: to.Ptr("x"), Tags: map[string]*string{"owner": to.Ptr("x")},
		Properties: &armresources.ResourceGroupProperties{ProvisioningState: to.Ptr("x")},
	}
	w.Hold(t, judge.Trial{
		Fake: resourcefake.NewResourceGroupsServerTransport(&resourcefake.ResourceGroupsServer{
			CreateOrUpdate: func(context.Context, string, armresources.ResourceGroup, *armresources.ResourceGroupsClientCreateOrUpdateOptions) (r azfake.Responder[armresources.ResourceGroupsClientCreateOrUpdateResponse], e azfake.ErrorResponder) {
				r.SetResponse(http.StatusCreated, armresources.ResourceGroupsClientCreateOrUpdateResponse{ResourceGroup: example}, nil)
				return r, e
			},
		}),
		Call: func(o *arm.ClientOptions) (any, error) {
			c, err := armresources.NewResourceGroupsClient(sub, w.Credential(), o)
			if err != nil {
				return nil, err
			}
			r, err := c.CreateOrUpdate(t.Context(), "rg-core", armresources.ResourceGroup{Location: to.Ptr("eastus"), Tags: map[string]*string{"owner": to.Ptr("platform")}}, nil)
			return r.ResourceGroup, err
		},
	})
}

func TestAProviderIsAnsweredAsTheSDKAndItsExampleHaveIt(t *testing.T) {
	w := open(t)
	// armresources v1.2.0, ExampleProvidersClient_Get (specification 2021-04-01, examples/GetProvider.json).
	example := armresources.Provider{
		ID: to.Ptr("x"), Namespace: to.Ptr("x"), RegistrationPolicy: to.Ptr("x"), RegistrationState: to.Ptr("x"), ResourceTypes: []*armresources.ProviderResourceType{
			{APIVersions: []*string{to.Ptr("x")}, Capabilities: to.Ptr("x"), Locations: []*string{to.Ptr("x")}, ResourceType: to.Ptr("x")},
		},
	}
	w.Hold(t, judge.Trial{
		Fake: resourcefake.NewProvidersServerTransport(&resourcefake.ProvidersServer{
			Register: func(context.Context, string, *armresources.ProvidersClientRegisterOptions) (r azfake.Responder[armresources.ProvidersClientRegisterResponse], e azfake.ErrorResponder) {
				r.SetResponse(http.StatusOK, armresources.ProvidersClientRegisterResponse{Provider: example}, nil)
				return r, e
			},
		}),
		Call: func(o *arm.ClientOptions) (any, error) {
			c, err := armresources.NewProvidersClient(sub, w.Credential(), o)
			if err != nil {
				return nil, err
			}
			r, err := c.Register(t.Context(), "Microsoft.Cdn", nil)
			return r.Provider, err
		},
	})
}

func TestAStorageAccountIsAnsweredAsTheSDKAndItsExampleHaveIt(t *testing.T) {
	w := open(t)
	at, on := to.Ptr(time.Now()), to.Ptr(true)
	service := &armstorage.EncryptionService{Enabled: on, KeyType: to.Ptr(armstorage.KeyTypeAccount), LastEnabledTime: at}
	// armstorage v1.8.1, ExampleAccountsClient_GetProperties_storageAccountGetProperties (specification 2024-01-01,
	// examples/StorageAccountGetProperties.json), without what a geo-replicated or routed account alone has.
	example := armstorage.Account{
		ID: to.Ptr("x"), Name: to.Ptr("x"), Type: to.Ptr("x"), Location: to.Ptr("x"), Kind: to.Ptr(armstorage.KindStorageV2), SKU: &armstorage.SKU{Name: to.Ptr(armstorage.SKUNameStandardLRS), Tier: to.Ptr(armstorage.SKUTierStandard)},
		Properties: &armstorage.AccountProperties{
			CreationTime: at, Encryption: &armstorage.Encryption{KeySource: to.Ptr(armstorage.KeySourceMicrosoftStorage), Services: &armstorage.EncryptionServices{Blob: service, File: service}},
			KeyCreationTime: &armstorage.KeyCreationTime{Key1: at, Key2: at}, NetworkRuleSet: &armstorage.NetworkRuleSet{Bypass: to.Ptr(armstorage.BypassAzureServices), DefaultAction: to.Ptr(armstorage.DefaultActionAllow)},
			PrimaryEndpoints: &armstorage.Endpoints{Blob: to.Ptr("x"), Dfs: to.Ptr("x"), File: to.Ptr("x"), Queue: to.Ptr("x"), Table: to.Ptr("x"), Web: to.Ptr("x")},
			PrimaryLocation:  to.Ptr("x"), ProvisioningState: to.Ptr(armstorage.ProvisioningStateSucceeded), StatusOfPrimary: to.Ptr(armstorage.AccountStatusAvailable), EnableHTTPSTrafficOnly: on,
		},
	}
	w.Hold(t, judge.Trial{
		Fake: storagefake.NewAccountsServerTransport(&storagefake.AccountsServer{
			BeginCreate: func(context.Context, string, string, armstorage.AccountCreateParameters, *armstorage.AccountsClientBeginCreateOptions) (p azfake.PollerResponder[armstorage.AccountsClientCreateResponse], e azfake.ErrorResponder) {
				p.SetTerminalResponse(http.StatusOK, armstorage.AccountsClientCreateResponse{Account: example}, nil)
				return p, e
			},
		}),
		Call: func(o *arm.ClientOptions) (any, error) {
			c, err := armstorage.NewAccountsClient(sub, w.Credential(), o)
			if err != nil {
				return nil, err
			}
			p, err := c.BeginCreate(t.Context(), "rg-production", "it4bytesflow", armstorage.AccountCreateParameters{
				Location: to.Ptr("eastus"), Kind: to.Ptr(armstorage.KindStorageV2), SKU: &armstorage.SKU{Name: to.Ptr(armstorage.SKUNameStandardLRS)},
				Properties: &armstorage.AccountPropertiesCreateParameters{AllowBlobPublicAccess: to.Ptr(false), MinimumTLSVersion: to.Ptr(armstorage.MinimumTLSVersionTLS12), EnableHTTPSTrafficOnly: on},
			}, nil)
			if err != nil {
				return nil, err
			}
			r, err := p.PollUntilDone(t.Context(), often())
			return r.Account, err
		},
	})
}

func TestAFirewallPolicyIsAnsweredAsTheSDKAndItsExampleHaveIt(t *testing.T) {
	w := open(t)
	// armfrontdoor v1.4.0, ExamplePoliciesClient_Get (specification 2024-02-01, examples/WafPolicyGet.json), without custom rules.
	example := armfrontdoor.WebApplicationFirewallPolicy{
		ID: to.Ptr("x"), Name: to.Ptr("x"), Type: to.Ptr("x"), Location: to.Ptr("x"), Tags: map[string]*string{"owner": to.Ptr("x")}, SKU: &armfrontdoor.SKU{Name: to.Ptr(armfrontdoor.SKUNamePremiumAzureFrontDoor)},
		Properties: &armfrontdoor.WebApplicationFirewallPolicyProperties{
			ManagedRules: &armfrontdoor.ManagedRuleSetList{ManagedRuleSets: []*armfrontdoor.ManagedRuleSet{{RuleSetAction: to.Ptr(armfrontdoor.ManagedRuleSetActionTypeBlock), RuleSetType: to.Ptr("x"), RuleSetVersion: to.Ptr("x")}}},
			PolicySettings: &armfrontdoor.PolicySettings{
				EnabledState: to.Ptr(armfrontdoor.PolicyEnabledStateEnabled), Mode: to.Ptr(armfrontdoor.PolicyModePrevention), RequestBodyCheck: to.Ptr(armfrontdoor.PolicyRequestBodyCheckEnabled),
				CustomBlockResponseStatusCode: to.Ptr[int32](403),
			},
			ProvisioningState: to.Ptr("x"), ResourceState: to.Ptr(armfrontdoor.PolicyResourceStateEnabled),
		},
	}
	w.Hold(t, judge.Trial{
		Fake: doorfake.NewPoliciesServerTransport(&doorfake.PoliciesServer{
			BeginCreateOrUpdate: func(context.Context, string, string, armfrontdoor.WebApplicationFirewallPolicy, *armfrontdoor.PoliciesClientBeginCreateOrUpdateOptions) (p azfake.PollerResponder[armfrontdoor.PoliciesClientCreateOrUpdateResponse], e azfake.ErrorResponder) {
				p.SetTerminalResponse(http.StatusOK, armfrontdoor.PoliciesClientCreateOrUpdateResponse{WebApplicationFirewallPolicy: example}, nil)
				return p, e
			},
		}),
		Call: func(o *arm.ClientOptions) (any, error) {
			c, err := armfrontdoor.NewPoliciesClient(sub, w.Credential(), o)
			if err != nil {
				return nil, err
			}
			p, err := c.BeginCreateOrUpdate(t.Context(), "rg-production", "it4byteswaf", armfrontdoor.WebApplicationFirewallPolicy{
				Location: to.Ptr("Global"), SKU: &armfrontdoor.SKU{Name: to.Ptr(armfrontdoor.SKUNamePremiumAzureFrontDoor)}, Tags: map[string]*string{"owner": to.Ptr("platform")},
				Properties: &armfrontdoor.WebApplicationFirewallPolicyProperties{
					PolicySettings: &armfrontdoor.PolicySettings{Mode: to.Ptr(armfrontdoor.PolicyModePrevention)},
					ManagedRules: &armfrontdoor.ManagedRuleSetList{ManagedRuleSets: []*armfrontdoor.ManagedRuleSet{
						{RuleSetType: to.Ptr("Microsoft_DefaultRuleSet"), RuleSetVersion: to.Ptr("2.1"), RuleSetAction: to.Ptr(armfrontdoor.ManagedRuleSetActionTypeBlock)},
					}},
				},
			}, nil)
			if err != nil {
				return nil, err
			}
			r, err := p.PollUntilDone(t.Context(), often())
			return r.WebApplicationFirewallPolicy, err
		},
	})
}

func TestADNSZoneIsAnsweredAsTheSDKAndItsExampleHaveIt(t *testing.T) {
	w := open(t)
	// armdns v1.2.0, ExampleZonesClient_CreateOrUpdate and _Get (specification 2018-05-01, examples/GetZone.json).
	example := armdns.Zone{
		ID: to.Ptr("x"), Name: to.Ptr("x"), Type: to.Ptr("x"), Location: to.Ptr("x"), Etag: to.Ptr("x"), Tags: map[string]*string{"owner": to.Ptr("x")},
		Properties: &armdns.ZoneProperties{MaxNumberOfRecordSets: to.Ptr[int64](1), NumberOfRecordSets: to.Ptr[int64](2), NameServers: []*string{to.Ptr("x")}},
	}
	name := "first.example"
	w.Hold(t, judge.Trial{
		Fake: dnsfake.NewZonesServerTransport(&dnsfake.ZonesServer{
			CreateOrUpdate: func(context.Context, string, string, armdns.Zone, *armdns.ZonesClientCreateOrUpdateOptions) (r azfake.Responder[armdns.ZonesClientCreateOrUpdateResponse], e azfake.ErrorResponder) {
				r.SetResponse(http.StatusCreated, armdns.ZonesClientCreateOrUpdateResponse{Zone: example}, nil)
				return r, e
			},
		}),
		Call: func(o *arm.ClientOptions) (any, error) {
			c, err := armdns.NewZonesClient(sub, w.Credential(), o)
			if err != nil {
				return nil, err
			}
			r, err := c.CreateOrUpdate(t.Context(), "rg-production", name, armdns.Zone{Location: to.Ptr("global"), Tags: map[string]*string{"owner": to.Ptr("platform")}}, &armdns.ZonesClientCreateOrUpdateOptions{IfNoneMatch: to.Ptr("*")})
			return r.Zone, err
		},
	})
}
