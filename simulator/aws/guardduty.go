package aws

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/itbytes/landfall/simulator/aws/wire"
)

// detector is GuardDuty in one region; there is at most one.
type detector struct {
	id, frequency, token string
	enabled              bool
	features             map[string]string // status by name
	tags                 map[string]string
	made, changed        time.Time
}

func guarddutyService() *service {
	return &service{
		name:    "guardduty",
		dialect: wire.Dialect{Protocol: wire.RESTJSON},
		routes: []route{
			{method: "GET", path: "/detector", operation: "ListDetectors"},
			{method: "GET", path: "/detector/{DetectorId}", operation: "GetDetector"},
			{method: "POST", path: "/detector", operation: "CreateDetector"},
			{method: "POST", path: "/detector/{DetectorId}", operation: "UpdateDetector"},
			{method: "DELETE", path: "/detector/{DetectorId}", operation: "DeleteDetector"},
			{method: "GET", path: "/tags/{ResourceArn}", operation: "ListTagsForResource"},
			{method: "POST", path: "/tags/{ResourceArn}", operation: "TagResource"},
			{method: "DELETE", path: "/tags/{ResourceArn}", operation: "UntagResource"},
		},
		operations: map[string]operation{
			"ListDetectors":       reads(listDetectors),
			"GetDetector":         reads(getDetector),
			"CreateDetector":      writes(createDetector),
			"UpdateDetector":      writes(updateDetector),
			"DeleteDetector":      writes(deleteDetector),
			"ListTagsForResource": reads(listDetectorTags),
			"TagResource":         writes(tagDetector).answers(http.StatusNoContent),
			"UntagResource":       writes(untagDetector).answers(http.StatusNoContent),
		},
	}
}

type detectorInput struct {
	Enable                                  *bool
	ClientToken, FindingPublishingFrequency string
	Tags                                    map[string]string
	Features                                []struct {
		Name, Status            string
		AdditionalConfiguration []struct{ Name, Status string }
	}
}

func (q *request) detector() (*detector, error) {
	if d := q.here().detectors[q.path["DetectorId"]]; d != nil {
		return d, nil
	}
	return nil, bad("BadRequestException", "The request is rejected because the input detectorId is not owned by the current account.")
}

func listDetectors(q *request) (wire.Map, error) {
	some, next, ours := page(sorted(q.here().detectors), q.query("nextToken"), number(q.query("maxResults")), 50)
	if !ours {
		return nil, bad("BadRequestException", "The request is rejected because the parameter nextToken has an invalid value.")
	}
	return wire.Map{"detectorIds": some, "nextToken": wire.Or(next)}, nil
}

func getDetector(q *request) (wire.Map, error) {
	d, err := q.detector()
	if err != nil {
		return nil, err
	}
	features := []wire.Map{}
	for _, name := range sorted(d.features) {
		features = append(features, wire.Map{"name": name, "status": d.features[name], "updatedAt": d.changed})
	}
	return wire.Map{
		"createdAt": stamp(d.made), "updatedAt": stamp(d.changed), "status": onOff(d.enabled), "findingPublishingFrequency": d.frequency,
		"serviceRole": arn("iam", "", q.account.id, "role/aws-service-role/guardduty.amazonaws.com/AWSServiceRoleForAmazonGuardDuty"),
		"features":    features, "tags": d.tags,
	}, nil
}

func createDetector(q *request) (wire.Map, error) {
	var in detectorInput
	if err := q.read(&in); err != nil {
		return nil, err
	}
	if in.Enable == nil {
		return nil, bad("BadRequestException", "The request is rejected because the parameter enable is required.")
	}
	for _, d := range q.here().detectors {
		if in.ClientToken != "" && d.token == in.ClientToken {
			return wire.Map{"detectorId": d.id}, nil
		}
		return nil, bad("BadRequestException", "The request is rejected because a detector already exists for the current account.")
	}
	d := q.here().newDetector(q.now)
	d.token = in.ClientToken
	if in.Tags != nil {
		d.tags = in.Tags
	}
	return wire.Map{"detectorId": d.id}, d.set(in, q.now)
}

func (r *region) newDetector(now time.Time) *detector {
	d := &detector{
		id: strings.ToLower(randomID(32)), enabled: true, frequency: "SIX_HOURS", tags: map[string]string{}, made: now, changed: now,
		features: map[string]string{"CLOUD_TRAIL": "ENABLED", "DNS_LOGS": "ENABLED", "FLOW_LOGS": "ENABLED"},
	}
	for _, f := range detectorFeatures() {
		d.features[f] = "DISABLED"
	}
	r.detectors[d.id] = d
	return d
}

func detectorFeatures() []string {
	return []string{"S3_DATA_EVENTS", "EKS_AUDIT_LOGS", "EBS_MALWARE_PROTECTION", "RDS_LOGIN_EVENTS", "LAMBDA_NETWORK_LOGS", "RUNTIME_MONITORING"}
}

func (d *detector) set(in detectorInput, now time.Time) error {
	if in.Enable != nil {
		d.enabled = *in.Enable
	}
	if in.FindingPublishingFrequency != "" {
		if !slices.Contains([]string{"FIFTEEN_MINUTES", "ONE_HOUR", "SIX_HOURS"}, in.FindingPublishingFrequency) {
			return bad("BadRequestException", "The request is rejected because the parameter findingPublishingFrequency has an invalid value.")
		}
		d.frequency = in.FindingPublishingFrequency
	}
	for _, f := range in.Features {
		if !slices.Contains(detectorFeatures(), f.Name) || f.Status != "ENABLED" && f.Status != "DISABLED" {
			return bad("BadRequestException", "The request is rejected because an invalid or out-of-range value is specified as an input parameter.")
		}
		d.features[f.Name] = f.Status
	}
	d.changed = now
	return nil
}

func updateDetector(q *request) (wire.Map, error) {
	var in detectorInput
	if err := q.read(&in); err != nil {
		return nil, err
	}
	d, err := q.detector()
	if err != nil {
		return nil, err
	}
	return nil, d.set(in, q.now)
}

func deleteDetector(q *request) (wire.Map, error) {
	d, err := q.detector()
	if err == nil {
		delete(q.here().detectors, d.id)
	}
	return nil, err
}

// tagged finds the tags of a detector by its ARN.
func (q *request) detectorTags() (map[string]string, error) {
	for id, d := range q.here().detectors {
		if q.path["ResourceArn"] == arn("guardduty", q.region, q.account.id, "detector/"+id) {
			return d.tags, nil
		}
	}
	return nil, bad("BadRequestException", "The request is rejected because the resource could not be found.")
}

func listDetectorTags(q *request) (wire.Map, error) {
	tags, err := q.detectorTags()
	return wire.Map{"tags": tags}, err
}

func tagDetector(q *request) (wire.Map, error) {
	var in struct{ Tags map[string]string }
	if err := q.read(&in); err != nil {
		return nil, err
	}
	tags, err := q.detectorTags()
	if err == nil {
		maps.Copy(tags, in.Tags)
	}
	return nil, err
}

func untagDetector(q *request) (wire.Map, error) {
	tags, err := q.detectorTags()
	for _, k := range q.http.URL.Query()["tagKeys"] {
		delete(tags, k)
	}
	return nil, err
}

func onOff(on bool) string {
	if on {
		return "ENABLED"
	}
	return "DISABLED"
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }
