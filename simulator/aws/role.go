package aws

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/itbytes/landfall/simulator/aws/wire"
)

// role is an IAM role.
type role struct {
	holder
	id, name, path, arn, trust, description string
	made, used                              time.Time
	known                                   time.Time // when it can be assumed and named in trust policies
	former                                  string    // the trust policy that is known until another is
	retold                                  time.Time // when that is
	longest                                 int       // session, in seconds
	tags                                    map[string]string
}

func (q *request) role(name string) (*role, error) {
	if r := q.account.roles[name]; r != nil {
		return r, nil
	}
	return nil, noEntity("The role with name %s cannot be found.", name)
}

func (r *role) wire(whole bool) wire.Map {
	out := wire.Map{
		"RoleName": r.name, "RoleId": r.id, "Arn": r.arn, "Path": r.path, "CreateDate": r.made,
		"AssumeRolePolicyDocument": encoded(r.trust), "Description": wire.Or(r.description), "MaxSessionDuration": r.longest,
	}
	if whole {
		last := wire.Map{}
		if !r.used.IsZero() {
			last = wire.Map{"LastUsedDate": r.used, "Region": homeRegion}
		}
		out["RoleLastUsed"] = last
		if len(r.tags) > 0 {
			out["Tags"] = tagList(r.tags)
		}
	}
	return out
}

func (a *account) newRole(name, path, trust string, now time.Time) *role {
	r := &role{
		id: "AROA" + randomID(17), name: name, path: path, arn: arn("iam", "", a.id, "role"+joined(path, name)),
		trust: trust, made: now, known: now, longest: 3600, tags: map[string]string{}, holder: newHolder(),
	}
	a.roles[name] = r
	return r
}

func trustAccount(id string) string {
	return `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"` + arn("iam", "", id, "root") + `"},"Action":"sts:AssumeRole"}]}`
}

func trustService(name string) string {
	return `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"` + name + `"},"Action":"sts:AssumeRole"}]}`
}

func getRole(q *request) (wire.Map, error) {
	var in struct{ RoleName string }
	if err := q.read(&in); err != nil {
		return nil, err
	}
	r, err := q.role(in.RoleName)
	if err != nil {
		return nil, err
	}
	return wire.Map{"Role": r.wire(true)}, nil
}

func listRoles(q *request) (wire.Map, error) {
	var in struct {
		PathPrefix, Marker string
		MaxItems           int
	}
	if err := q.read(&in); err != nil {
		return nil, err
	}
	all := []wire.Map{}
	for _, r := range values(q.account.roles) {
		if strings.HasPrefix(r.path, in.PathPrefix) {
			all = append(all, r.wire(false))
		}
	}
	return marked(wire.Map{}, "Roles", all, paging{in.Marker, in.MaxItems})
}

func createRole(q *request) (wire.Map, error) {
	var in struct {
		RoleName, Path, AssumeRolePolicyDocument, Description, PermissionsBoundary string
		MaxSessionDuration                                                         int
		Tags                                                                       []tag
	}
	if err := q.read(&in); err != nil {
		return nil, err
	}
	if in.RoleName == "" || len(in.RoleName) > 64 {
		return nil, wrong("The request must contain the parameter RoleName.")
	}
	if q.account.roles[in.RoleName] != nil {
		return nil, exists("Role with name %s already exists.", in.RoleName)
	}
	if err := q.trustworthy(in.AssumeRolePolicyDocument); err != nil {
		return nil, err
	}
	if in.Path == "" {
		in.Path = "/"
	}
	r := q.account.newRole(in.RoleName, in.Path, in.AssumeRolePolicyDocument, q.now)
	r.known, r.tags, r.description = q.k.Later("aws.iam.propagation"), tagMap(in.Tags), in.Description
	if in.MaxSessionDuration > 0 {
		r.longest = in.MaxSessionDuration
	}
	return wire.Map{"Role": r.wire(true)}, nil
}

// trustworthy refuses a trust policy whose principals do not exist or are not yet known everywhere.
func (q *request) trustworthy(text string) error {
	d, err := parsePolicy(text)
	if err != nil {
		return err
	}
	for _, s := range d.Statement {
		if len(s.Action) == 0 {
			return bad("MalformedPolicyDocument", "Missing required field Action")
		}
		if len(s.Principal.AWS)+len(s.Principal.Service)+len(s.Principal.Federated) == 0 {
			return bad("MalformedPolicyDocument", "Missing required field Principal")
		}
		for _, p := range s.Principal.AWS {
			if !q.principal(p) {
				return bad("MalformedPolicyDocument", "Invalid principal in policy: \"AWS\":\"%s\"", p)
			}
		}
		for _, p := range s.Principal.Federated {
			if !strings.HasPrefix(p, "arn:") && !slices.Contains([]string{google, "cognito-identity.amazonaws.com", "graph.facebook.com", "www.amazon.com"}, p) {
				return bad("MalformedPolicyDocument", "Invalid principal in policy: \"Federated\":\"%s\"", p)
			}
			if strings.HasPrefix(p, "arn:") && q.account.providers[p] == nil && !hasText(q.account.saml, p) {
				return bad("MalformedPolicyDocument", "Invalid principal in policy: \"Federated\":\"%s\"", p)
			}
		}
	}
	return nil
}

