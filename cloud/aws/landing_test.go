package aws_test

import "github.com/itbytes/landfall/plan"

// landing is an AWS landing of the demo organisation.
func landing(env string, login plan.Login) plan.Landing {
	return plan.Landing{
		Plan: "itbytes", Owner: "platform@it4bytes.example", Slug: "it4bytes", Cloud: plan.AWS, Environment: env,
		Name: "aws-" + env, Email: "aws+" + env + "@it4bytes.example", Region: "us-east-1", Parent: "core", Login: login,
		Tags: map[string]string{"owner": "platform", "organisation": "itbytes"},
		Network: plan.Network{CIDR: "10.64.0.0/20", Subnets: []plan.Subnet{
			{Name: "aws-" + env + "-a", CIDR: "10.64.0.0/22", Zone: "a"}, {Name: "aws-" + env + "-b", CIDR: "10.64.4.0/22", Zone: "b"},
		}},
		Identities: []plan.Identity{{
			Name: "itManagesAWS", Cloud: plan.AWS, Roles: []string{"ReadOnlyAccess", "SecurityAudit"},
			Trust: []plan.Trust{{Name: "ci", Issuer: "https://token.actions.githubusercontent.com", Audience: "sts.amazonaws.com", Subject: "repo:it4bytes/platform:environment:prod"}},
		}},
		Mode: plan.Enforce,
	}
}

// sso is the organisation's single sign-on.
func sso() plan.Login {
	return plan.Login{
		Name: "aws-sso", Type: "aws-sso", StartURL: "https://it4bytes.awsapps.com/start", Account: "379047601618",
		Role: "AdministratorAccess", Region: "us-east-1",
	}
}

// morning is a landing of the paper's organisation, as its plan adopts it.
func morning(env string) plan.Landing {
	accounts := map[string]string{"prod": "862973411383", "dti": "104862917517", "mgmt": "379047601618"}
	l := landing(env, sso())
	l.Organization, l.Adopt = "o-itbytes0001", plan.Adopt{ID: accounts[env]}
	if env == "mgmt" {
		l.Management, l.Zone = true, "aws.it4bytes.example"
		for _, e := range []string{"prod", "dti", "mgmt"} {
			l.Siblings = append(l.Siblings, plan.Sibling{Environment: e, Name: "aws-" + e, Email: "aws+" + e + "@it4bytes.example", ID: accounts[e]})
		}
		return l
	}
	l.Fallback = keys(env)
	return l
}

// keys is the fallback login of a landing.
func keys(env string) *plan.Login {
	accounts := map[string]string{"prod": "862973411383", "dti": "104862917517"}
	return &plan.Login{Name: "aws-" + env + "-keys", Type: "aws-keys", Account: accounts[env], User: "landfall-fallback", Item: "op://itbytes-internal/aws-" + env}
}
