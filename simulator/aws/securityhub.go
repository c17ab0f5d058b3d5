package aws

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/itbytes/landfall/simulator/aws/wire"
)

// hub is Security Hub CSPM in one region.
type hub struct {
	since     time.Time
	generator string
	auto      bool
	standards map[string]time.Time // subscriptions: standard's ARN, to when it is ready
	tags      map[string]string
}

func securityhubService() *service {
	return &service{
		name:    "securityhub",
		dialect: wire.Dialect{Protocol: wire.RESTJSON, Text: "Message"},
		routes: []route{
			{method: "GET", path: "/accounts", operation: "DescribeHub"},
			{method: "POST", path: "/accounts", operation: "EnableSecurityHub"},
			{method: "PATCH", path: "/accounts", operation: "UpdateSecurityHubConfiguration"},
			{method: "DELETE", path: "/accounts", operation: "DisableSecurityHub"},
			{method: "GET", path: "/standards", operation: "DescribeStandards"},
			{method: "POST", path: "/standards/get", operation: "GetEnabledStandards"},
			{method: "POST", path: "/standards/register", operation: "BatchEnableStandards"},
			{method: "POST", path: "/standards/deregister", operation: "BatchDisableStandards"},
			{method: "GET", path: "/tags/{ResourceArn}", operation: "ListTagsForResource"},
			{method: "POST", path: "/tags/{ResourceArn}", operation: "TagResource"},
		},
		operations: map[string]operation{
			"DescribeHub":                    reads(describeHub),
			"EnableSecurityHub":              writes(enableHub),
			"UpdateSecurityHubConfiguration": writes(updateHub),
			"DisableSecurityHub":             writes(disableHub),
			"DescribeStandards":              reads(describeStandards),
			"GetEnabledStandards":            reads(getEnabledStandards),
			"BatchEnableStandards":           writes(batchEnableStandards),
			"BatchDisableStandards":          writes(batchDisableStandards),
			"ListTagsForResource":            reads(listHubTags),
			"TagResource":                    writes(tagHub),
		},
	}
}

// standard is one that can be subscribed to in a region.
type standard struct {
	path, name string
	usual      bool
}

func standards() []standard {
	return []standard{
		{"standards/aws-foundational-security-best-practices/v/1.0.0", "AWS Foundational Security Best Practices v1.0.0", true},
		{"ruleset/cis-aws-foundations-benchmark/v/1.2.0", "CIS AWS Foundations Benchmark v1.2.0", true},
		{"standards/cis-aws-foundations-benchmark/v/1.4.0", "CIS AWS Foundations Benchmark v1.4.0", false},
		{"standards/cis-aws-foundations-benchmark/v/3.0.0", "CIS AWS Foundations Benchmark v3.0.0", false},
		{"standards/cis-aws-foundations-benchmark/v/5.0.0", "CIS AWS Foundations Benchmark v5.0.0", false},
		{"standards/nist-800-53/v/5.0.0", "NIST Special Publication 800-53 Revision 5", false},
		{"standards/pci-dss/v/3.2.1", "PCI DSS v3.2.1", false},
		{"standards/pci-dss/v/4.0.1", "PCI DSS v4.0.1", false},
	}
}

// arn is regional, but for the oldest, which is a ruleset.
func (s standard) arn(region string) string {
	if strings.HasPrefix(s.path, "ruleset/") {
		region = ""
	}
	return arn("securityhub", region, "", s.path)
}

func (q *request) hub() (*hub, error) {
	if h := q.here().hub; h != nil {
		return h, nil
	}
	return nil, wire.Errorf(http.StatusForbidden, "InvalidAccessException", "Account %s is not subscribed to AWS Security Hub", q.account.id)
}

func (q *request) hubARN() string { return arn("securityhub", q.region, q.account.id, "hub/default") }

func describeHub(q *request) (wire.Map, error) {
	h, err := q.hub()
	if err != nil {
		return nil, err
	}
	return wire.Map{
		"HubArn": q.hubARN(), "SubscribedAt": stamp(h.since), "AutoEnableControls": h.auto, "ControlFindingGenerator": h.generator,
	}, nil
}

func enableHub(q *request) (wire.Map, error) {
	in := struct {
		EnableDefaultStandards  *bool
		ControlFindingGenerator string
		Tags                    map[string]string
	}{}
	if err := q.read(&in); err != nil {
		return nil, err
	}
	if q.here().hub != nil {
		return nil, wire.Errorf(http.StatusConflict, "ResourceConflictException", "Account is already subscribed to Security Hub")
	}
	h := &hub{since: q.now, auto: true, generator: in.ControlFindingGenerator, standards: map[string]time.Time{}, tags: in.Tags}
	if h.generator == "" {
		h.generator = "SECURITY_CONTROL"
	}
	if h.tags == nil {
		h.tags = map[string]string{}
	}
	q.here().hub = h
	for _, s := range standards() {
		if s.usual && (in.EnableDefaultStandards == nil || *in.EnableDefaultStandards) {
			h.standards[s.arn(q.region)] = q.k.Later("aws.securityhub.standards")
		}
	}
	return nil, nil
}

func updateHub(q *request) (wire.Map, error) {
	var in struct {
		AutoEnableControls      *bool
		ControlFindingGenerator string
	}
	if err := q.read(&in); err != nil {
		return nil, err
	}
	h, err := q.hub()
	if err != nil {
		return nil, err
	}
	if in.AutoEnableControls != nil {
		h.auto = *in.AutoEnableControls
	}
	if in.ControlFindingGenerator != "" {
		h.generator = in.ControlFindingGenerator
	}
	return nil, nil
}

