package clients_test

import (
	"context"
	"errors"
	"testing"

	compute "cloud.google.com/go/compute/apiv1"
	"cloud.google.com/go/compute/apiv1/computepb"
	"github.com/googleapis/gax-go/v2/apierror"
)

func makeNetwork(ctx context.Context, t *testing.T, w world) {
	t.Helper()
	networks, err := compute.NewNetworksRESTClient(ctx, w.at("compute")...)
	if err != nil {
		t.Fatal(err)
	}
	const id = "it4bytes-prod-core"
	insert := &computepb.InsertNetworkRequest{
		Project: id, RequestId: new("7b2f0f4e-6b5a-5d7e-8a44-0d2f6f7c1a11"),
		NetworkResource: &computepb.Network{Name: new("vpc-core"), AutoCreateSubnetworks: new(false)},
	}
	op, err := networks.Insert(ctx, insert)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := networks.Insert(ctx, insert); err != nil || again.Name() != op.Name() {
		t.Errorf("the same request again: got %v, want the same operation", err)
	}
	if err := op.Wait(ctx); err != nil {
		t.Fatal(err)
	}
	_, err = networks.Get(ctx, &computepb.GetNetworkRequest{Project: id, Network: "no-such"})
	var said *apierror.APIError
	if !errors.As(err, &said) || said.HTTPCode() != 404 {
		t.Errorf("an unknown network: got %v, want 404", err)
	}
	subnets, err := compute.NewSubnetworksRESTClient(ctx, w.at("compute")...)
	if err != nil {
		t.Fatal(err)
	}
	op, err = subnets.Insert(ctx, &computepb.InsertSubnetworkRequest{Project: id, Region: "us-central1", SubnetworkResource: &computepb.Subnetwork{
		Name:    new("core"),
		Network: new("projects/" + id + "/global/networks/vpc-core"), IpCidrRange: new("10.20.0.0/20"), PrivateIpGoogleAccess: new(true),
		LogConfig: &computepb.SubnetworkLogConfig{Enable: new(true)},
	}})
	if err != nil {
		t.Fatal(err)
	}
	if err := op.Wait(ctx); err != nil {
		t.Fatal(err)
	}
	s, err := subnets.Get(ctx, &computepb.GetSubnetworkRequest{Project: id, Region: "us-central1", Subnetwork: "core"})
	if err != nil || !s.GetPrivateIpGoogleAccess() || !s.GetLogConfig().GetEnable() || s.GetState() != "READY" {
		t.Errorf("subnet: got %v %v, want private access and flow logs", s, err)
	}
}
