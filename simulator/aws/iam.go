package aws

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/itbytes/landfall/simulator/aws/wire"
)

func iamService() *service {
	s := &service{
		name: "iam", word: "member",
		dialect: wire.Dialect{Protocol: wire.Query, Namespace: "https://iam.amazonaws.com/doc/2010-05-08/"},
		operations: map[string]operation{
			"GetUser":      reads(getUser),
			"ListUsers":    reads(listUsers),
			"CreateUser":   writes(createUser),
			"DeleteUser":   writes(deleteUser),
			"ListUserTags": reads(listUserTags),
			"TagUser":      writes(tagUser),
			"UntagUser":    writes(untagUser),

			"ListAccessKeys":       reads(listAccessKeys),
			"CreateAccessKey":      writes(createAccessKey),
			"UpdateAccessKey":      writes(updateAccessKey),
			"DeleteAccessKey":      writes(deleteAccessKey),
			"GetAccessKeyLastUsed": reads(getAccessKeyLastUsed),

			"GetRole":                 reads(getRole),
			"ListRoles":               reads(listRoles),
			"CreateRole":              writes(createRole),
			"CreateServiceLinkedRole": writes(createServiceLinkedRole),
			"UpdateAssumeRolePolicy":  writes(updateAssumeRolePolicy),
			"DeleteRole":              writes(deleteRole),
			"ListRoleTags":            reads(listRoleTags),
			"TagRole":                 writes(tagRole),
			"UntagRole":               writes(untagRole),

			"GetPolicy":    reads(getPolicy),
			"ListPolicies": reads(listPolicies),

			"ListOpenIDConnectProviders":              reads(listProviders),
			"GetOpenIDConnectProvider":                reads(getProvider),
			"CreateOpenIDConnectProvider":             writes(createProvider),
			"DeleteOpenIDConnectProvider":             writes(deleteProvider),
			"AddClientIDToOpenIDConnectProvider":      writes(addClient),
			"RemoveClientIDFromOpenIDConnectProvider": writes(removeClient),
			"UpdateOpenIDConnectProviderThumbprint":   writes(updateThumbprint),
			"TagOpenIDConnectProvider":                writes(tagProvider),
			"UntagOpenIDConnectProvider":              writes(untagProvider),
			"ListOpenIDConnectProviderTags":           reads(listProviderTags),
			"ListSAMLProviders":                       reads(listSAMLProviders),
			"SimulatePrincipalPolicy":                 reads(simulatePrincipalPolicy),
			"GetAccountSummary":                       reads(getAccountSummary),
			"ListAccountAliases":                      reads(listAccountAliases),
			"GetAccountPasswordPolicy":                reads(getPasswordPolicy),
			"UpdateAccountPasswordPolicy":             writes(updatePasswordPolicy),
			"DeleteAccountPasswordPolicy":             writes(deletePasswordPolicy),
			"GetOutboundWebIdentityFederationInfo":    reads(getOutbound),
			"EnableOutboundWebIdentityFederation":     writes(enableOutbound),
			"DisableOutboundWebIdentityFederation":    writes(disableOutbound),
		},
	}
	for name, op := range attachments("User", func(q *request, name string) (*holder, error) {
		u, err := q.user(name)
		if err != nil {
			return nil, err
		}
		return &u.holder, nil
	}) {
		s.operations[name] = op
	}
	for name, op := range attachments("Role", func(q *request, name string) (*holder, error) {
		r, err := q.role(name)
		if err != nil {
			return nil, err
		}
		return &r.holder, nil
	}) {
		s.operations[name] = op
	}
	return s
}

func noEntity(format string, args ...any) error {
	return wire.Errorf(http.StatusNotFound, "NoSuchEntity", format, args...)
}

func exists(format string, args ...any) error {
	return wire.Errorf(http.StatusConflict, "EntityAlreadyExists", format, args...)
}

func inUse(message string) error {
	return wire.Errorf(http.StatusConflict, "DeleteConflict", "%s", message)
}

func wrong(format string, args ...any) error { return bad("ValidationError", format, args...) }

// marked cuts a list as IAM pages it: Marker, MaxItems, IsTruncated.
func marked[T any](out wire.Map, name string, items []T, p paging) (wire.Map, error) {
	some, next, ours := page(items, p.Marker, p.MaxItems, 100)
	if !ours {
		return nil, wrong("Invalid Marker")
	}
	out[name], out["IsTruncated"], out["Marker"] = some, next != "", wire.Or(next)
	return out, nil
}

type paging struct {
	Marker   string
	MaxItems int
}

// encoded is a policy as IAM gives it back.
func encoded(policy string) string { return strings.ReplaceAll(url.QueryEscape(policy), "+", "%20") }

// joined is a resource's path and name.
func joined(path, name string) string { return strings.TrimSuffix(path, "/") + "/" + name }
