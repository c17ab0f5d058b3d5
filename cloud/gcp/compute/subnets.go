package compute

import (
	"context"
	"path"
	"strconv"

	"cloud.google.com/go/compute/apiv1/computepb"
	"google.golang.org/protobuf/proto"
)

// Subnet is a subnet of a network in one region.
type Subnet struct {
	Name, Description, Network, CIDR string
	ID                               string // never used again, whatever is made under the name
	PrivateAccess                    bool   // its machines reach Google's APIs without an external address
	FlowLogs                         bool
	Fingerprint                      string
}

// Subnet reads one subnet.
func (c *Client) Subnet(ctx context.Context, project, region, name string) (Subnet, error) {
	s, err := c.subnets.Get(ctx, &computepb.GetSubnetworkRequest{Project: project, Region: region, Subnetwork: name})
	return Subnet{
		Name: s.GetName(), Description: s.GetDescription(), Network: path.Base(s.GetNetwork()), CIDR: s.GetIpCidrRange(),
		ID:            strconv.FormatUint(s.GetId(), 10),
		PrivateAccess: s.GetPrivateIpGoogleAccess(), FlowLogs: s.GetLogConfig().GetEnable(), Fingerprint: s.GetFingerprint(),
	}, err
}

// InsertSubnet begins to make a subnet, and returns the operation's handle and whether it is over.
func (c *Client) InsertSubnet(ctx context.Context, project, region string, s Subnet, request string) (string, bool, error) {
	op, err := c.subnets.Insert(ctx, &computepb.InsertSubnetworkRequest{
		Project: project, Region: region, RequestId: proto.String(request),
		SubnetworkResource: &computepb.Subnetwork{
			Name: proto.String(s.Name), Description: proto.String(s.Description), IpCidrRange: proto.String(s.CIDR),
			Network: proto.String("projects/" + project + "/global/networks/" + s.Network),
			Region:  proto.String("projects/" + project + "/regions/" + region), PrivateIpGoogleAccess: proto.Bool(s.PrivateAccess),
			LogConfig: logs(s.FlowLogs),
		},
	})
	if err != nil {
		return "", false, err
	}
	return in(region, op), op.Done(), nil
}

// Switch is what a patch sets of a subnet; what is nil stays as it is.
type Switch struct{ PrivateAccess, FlowLogs *bool }

// Holds reports whether a subnet is so already.
func (set Switch) Holds(s Subnet) bool {
	same := func(want *bool, is bool) bool { return want == nil || *want == is }
	return same(set.PrivateAccess, s.PrivateAccess) && same(set.FlowLogs, s.FlowLogs)
}

// PatchSubnet begins to set a subnet's private access and flow logs, and returns the operation's handle. The fingerprint
// makes Google refuse it where somebody else has changed the subnet since it was read.
func (c *Client) PatchSubnet(ctx context.Context, project, region string, s Subnet, set Switch, request string) (string, error) {
	r := &computepb.Subnetwork{Fingerprint: proto.String(s.Fingerprint), PrivateIpGoogleAccess: set.PrivateAccess}
	if set.FlowLogs != nil {
		r.LogConfig = logs(*set.FlowLogs)
	}
	op, err := c.subnets.Patch(ctx, &computepb.PatchSubnetworkRequest{
		Project: project, Region: region, Subnetwork: s.Name, RequestId: proto.String(request), SubnetworkResource: r,
	})
	if err != nil {
		return "", err
	}
	return in(region, op), nil
}

// DeleteSubnet begins to delete a subnet; Google refuses it while anything is in it.
func (c *Client) DeleteSubnet(ctx context.Context, project, region, name, request string) error {
	op, err := c.subnets.Delete(ctx, &computepb.DeleteSubnetworkRequest{Project: project, Region: region, Subnetwork: name, RequestId: proto.String(request)})
	return ended(op, err)
}

func logs(on bool) *computepb.SubnetworkLogConfig {
	if !on {
		return &computepb.SubnetworkLogConfig{Enable: proto.Bool(false)}
	}
	return &computepb.SubnetworkLogConfig{
		Enable: proto.Bool(true), AggregationInterval: proto.String("INTERVAL_5_SEC"), FlowSampling: proto.Float32(0.5),
		Metadata: proto.String("INCLUDE_ALL_METADATA"),
	}
}
