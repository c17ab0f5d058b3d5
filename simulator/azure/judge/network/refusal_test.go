package network_test

import (
	"testing"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/to"
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/network/armnetwork/v8"
)

func TestAVirtualNetworkPutWithoutItsSubnetsDeletesThem(t *testing.T) {
	w := open(t)
	if _, err := putNetwork(t, w, w.Options(), "vnet-core", subnet("private-a", "10.30.0.0/24"), subnet("private-b", "10.30.1.0/24")); err != nil {
		t.Fatal(err)
	}
	v, err := putNetwork(t, w, w.Options(), "vnet-core", subnet("private-b", "10.30.1.0/24"))
	if err != nil {
		t.Fatal(err)
	}
	if got := len(v.Properties.Subnets); got != 1 {
		t.Errorf("got %d subnets, want 1: the body is the whole network", got)
	}
}

func TestASubnetInUseCannotBeDeleted(t *testing.T) {
	w := open(t)
	if _, err := putNetwork(t, w, w.Options(), "vnet-core", subnet("private-a", "10.30.0.0/24")); err != nil {
		t.Fatal(err)
	}
	if _, err := putEndpoint(t, w, w.Options()); err != nil {
		t.Fatal(err)
	}
	_, err := putNetwork(t, w, w.Options(), "vnet-core")
	if got := code(err); got != "InUseSubnetCannotBeDeleted" {
		t.Errorf("got %q (%v), want InUseSubnetCannotBeDeleted", got, err)
	}
}

func TestSubnetsMustFitAndMustNotOverlap(t *testing.T) {
	w := open(t)
	_, err := putNetwork(t, w, w.Options(), "vnet-core", subnet("a", "10.99.0.0/24"))
	if got, want := code(err), "NetcfgSubnetRangeOutsideVnet"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	_, err = putNetwork(t, w, w.Options(), "vnet-core", subnet("a", "10.30.0.0/23"), subnet("b", "10.30.1.0/24"))
	if got, want := code(err), "NetcfgSubnetRangesOverlap"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestASecondWriteToANetworkIsRefusedWhileTheFirstRuns(t *testing.T) {
	w := open(t)
	c, err := armnetwork.NewVirtualNetworksClient(sub, w.Credential(), w.Options())
	if err != nil {
		t.Fatal(err)
	}
	put := armnetwork.VirtualNetwork{Location: to.Ptr("eastus"), Properties: &armnetwork.VirtualNetworkPropertiesFormat{AddressSpace: &armnetwork.AddressSpace{AddressPrefixes: []*string{to.Ptr("10.30.0.0/16")}}}}
	p, err := c.BeginCreateOrUpdate(t.Context(), group, "vnet-core", put, nil)
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.BeginCreateOrUpdate(t.Context(), group, "vnet-core", put, nil)
	if got, want := code(err), "AnotherOperationInProgress"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if _, err := p.PollUntilDone(t.Context(), often()); err != nil {
		t.Fatal(err)
	}
}

func TestAFlowLogOfASecurityGroupIsRetired(t *testing.T) {
	w := open(t)
	c, err := armnetwork.NewWatchersClient(sub, w.Credential(), w.Options())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.CreateOrUpdate(t.Context(), group, "NetworkWatcher_eastus", armnetwork.Watcher{Location: to.Ptr("eastus")}, nil); err != nil {
		t.Fatal(err)
	}
	_, err = putFlowLog(t, w, w.Options(), id("networkSecurityGroups/nsg-default"))
	if got, want := code(err), "NsgFlowLogCreationBlocked"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	_, err = c.CreateOrUpdate(t.Context(), group, "second", armnetwork.Watcher{Location: to.Ptr("eastus")}, nil)
	if got, want := code(err), "NetworkWatcherCountLimitReached"; got != want {
		t.Errorf("got %q, want %q: a region has one watcher", got, want)
	}
}

func TestDeletingASecurityGroupThatGuardsASubnetIsRefused(t *testing.T) {
	w := open(t)
	if _, err := putNetwork(t, w, w.Options(), "vnet-core", subnet("private-a", "10.30.0.0/24")); err != nil {
		t.Fatal(err)
	}
	c, err := armnetwork.NewSecurityGroupsClient(sub, w.Credential(), w.Options())
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.BeginDelete(t.Context(), group, "nsg-default", nil)
	if got, want := code(err), "InUseNetworkSecurityGroupCannotBeDeleted"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	networks, err := armnetwork.NewVirtualNetworksClient(sub, w.Credential(), w.Options())
	if err != nil {
		t.Fatal(err)
	}
	p, err := networks.BeginDelete(t.Context(), group, "vnet-core", nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.PollUntilDone(t.Context(), often()); err != nil {
		t.Fatal(err)
	}
	_, err = networks.Get(t.Context(), group, "vnet-core", nil)
	if got, want := code(err), "ResourceNotFound"; got != want {
		t.Errorf("got %q, want %q after the deletion", got, want)
	}
	if d, err := c.BeginDelete(t.Context(), group, "nsg-default", nil); err != nil {
		t.Errorf("got %v, want the group deleted once nothing uses it", err)
	} else if _, err := d.PollUntilDone(t.Context(), often()); err != nil {
		t.Error(err)
	}
}
