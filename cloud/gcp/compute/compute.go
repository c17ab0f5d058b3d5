// Package compute speaks to Compute Engine in small plain words, so that only it pays for compiling the client.
package compute

import (
	"context"
	"errors"
	"path"
	"strings"

	compute "cloud.google.com/go/compute/apiv1"
	"cloud.google.com/go/compute/apiv1/computepb"
	"google.golang.org/api/option"
)

// Client is Compute Engine by one login. Its errors are the SDK's own, and *Failure for an operation that failed.
type Client struct {
	networks *compute.NetworksClient
	subnets  *compute.SubnetworksClient
	policies *compute.SecurityPoliciesClient
	global   *compute.GlobalOperationsClient
	regional *compute.RegionOperationsClient
}

// New makes a Client that does not try again by itself.
func New(ctx context.Context, opts ...option.ClientOption) (*Client, error) {
	var c Client
	var errs [5]error
	c.networks, errs[0] = compute.NewNetworksRESTClient(ctx, opts...)
	c.subnets, errs[1] = compute.NewSubnetworksRESTClient(ctx, opts...)
	c.policies, errs[2] = compute.NewSecurityPoliciesRESTClient(ctx, opts...)
	c.global, errs[3] = compute.NewGlobalOperationsRESTClient(ctx, opts...)
	c.regional, errs[4] = compute.NewRegionOperationsRESTClient(ctx, opts...)
	if err := errors.Join(errs[:]...); err != nil {
		return nil, err
	}
	*c.networks.CallOptions = compute.NetworksCallOptions{}
	*c.subnets.CallOptions = compute.SubnetworksCallOptions{}
	*c.policies.CallOptions = compute.SecurityPoliciesCallOptions{}
	*c.global.CallOptions = compute.GlobalOperationsCallOptions{}
	*c.regional.CallOptions = compute.RegionOperationsCallOptions{}
	return &c, nil
}

// Failure is how an operation ended that did not end well.
type Failure struct{ Operation, Code, Message string }

// Error implements error.
func (f *Failure) Error() string { return f.Operation + ": " + f.Code + ": " + f.Message }

// Done asks for an operation by its handle, global/operations/… or regions/…/operations/…. A failed one is a *Failure.
func (c *Client) Done(ctx context.Context, project, handle string) (bool, error) {
	var op *computepb.Operation
	var err error
	name := path.Base(handle)
	if region, ok := strings.CutPrefix(handle, "regions/"); ok {
		region, _, _ = strings.Cut(region, "/")
		op, err = c.regional.Get(ctx, &computepb.GetRegionOperationRequest{Project: project, Region: region, Operation: name})
	} else {
		op, err = c.global.Get(ctx, &computepb.GetGlobalOperationRequest{Project: project, Operation: name})
	}
	if err != nil {
		return false, err
	}
	if es := op.GetError().GetErrors(); len(es) > 0 {
		return true, &Failure{Operation: handle, Code: es[0].GetCode(), Message: es[0].GetMessage()}
	}
	return op.GetStatus() == computepb.Operation_DONE, nil
}

// ended is the error of a call, else the failure of the operation that it began, where that is over: a call that is sent once
// more with its request id is answered with the operation of the first.
func ended(op *compute.Operation, err error) error {
	if err != nil {
		return err
	}
	if es := op.Proto().GetError().GetErrors(); len(es) > 0 {
		return &Failure{Operation: op.Name(), Code: es[0].GetCode(), Message: es[0].GetMessage()}
	}
	return nil
}

// globally and in are the handles of operations.
func globally(op *compute.Operation) string { return "global/operations/" + op.Name() }

func in(region string, op *compute.Operation) string {
	return "regions/" + region + "/operations/" + op.Name()
}
