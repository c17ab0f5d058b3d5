package aws

import (
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/itbytes/landfall/simulator/aws/wire"
)

// flowLog records the traffic of a VPC or a subnet.
type flowLog struct {
	id, resource, traffic, kind, group, role, destination, format string
	interval                                                      int
	made                                                          time.Time
}

const flowFormat = "${version} ${account-id} ${interface-id} ${srcaddr} ${dstaddr} ${srcport} ${dstport} ${protocol} ${packets} ${bytes} ${start} ${end} ${action} ${log-status}"

// flowLogMap shows a log that cannot be delivered as failed: its making succeeds all the same.
func (q *request) flowLogMap(f *flowLog) wire.Map {
	out := wire.Map{
		"flowLogId": f.id, "resourceId": f.resource, "trafficType": f.traffic, "logDestinationType": f.kind, "flowLogStatus": "ACTIVE",
		"deliverLogsStatus": "SUCCESS", "creationTime": f.made, "logFormat": f.format, "maxAggregationInterval": f.interval,
		"logGroupName": wire.Or(f.group), "deliverLogsPermissionArn": wire.Or(f.role), "logDestination": wire.Or(f.destination),
	}
	if f.kind == "cloud-watch-logs" && !q.delivers(f.role) {
		out["deliverLogsStatus"], out["deliverLogsErrorMessage"] = "FAILED", "Access error"
	}
	return out
}

// delivers reports whether a role lets VPC flow logs write to CloudWatch Logs.
func (q *request) delivers(role string) bool {
	for _, r := range q.account.roles {
		if r.arn != role {
			continue
		}
		d, err := parsePolicy(r.trust)
		if err != nil || !slices.ContainsFunc(d.Statement, func(s statement) bool {
			return s.Effect == "Allow" && slices.Contains(s.Principal.Service, "vpc-flow-logs.amazonaws.com")
		}) {
			return false
		}
		for _, text := range r.inline {
			if d, err := parsePolicy(text); err == nil && d.allows("logs:PutLogEvents", shown{}) && d.allows("logs:CreateLogStream", shown{}) {
				return true
			}
		}
		return slices.ContainsFunc(r.attached, func(p string) bool { return q.account.allows(p, "logs:PutLogEvents", true, shown{}) })
	}
	return false
}

func describeFlowLogs(q *request) (wire.Map, error) {
	return described(q, "flowLogSet", "vpc-flow-log", q.here().flows, func(f *flowLog, name string) ([]string, bool) {
		v, known := map[string][]string{
			"flow-log-id": {f.id}, "resource-id": {f.resource}, "log-group-name": {f.group}, "traffic-type": {f.traffic},
			"log-destination-type": {f.kind}, "deliver-log-status": {"SUCCESS"},
		}[name]
		return v, known
	}, q.flowLogMap)
}

func createFlowLogs(q *request) (wire.Map, error) {
	resources := q.take("ResourceId")
	var in struct {
		ClientToken, DeliverLogsPermissionArn, LogGroupName, ResourceType, TrafficType string
		LogDestinationType, LogDestination, LogFormat                                  string
		MaxAggregationInterval                                                         int
		DryRun                                                                         bool
		TagSpecification                                                               tagSpecs
	}
	if err := q.read(&in); err != nil {
		return nil, err
	}
	h := q.here()
	if old := h.made("vpc-flow-log", in.ClientToken); old != "" {
		return wire.Map{"flowLogIdSet": strings.Split(old, ","), "unsuccessful": []wire.Map{}, "clientToken": in.ClientToken}, nil
	}
	if in.LogDestinationType == "" {
		in.LogDestinationType = "cloud-watch-logs"
	}
	if group, ok := strings.CutPrefix(in.LogDestination, arn("logs", q.region, q.account.id, "log-group:")); ok && in.LogGroupName == "" {
		in.LogGroupName = strings.TrimSuffix(group, ":*")
	}
	toLogs := in.LogDestinationType == "cloud-watch-logs"
	tags, err := in.TagSpecification.of("vpc-flow-log")
	switch {
	case err != nil:
		return nil, err
	case len(resources) == 0 || !slices.Contains([]string{"ACCEPT", "REJECT", "ALL"}, in.TrafficType):
		return nil, bad("InvalidParameter", "ResourceIds and TrafficType are required")
	case in.ResourceType != "VPC" && in.ResourceType != "Subnet":
		return nil, bad("InvalidParameter", "Invalid resource type %s", in.ResourceType)
	case toLogs && in.DeliverLogsPermissionArn == "":
		return nil, bad("InvalidParameter", "DeliverLogsPermissionArn can't be empty if LogDestinationType is cloud-watch-logs.")
	case toLogs && in.LogGroupName == "":
		return nil, bad("InvalidParameter", "LogDestination or LogGroupName must be provided.")
	case !toLogs && in.LogDestination == "":
		return nil, bad("InvalidParameter", "LogDestination can't be empty if LogGroupName is not provided.")
	}
	f := flowLog{
		traffic: in.TrafficType, kind: in.LogDestinationType, group: in.LogGroupName, role: in.DeliverLogsPermissionArn,
		destination: in.LogDestination, format: in.LogFormat, interval: in.MaxAggregationInterval, made: q.now,
	}
	if f.format == "" {
		f.format = flowFormat
	}
	if f.interval == 0 {
		f.interval = 600
	}
	ids, failed := []string{}, []wire.Map{}
	for _, id := range resources {
		if err := h.records(id, in.ResourceType, f); err != nil {
			failed = append(failed, unsuccessful(id, err))
			continue
		}
		f := f
		f.id, f.resource = ec2ID("vpc-flow-log"), id
		h.flows[f.id], h.ec2Tags[f.id] = &f, tags
		ids = append(ids, f.id)
	}
	if len(ids) > 0 {
		h.keep("vpc-flow-log", in.ClientToken, strings.Join(ids, ","))
	}
	return wire.Map{"flowLogIdSet": ids, "unsuccessful": failed, "clientToken": wire.Or(in.ClientToken)}, nil
}

// records refuses a flow log of something that does not exist or has the same one.
func (r *region) records(id, kind string, f flowLog) error {
	switch {
	case kind == "VPC" && r.vpcs[id] == nil:
		return bad("InvalidVpcId.NotFound", "The vpc ID '%s' does not exist", id)
	case kind == "Subnet" && r.subnets[id] == nil:
		return bad("InvalidSubnetId.NotFound", "The subnet ID '%s' does not exist", id)
	}
	for _, o := range r.flows {
		if o.resource == id && o.kind == f.kind && o.group == f.group && o.destination == f.destination {
			return bad("FlowLogAlreadyExists", "Error. There is an existing Flow Log with the same configuration and log destination.")
		}
	}
	return nil
}

func unsuccessful(id string, err error) wire.Map {
	var e *wire.Error
	errors.As(err, &e)
	return wire.Map{"resourceId": id, "error": wire.Map{"code": e.Code, "message": e.Message}}
}

func deleteFlowLogs(q *request) (wire.Map, error) {
	ids := q.take("FlowLogId")
	if err := q.read(&struct{ DryRun bool }{}); err != nil {
		return nil, err
	}
	failed := []wire.Map{}
	for _, id := range ids {
		if q.here().flows[id] == nil {
			failed = append(failed, unsuccessful(id, missing(id)))
			continue
		}
		delete(q.here().flows, id)
		delete(q.here().ec2Tags, id)
	}
	return wire.Map{"unsuccessful": failed}, nil
}
