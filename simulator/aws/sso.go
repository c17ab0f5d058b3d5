package aws

import (
	"net/http"
	"strings"
	"time"

	"github.com/itbytes/landfall/simulator/aws/wire"
)

func ssoService() *service {
	return &service{
		name:    "sso",
		open:    true,
		dialect: wire.Dialect{Protocol: wire.RESTJSON},
		routes: []route{
			{method: "GET", path: "/federation/credentials", operation: "GetRoleCredentials"},
			{method: "GET", path: "/assignment/accounts", operation: "ListAccounts"},
			{method: "GET", path: "/assignment/roles", operation: "ListAccountRoles"},
		},
		operations: map[string]operation{
			"GetRoleCredentials": reads(getRoleCredentials),
			"ListAccounts":       reads(listAssignedAccounts),
			"ListAccountRoles":   reads(listAssignedRoles),
		},
	}
}

func ssoPath(path string) bool {
	return strings.HasPrefix(path, "/federation/") || strings.HasPrefix(path, "/assignment/")
}

func unauthorized() *wire.Error {
	return wire.Errorf(http.StatusUnauthorized, "UnauthorizedException", "Session token not found or invalid")
}

// bearer finds out whose SSO session a portal request is.
func (c *Cloud) bearer(q *request) *wire.Error {
	c.mu.Lock()
	defer c.mu.Unlock()
	login, held := c.tokens[q.http.Header.Get("X-Amz-Sso_bearer_token")]
	if !held {
		return unauthorized()
	}
	account := c.k.Logins("aws")[login].Details["account"]
	q.who, q.account = &credential{account: account, login: login}, c.accounts[account]
	if q.account == nil {
		return wire.Errorf(http.StatusNotFound, "ResourceNotFoundException", "the login's account %s does not exist", account)
	}
	return nil
}

// assigned is the permission set that the session's login has, as a role of its account.
func (q *request) assigned() (*role, string) {
	set := q.k.Logins("aws")[q.who.login].Details["role"]
	return q.account.ssoRole(set, q.now), set
}

// ssoRole is the role that stands for a permission set in an account.
func (a *account) ssoRole(set string, now time.Time) *role {
	for _, name := range sorted(a.roles) {
		if strings.HasPrefix(name, "AWSReservedSSO_"+set+"_") {
			return a.roles[name]
		}
	}
	trust := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Federated":"` +
		arn("iam", "", a.id, "saml-provider/AWSSSO_DO_NOT_DELETE") + `"},"Action":["sts:AssumeRoleWithSAML","sts:TagSession"]}]}`
	r := a.newRole("AWSReservedSSO_"+set+"_"+strings.ToLower(randomID(16)), "/aws-reserved/sso.amazonaws.com/", trust, now)
	for _, p := range managedPolicies() {
		if p.name == set {
			r.attached = append(r.attached, p.arn())
		}
	}
	r.longest = 12 * 3600
	return r
}

func getRoleCredentials(q *request) (wire.Map, error) {
	r, set := q.assigned()
	if q.query("account_id") != q.account.id || q.query("role_name") != set || q.account.status != "ACTIVE" {
		return nil, wire.Errorf(http.StatusForbidden, "ForbiddenException", "No access")
	}
	cred := q.temporary(q.account, r, q.who.login, q.who.login, q.now, time.Hour)
	return wire.Map{"roleCredentials": wire.Map{
		"accessKeyId": cred.id, "secretAccessKey": cred.secret, "sessionToken": cred.token, "expiration": cred.until.UnixMilli(),
	}}, nil
}

func listAssignedAccounts(q *request) (wire.Map, error) {
	return wire.Map{"accountList": []wire.Map{{
		"accountId": q.account.id, "accountName": q.account.name, "emailAddress": q.account.email,
	}}}, nil
}

func listAssignedRoles(q *request) (wire.Map, error) {
	_, set := q.assigned()
	if q.query("account_id") != q.account.id {
		return nil, wire.Errorf(http.StatusForbidden, "ForbiddenException", "No access")
	}
	return wire.Map{"roleList": []wire.Map{{"accountId": q.account.id, "roleName": set}}}, nil
}
