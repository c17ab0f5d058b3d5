package aws

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/itbytes/landfall/simulator/aws/wire"
)

// recorder is AWS Config's recorder of a region; a customer has at most one.
type recorder struct {
	name, role       string
	group            map[string]any // as the caller sent it
	mode             map[string]any
	on               bool
	started, stopped time.Time
	sound            time.Time // when it first reports success
}

// channel says where the recorder delivers.
type channel struct {
	name, bucket, prefix, topic, key, frequency string
}

func configService() *service {
	return &service{
		name:    "config",
		dialect: wire.Dialect{Protocol: wire.JSON, Version: "1.1"},
		operations: map[string]operation{
			"DescribeConfigurationRecorders":      reads(describeRecorders),
			"DescribeConfigurationRecorderStatus": reads(describeRecorderStatus),
			"PutConfigurationRecorder":            writes(putRecorder),
			"StartConfigurationRecorder":          writes(startRecorder),
			"StopConfigurationRecorder":           writes(stopRecorder),
			"DeleteConfigurationRecorder":         writes(deleteRecorder),
			"DescribeDeliveryChannels":            reads(describeChannels),
			"PutDeliveryChannel":                  writes(putChannel),
			"DeleteDeliveryChannel":               writes(deleteChannel),
		},
	}
}

func (q *request) recorderARN(r *recorder) string {
	return arn("config", q.region, q.account.id, "configuration-recorder/"+r.name+"/"+strings.ToLower(q.account.id[:8]))
}

// recorderNamed reads the names a caller asks for and gives the recorder where it is among them.
func (q *request) recorderNamed() (*recorder, error) {
	var in struct {
		ConfigurationRecorderNames []string
		ConfigurationRecorderName  string
	}
	if err := q.read(&in); err != nil {
		return nil, err
	}
	if in.ConfigurationRecorderName != "" {
		in.ConfigurationRecorderNames = []string{in.ConfigurationRecorderName}
	}
	r := q.here().recorder
	for _, name := range in.ConfigurationRecorderNames {
		if r == nil || r.name != name {
			return nil, bad("NoSuchConfigurationRecorderException", "Cannot find configuration recorder with the specified name '%s'.", name)
		}
	}
	return r, nil
}

func describeRecorders(q *request) (wire.Map, error) {
	r, err := q.recorderNamed()
	if err != nil {
		return nil, err
	}
	all := []wire.Map{}
	if r != nil {
		all = append(all, wire.Map{
			"name": r.name, "arn": q.recorderARN(r), "roleARN": r.role, "recordingGroup": r.group, "recordingMode": r.mode, "recordingScope": "PAID",
		})
	}
	return wire.Map{"ConfigurationRecorders": all}, nil
}

func describeRecorderStatus(q *request) (wire.Map, error) {
	r, err := q.recorderNamed()
	if err != nil {
		return nil, err
	}
	all := []wire.Map{}
	if r != nil {
		s := wire.Map{"name": r.name, "arn": q.recorderARN(r), "recording": r.on}
		if !r.started.IsZero() {
			s["lastStartTime"], s["lastStatus"], s["lastStatusChangeTime"] = r.started, "PENDING", r.started
			if !q.now.Before(r.sound) {
				s["lastStatus"], s["lastStatusChangeTime"] = "SUCCESS", r.sound
			}
		}
		if !r.stopped.IsZero() {
			s["lastStopTime"] = r.stopped
		}
		all = append(all, s)
	}
	return wire.Map{"ConfigurationRecordersStatus": all}, nil
}

func putRecorder(q *request) (wire.Map, error) {
	var in struct {
		ConfigurationRecorder struct {
			Name, RoleARN, RecordingScope string
			RecordingGroup, RecordingMode map[string]any
		}
		Tags []tag
	}
	if err := q.read(&in); err != nil {
		return nil, err
	}
	c := in.ConfigurationRecorder
	if c.Name == "" {
		c.Name = "default"
	}
	old := q.here().recorder
	switch {
	case old != nil && old.name != c.Name:
		return nil, bad("MaxNumberOfConfigurationRecordersExceededException",
			"Failed to put configuration recorder '%s' because the maximum number of configuration recorders: 1 is reached.", c.Name)
	case !q.recordingRole(c.RoleARN):
		return nil, bad("InvalidRoleException", "You have provided a null or empty role or one that AWS Config cannot assume: %s", c.RoleARN)
	}
	if c.RecordingGroup == nil {
		c.RecordingGroup = map[string]any{"allSupported": true, "includeGlobalResourceTypes": false}
	}
	if _, told := c.RecordingGroup["resourceTypes"]; !told {
		c.RecordingGroup["resourceTypes"] = []string{}
	}
	if _, told := c.RecordingGroup["recordingStrategy"]; !told && c.RecordingGroup["allSupported"] == true {
		c.RecordingGroup["recordingStrategy"] = map[string]any{"useOnly": "ALL_SUPPORTED_RESOURCE_TYPES"}
	}
	if c.RecordingMode == nil {
		c.RecordingMode = map[string]any{"recordingFrequency": "CONTINUOUS"}
	}
	if old == nil {
		old = &recorder{name: c.Name}
		q.here().recorder = old
	}
	old.role, old.group, old.mode = c.RoleARN, c.RecordingGroup, c.RecordingMode
	return nil, nil
}

