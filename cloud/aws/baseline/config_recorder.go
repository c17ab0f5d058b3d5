package baseline

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/configservice"
	"github.com/aws/aws-sdk-go-v2/service/configservice/types"

	"github.com/itbytes/landfall/cloud/aws/iam"
	"github.com/itbytes/landfall/cloud/aws/s3"
	"github.com/itbytes/landfall/cloud/aws/session"
	"github.com/itbytes/landfall/cloud/step"
	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// ConfigRecorder records every change of every resource with AWS Config.
type ConfigRecorder struct{}

// recorderName is what ours is called; an account has one recorder in a region at most.
const recorderName = "landfall"

// everything is what a recorder should write down.
const everything = "everything"

// Describe implements step.Control.
func (ConfigRecorder) Describe(plan.Landing) (plan.Step, bool) {
	d := described("config-recorder", "A record of every change by AWS Config", "AWS-O02a", "O02")
	d.Usual = 20 * time.Second
	return d, true
}

// Want implements step.Control.
func (ConfigRecorder) Want(plan.Task) plan.Fields {
	return plan.Fields{"records": everything, "delivery": on, "recording": on}
}

// Observe implements step.Control.
func (ConfigRecorder) Observe(ctx context.Context, s *session.Session, _ plan.Task) (plan.Observation, error) {
	c := configservice.NewFromConfig(s.Config)
	recorders, err := c.DescribeConfigurationRecorders(ctx, &configservice.DescribeConfigurationRecordersInput{})
	if err != nil {
		return plan.Observation{}, err
	}
	r := customer(recorders.ConfigurationRecorders)
	if r == nil {
		return plan.Observation{State: plan.Absent, Evidence: []string{"DescribeConfigurationRecorders: none in " + s.Config.Region}}, nil
	}
	status, err := c.DescribeConfigurationRecorderStatus(ctx, &configservice.DescribeConfigurationRecorderStatusInput{ConfigurationRecorderNames: []string{aws.ToString(r.Name)}})
	if err != nil {
		return plan.Observation{}, err
	}
	channels, err := c.DescribeDeliveryChannels(ctx, &configservice.DescribeDeliveryChannelsInput{})
	if err != nil {
		return plan.Observation{}, err
	}
	recording := false
	for _, st := range status.ConfigurationRecordersStatus {
		recording = recording || st.Recording
	}
	o := plan.Observation{
		State: plan.Present, ID: aws.ToString(r.Name), Match: plan.BySetting,
		Live: plan.Fields{
			"records": records(r.RecordingGroup), "recording": onOff(recording), "delivery": onOff(len(channels.DeliveryChannels) > 0),
			recorded: whole(*r),
		},
		Evidence: []string{fmt.Sprintf("DescribeConfigurationRecorders: %s records %s, recording %t", aws.ToString(r.Name), records(r.RecordingGroup), recording)},
	}
	for _, ch := range channels.DeliveryChannels {
		o.Evidence = append(o.Evidence, "DescribeDeliveryChannels: to the bucket "+aws.ToString(ch.S3BucketName))
	}
	return o, nil
}

// recorded is the field of a recorder as it stands, from which undo restores one that wrote down less.
const recorded = "recorder"

// whole is a recorder that writes down less than everything, as AWS Config takes it; "" for others, which undo leaves so.
func whole(r types.ConfigurationRecorder) string {
	if records(r.RecordingGroup) == everything {
		return ""
	}
	out, err := json.Marshal(types.ConfigurationRecorder{Name: r.Name, RoleARN: r.RoleARN, RecordingGroup: r.RecordingGroup, RecordingMode: r.RecordingMode})
	if err != nil { // texts and lists of texts always marshal
		return ""
	}
	return string(out)
}

// customer is the recorder that the account's owner made; AWS services may have some of their own.
func customer(all []types.ConfigurationRecorder) *types.ConfigurationRecorder {
	for i, r := range all {
		if aws.ToString(r.ServicePrincipal) == "" {
			return &all[i]
		}
	}
	return nil
}

// records is what a recorder writes down.
func records(g *types.RecordingGroup) string {
	switch {
	case g == nil || g.AllSupported, g.RecordingStrategy != nil && g.RecordingStrategy.UseOnly == types.RecordingStrategyTypeAllSupportedResourceTypes:
		return everything
	case g.ExclusionByResourceTypes != nil && len(g.ExclusionByResourceTypes.ResourceTypes) > 0:
		return fmt.Sprintf("all but %d types", len(g.ExclusionByResourceTypes.ResourceTypes))
	}
	return fmt.Sprintf("%d types", len(g.ResourceTypes))
}

// Preflight implements step.Control. Somebody's recorder that writes down less is not overwritten.
func (ConfigRecorder) Preflight(ctx context.Context, s *session.Session, t plan.Task, c plan.Change) error {
	for _, f := range c.Fields {
		if c.Op == plan.Update && f.Field == "records" {
			o, err := ConfigRecorder{}.Observe(ctx, s, t)
			switch {
			case err != nil:
				return err
			case o.ID != recorderName:
				return fault.New(fault.Conflict, "Have its owner record all supported resource types, or waive AWS-O02a for the landing; then resume.",
					"the recorder %q of the account %s records %s", o.ID, s.Account, o.Live["records"])
			}
		}
	}
	return iam.May(ctx, s, "*", "config:PutConfigurationRecorder", "config:PutDeliveryChannel", "config:StartConfigurationRecorder")
}

