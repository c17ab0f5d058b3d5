package report

import (
	"time"

	"github.com/itbytes/landfall/plan"
)

var dawn = time.Date(2026, 5, 14, 6, 20, 0, 0, time.UTC)

func after(seconds float64) time.Time {
	return dawn.Add(time.Duration(seconds * float64(time.Second)))
}

// done is a step that ended well.
func done(name, title string, chapter plan.Chapter, control, objective string, from, to float64, op plan.Op, afterSteps ...string) plan.StepReport {
	s := plan.StepReport{
		Name: name, Title: title, Chapter: chapter, Control: control, Objective: objective, After: afterSteps, Change: op,
		State: plan.StepDone, Attempts: 1, Reads: 2, Started: after(from), Ended: after(to), Inverse: plan.Revert,
		Evidence: []string{name + ": read and found as wanted"},
	}
	if op != plan.None {
		s.Writes = 1
	}
	return s
}

// morning is a run with something of everything: nine landings, one held by its login, one that waits for a person, a
// failure, a gap, a waiver, a skipped landing.
func morning() plan.Report {
	r := plan.Report{
		Plan: "itbytes", Digest: "sha256:9f2c4e6a8b0d1f3e5a7c9b1d3f5e7a9c1b3d5f7e9a1c3b5d7f9e1a3c5b7d9f1e", Mode: "apply",
		State: plan.LandingHeld, Started: dawn,
	}
	r.Landings = []plan.LandingReport{awsProd(), awsMgmt(), azureProd(), gcpProd()}
	for _, l := range []plan.LandingReport{
		{Cloud: plan.AWS, Environment: "dti", Name: "aws-dti", ID: "104862917517"},
		{Cloud: plan.Azure, Environment: "dti", Name: "it4bytes-sub-dti-core", ID: "0d4b6a51-96c2-4c3a-a1e4-5d2f6a703333"},
		{Cloud: plan.Azure, Environment: "mgmt", Name: "it4bytes-sub-mgmt-core", ID: "3c8e1f70-2b5d-4e9a-b7c6-1a9d8e504444"},
		{Cloud: plan.GCP, Environment: "dti", Name: "it4bytes-dti-core", ID: "it4bytes-dti-core"},
	} {
		l.State, l.Started, l.Ended = plan.LandingDone, after(1), after(12)
		l.Steps = []plan.StepReport{
			done("container", "The container stands", plan.Container, "", "", 1, 6, plan.Create),
			done("detect", "Threats are detected", plan.Protect, "X-O01", "O01", 6, 9, plan.Update, "container"),
			done("flows", "Flows are logged", plan.Protect, "X-O06", "O06", 9, 12, plan.Create, "detect"),
		}
		r.Landings = append(r.Landings, l)
	}
	r.Landings = append(r.Landings, plan.LandingReport{
		Cloud: plan.GCP, Environment: "mgmt", Name: "it4bytes-mgmt-core", State: plan.LandingSkipped, Why: "no project quota, until 2026-06-30",
	})
	r.Registry = plan.RegistryReport{Table: "itinfra-connections", State: plan.StepDone, Written: 1, Rows: []plan.Row{
		{Project: "aws-prod", Cloud: plan.AWS, Kind: "landing", ID: "862973411383", Environment: "prod", Plan: "itbytes"},
		{Project: "itmanagesgcp", Cloud: plan.GCP, Kind: "identity", ID: "itmanagesgcp@it4bytes-mgmt-core.iam.gserviceaccount.com", Credential: "op://itbytes-internal/itmanagesgcp-gcp", Plan: "itbytes"},
	}}
	r.SPOF = []plan.SPOF{
		{
			Name: "aws-sso", Kind: "login", Stops: []string{"aws/mgmt", "registry"}, GoesOn: []string{"aws/prod by aws-prod-keys", "reading of rows by landfall registry list --from azure"},
			Why: "There is no other way into aws/mgmt.", Mend: "Give the landings that it stops a fallback of another kind: landings[].fallback.",
		},
		{Name: "379047601618", Kind: "account", Stops: []string{"aws/mgmt", "aws zone", "registry"}},
	}
	Complete(&r)
	return r
}

func awsProd() plan.LandingReport {
	vpc := done("vpc", "A private network", plan.Protect, "AWS-O03a", "O03", 8, 14, plan.Adopted, "account")
	vpc.Fields = []plan.FieldDiff{{Field: "owner", After: "itbytes"}}
	flows := done("flow-logs", "Flows are logged", plan.Protect, "AWS-O06", "O06", 14, 31, plan.Create, "vpc")
	flows.Waits = []plan.Waited{{Kind: "propagation", For: "the role is not yet seen by EC2", Started: after(16), Seconds: 9}}
	flows.Attempts = 2
	return plan.LandingReport{
		Cloud: plan.AWS, Environment: "prod", Name: "aws-prod", ID: "862973411383", State: plan.LandingDone, Started: after(0), Ended: after(33),
		Steps: []plan.StepReport{
			done("account", "The account stands", plan.Container, "", "", 0, 8, plan.None),
			done("identity-ci", "The pipeline signs in by its own token", plan.Identify, "", "", 8, 11, plan.Create, "account"),
			done("guardduty", "Threats are detected", plan.Protect, "AWS-O01", "O01", 8, 10, plan.None, "account"),
			vpc, flows,
			done("dns-zone", "The cloud answers for its own names", plan.Name, "", "", 31, 33, plan.Create, "flow-logs"),
		},
	}
}

func awsMgmt() plan.LandingReport {
	held := plan.StepReport{
		Name: "vpc", Title: "A private network", Chapter: plan.Protect, Control: "AWS-O03a", Objective: "O03", After: []string{"account"}, Change: plan.None,
		State: plan.StepHeld, Attempts: 1, Reads: 1, Started: after(5), Inverse: plan.Neutralise,
		Waits: []plan.Waited{{Kind: "SessionExpired", For: "the login aws-sso needs a person", Started: after(6), Seconds: 40}},
		Fault: &plan.Note{Kind: "SessionExpired", Message: "aws sso GetRoleCredentials: UnauthorizedException: Session token not found or invalid", Hint: "Sign in again with landfall login aws-sso; everything that waits for it goes on by itself."},
	}
	return plan.LandingReport{
		Cloud: plan.AWS, Environment: "mgmt", Name: "aws-mgmt", ID: "379047601618", State: plan.LandingHeld, Why: "the login aws-sso needs a person", Started: after(0),
		Steps: []plan.StepReport{
			done("account", "The account stands", plan.Container, "", "", 0, 5, plan.None), held,
			done("account-tags", "The accounts' tags", plan.Organise, "", "", 5, 6, plan.Adopted, "account"),
		},
	}
}

func azureProd() plan.LandingReport {
	failed := done("flow-log", "Flows are logged", plan.Protect, "AZ-O06", "O06", 20, 24, plan.None, "vnet")
	failed.State = plan.StepFailed
	failed.Fault = &plan.Note{Kind: "Retired", Message: "azure Microsoft.Network PUT flowLogs: NsgFlowLogCreationBlocked: <b>NSG flow logs</b> cannot be made", Hint: "Point the flow log at the virtual network."}
	gapped := done("waf", "Web traffic is filtered", plan.Protect, "AZ-O04", "O04", 9, 11, plan.Create, "subscription")
	gapped.State, gapped.Writes = plan.StepGap, 0
	excused := done("defender", "Threats are detected", plan.Protect, "AZ-O01", "O01", 9, 13, plan.Update, "subscription")
	excused.State, excused.Writes, excused.Waiver = plan.StepGap, 0, "priced per resource (ciso@it4bytes.example, until 2027-01-31)"
	made := done("subscription", "The subscription stands", plan.Container, "", "", 0, 9, plan.Adopted)
	made.Waits = []plan.Waited{{Kind: "turn", For: "waits for its turn", Started: after(1), Seconds: 3}, {Kind: "operation", For: "the alias is being made", Started: after(4), Seconds: 4}}
	return plan.LandingReport{
		Cloud: plan.Azure, Environment: "prod", Name: "it4bytes-sub-prod-core", ID: "5b0c3a1e-8f64-4d0b-b1a2-90c4e77d2222", State: plan.LandingFailed, Started: after(0), Ended: after(24),
		Steps: []plan.StepReport{
			made, excused, gapped, done("vnet", "A private network", plan.Protect, "AZ-O03b", "O03", 9, 20, plan.Update, "subscription"), failed,
			done("security-defaults", "People sign in with a second factor", plan.Protect, "AZ-O05", "O05", 9, 10, plan.None),
		},
	}
}

func gcpProd() plan.LandingReport {
	org := plan.StepReport{
		Name: "org-name", Title: "The organisation is called it4bytes-org", Chapter: plan.Container, Change: plan.Manual, State: plan.StepWaiting, Attempts: 3, Reads: 3, Started: after(10),
		Waits: []plan.Waited{{Kind: "person", For: "displayName should be it4bytes-org", Started: after(10), Seconds: 36}}, Inverse: plan.NoInverse,
	}
	two := done("two-step", "People sign in with a second factor", plan.Protect, "GC-O05", "O05", 10, 18, plan.Manual, "project")
	return plan.LandingReport{
		Cloud: plan.GCP, Environment: "prod", Name: "it4bytes-prod-core", ID: "it4bytes-prod-core", State: plan.LandingWaiting, Why: "a person's act", Started: after(0),
		Steps: []plan.StepReport{done("project", "The project stands", plan.Container, "", "", 0, 10, plan.Create), org, two},
	}
}
