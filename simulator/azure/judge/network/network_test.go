package network_test

import (
	"context"
	"net/http"
	"testing"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/arm"
	azfake "github.com/Azure/azure-sdk-for-go/sdk/azcore/fake"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/to"
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/network/armnetwork/v8"
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/network/armnetwork/v8/fake"

	"github.com/itbytes/landfall/simulator/azure/judge"
)

func TestASecurityGroupIsAnsweredAsTheSDKAndItsExampleHaveIt(t *testing.T) {
	w := open(t)
	rule := &armnetwork.SecurityRule{ID: to.Ptr("x"), Name: to.Ptr("x"), Properties: &armnetwork.SecurityRulePropertiesFormat{
		Access: to.Ptr(armnetwork.SecurityRuleAccessAllow), DestinationAddressPrefix: to.Ptr("x"), DestinationPortRange: to.Ptr("x"), Direction: to.Ptr(armnetwork.SecurityRuleDirectionInbound),
		Priority: to.Ptr[int32](1), ProvisioningState: to.Ptr(armnetwork.ProvisioningStateSucceeded), SourceAddressPrefix: to.Ptr("x"), SourcePortRange: to.Ptr("x"), Protocol: to.Ptr(armnetwork.SecurityRuleProtocolAsterisk),
	}}
	described := *rule
	described.Properties = to.Ptr(*rule.Properties)
	described.Properties.Description = to.Ptr("x")
	// armnetwork/v8 v8.0.0, ExampleSecurityGroupsClient_BeginCreateOrUpdate_createNetworkSecurityGroupWithRule (specification
	// 2025-03-01, examples/NetworkSecurityGroupCreateWithRule.json).
	example := armnetwork.SecurityGroup{ID: to.Ptr("x"), Name: to.Ptr("x"), Type: to.Ptr("x"), Location: to.Ptr("x"), Properties: &armnetwork.SecurityGroupPropertiesFormat{
		DefaultSecurityRules: []*armnetwork.SecurityRule{&described}, ProvisioningState: to.Ptr(armnetwork.ProvisioningStateSucceeded), SecurityRules: []*armnetwork.SecurityRule{rule},
	}}
	w.Hold(t, judge.Trial{
		Fake: fake.NewSecurityGroupsServerTransport(&fake.SecurityGroupsServer{
			BeginCreateOrUpdate: func(context.Context, string, string, armnetwork.SecurityGroup, *armnetwork.SecurityGroupsClientBeginCreateOrUpdateOptions) (p azfake.PollerResponder[armnetwork.SecurityGroupsClientCreateOrUpdateResponse], e azfake.ErrorResponder) {
				p.SetTerminalResponse(http.StatusOK, armnetwork.SecurityGroupsClientCreateOrUpdateResponse{SecurityGroup: example}, nil)
				return p, e
			},
		}),
		Call: func(o *arm.ClientOptions) (any, error) { return putGroup(t, w, o, "nsg-core") },
	})
}

func TestAVirtualNetworkIsAnsweredAsTheSDKAndItsExampleHaveIt(t *testing.T) {
	w := open(t)
	// ExampleVirtualNetworksClient_BeginCreateOrUpdate_createVirtualNetworkWithSubnet (examples/VirtualNetworkCreateSubnet.json).
	example := armnetwork.VirtualNetwork{ID: to.Ptr("x"), Name: to.Ptr("x"), Type: to.Ptr("x"), Location: to.Ptr("x"), Properties: &armnetwork.VirtualNetworkPropertiesFormat{
		AddressSpace: &armnetwork.AddressSpace{AddressPrefixes: []*string{to.Ptr("x")}}, ProvisioningState: to.Ptr(armnetwork.ProvisioningStateSucceeded), VirtualNetworkPeerings: []*armnetwork.VirtualNetworkPeering{},
		Subnets: []*armnetwork.Subnet{{ID: to.Ptr("x"), Name: to.Ptr("x"), Properties: &armnetwork.SubnetPropertiesFormat{AddressPrefix: to.Ptr("x"), ProvisioningState: to.Ptr(armnetwork.ProvisioningStateSucceeded)}}},
	}}
	w.Hold(t, judge.Trial{
		Fake: fake.NewVirtualNetworksServerTransport(&fake.VirtualNetworksServer{
			BeginCreateOrUpdate: func(context.Context, string, string, armnetwork.VirtualNetwork, *armnetwork.VirtualNetworksClientBeginCreateOrUpdateOptions) (p azfake.PollerResponder[armnetwork.VirtualNetworksClientCreateOrUpdateResponse], e azfake.ErrorResponder) {
				p.SetTerminalResponse(http.StatusOK, armnetwork.VirtualNetworksClientCreateOrUpdateResponse{VirtualNetwork: example}, nil)
				return p, e
			},
		}),
		Call: func(o *arm.ClientOptions) (any, error) {
			return putNetwork(t, w, o, "vnet-core", subnet("private-a", "10.30.0.0/24"))
		},
	})
	// ExampleSubnetsClient_BeginCreateOrUpdate_createSubnet (examples/SubnetCreate.json).
	w.Hold(t, judge.Trial{
		Fake: fake.NewSubnetsServerTransport(&fake.SubnetsServer{
			BeginCreateOrUpdate: func(context.Context, string, string, string, armnetwork.Subnet, *armnetwork.SubnetsClientBeginCreateOrUpdateOptions) (p azfake.PollerResponder[armnetwork.SubnetsClientCreateOrUpdateResponse], e azfake.ErrorResponder) {
				p.SetTerminalResponse(http.StatusOK, armnetwork.SubnetsClientCreateOrUpdateResponse{Subnet: *example.Properties.Subnets[0]}, nil)
				return p, e
			},
		}),
		Call: func(o *arm.ClientOptions) (any, error) {
			c, err := armnetwork.NewSubnetsClient(sub, w.Credential(), o)
			if err != nil {
				return nil, err
			}
			p, err := c.BeginCreateOrUpdate(t.Context(), group, "vnet-core", "private-b", *subnet("private-b", "10.30.1.0/24"), nil)
			if err != nil {
				return nil, err
			}
			r, err := p.PollUntilDone(t.Context(), often())
			return r.Subnet, err
		},
	})
}

func TestAPrivateEndpointIsAnsweredAsTheSDKAndItsExampleHaveIt(t *testing.T) {
	w := open(t)
	if _, err := putNetwork(t, w, w.Options(), "vnet-core", subnet("private-a", "10.30.0.0/24")); err != nil {
		t.Fatal(err)
	}
	// ExamplePrivateEndpointsClient_BeginCreateOrUpdate_createPrivateEndpoint (examples/PrivateEndpointCreate.json), without the
	// static address that its request asks for.
	example := armnetwork.PrivateEndpoint{ID: to.Ptr("x"), Name: to.Ptr("x"), Location: to.Ptr("x"), Properties: &armnetwork.PrivateEndpointProperties{
		CustomDNSConfigs: []*armnetwork.CustomDNSConfigPropertiesFormat{{Fqdn: to.Ptr("x"), IPAddresses: []*string{to.Ptr("x")}}}, ManualPrivateLinkServiceConnections: []*armnetwork.PrivateLinkServiceConnection{},
		NetworkInterfaces: []*armnetwork.Interface{{ID: to.Ptr("x")}}, ProvisioningState: to.Ptr(armnetwork.ProvisioningStateSucceeded), Subnet: &armnetwork.Subnet{ID: to.Ptr("x")},
		PrivateLinkServiceConnections: []*armnetwork.PrivateLinkServiceConnection{{ID: to.Ptr("x"), Properties: &armnetwork.PrivateLinkServiceConnectionProperties{
			GroupIDs: []*string{to.Ptr("x")}, PrivateLinkServiceID: to.Ptr("x"), PrivateLinkServiceConnectionState: &armnetwork.PrivateLinkServiceConnectionState{Description: to.Ptr("x"), ActionsRequired: to.Ptr("x"), Status: to.Ptr("x")},
		}}},
	}}
	w.Hold(t, judge.Trial{
		Fake: fake.NewPrivateEndpointsServerTransport(&fake.PrivateEndpointsServer{
			BeginCreateOrUpdate: func(context.Context, string, string, armnetwork.PrivateEndpoint, *armnetwork.PrivateEndpointsClientBeginCreateOrUpdateOptions) (p azfake.PollerResponder[armnetwork.PrivateEndpointsClientCreateOrUpdateResponse], e azfake.ErrorResponder) {
				p.SetTerminalResponse(http.StatusOK, armnetwork.PrivateEndpointsClientCreateOrUpdateResponse{PrivateEndpoint: example}, nil)
				return p, e
			},
		}),
		Call: func(o *arm.ClientOptions) (any, error) { return putEndpoint(t, w, o) },
	})
}

