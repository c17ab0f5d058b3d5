package ec2

import (
	"context"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/itbytes/landfall/cloud/aws/session"
	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// Endpoint is a private way from a VPC to an AWS service.
type Endpoint struct{ ID, State, Why string }

// Endpoints lists a VPC's endpoints by the last word of their service's name ("s3"), the most useful state first.
func Endpoints(ctx context.Context, s *session.Session, vpc string) (map[string]Endpoint, error) {
	all, err := endpointsOf(ctx, s, vpc)
	if err != nil {
		return nil, err
	}
	out := map[string]Endpoint{}
	for _, e := range all {
		word, state := lastWord(aws.ToString(e.ServiceName)), stateOf(e)
		if have, known := out[word]; known && rank(have.State) <= rank(state) {
			continue
		}
		out[word] = Endpoint{ID: aws.ToString(e.VpcEndpointId), State: state, Why: aws.ToString(e.FailureReason)}
	}
	return out, nil
}

func stateOf(e types.VpcEndpoint) string { return strings.ToLower(string(e.State)) }

// lastWord is how a service is called: "s3" of com.amazonaws.us-east-1.s3.
func lastWord(service string) string { return service[strings.LastIndex(service, ".")+1:] }

// rank orders states by use: what is available first, what is coming next.
func rank(state string) int {
	order := []string{"available", "pending", "pendingacceptance"}
	if i := slices.Index(order, state); i >= 0 {
		return i
	}
	return len(order)
}

// Gateways are the services that have an endpoint in the route tables instead of the subnets.
func Gateways() []string { return []string{"s3", "dynamodb"} }

// MakeEndpoint makes one endpoint. Its token makes a second attempt find the first one's.
func MakeEndpoint(ctx context.Context, s *session.Session, t plan.Task, vpc VPC, service string) (string, error) {
	subnets, err := Subnets(ctx, s, vpc.ID)
	if err != nil {
		return "", err
	}
	in := &ec2.CreateVpcEndpointInput{
		VpcId: &vpc.ID, ServiceName: aws.String("com.amazonaws." + s.Config.Region + "." + service),
		TagSpecifications: tagged(t.Landing, types.ResourceTypeVpcEndpoint, t.Landing.Name+"-"+service),
	}
	if slices.Contains(Gateways(), service) {
		in.VpcEndpointType, in.RouteTableIds = types.VpcEndpointTypeGateway, Tables(subnets)
	} else {
		g, err := endpointGroup(ctx, s, t.Landing, vpc)
		if err != nil {
			return "", err
		}
		in.VpcEndpointType, in.PrivateDnsEnabled = types.VpcEndpointTypeInterface, aws.Bool(true)
		in.SubnetIds, in.SecurityGroupIds = onePerZone(subnets), []string{g}
	}
	for n := range session.Undone {
		in.ClientToken = aws.String(session.NthToken(t, n, vpc.ID, service))
		out, err := client(s).CreateVpcEndpoint(ctx, in)
		if err != nil {
			return "", err
		}
		if state := stateOf(*out.VpcEndpoint); state != "deleted" && state != "deleting" {
			return aws.ToString(out.VpcEndpoint.VpcEndpointId), nil
		}
	}
	return "", fault.New(fault.Conflict, "Create the endpoint by hand, then resume.", "the endpoint of %s was made by this step and deleted since %d times", service, session.Undone)
}

// Private are the subnets that no route leads out of.
func Private(subnets []Subnet) []Subnet {
	return slices.DeleteFunc(slices.Clone(subnets), func(n Subnet) bool { return !n.Private })
}

// Tables are the route tables of the private subnets.
func Tables(subnets []Subnet) []string {
	var out []string
	for _, n := range Private(subnets) {
		if n.Table != "" && !slices.Contains(out, n.Table) {
			out = append(out, n.Table)
		}
	}
	return out
}

// onePerZone are private subnets, at most one in each availability zone, as interface endpoints take them.
func onePerZone(subnets []Subnet) []string {
	var out, zones []string
	for _, n := range Private(subnets) {
		if !slices.Contains(zones, n.Zone) {
			out, zones = append(out, n.ID), append(zones, n.Zone)
		}
	}
	return out
}
