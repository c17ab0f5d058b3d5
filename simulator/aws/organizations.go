package aws

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/itbytes/landfall/simulator/aws/wire"
)

// organization is a management account, its root, its units and the accounts being made.
type organization struct {
	id, management, root string
	centralRoot          bool
	units                map[string]*unit
	creations            []*creation
	guarded              bool                  // service control policies are enabled
	guardrails           map[string]*guardrail // by id
}

type unit struct {
	id, name, parent string
	tags             map[string]string
}

func organizationsService() *service {
	s := &service{
		name:    "organizations",
		dialect: wire.Dialect{Protocol: wire.JSON, Version: "1.1", Text: "Message"},
		operations: map[string]operation{
			"DescribeOrganization":             reads(describeOrganization),
			"CreateOrganization":               writes(createOrganization),
			"ListAccounts":                     reads(managing(listAccounts)),
			"ListAccountsForParent":            reads(managing(listAccountsForParent)),
			"DescribeAccount":                  reads(managing(describeAccount)),
			"CreateAccount":                    writes(managing(createAccount)),
			"CloseAccount":                     writes(managing(closeAccount)),
			"MoveAccount":                      writes(managing(moveAccount)),
			"DescribeCreateAccountStatus":      reads(managing(describeCreateAccountStatus)),
			"ListCreateAccountStatus":          reads(managing(listCreateAccountStatus)),
			"ListRoots":                        reads(managing(listRoots)),
			"ListParents":                      reads(managing(listParents)),
			"ListChildren":                     reads(managing(listChildren)),
			"ListOrganizationalUnitsForParent": reads(managing(listUnits)),
			"DescribeOrganizationalUnit":       reads(managing(describeUnit)),
			"CreateOrganizationalUnit":         writes(managing(createUnit)),
			"UpdateOrganizationalUnit":         writes(managing(updateUnit)),
			"DeleteOrganizationalUnit":         writes(managing(deleteUnit)),
			"ListTagsForResource":              reads(managing(listOrganizationTags)),
			"TagResource":                      writes(managing(tagOrganization)),
			"UntagResource":                    writes(managing(untagOrganization)),
		},
	}
	maps.Copy(s.operations, orgPolicies())
	return s
}

// managing keeps out member accounts and accounts without an organisation.
func managing(do func(*request) (wire.Map, error)) func(*request) (wire.Map, error) {
	return func(q *request) (wire.Map, error) {
		switch {
		case !q.member(q.account.id):
			return nil, notInUse()
		case q.account.id != q.org.management:
			return nil, bad("AccessDeniedException", "You don't have permissions to access this resource.")
		}
		return do(q)
	}
}

func notInUse() error {
	return bad("AWSOrganizationsNotInUseException", "Your account is not a member of an organization.")
}

func (c *Cloud) member(id string) bool {
	return c.org != nil && (id == c.org.management || c.accounts[id] != nil && c.accounts[id].parent != "")
}

func describeOrganization(q *request) (wire.Map, error) {
	if err := q.read(&struct{}{}); err != nil {
		return nil, err
	}
	if !q.member(q.account.id) {
		return nil, notInUse()
	}
	return wire.Map{"Organization": q.organizationMap()}, nil
}

func createOrganization(q *request) (wire.Map, error) {
	var in struct{ FeatureSet string }
	if err := q.read(&in); err != nil {
		return nil, err
	}
	if q.member(q.account.id) {
		return nil, bad("AlreadyInOrganizationException", "The AWS account is already a member of an organization.")
	}
	if in.FeatureSet != "" && in.FeatureSet != "ALL" {
		return nil, invalidOrg("INVALID_ENUM", "this simulator makes organizations with all features only")
	}
	q.org = newOrganization("o-"+strings.ToLower(randomID(10)), q.account.id)
	q.account.parent = q.org.root
	return wire.Map{"Organization": q.organizationMap()}, nil
}

func newOrganization(id, management string) *organization {
	return &organization{
		id: id, management: management, root: "r-" + strings.ToLower(randomID(4)), units: map[string]*unit{},
		guardrails: map[string]*guardrail{fullAccess: fullAWSAccess()},
	}
}

