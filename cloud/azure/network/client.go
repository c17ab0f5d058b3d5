// Package network speaks to Microsoft.Network for the baseline's controls. It alone knows the SDK's network module, which is
// as heavy to compile as the rest of the adapter together.
package network

import (
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/network/armnetwork/v8"

	"github.com/itbytes/landfall/cloud/azure/session"
)

// Kinds of resource, as ids name them.
const (
	KindGroup   = "Microsoft.Network/networkSecurityGroups"
	KindNetwork = "Microsoft.Network/virtualNetworks"
)

// Client is the network of one subscription.
type Client struct {
	groups    *armnetwork.SecurityGroupsClient
	networks  *armnetwork.VirtualNetworksClient
	subnets   *armnetwork.SubnetsClient
	endpoints *armnetwork.PrivateEndpointsClient
	watchers  *armnetwork.WatchersClient
	logs      *armnetwork.FlowLogsClient
}

// New returns a Client of the session's subscription.
func New(s *session.Session) (*Client, error) {
	f, err := armnetwork.NewClientFactory(s.Subscription, s.Cred, s.ARM)
	if err != nil {
		return nil, err
	}
	return &Client{
		groups: f.NewSecurityGroupsClient(), networks: f.NewVirtualNetworksClient(), subnets: f.NewSubnetsClient(),
		endpoints: f.NewPrivateEndpointsClient(), watchers: f.NewWatchersClient(), logs: f.NewFlowLogsClient(),
	}, nil
}
