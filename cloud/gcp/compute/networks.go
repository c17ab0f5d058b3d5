package compute

import (
	"context"
	"errors"
	"path"
	"strconv"

	"cloud.google.com/go/compute/apiv1/computepb"
	"google.golang.org/api/iterator"
	"google.golang.org/protobuf/proto"
)

// Network is a VPC network.
type Network struct {
	Name, Description string
	ID                string // never used again, whatever is made under the name
	Auto              bool   // it makes a subnet in every region by itself
	Legacy            bool   // it has no subnets at all
	Subnets           int
}

// Network reads one network.
func (c *Client) Network(ctx context.Context, project, name string) (Network, error) {
	n, err := c.networks.Get(ctx, &computepb.GetNetworkRequest{Project: project, Network: name})
	return networkOf(n), err
}

// Networks lists a project's networks, all pages.
func (c *Client) Networks(ctx context.Context, project string) ([]Network, error) {
	var out []Network
	for it := c.networks.List(ctx, &computepb.ListNetworksRequest{Project: project}); ; {
		n, err := it.Next()
		if errors.Is(err, iterator.Done) {
			return out, nil
		}
		if err != nil {
			return nil, err
		}
		out = append(out, networkOf(n))
	}
}

// InsertNetwork begins to make a network without subnets of its own, and returns the operation's handle and whether it is over.
func (c *Client) InsertNetwork(ctx context.Context, project string, n Network, request string) (string, bool, error) {
	op, err := c.networks.Insert(ctx, &computepb.InsertNetworkRequest{
		Project: project, RequestId: proto.String(request),
		NetworkResource: &computepb.Network{
			Name: proto.String(n.Name), Description: proto.String(n.Description), AutoCreateSubnetworks: proto.Bool(n.Auto),
			RoutingConfig: &computepb.NetworkRoutingConfig{RoutingMode: proto.String("REGIONAL")},
		},
	})
	if err != nil {
		return "", false, err
	}
	return globally(op), op.Done(), nil
}

// DeleteNetwork begins to delete a network; Google refuses it while anything is in it.
func (c *Client) DeleteNetwork(ctx context.Context, project, name, request string) error {
	op, err := c.networks.Delete(ctx, &computepb.DeleteNetworkRequest{Project: project, Network: name, RequestId: proto.String(request)})
	return ended(op, err)
}

func networkOf(n *computepb.Network) Network {
	return Network{
		Name: path.Base(n.GetName()), Description: n.GetDescription(), ID: strconv.FormatUint(n.GetId(), 10), Auto: n.GetAutoCreateSubnetworks(),
		Legacy: n.GetIPv4Range() != "", Subnets: len(n.GetSubnetworks()),
	}
}