func disableHub(q *request) (wire.Map, error) {
	if _, err := q.hub(); err != nil {
		return nil, wire.Errorf(http.StatusNotFound, "ResourceNotFoundException", "Account %s is not subscribed to AWS Security Hub", q.account.id)
	}
	q.here().hub = nil
	return nil, nil
}

func describeStandards(q *request) (wire.Map, error) {
	if _, err := q.hub(); err != nil {
		return nil, err
	}
	all := []wire.Map{}
	for _, s := range standards() {
		all = append(all, wire.Map{
			"StandardsArn": s.arn(q.region), "Name": s.name, "Description": s.name + " is a set of controls.", "EnabledByDefault": s.usual,
			"StandardsManagedBy": wire.Map{"Company": "AWS", "Product": "Security Hub"},
		})
	}
	some, next, ours := page(all, q.query("NextToken"), number(q.query("MaxResults")), 100)
	if !ours {
		return nil, bad("InvalidInputException", "Invalid parameter 'NextToken'.")
	}
	return wire.Map{"Standards": some, "NextToken": wire.Or(next)}, nil
}

func (q *request) subscriptionARN(standard string) string {
	return arn("securityhub", q.region, q.account.id, "subscription/"+standard[strings.Index(standard, "/")+1:])
}

func (q *request) subscription(standard string, ready time.Time) wire.Map {
	out := wire.Map{
		"StandardsArn": standard, "StandardsSubscriptionArn": q.subscriptionARN(standard), "StandardsInput": wire.Map{},
		"StandardsStatus": "PENDING", "StandardsControlsUpdatable": "NOT_READY_FOR_UPDATES",
	}
	switch r := q.here().recorder; {
	case q.now.Before(ready):
	case r == nil || !r.on:
		out["StandardsStatus"], out["StandardsStatusReason"] = "INCOMPLETE", wire.Map{"StatusReasonCode": "NO_AVAILABLE_CONFIGURATION_RECORDER"}
	default:
		out["StandardsStatus"], out["StandardsControlsUpdatable"] = "READY", "READY_FOR_UPDATES"
	}
	return out
}

func getEnabledStandards(q *request) (wire.Map, error) {
	var in struct {
		StandardsSubscriptionArns []string
		NextToken                 string
		MaxResults                int
	}
	if err := q.read(&in); err != nil {
		return nil, err
	}
	h, err := q.hub()
	if err != nil {
		return nil, err
	}
	all := []wire.Map{}
	for _, s := range sorted(h.standards) {
		if len(in.StandardsSubscriptionArns) == 0 || slices.Contains(in.StandardsSubscriptionArns, q.subscriptionARN(s)) {
			all = append(all, q.subscription(s, h.standards[s]))
		}
	}
	some, next, ours := page(all, in.NextToken, in.MaxResults, 100)
	if !ours {
		return nil, bad("InvalidInputException", "Invalid parameter 'NextToken'.")
	}
	return wire.Map{"StandardsSubscriptions": some, "NextToken": wire.Or(next)}, nil
}

func batchEnableStandards(q *request) (wire.Map, error) {
	var in struct {
		StandardsSubscriptionRequests []struct {
			StandardsArn   string
			StandardsInput map[string]string
		}
	}
	if err := q.read(&in); err != nil {
		return nil, err
	}
	h, err := q.hub()
	if err != nil {
		return nil, err
	}
	all := []wire.Map{}
	for _, want := range in.StandardsSubscriptionRequests {
		if !slices.ContainsFunc(standards(), func(s standard) bool { return s.arn(q.region) == want.StandardsArn }) {
			return nil, bad("InvalidInputException", "Invalid parameter 'StandardsArn': %s", want.StandardsArn)
		}
	}
	for _, want := range in.StandardsSubscriptionRequests {
		if _, on := h.standards[want.StandardsArn]; !on {
			h.standards[want.StandardsArn] = q.k.Later("aws.securityhub.standards")
		}
		all = append(all, q.subscription(want.StandardsArn, h.standards[want.StandardsArn]))
	}
	return wire.Map{"StandardsSubscriptions": all}, nil
}

func batchDisableStandards(q *request) (wire.Map, error) {
	var in struct{ StandardsSubscriptionArns []string }
	if err := q.read(&in); err != nil {
		return nil, err
	}
	h, err := q.hub()
	if err != nil {
		return nil, err
	}
	all := []wire.Map{}
	for _, a := range in.StandardsSubscriptionArns {
		found := false
		for s, ready := range maps.Clone(h.standards) {
			if q.subscriptionARN(s) == a {
				out := q.subscription(s, ready)
				out["StandardsStatus"], found = "DELETING", true
				all = append(all, out)
				delete(h.standards, s)
			}
		}
		if !found {
			return nil, bad("InvalidInputException", "Invalid parameter 'StandardsSubscriptionArns': %s", a)
		}
	}
	return wire.Map{"StandardsSubscriptions": all}, nil
}

func (q *request) hubTags() (map[string]string, error) {
	h, err := q.hub()
	if err != nil || q.path["ResourceArn"] != q.hubARN() {
		return nil, wire.Errorf(http.StatusNotFound, "ResourceNotFoundException", "The resource could not be found.")
	}
	return h.tags, nil
}

func listHubTags(q *request) (wire.Map, error) {
	tags, err := q.hubTags()
	return wire.Map{"Tags": tags}, err
}

func tagHub(q *request) (wire.Map, error) {
	var in struct{ Tags map[string]string }
	if err := q.read(&in); err != nil {
		return nil, err
	}
	tags, err := q.hubTags()
	if err == nil {
		maps.Copy(tags, in.Tags)
	}
	return nil, err
}