func TestAFlowLogIsAnsweredAsTheSDKAndItsExampleHaveIt(t *testing.T) {
	w := open(t)
	if _, err := putNetwork(t, w, w.Options(), "vnet-core", subnet("private-a", "10.30.0.0/24")); err != nil {
		t.Fatal(err)
	}
	// ExampleWatchersClient_CreateOrUpdate (examples/NetworkWatcherCreate.json).
	watcher := armnetwork.Watcher{ID: to.Ptr("x"), Name: to.Ptr("x"), Type: to.Ptr("x"), Location: to.Ptr("x"), Etag: to.Ptr("x"), Properties: &armnetwork.WatcherPropertiesFormat{ProvisioningState: to.Ptr(armnetwork.ProvisioningStateSucceeded)}}
	w.Hold(t, judge.Trial{
		Fake: fake.NewWatchersServerTransport(&fake.WatchersServer{
			CreateOrUpdate: func(context.Context, string, string, armnetwork.Watcher, *armnetwork.WatchersClientCreateOrUpdateOptions) (r azfake.Responder[armnetwork.WatchersClientCreateOrUpdateResponse], e azfake.ErrorResponder) {
				r.SetResponse(http.StatusOK, armnetwork.WatchersClientCreateOrUpdateResponse{Watcher: watcher}, nil)
				return r, e
			},
		}),
		Call: func(o *arm.ClientOptions) (any, error) {
			c, err := armnetwork.NewWatchersClient(sub, w.Credential(), o)
			if err != nil {
				return nil, err
			}
			r, err := c.CreateOrUpdate(t.Context(), group, "NetworkWatcher_eastus", armnetwork.Watcher{Location: to.Ptr("eastus")}, nil)
			return r.Watcher, err
		},
	})
	// ExampleFlowLogsClient_BeginCreateOrUpdate (examples/NetworkWatcherFlowLogCreate.json), without identity and filter.
	example := armnetwork.FlowLog{ID: to.Ptr("x"), Name: to.Ptr("x"), Type: to.Ptr("x"), Location: to.Ptr("x"), Etag: to.Ptr("x"), Properties: &armnetwork.FlowLogPropertiesFormat{
		Format: &armnetwork.FlowLogFormatParameters{Type: to.Ptr(armnetwork.FlowLogFormatTypeJSON), Version: to.Ptr[int32](1)}, Enabled: to.Ptr(true), FlowAnalyticsConfiguration: &armnetwork.TrafficAnalyticsProperties{},
		ProvisioningState: to.Ptr(armnetwork.ProvisioningStateSucceeded), RetentionPolicy: &armnetwork.RetentionPolicyParameters{Days: to.Ptr[int32](0), Enabled: to.Ptr(false)},
		StorageID: to.Ptr("x"), TargetResourceGUID: to.Ptr("x"), TargetResourceID: to.Ptr("x"),
	}}
	w.Hold(t, judge.Trial{
		Fake: fake.NewFlowLogsServerTransport(&fake.FlowLogsServer{
			BeginCreateOrUpdate: func(context.Context, string, string, string, armnetwork.FlowLog, *armnetwork.FlowLogsClientBeginCreateOrUpdateOptions) (p azfake.PollerResponder[armnetwork.FlowLogsClientCreateOrUpdateResponse], e azfake.ErrorResponder) {
				p.SetTerminalResponse(http.StatusOK, armnetwork.FlowLogsClientCreateOrUpdateResponse{FlowLog: example}, nil)
				return p, e
			},
		}),
		Call: func(o *arm.ClientOptions) (any, error) { return putFlowLog(t, w, o, id("virtualNetworks/vnet-core")) },
	})
}
