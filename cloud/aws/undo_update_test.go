package aws_test

import (
	"slices"
	"strings"
	"testing"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/configservice"
	config "github.com/aws/aws-sdk-go-v2/service/configservice/types"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	net "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	access "github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/route53"
	dns "github.com/aws/aws-sdk-go-v2/service/route53/types"
	"github.com/aws/aws-sdk-go-v2/service/s3control"
	block "github.com/aws/aws-sdk-go-v2/service/s3control/types"

	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
	"github.com/itbytes/landfall/simulator/kernel"
)

// drifted is a production account in which an earlier run's work has come undone, each part in its own way.
func drifted(s *kernel.Scenario) {
	ours := map[string]any{"landfall-plan": "itbytes", "landfall-environment": "prod"}
	a := account(s, "862973411383")
	a["s3PublicAccessBlock"] = true
	a["users"] = []any{map[string]any{"name": "landfall-fallback", "tags": ours, "deliverTo": "op://itbytes-internal/aws-prod"}}
	a["roles"] = []any{map[string]any{"name": "itManagesAWS", "trusts": "379047601618", "policies": []any{"ReadOnlyAccess"}, "tags": ours}}
	a["oidcProviders"] = map[string]any{"token.actions.githubusercontent.com": []any{"another"}}
	a["regions"] = map[string]any{"us-east-1": map[string]any{
		"guardDuty": "disabled", "ebsEncryption": false, "securityHub": []any{"aws-foundational-security-best-practices/v/1.0.0"},
		"config":  map[string]any{"name": "landfall", "bucket": "landfall-config-862973411383-us-east-1", "stopped": true},
		"webACLs": []any{map[string]any{"name": "landfall-baseline"}},
		"vpcs": []any{map[string]any{
			"name": "aws-prod", "cidr": "10.64.0.0/20", "tags": ours, "openDefaultGroup": true, "endpoints": []any{"s3"},
			"subnets": []any{map[string]any{"name": "aws-prod-a", "cidr": "10.64.0.0/22", "zone": "a"}},
		}},
	}}
}

// drift does by API what a scenario cannot say.
func (w *world) drift(cfg sdk.Config) {
	w.t.Helper()
	ctx := w.t.Context()
	must := func(err error) {
		w.t.Helper()
		if err != nil {
			w.t.Fatal(err)
		}
	}
	c := configservice.NewFromConfig(cfg)
	_, err := c.PutConfigurationRecorder(ctx, &configservice.PutConfigurationRecorderInput{ConfigurationRecorder: &config.ConfigurationRecorder{
		Name: sdk.String("landfall"), RoleARN: sdk.String("arn:aws:iam::862973411383:role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig"),
		RecordingGroup: &config.RecordingGroup{ResourceTypes: []config.ResourceType{config.ResourceTypeVpc, config.ResourceTypeSubnet}},
	}})
	must(err)
	_, err = c.DeleteDeliveryChannel(ctx, &configservice.DeleteDeliveryChannelInput{DeliveryChannelName: sdk.String("landfall")})
	must(err)
	user := "landfall-fallback"
	held, err := iam.NewFromConfig(cfg).ListAccessKeys(ctx, &iam.ListAccessKeysInput{UserName: &user})
	must(err)
	_, err = iam.NewFromConfig(cfg).UpdateAccessKey(ctx, &iam.UpdateAccessKeyInput{UserName: &user, AccessKeyId: held.AccessKeyMetadata[0].AccessKeyId, Status: access.StatusTypeInactive})
	must(err)
	_, err = s3control.NewFromConfig(cfg).PutPublicAccessBlock(ctx, &s3control.PutPublicAccessBlockInput{AccountId: sdk.String("862973411383"), PublicAccessBlockConfiguration: &block.PublicAccessBlockConfiguration{
		BlockPublicAcls: sdk.Bool(true), IgnorePublicAcls: sdk.Bool(false), BlockPublicPolicy: sdk.Bool(true), RestrictPublicBuckets: sdk.Bool(false),
	}})
	must(err)
	e := ec2.NewFromConfig(cfg)
	subnets, err := e.DescribeSubnets(ctx, &ec2.DescribeSubnetsInput{})
	must(err)
	for _, n := range subnets.Subnets {
		if sdk.ToString(n.CidrBlock) == "10.64.0.0/22" {
			_, err = e.ModifySubnetAttribute(ctx, &ec2.ModifySubnetAttributeInput{SubnetId: n.SubnetId, MapPublicIpOnLaunch: &net.AttributeBooleanValue{Value: sdk.Bool(true)}})
			must(err)
			_, err = e.CreateFlowLogs(ctx, &ec2.CreateFlowLogsInput{
				ResourceIds: []string{sdk.ToString(n.VpcId)}, ResourceType: net.FlowLogsResourceTypeVpc, TrafficType: net.TrafficTypeReject,
				LogDestinationType: net.LogDestinationTypeS3, LogDestination: sdk.String("arn:aws:s3:::landfall-config-862973411383-us-east-1"),
			})
			must(err)
		}
	}
}

