// Package baseline holds the controls that protect a landing's AWS account, one file each.
package baseline

import (
	"github.com/itbytes/landfall/cloud/aws/session"
	"github.com/itbytes/landfall/cloud/step"
	"github.com/itbytes/landfall/plan"
)

// Controls lists every control in its order. A new control is one file here and one line below.
func Controls() []step.Control[*session.Session] {
	return []step.Control[*session.Session]{
		GuardDuty{},
		ConfigRecorder{},
		SecurityHub{},
		VPC{},
		VPCEndpoints{},
		FlowLogs{},
		WAF{},
		EBSEncryption{},
		S3PublicAccess{},
		MFA{},
	}
}

// The words of the canonical fields.
const (
	on  = "on"
	off = "off"
	yes = "yes"
)

func onOff(b bool) string {
	if b {
		return on
	}
	return off
}

// verb is the action that a change asks for.
func verb(c plan.Change, create, update string) string {
	if c.Op == plan.Create {
		return create
	}
	return update
}

// described begins a control's description; all of them come after the account and what else they need.
func described(name, title, control, objective string, after ...string) plan.Step {
	return plan.Step{
		Name: name, Title: title, Chapter: plan.Protect, Control: control, Objective: objective,
		After: append([]string{"account"}, after...), Inverse: plan.Neutralise,
	}
}
