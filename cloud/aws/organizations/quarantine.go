package organizations

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/organizations/types"

	"github.com/itbytes/landfall/cloud/aws/session"
	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

const (
	// quarantine is the organizational unit of the accounts whose run was given up, and the service control policy that
	// closes it.
	quarantine = "landfall-quarantine"
	// quarantineTag is on an account in quarantine; its value is the plan whose run had made it.
	quarantineTag = "landfall-quarantined"
)

// confine puts an account into quarantine: first everything that closes the unit, then the account, so that it is closed
// from the moment it lies there. Each call of it is repeatable.
func confine(ctx context.Context, s *session.Session, l plan.Landing, account string) error {
	defer s.Forget()
	if err := entersBy(ctx, s, l, account); err != nil {
		return err
	}
	root, err := guarded(ctx, s)
	if err != nil {
		return err
	}
	unit, err := unitOfQuarantine(ctx, s, root)
	if err != nil {
		return err
	}
	if err := closeUnit(ctx, s, l, unit); err != nil {
		return err
	}
	_, err = client(s).TagResource(ctx, &organizations.TagResourceInput{ResourceId: &account, Tags: []types.Tag{{Key: aws.String(quarantineTag), Value: &l.Plan}}})
	if err != nil {
		return err
	}
	return move(ctx, s, account, unit)
}

// entersBy makes sure that the quarantine would not lock Landfall itself out: it lets in the landing's role alone.
func entersBy(ctx context.Context, s *session.Session, l plan.Landing, account string) error {
	_, arn, err := session.Caller(ctx, s.In(account))
	if err != nil {
		return err
	}
	role := session.Role(l)
	if strings.Contains(arn, ":assumed-role/"+role[strings.LastIndex(role, "/")+1:]+"/") {
		return nil
	}
	return fault.New(fault.Conflict, "Name in clouds.aws.role the role by which a login of the management account enters the account, then resume.",
		"the quarantine would lock Landfall out of the account %s: it is entered as %s, and the policy %s lets in the role %s alone", account, arn, quarantine, role)
}

// guarded is the organisation's root, with service control policies enabled. Enabling them changes nobody's rights: AWS
// attaches FullAWSAccess to everything (Organizations User Guide, "Enabling a policy type").
func guarded(ctx context.Context, s *session.Session) (string, error) {
	out, err := client(s).ListRoots(ctx, &organizations.ListRootsInput{})
	if err != nil {
		return "", err
	}
	if len(out.Roots) == 0 {
		return "", fault.New(fault.Conflict, "Enable all features of the organisation, then resume.", "the organisation has no root")
	}
	root := out.Roots[0]
	if slices.ContainsFunc(root.PolicyTypes, func(p types.PolicyTypeSummary) bool {
		return p.Type == types.PolicyTypeServiceControlPolicy && p.Status == types.PolicyTypeStatusEnabled
	}) {
		return aws.ToString(root.Id), nil
	}
	_, err = client(s).EnablePolicyType(ctx, &organizations.EnablePolicyTypeInput{RootId: root.Id, PolicyType: types.PolicyTypeServiceControlPolicy})
	if session.Is(err, "PolicyTypeAlreadyEnabledException") {
		err = nil
	}
	return aws.ToString(root.Id), err
}

// unitOfQuarantine makes sure of the unit.
func unitOfQuarantine(ctx context.Context, s *session.Session, root string) (string, error) {
	children, err := childrenOf(ctx, s, root)
	if err != nil || children[quarantine] != "" {
		return children[quarantine], err
	}
	made, err := client(s).CreateOrganizationalUnit(ctx, &organizations.CreateOrganizationalUnitInput{ParentId: &root, Name: aws.String(quarantine)})
	if session.Is(err, "DuplicateOrganizationalUnitException") { // another landing's undo was quicker
		return "", fault.New(fault.Transient, "It is tried again by itself.", "the organizational unit %s is being made by another", quarantine)
	}
	if err != nil {
		return "", err
	}
	return aws.ToString(made.OrganizationalUnit.Id), nil
}

// closeUnit makes sure of the policy that lets in the landing's role alone, and that it is attached.
func closeUnit(ctx context.Context, s *session.Session, l plan.Landing, unit string) error {
	role := "arn:" + session.Partition(l.Region) + ":iam::*:role/" + session.Role(l)
	id, err := policyOfQuarantine(ctx, s, role)
	if err != nil {
		return err
	}
	_, err = client(s).AttachPolicy(ctx, &organizations.AttachPolicyInput{PolicyId: &id, TargetId: &unit})
	if session.Is(err, "DuplicatePolicyAttachmentException") {
		return nil
	}
	return err
}