func (q *request) principal(p string) bool {
	if p == "*" || q.accounts[p] != nil {
		return true
	}
	parts := strings.SplitN(p, ":", 6)
	if len(parts) != 6 || q.accounts[parts[4]] == nil {
		return false
	}
	if parts[5] == "root" {
		return true
	}
	for _, u := range q.accounts[parts[4]].users {
		if u.arn == p && !q.now.Before(u.known) {
			return true
		}
	}
	for _, r := range q.accounts[parts[4]].roles {
		if r.arn == p && !q.now.Before(r.known) {
			return true
		}
	}
	return false
}

func createServiceLinkedRole(q *request) (wire.Map, error) {
	var in struct{ AWSServiceName, Description, CustomSuffix string }
	if err := q.read(&in); err != nil {
		return nil, err
	}
	name := map[string]string{
		"config.amazonaws.com": "AWSServiceRoleForConfig", "guardduty.amazonaws.com": "AWSServiceRoleForAmazonGuardDuty",
		"securityhub.amazonaws.com": "AWSServiceRoleForSecurityHub",
	}[in.AWSServiceName]
	if name == "" {
		return nil, bad("InvalidInput", "%s is not a service that this simulator makes linked roles for", in.AWSServiceName)
	}
	if q.account.roles[name] != nil {
		return nil, bad("InvalidInput", "Service role name %s has been taken in this account, please try a different suffix.", name)
	}
	r := q.account.newRole(name, "/aws-service-role/"+in.AWSServiceName+"/", trustService(in.AWSServiceName), q.now)
	r.description = in.Description
	return wire.Map{"Role": r.wire(false)}, nil
}

func updateAssumeRolePolicy(q *request) (wire.Map, error) {
	var in struct{ RoleName, PolicyDocument string }
	if err := q.read(&in); err != nil {
		return nil, err
	}
	r, err := q.role(in.RoleName)
	if err == nil {
		err = q.changeable(r)
	}
	if err == nil {
		err = q.trustworthy(in.PolicyDocument)
	}
	if err != nil {
		return nil, err
	}
	r.former = r.trusts(q.now)
	r.trust, r.retold = in.PolicyDocument, q.k.Later("aws.iam.propagation")
	return nil, nil
}

// trusts is the role's trust policy as it is known everywhere.
func (r *role) trusts(now time.Time) string {
	if now.Before(r.retold) {
		return r.former
	}
	return r.trust
}

// changeable keeps people's hands off roles that services own.
func (q *request) changeable(r *role) error {
	if strings.HasPrefix(r.path, "/aws-") {
		return bad("UnmodifiableEntity", "Cannot perform the operation on the protected role '%s' - this role is only modifiable by AWS", r.name)
	}
	return nil
}

func deleteRole(q *request) (wire.Map, error) {
	var in struct{ RoleName string }
	if err := q.read(&in); err != nil {
		return nil, err
	}
	r, err := q.role(in.RoleName)
	if err == nil {
		err = q.changeable(r)
	}
	switch {
	case err != nil:
		return nil, err
	case len(r.attached) > 0:
		return nil, inUse("Cannot delete entity, must detach all policies first.")
	case len(r.inline) > 0:
		return nil, inUse("Cannot delete entity, must delete policies first.")
	}
	delete(q.account.roles, r.name)
	return nil, nil
}

func listRoleTags(q *request) (wire.Map, error) {
	var in struct {
		RoleName, Marker string
		MaxItems         int
	}
	if err := q.read(&in); err != nil {
		return nil, err
	}
	r, err := q.role(in.RoleName)
	if err != nil {
		return nil, err
	}
	return marked(wire.Map{}, "Tags", tagList(r.tags), paging{in.Marker, in.MaxItems})
}

func tagRole(q *request) (wire.Map, error) {
	var in struct {
		RoleName string
		Tags     []tag
	}
	if err := q.read(&in); err != nil {
		return nil, err
	}
	r, err := q.role(in.RoleName)
	if err != nil {
		return nil, err
	}
	if len(r.tags)+len(in.Tags) > 50 {
		return nil, wire.Errorf(http.StatusConflict, "LimitExceeded", "Cannot exceed quota for TagsPerRole: 50")
	}
	maps.Copy(r.tags, tagMap(in.Tags))
	return nil, nil
}

func untagRole(q *request) (wire.Map, error) {
	var in struct {
		RoleName string
		TagKeys  []string
	}
	if err := q.read(&in); err != nil {
		return nil, err
	}
	r, err := q.role(in.RoleName)
	if err != nil {
		return nil, err
	}
	for _, k := range in.TagKeys {
		delete(r.tags, k)
	}
	return nil, nil
}
