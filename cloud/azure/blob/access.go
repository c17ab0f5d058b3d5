package blob

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/cloud"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/authorization/armauthorization/v2"
	"github.com/google/uuid"

	"github.com/itbytes/landfall/cloud/azure/session"
	"github.com/itbytes/landfall/fault"
)

// notPermitted is what the blob service says to a login without a role for data: an owner in Resource Manager has none.
const notPermitted = "AuthorizationPermissionMismatch"

// The built-in role that reads and writes blobs (Azure built-in roles for Storage).
const (
	contributor   = "Storage Blob Data Contributor"
	contributorID = "ba92f5b4-2d11-453d-a403-e96b0029c9fe"
)

// admit gives the login the role it lacks, at the account alone, and says that it is awaited: an assignment is honoured
// everywhere within ten minutes.
func admit(ctx context.Context, s *session.Session, account string) error {
	who, err := principal(ctx, s)
	if err != nil {
		return err
	}
	c, err := armauthorization.NewRoleAssignmentsClient(s.Subscription, s.Cred, s.ARM)
	if err != nil {
		return err
	}
	name := uuid.NewSHA1(uuid.NameSpaceURL, []byte(strings.ToLower(account+"|"+who.Object+"|"+contributorID))).String()
	_, err = c.Get(ctx, account, name, nil)
	if session.Missing(err) {
		p := &armauthorization.RoleAssignmentProperties{
			PrincipalID: session.Ptr(who.Object), RoleDefinitionID: session.Ptr(s.Scope() + "/providers/Microsoft.Authorization/roleDefinitions/" + contributorID),
		}
		if who.Kind == "app" {
			p.PrincipalType = session.Ptr(armauthorization.PrincipalTypeServicePrincipal)
		}
		_, err = c.Create(ctx, account, name, armauthorization.RoleAssignmentCreateParameters{Properties: p}, nil)
	}
	switch code := session.Code(err); {
	case code == "AuthorizationFailed":
		return refused(contributor, account, err)
	case err != nil && code != "RoleAssignmentExists":
		return err
	}
	return fault.New(fault.Propagating, "Wait; the role is not yet honoured everywhere.", "the login was given the role %s at %s", contributor, account)
}

// refused says which role the login lacks.
func refused(role, account string, err error) error {
	return &fault.Fault{
		Kind: fault.Denied, Service: "Microsoft.Storage", Operation: "blobs", Code: session.Code(err),
		Message: "the login may not use the blobs of " + account, Hint: "Have the role " + role + " assigned to the login at that account, then resume.", Err: err,
	}
}

// caller is who a token was made for.
type caller struct {
	Object string `json:"oid"`
	Kind   string `json:"idtyp"` // user or app
}

// principal is the login's own object in the directory, as its access token says: neither Resource Manager nor Graph says it
// of users and applications alike.
func principal(ctx context.Context, s *session.Session) (caller, error) {
	t, err := s.Cred.GetToken(ctx, policy.TokenRequestOptions{Scopes: []string{s.ARM.Cloud.Services[cloud.ResourceManager].Audience + "/.default"}})
	if err != nil {
		return caller{}, err
	}
	var who caller
	parts := strings.Split(t.Token, ".")
	if len(parts) == 3 {
		if b, err := base64.RawURLEncoding.DecodeString(parts[1]); err == nil {
			_ = json.Unmarshal(b, &who) // what is no token names nobody
		}
	}
	if who.Object == "" {
		return caller{}, fault.New(fault.Denied, "Have the role "+contributor+" assigned to the login at the storage account, then resume.",
			"the login's access token does not say who it is, so that no role can be given to it")
	}
	return who, nil
}