func TestWhatTheRunHasChangedIsAsBeforeAndOtherFieldsUntouched(t *testing.T) {
	w := begin(t, "itbytes", atOnce, drifted)
	l := morning("prod")
	if _, err := w.carry(l, "account"); err != nil {
		t.Fatal(err)
	}
	w.drift(w.inside(l))
	before := w.stands()
	done := w.land(l)
	changed := []string{
		"fallback-user", "fallback-key", "identity-itmanagesaws", "guardduty", "config-recorder", "security-hub", "vpc", "vpc-endpoints", "flow-logs",
		"waf", "ebs-encryption", "s3-public-access",
	}
	for _, name := range changed {
		if o := done[name]; o.Change.Op != plan.Update {
			t.Errorf("%s was %s, want updated: %+v", name, o.Change.Op, o.Change)
		}
	}
	for name, u := range w.takeBack(l, done) {
		if want := plan.Reverted; slices.Contains(changed, name) && u.State != want {
			t.Errorf("the undo of %s: got %s (%s), want %s", name, u.State, u.Why, want)
		}
	}
	// What a run leaves behind an update: the empty home of what it recorded.
	left := differ(before, w.stands(), `/accounts/862973411383/regions/us-east-1/logs//landfall/itbytes/flow-logs/.*`, `/accounts/862973411383/iam/roles/landfall-flow-logs/.*`,
		`/accounts/862973411383/s3/landfall-config-862973411383-us-east-1/policy=.*`)
	if len(left) > 0 {
		t.Errorf("not as before:\n%s", strings.Join(left, "\n"))
	}
	writes := len(w.writes())
	w.takeBack(l, done)
	if made := w.writes()[writes:]; len(made) > 0 {
		t.Errorf("the second undo wrote %v, want nothing", made)
	}
	for name, o := range w.land(l) {
		if o.State != plan.StepDone || slices.Contains(changed, name) && o.Change.Op != plan.Update {
			t.Errorf("%s in a run after the abort: got %s, %s, want it done again", name, o.State, o.Change.Op)
		}
	}
}

func TestAnUpdateThatSomebodyHasChangedSinceIsLeft(t *testing.T) {
	w := begin(t, "itbytes", atOnce, drifted)
	l := morning("prod")
	if _, err := w.carry(l, "account"); err != nil {
		t.Fatal(err)
	}
	cfg := w.inside(l)
	w.drift(cfg)
	done := w.land(l)
	role := "itManagesAWS"
	if _, err := iam.NewFromConfig(cfg).UpdateAssumeRolePolicy(t.Context(), &iam.UpdateAssumeRolePolicyInput{
		RoleName: &role, PolicyDocument: sdk.String(`{"Version":"2012-10-17","Statement":[{"Sid":"LandfallCi","Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}`),
	}); err != nil {
		t.Fatal(err)
	}
	if _, err := s3control.NewFromConfig(cfg).DeletePublicAccessBlock(t.Context(), &s3control.DeletePublicAccessBlockInput{AccountId: sdk.String("862973411383")}); err != nil {
		t.Fatal(err)
	}
	before := len(w.writes())
	for step, says := range map[string]string{"identity-itmanagesaws": "somebody has changed it since: trust", "s3-public-access": "taken it away"} {
		if u, err := w.undo(l, step, done[step]); err != nil || u.State != plan.Left || !strings.Contains(u.Why, says) {
			t.Errorf("%s: got %+v, %v, want it left: %s", step, u, err, says)
		}
	}
	if made := w.writes()[before:]; len(made) > 0 {
		t.Errorf("got the writes %v, want none", made)
	}
}

func TestThePlacesAndTagsOfTheAccountsAreAsBefore(t *testing.T) {
	w := begin(t, "itbytes", func(s *kernel.Scenario) {
		s.Estate["aws"].(map[string]any)["organization"].(map[string]any)["units"] = map[string]any{"labs": []any{"104862917517"}, "core": []any{}}
		for id, env := range map[string]string{"862973411383": "prod", "104862917517": "dti", "379047601618": "mgmt"} {
			account(s, id)["tags"] = map[string]any{"landfall-plan": "itbytes", "landfall-environment": env, "owner": "a,b=c", "cost-centre": "42"}
		}
	})
	l := morning("mgmt")
	before := w.stands()
	done := map[string]plan.Outcome{}
	for _, name := range []string{"account", "ou-placement", "account-tags"} {
		o, err := w.carry(l, name)
		if err != nil {
			t.Fatal(err)
		}
		done[name] = o
	}
	if done["ou-placement"].Change.Op != plan.Update || done["account-tags"].Change.Op != plan.Update {
		t.Fatalf("got %+v and %+v, want both updated", done["ou-placement"].Change, done["account-tags"].Change)
	}
	for name, u := range w.takeBack(l, done) {
		if name != "account" && u.State != plan.Reverted {
			t.Errorf("the undo of %s: got %s (%s), want %s", name, u.State, u.Why, plan.Reverted)
		}
	}
	if left := differ(before, w.stands(), `/accounts/\d+/iam/roles/AWSReservedSSO_.*`); len(left) > 0 {
		t.Errorf("not as before:\n%s", strings.Join(left, "\n"))
	}
}

