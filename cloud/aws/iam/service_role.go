package iam

import (
	"context"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/itbytes/landfall/cloud/aws/session"
	"github.com/itbytes/landfall/plan"
)

// ServiceLinkedRole makes sure that an AWS service has its own role in the account.
func ServiceLinkedRole(ctx context.Context, s *session.Session, service string) error {
	_, err := iam.NewFromConfig(s.Config).CreateServiceLinkedRole(ctx, &iam.CreateServiceLinkedRoleInput{AWSServiceName: &service})
	if session.Is(err, "InvalidInput", "InvalidInputException") && strings.Contains(session.Message(err), "has been taken") {
		return nil
	}
	return err
}

// ServiceRole makes sure of a role of ours that an AWS service assumes, with one inline policy, and answers its ARN.
func ServiceRole(ctx context.Context, s *session.Session, l plan.Landing, name, service, policy string) (string, error) {
	c := iam.NewFromConfig(s.Config)
	trust := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"` + service + `"},"Action":"sts:AssumeRole","Condition":{"StringEquals":{"aws:SourceAccount":"` + s.Account + `"}}}]}`
	_, err := c.GetRole(ctx, &iam.GetRoleInput{RoleName: &name})
	if absent(err) {
		_, err = c.CreateRole(ctx, &iam.CreateRoleInput{RoleName: &name, AssumeRolePolicyDocument: &trust, Tags: tagsOf(l)})
	}
	if err != nil && !exists(err) {
		return "", err
	}
	if _, err := c.PutRolePolicy(ctx, &iam.PutRolePolicyInput{RoleName: &name, PolicyName: &name, PolicyDocument: &policy}); err != nil {
		return "", err
	}
	return s.ARN("iam", "role/"+name), nil
}

// RoleStands reports whether the account has a role of a name.
func RoleStands(ctx context.Context, s *session.Session, name string) (bool, error) {
	_, err := iam.NewFromConfig(s.Config).GetRole(ctx, &iam.GetRoleInput{RoleName: &name})
	if absent(err) {
		return false, nil
	}
	return err == nil, err
}

// DropServiceRole takes away a role that ServiceRole made.
func DropServiceRole(ctx context.Context, s *session.Session, name string) error {
	c := iam.NewFromConfig(s.Config)
	if _, err := c.DeleteRolePolicy(ctx, &iam.DeleteRolePolicyInput{RoleName: &name, PolicyName: &name}); err != nil && !absent(err) {
		return err
	}
	if _, err := c.DeleteRole(ctx, &iam.DeleteRoleInput{RoleName: &name}); err != nil && !absent(err) {
		return err
	}
	return nil
}