func (c *Cloud) organizationMap() wire.Map {
	o := c.org
	return wire.Map{
		"Id": o.id, "Arn": arn("organizations", "", o.management, "organization/"+o.id), "FeatureSet": "ALL",
		"MasterAccountId": o.management, "MasterAccountArn": c.accountARN(c.accounts[o.management]), "MasterAccountEmail": c.accounts[o.management].email,
		"AvailablePolicyTypes": []wire.Map{{"Type": "SERVICE_CONTROL_POLICY", "Status": "ENABLED"}},
	}
}

func (c *Cloud) accountARN(a *account) string {
	return arn("organizations", "", c.org.management, "account/"+c.org.id+"/"+a.id)
}

func (c *Cloud) unitARN(u *unit) string {
	return arn("organizations", "", c.org.management, "ou/"+c.org.id+"/"+u.id)
}

func invalidOrg(reason, message string) error {
	return &wire.Error{Code: "InvalidInputException", Message: message, Fields: wire.Map{"Reason": reason}}
}

func badToken() error {
	return invalidOrg("INVALID_NEXT_TOKEN", "You provided a value that isn't valid: NextToken")
}

// tagged finds the tags of a unit, an account or a policy.
func (c *Cloud) tagged(id string) (map[string]string, error) {
	if a := c.accounts[id]; a != nil && c.member(id) {
		return a.tags, nil
	}
	if u := c.org.units[id]; u != nil {
		return u.tags, nil
	}
	if g := c.org.guardrails[id]; g != nil && !g.kept {
		return g.tags, nil
	}
	return nil, bad("TargetNotFoundException", "You specified a target that doesn't exist.")
}

func listOrganizationTags(q *request) (wire.Map, error) {
	var in struct{ ResourceId, NextToken string }
	if err := q.read(&in); err != nil {
		return nil, err
	}
	tags, err := q.tagged(in.ResourceId)
	if err != nil {
		return nil, err
	}
	some, next, ours := page(tagList(tags), in.NextToken, 0, 50)
	if !ours {
		return nil, badToken()
	}
	return wire.Map{"Tags": some, "NextToken": wire.Or(next)}, nil
}

func tagOrganization(q *request) (wire.Map, error) {
	var in struct {
		ResourceId string
		Tags       []tag
	}
	if err := q.read(&in); err != nil {
		return nil, err
	}
	tags, err := q.tagged(in.ResourceId)
	if err != nil {
		return nil, err
	}
	for _, t := range in.Tags {
		if strings.HasPrefix(strings.ToLower(t.Key), "aws:") {
			return nil, invalidOrg("INVALID_SYSTEM_TAGS_PARAMETER", "You can't add, edit, or delete system tag keys because they're reserved for AWS use.")
		}
	}
	if len(in.Tags)+len(tags) > 50 {
		return nil, &wire.Error{Code: "ConstraintViolationException", Message: "too many tags", Fields: wire.Map{"Reason": "MAX_TAG_LIMIT_EXCEEDED"}}
	}
	maps.Copy(tags, tagMap(in.Tags))
	return nil, nil
}

func untagOrganization(q *request) (wire.Map, error) {
	var in struct {
		ResourceId string
		TagKeys    []string
	}
	if err := q.read(&in); err != nil {
		return nil, err
	}
	tags, err := q.tagged(in.ResourceId)
	if err != nil {
		return nil, err
	}
	for _, k := range in.TagKeys {
		delete(tags, k)
	}
	return nil, nil
}

func tagList(tags map[string]string) []wire.Map {
	out := []wire.Map{}
	for _, k := range sorted(tags) {
		out = append(out, wire.Map{"Key": k, "Value": tags[k]})
	}
	return out
}

// settle finishes what has taken its time.
func (c *Cloud) settle(now time.Time) {
	if c.org == nil {
		return
	}
	for _, n := range c.org.creations {
		if n.state == "IN_PROGRESS" && !now.Before(n.ready) {
			c.finish(n)
		}
	}
}

// emailForm is what Organizations takes for a root e-mail.
func emailForm(s string) bool {
	return len(s) >= 6 && len(s) <= 64 && regexp.MustCompile(`^[^\s@]+@[^\s@]+\.[^\s@]+$`).MatchString(s)
}

func (o *organization) sortedUnits() []*unit {
	out := values(o.units)
	slices.SortFunc(out, func(a, b *unit) int { return strings.Compare(a.name+a.id, b.name+b.id) })
	return out
}