func TestWhatOthersHaveAddedSinceIsLeftAndNamed(t *testing.T) {
	w := begin(t, "greenfield", atOnce)
	l, m := green("prod"), holding("prod")
	done, doneByMgmt := w.land(l), w.land(m)
	ctx := t.Context()
	cfg := w.inside(l)
	made := w.facts[l.ID()]
	if _, err := ec2.NewFromConfig(cfg).CreateSubnet(ctx, &ec2.CreateSubnetInput{VpcId: sdk.String(made["vpc"]), CidrBlock: sdk.String("10.64.12.0/24")}); err != nil {
		t.Fatal(err)
	}
	_, err := route53.NewFromConfig(cfg).ChangeResourceRecordSets(ctx, record(made["zone"]))
	if err != nil {
		t.Fatal(err)
	}
	for step, want := range map[string]string{"dns-zone": "records of others", "vpc": "subnet-"} {
		if step == "vpc" {
			for _, first := range []string{"flow-logs", "vpc-endpoints"} {
				if _, err := w.undo(l, first, done[first]); err != nil {
					t.Fatal(err)
				}
			}
		}
		_, err := w.undo(l, step, done[step])
		if f := fault.As(err); f == nil || f.Kind != fault.Conflict || !strings.Contains(f.Message, want) {
			t.Errorf("%s: got %v, want a conflict that names %q", step, err, want)
		}
	}
	api := iam.NewFromConfig(cfg)
	role := "itManagesAWS"
	if _, err := api.DetachRolePolicy(ctx, &iam.DetachRolePolicyInput{RoleName: &role, PolicyArn: sdk.String("arn:aws:iam::aws:policy/SecurityAudit")}); err != nil {
		t.Fatal(err)
	}
	if u, err := w.undo(l, "identity-itmanagesaws", done["identity-itmanagesaws"]); err != nil || u.State != plan.Reverted {
		t.Errorf("a role from which a policy was taken: got %+v, %v, want it gone all the same", u, err)
	}
	w.stray("core")
	_, err = w.undo(m, "ou-placement", doneByMgmt["ou-placement"])
	if f := fault.As(err); f == nil || f.Kind != fault.Conflict || !strings.Contains(f.Message, "not empty") {
		t.Errorf("a unit with somebody's account: got %v, want a conflict", err)
	}
}

// record is somebody's record in a zone.
func record(zone string) *route53.ChangeResourceRecordSetsInput {
	return &route53.ChangeResourceRecordSetsInput{HostedZoneId: &zone, ChangeBatch: &dns.ChangeBatch{Changes: []dns.Change{{
		Action: dns.ChangeActionCreate, ResourceRecordSet: &dns.ResourceRecordSet{
			Name: sdk.String("www.aws.greenfield.example"), Type: dns.RRTypeA, TTL: sdk.Int64(60), ResourceRecords: []dns.ResourceRecord{{Value: sdk.String("192.0.2.1")}},
		},
	}}}}
}

// stray makes an account of nobody's plan and puts it into a unit.
func (w *world) stray(unit string) {
	w.t.Helper()
	ctx, org := w.t.Context(), organizations.NewFromConfig(w.config(green("prod")))
	made, err := org.CreateAccount(ctx, &organizations.CreateAccountInput{AccountName: sdk.String("stray"), Email: sdk.String("stray@greenfield.example")})
	if err != nil {
		w.t.Fatal(err)
	}
	roots, err := org.ListRoots(ctx, &organizations.ListRootsInput{})
	if err != nil {
		w.t.Fatal(err)
	}
	status, err := org.DescribeCreateAccountStatus(ctx, &organizations.DescribeCreateAccountStatusInput{CreateAccountRequestId: made.CreateAccountStatus.Id})
	if err != nil {
		w.t.Fatal(err)
	}
	for path, name := range w.names("/organization/units/[^/]+/name") {
		if name != unit {
			continue
		}
		id := strings.Split(path, "/")[3]
		if _, err := org.MoveAccount(ctx, &organizations.MoveAccountInput{AccountId: status.CreateAccountStatus.AccountId, SourceParentId: roots.Roots[0].Id, DestinationParentId: &id}); err != nil {
			w.t.Fatal(err)
		}
	}
}