// recordingRole reports whether AWS Config may take a role of this account.
func (q *request) recordingRole(a string) bool {
	for _, r := range q.account.roles {
		if r.arn != a {
			continue
		}
		d, err := parsePolicy(r.trust)
		return err == nil && slices.ContainsFunc(d.Statement, func(s statement) bool {
			return s.Effect == "Allow" && slices.Contains(s.Principal.Service, "config.amazonaws.com")
		})
	}
	return false
}

func startRecorder(q *request) (wire.Map, error) {
	r, err := q.recorderNamed()
	switch {
	case err != nil:
		return nil, err
	case r == nil:
		return nil, bad("NoSuchConfigurationRecorderException", "Cannot find configuration recorder.")
	case q.here().channel == nil:
		return nil, bad("NoAvailableDeliveryChannelException", "Delivery channel is not available to start configuration recorder.")
	case !r.on:
		r.on, r.started, r.sound = true, q.now, q.k.Later("aws.config.recorder")
	}
	return nil, nil
}

func stopRecorder(q *request) (wire.Map, error) {
	r, err := q.recorderNamed()
	switch {
	case err != nil:
		return nil, err
	case r == nil:
		return nil, bad("NoSuchConfigurationRecorderException", "Cannot find configuration recorder.")
	case r.on:
		r.on, r.stopped = false, q.now
	}
	return nil, nil
}

func deleteRecorder(q *request) (wire.Map, error) {
	r, err := q.recorderNamed()
	switch {
	case err != nil:
		return nil, err
	case r == nil:
		return nil, bad("NoSuchConfigurationRecorderException", "Cannot find configuration recorder.")
	}
	q.here().recorder = nil
	return nil, nil
}

func describeChannels(q *request) (wire.Map, error) {
	var in struct{ DeliveryChannelNames []string }
	if err := q.read(&in); err != nil {
		return nil, err
	}
	c := q.here().channel
	for _, name := range in.DeliveryChannelNames {
		if c == nil || c.name != name {
			return nil, bad("NoSuchDeliveryChannelException", "Cannot find delivery channel with specified name '%s'.", name)
		}
	}
	all := []wire.Map{}
	if c != nil {
		one := wire.Map{
			"name": c.name, "s3BucketName": c.bucket, "s3KeyPrefix": wire.Or(c.prefix), "snsTopicARN": wire.Or(c.topic), "s3KmsKeyArn": wire.Or(c.key),
		}
		if c.frequency != "" {
			one["configSnapshotDeliveryProperties"] = wire.Map{"deliveryFrequency": c.frequency}
		}
		all = append(all, one)
	}
	return wire.Map{"DeliveryChannels": all}, nil
}

func putChannel(q *request) (wire.Map, error) {
	var in struct {
		DeliveryChannel struct {
			Name, S3BucketName, S3KeyPrefix, S3KmsKeyArn, SnsTopicARN string
			ConfigSnapshotDeliveryProperties                          struct{ DeliveryFrequency string }
		}
	}
	if err := q.read(&in); err != nil {
		return nil, err
	}
	c := in.DeliveryChannel
	if c.Name == "" {
		c.Name = "default"
	}
	b, old := q.buckets[c.S3BucketName], q.here().channel
	switch {
	case q.here().recorder == nil:
		return nil, bad("NoAvailableConfigurationRecorderException", "Configuration recorder is not available to put delivery channel.")
	case old != nil && old.name != c.Name:
		return nil, bad("MaxNumberOfDeliveryChannelsExceededException", "Failed to put delivery channel '%s' because the maximum number of delivery channels: 1 is reached.", c.Name)
	case b == nil:
		return nil, bad("NoSuchBucketException", "Cannot find a S3 bucket with an empty or unknown bucket name: %s", c.S3BucketName)
	case !b.admits("config.amazonaws.com"):
		return nil, bad("InsufficientDeliveryPolicyException", "Insufficient delivery policy to s3 bucket: %s, unable to write to bucket, provided s3 key prefix is '%s'.", c.S3BucketName, c.S3KeyPrefix)
	}
	q.here().channel = &channel{
		name: c.Name, bucket: c.S3BucketName, prefix: c.S3KeyPrefix, key: c.S3KmsKeyArn, topic: c.SnsTopicARN,
		frequency: c.ConfigSnapshotDeliveryProperties.DeliveryFrequency,
	}
	return nil, nil
}

func deleteChannel(q *request) (wire.Map, error) {
	var in struct{ DeliveryChannelName string }
	if err := q.read(&in); err != nil {
		return nil, err
	}
	h := q.here()
	switch {
	case h.channel == nil || h.channel.name != in.DeliveryChannelName:
		return nil, bad("NoSuchDeliveryChannelException", "Cannot find delivery channel with specified name '%s'.", in.DeliveryChannelName)
	case h.recorder != nil && h.recorder.on:
		return nil, bad("LastDeliveryChannelDeleteFailedException", "Failed to delete last specified delivery channel with name '%s', because there is a running configuration recorder.", in.DeliveryChannelName)
	}
	h.channel = nil
	return nil, nil
}

// admits reports whether the bucket's policy lets a service see the bucket and write into it.
func (b *bucket) admits(service string) bool {
	var d document
	if json.Unmarshal([]byte(b.policy), &d) != nil {
		return false
	}
	acl, put := false, false
	for _, s := range d.Statement {
		if s.Effect != "Allow" || !slices.Contains(s.Principal.Service, service) {
			continue
		}
		for _, a := range s.Action {
			acl = acl || covers(a, "s3:GetBucketAcl")
			put = put || covers(a, "s3:PutObject")
		}
	}
	return acl && put
}