// Apply implements step.Control. The order is AWS's own: role, bucket, recorder, channel, start.
func (ConfigRecorder) Apply(ctx context.Context, s *session.Session, t plan.Task, c plan.Change, o plan.Observation, _ step.Intent) (plan.Applied, error) {
	api, name := configservice.NewFromConfig(s.Config), recorderName
	if o.ID != "" {
		name = o.ID
	}
	if c.Op == plan.Create || o.Live["records"] != everything {
		if err := iam.ServiceLinkedRole(ctx, s, "config.amazonaws.com"); err != nil {
			return plan.Applied{}, err
		}
		_, err := api.PutConfigurationRecorder(ctx, &configservice.PutConfigurationRecorderInput{ConfigurationRecorder: &types.ConfigurationRecorder{
			Name:           &name,
			RoleARN:        aws.String(s.ARN("iam", "role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig")),
			RecordingGroup: &types.RecordingGroup{AllSupported: true, IncludeGlobalResourceTypes: true},
		}, Tags: configTags(t.Landing)})
		if err != nil {
			return plan.Applied{}, err
		}
	}
	if o.Live["delivery"] != on {
		if err := deliver(ctx, s, api); err != nil {
			return plan.Applied{}, err
		}
	}
	_, err := api.StartConfigurationRecorder(ctx, &configservice.StartConfigurationRecorderInput{ConfigurationRecorderName: &name})
	return plan.Applied{ID: name}, err
}

// Undo implements step.Undoer. The recorder is stopped; what it has written down is history, and its bucket stays, closed as
// it is.
func (ConfigRecorder) Undo(ctx context.Context, s *session.Session, _ plan.Task, d plan.Deed, o plan.Observation) error {
	api, former := configservice.NewFromConfig(s.Config), step.Former(d)
	restores := func(field string) bool { before, changed := former[field]; return changed && before != o.Live[field] }
	if restores("recording") || d.Change.Op == plan.Create {
		if _, err := api.StopConfigurationRecorder(ctx, &configservice.StopConfigurationRecorderInput{ConfigurationRecorderName: &o.ID}); err != nil || d.Change.Op == plan.Create {
			return err
		}
	}
	if restores("delivery") {
		if _, err := api.DeleteDeliveryChannel(ctx, &configservice.DeleteDeliveryChannelInput{DeliveryChannelName: aws.String(recorderName)}); err != nil && !session.Is(err, "NoSuchDeliveryChannelException") {
			return err
		}
	}
	if !restores("records") {
		return nil
	}
	var before types.ConfigurationRecorder
	if err := json.Unmarshal([]byte(d.Receipt.Before[recorded]), &before); err != nil {
		return fault.New(fault.Conflict, "Set what the recorder writes down by hand.", "the receipt does not say what the recorder %s wrote down before", o.ID)
	}
	_, err := api.PutConfigurationRecorder(ctx, &configservice.PutConfigurationRecorderInput{ConfigurationRecorder: &before})
	return err
}

// Neutral implements step.Neutral.
func (ConfigRecorder) Neutral(_ plan.Task, o plan.Observation) bool {
	return o.Live["recording"] == off
}

func deliver(ctx context.Context, s *session.Session, api *configservice.Client) error {
	bucket := "landfall-config-" + s.Account + "-" + s.Config.Region
	if err := s3.Bucket(ctx, s, bucket, deliveryPolicy(session.Partition(s.Config.Region), bucket, s.Account)); err != nil {
		return err
	}
	name := recorderName
	_, err := api.PutDeliveryChannel(ctx, &configservice.PutDeliveryChannelInput{DeliveryChannel: &types.DeliveryChannel{Name: &name, S3BucketName: &bucket}})
	return err
}

// deliveryPolicy lets AWS Config write into the bucket for this account alone, and nobody without TLS.
func deliveryPolicy(partition, bucket, account string) string {
	const text = `{"Version":"2012-10-17","Statement":[
{"Sid":"Look","Effect":"Allow","Principal":{"Service":"config.amazonaws.com"},"Action":["s3:GetBucketAcl","s3:ListBucket"],"Resource":"arn:{partition}:s3:::{bucket}","Condition":{"StringEquals":{"AWS:SourceAccount":"{account}"}}},
{"Sid":"Deliver","Effect":"Allow","Principal":{"Service":"config.amazonaws.com"},"Action":"s3:PutObject","Resource":"arn:{partition}:s3:::{bucket}/AWSLogs/{account}/Config/*","Condition":{"StringEquals":{"s3:x-amz-acl":"bucket-owner-full-control","AWS:SourceAccount":"{account}"}}},
{"Sid":"TLS","Effect":"Deny","Principal":"*","Action":"s3:*","Resource":["arn:{partition}:s3:::{bucket}","arn:{partition}:s3:::{bucket}/*"],"Condition":{"Bool":{"aws:SecureTransport":"false"}}}]}`
	return strings.NewReplacer("{partition}", partition, "{bucket}", bucket, "{account}", account).Replace(text)
}

func configTags(l plan.Landing) []types.Tag {
	var out []types.Tag
	tags := session.Tags(l)
	for _, k := range session.TagNames(tags) {
		out = append(out, types.Tag{Key: aws.String(k), Value: aws.String(tags[k])})
	}
	return out
}