// policyOfQuarantine makes sure of the policy, and that a role is among those that it lets in.
func policyOfQuarantine(ctx context.Context, s *session.Session, role string) (string, error) {
	id, err := policyNamed(ctx, s, quarantine)
	if err != nil {
		return "", err
	}
	if id == "" {
		made, err := client(s).CreatePolicy(ctx, &organizations.CreatePolicyInput{
			Name: aws.String(quarantine), Type: types.PolicyTypeServiceControlPolicy, Content: aws.String(closing([]string{role})),
			Description: aws.String("Landfall: accounts whose run was given up are closed to everybody"),
		})
		if session.Is(err, "DuplicatePolicyException") {
			return "", fault.New(fault.Transient, "It is tried again by itself.", "the policy %s is being made by another", quarantine)
		}
		if err != nil {
			return "", err
		}
		return aws.ToString(made.Policy.PolicySummary.Id), nil
	}
	got, err := client(s).DescribePolicy(ctx, &organizations.DescribePolicyInput{PolicyId: &id})
	if err != nil {
		return "", err
	}
	roles, ours := letIn(aws.ToString(got.Policy.Content))
	switch {
	case !ours:
		return "", fault.New(fault.Conflict, "Rename that policy, then resume: another is made in its place.",
			"the service control policy %s (%s) is not as Landfall makes it, and it could lock Landfall out", quarantine, id)
	case slices.Contains(roles, role):
		return id, nil
	}
	_, err = client(s).UpdatePolicy(ctx, &organizations.UpdatePolicyInput{PolicyId: &id, Content: aws.String(closing(append(roles, role)))})
	return id, err
}

func policyNamed(ctx context.Context, s *session.Session, name string) (string, error) {
	pages := organizations.NewListPoliciesPaginator(client(s), &organizations.ListPoliciesInput{Filter: types.PolicyTypeServiceControlPolicy})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return "", err
		}
		for _, p := range page.Policies {
			if aws.ToString(p.Name) == name {
				return aws.ToString(p.Id), nil
			}
		}
	}
	return "", nil
}

// closed is the policy that keeps everybody out but some roles. A service control policy does not concern the service's own
// (service-linked) roles, so what records an account goes on recording.
type closed struct {
	Version   string
	Statement []exclusion
}

type exclusion struct {
	Sid, Effect, Action, Resource string
	Condition                     map[string]map[string][]string
}

func closing(roles []string) string {
	out, err := json.Marshal(closed{Version: "2012-10-17", Statement: []exclusion{{
		Sid: "LandfallQuarantine", Effect: "Deny", Action: "*", Resource: "*", Condition: map[string]map[string][]string{"ArnNotLike": {"aws:PrincipalArn": roles}},
	}}})
	if err != nil { // texts and maps of texts always marshal
		return ""
	}
	return string(out)
}

// letIn are the roles that such a policy lets in; ours is false where it is not as closing writes it.
func letIn(content string) (roles []string, ours bool) {
	var p closed
	if json.Unmarshal([]byte(content), &p) != nil || len(p.Statement) != 1 {
		return nil, false
	}
	roles = p.Statement[0].Condition["ArnNotLike"]["aws:PrincipalArn"]
	read, err := json.Marshal(p)
	return roles, err == nil && len(roles) > 0 && closing(roles) == string(read)
}

// confined are the accounts in quarantine; all landings of the organisation ask for them at the same time.
func confined(ctx context.Context, s *session.Session) (map[string]bool, error) {
	return session.Ask(s, "quarantine", func() (map[string]bool, error) {
		out, err := client(s).ListRoots(ctx, &organizations.ListRootsInput{})
		if err != nil || len(out.Roots) == 0 {
			return nil, err
		}
		children, err := childrenOf(ctx, s, aws.ToString(out.Roots[0].Id))
		if err != nil || children[quarantine] == "" {
			return nil, err
		}
		return accountsIn(ctx, s, children[quarantine])
	})
}

// inQuarantine is the observation of an account in quarantine.
func inQuarantine(ctx context.Context, s *session.Session, account string) (plan.Observation, error) {
	tags, err := tagsOf(ctx, s, account)
	if err != nil {
		return plan.Observation{}, err
	}
	why := "it lies in the organizational unit " + quarantine
	if of := tags[quarantineTag]; of != "" {
		why = "it is in quarantine since the run of the plan " + of + " that had made it was given up"
	}
	return plan.Observation{
		State: plan.Suspended, ID: account, Live: plan.Fields{"state": "in quarantine", "entered": "no"},
		Why:      why + "; moved out of the unit " + quarantine + " (organizations MoveAccount) it is taken up again",
		Facts:    map[string]string{plan.FactContainer: account},
		Evidence: []string{"ListAccountsForParent: " + account + " lies in " + quarantine},
	}, nil
}
