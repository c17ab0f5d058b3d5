package network_test

import (
	"errors"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/arm"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/to"
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/network/armnetwork/v8"

	"github.com/itbytes/landfall/simulator/azure/judge"
)

const (
	sub   = "5b0c3a1e-8f64-4d0b-b1a2-90c4e77d2222"
	group = "rg-production"
	store = "/subscriptions/" + sub + "/resourceGroups/" + group + "/providers/Microsoft.Storage/storageAccounts/it4bytesflow"
)

const estate = `
tenant: 7d1f0c52-41a5-4c7e-9d0e-3c1f7ab01111
subscriptions:
  - id: 5b0c3a1e-8f64-4d0b-b1a2-90c4e77d2222
    displayName: Azure subscription 1
    registered: [Microsoft.Network, Microsoft.Storage]
    resources:
      - {type: Microsoft.Resources/resourceGroups, name: rg-production, location: eastus}
      - {type: Microsoft.Storage/storageAccounts, group: rg-production, name: it4bytesflow, location: eastus, head: {kind: StorageV2, sku: {name: Standard_LRS}}}
      - {type: Microsoft.Network/networkSecurityGroups, group: rg-production, name: nsg-default, location: eastus}
`

func open(t *testing.T) *judge.World { return judge.Open(t, estate, 0.0005) }

func often() *runtime.PollUntilDoneOptions {
	return &runtime.PollUntilDoneOptions{Frequency: 5 * time.Millisecond}
}

func id(of string) string {
	return "/subscriptions/" + sub + "/resourceGroups/" + group + "/providers/Microsoft.Network/" + of
}

// code is the error code that the cloud answered; empty where it answered none.
func code(err error) string {
	var r *azcore.ResponseError
	if errors.As(err, &r) {
		return r.ErrorCode
	}
	return ""
}

func subnet(name, prefix string) *armnetwork.Subnet {
	return &armnetwork.Subnet{Name: to.Ptr(name), Properties: &armnetwork.SubnetPropertiesFormat{
		AddressPrefix: to.Ptr(prefix), DefaultOutboundAccess: to.Ptr(false), NetworkSecurityGroup: &armnetwork.SecurityGroup{ID: to.Ptr(id("networkSecurityGroups/nsg-default"))},
	}}
}

func putNetwork(t *testing.T, w *judge.World, o *arm.ClientOptions, name string, subnets ...*armnetwork.Subnet) (armnetwork.VirtualNetwork, error) {
	c, err := armnetwork.NewVirtualNetworksClient(sub, w.Credential(), o)
	if err != nil {
		return armnetwork.VirtualNetwork{}, err
	}
	p, err := c.BeginCreateOrUpdate(t.Context(), group, name, armnetwork.VirtualNetwork{Location: to.Ptr("eastus"), Properties: &armnetwork.VirtualNetworkPropertiesFormat{
		AddressSpace: &armnetwork.AddressSpace{AddressPrefixes: []*string{to.Ptr("10.30.0.0/16")}}, Subnets: subnets,
	}}, nil)
	if err != nil {
		return armnetwork.VirtualNetwork{}, err
	}
	r, err := p.PollUntilDone(t.Context(), often())
	return r.VirtualNetwork, err
}

func putGroup(t *testing.T, w *judge.World, o *arm.ClientOptions, name string) (armnetwork.SecurityGroup, error) {
	c, err := armnetwork.NewSecurityGroupsClient(sub, w.Credential(), o)
	if err != nil {
		return armnetwork.SecurityGroup{}, err
	}
	p, err := c.BeginCreateOrUpdate(t.Context(), group, name, armnetwork.SecurityGroup{Location: to.Ptr("eastus"), Properties: &armnetwork.SecurityGroupPropertiesFormat{
		SecurityRules: []*armnetwork.SecurityRule{{Name: to.Ptr("deny-ssh"), Properties: &armnetwork.SecurityRulePropertiesFormat{
			Access: to.Ptr(armnetwork.SecurityRuleAccessDeny), Direction: to.Ptr(armnetwork.SecurityRuleDirectionInbound), Priority: to.Ptr[int32](100), Protocol: to.Ptr(armnetwork.SecurityRuleProtocolAsterisk),
			SourceAddressPrefix: to.Ptr("Internet"), SourcePortRange: to.Ptr("*"), DestinationAddressPrefix: to.Ptr("*"), DestinationPortRange: to.Ptr("22"),
		}}},
	}}, nil)
	if err != nil {
		return armnetwork.SecurityGroup{}, err
	}
	r, err := p.PollUntilDone(t.Context(), often())
	return r.SecurityGroup, err
}

func putEndpoint(t *testing.T, w *judge.World, o *arm.ClientOptions) (armnetwork.PrivateEndpoint, error) {
	c, err := armnetwork.NewPrivateEndpointsClient(sub, w.Credential(), o)
	if err != nil {
		return armnetwork.PrivateEndpoint{}, err
	}
	p, err := c.BeginCreateOrUpdate(t.Context(), group, "pe-flow", armnetwork.PrivateEndpoint{Location: to.Ptr("eastus"), Properties: &armnetwork.PrivateEndpointProperties{
		Subnet: &armnetwork.Subnet{ID: to.Ptr(id("virtualNetworks/vnet-core/subnets/private-a"))},
		PrivateLinkServiceConnections: []*armnetwork.PrivateLinkServiceConnection{{Name: to.Ptr("blob"), Properties: &armnetwork.PrivateLinkServiceConnectionProperties{
			GroupIDs: []*string{to.Ptr("blob")}, PrivateLinkServiceID: to.Ptr(store),
		}}},
	}}, nil)
	if err != nil {
		return armnetwork.PrivateEndpoint{}, err
	}
	r, err := p.PollUntilDone(t.Context(), often())
	return r.PrivateEndpoint, err
}

func putFlowLog(t *testing.T, w *judge.World, o *arm.ClientOptions, target string) (armnetwork.FlowLog, error) {
	c, err := armnetwork.NewFlowLogsClient(sub, w.Credential(), o)
	if err != nil {
		return armnetwork.FlowLog{}, err
	}
	p, err := c.BeginCreateOrUpdate(t.Context(), group, "NetworkWatcher_eastus", "flow-core", armnetwork.FlowLog{Location: to.Ptr("eastus"), Properties: &armnetwork.FlowLogPropertiesFormat{
		StorageID: to.Ptr(store), TargetResourceID: to.Ptr(target), Enabled: to.Ptr(true),
	}}, nil)
	if err != nil {
		return armnetwork.FlowLog{}, err
	}
	r, err := p.PollUntilDone(t.Context(), often())
	return r.FlowLog, err
}
