package baseline

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/itbytes/landfall/cloud/aws/ec2"
	"github.com/itbytes/landfall/cloud/aws/iam"
	"github.com/itbytes/landfall/cloud/aws/session"
	"github.com/itbytes/landfall/cloud/step"
	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// VPC is the landing's private network: subnets that nothing leads out of, and a default security group that lets nothing
// in. A network that stood before keeps its own range and subnets.
type VPC struct{}

// FactVPC is the fact that names the landing's VPC; FactSubnets its private subnets, FactTables their route tables.
const (
	FactVPC     = "vpc"
	FactSubnets = "subnets"
	FactTables  = "route-tables"
)

// The fields that nobody wants and that undo needs: how the network was before it was changed.
const (
	groupRules    = "default security group's rules"
	namesGiven    = "names given"
	namesResolved = "names resolved"
	allSubnets    = "subnets"
	ownTables     = "subnets with a route table of their own"
	publicSubnets = "subnets that give public addresses"
)

// Describe implements step.Control.
func (VPC) Describe(l plan.Landing) (plan.Step, bool) {
	d := described("vpc", "A private network "+l.Network.CIDR, "AWS-O03a", "O03")
	d.Inverse, d.Usual = plan.Revert, 15*time.Second
	return d, true
}

// Want implements step.Control.
func (VPC) Want(plan.Task) plan.Fields {
	return plan.Fields{"private subnets": yes, "public addresses": "none", "default security group": "closed", "host names": on}
}

// Observe implements step.Control.
func (VPC) Observe(ctx context.Context, s *session.Session, t plan.Task) (plan.Observation, error) {
	l := t.Landing
	v, similar, err := ec2.FindVPC(ctx, s, l)
	if err != nil {
		return plan.Observation{}, err
	}
	if v.ID == "" {
		return plan.Observation{State: plan.Absent, Similar: similar, Evidence: []string{
			fmt.Sprintf("DescribeVpcs: none in %s is tagged %s=%s or named %s", s.Config.Region, session.PlanTag, l.Plan, l.Name),
		}}, nil
	}
	o := plan.Observation{
		State: plan.Present, ID: v.ID, Match: v.Match, Owner: v.Owner, Live: plan.Fields{"cidr": v.CIDR},
		Evidence: []string{fmt.Sprintf("DescribeVpcs: %s %q %s", v.ID, v.Name, v.CIDR)}, Facts: map[string]string{FactVPC: v.ID},
	}
	if v.Pending {
		o.State, o.Why = plan.Pending, "AWS makes the VPC "+v.ID
		return o, nil
	}
	subnets, err := ec2.Subnets(ctx, s, v.ID)
	if err != nil {
		return plan.Observation{}, err
	}
	o.Live["private subnets"], o.Live["public addresses"] = privacy(l, v, subnets)
	rules, err := ec2.DefaultGroup(ctx, s, v.ID)
	if err != nil {
		return plan.Observation{}, err
	}
	o.Live["default security group"], o.Live[groupRules] = map[bool]string{true: "open", false: "closed"}[rules != ""], rules
	named, err := ec2.Names(ctx, s, v.ID)
	if err != nil {
		return plan.Observation{}, err
	}
	o.Live["host names"] = onOff(named.Gives && named.Resolves)
	o.Live[namesGiven], o.Live[namesResolved] = onOff(named.Gives), onOff(named.Resolves)
	remember(o.Live, subnets)
	var ids []string
	for _, n := range ec2.Private(subnets) {
		ids = append(ids, n.ID)
	}
	o.Facts[FactSubnets], o.Facts[FactTables] = strings.Join(ids, ","), strings.Join(ec2.Tables(subnets), ",")
	o.Evidence = append(o.Evidence, fmt.Sprintf("DescribeSubnets: %d, of which private: %s", len(subnets), strings.Join(ids, " ")))
	return o, nil
}

// remember takes the network's subnets into the fields.
func remember(live plan.Fields, subnets []ec2.Subnet) {
	var all, own, public []string
	for _, n := range subnets {
		all = append(all, n.ID)
		if n.Explicit {
			own = append(own, n.ID)
		}
		if n.Public {
			public = append(public, n.ID)
		}
	}
	live[allSubnets], live[ownTables], live[publicSubnets] = strings.Join(all, ","), strings.Join(own, ","), strings.Join(public, ",")
}

// privacy is whether the wanted subnets are there and private: the plan's own in a network of the plan's range, any in a
// network that stood before.
func privacy(l plan.Landing, v ec2.VPC, subnets []ec2.Subnet) (there, addresses string) {
	addresses = "none"
	byRange := map[string]ec2.Subnet{}
	for _, n := range ec2.Private(subnets) {
		byRange[n.CIDR] = n
		if n.Public {
			addresses = "given"
		}
	}
	if v.CIDR != l.Network.CIDR {
		if len(byRange) == 0 {
			return "none", addresses
		}
		return yes, addresses
	}
	var missing []string
	for _, want := range l.Network.Subnets {
		if n, stands := byRange[want.CIDR]; !stands || !n.Explicit {
			missing = append(missing, want.Name)
		}
	}
	if len(missing) > 0 {
		return "missing: " + strings.Join(missing, " "), addresses
	}
	return yes, addresses
}

// Preflight implements step.Control.
func (VPC) Preflight(ctx context.Context, s *session.Session, t plan.Task, c plan.Change) error {
	if c.Op == plan.Create {
		return iam.May(ctx, s, s.ARNHere("ec2", "vpc/*"), "ec2:CreateVpc", "ec2:CreateTags", "ec2:ModifyVpcAttribute")
	}
	for _, f := range c.Fields {
		if f.Field == "private subnets" && f.Before == "none" {
			v, _, err := ec2.FindVPC(ctx, s, t.Landing)
			if err != nil {
				return err
			}
			return fault.New(fault.Conflict, "Give it a private subnet, or name another network in adopt.resources.vpc; then resume.",
				"the network %s (%s) stood before and has no private subnet", v.ID, v.CIDR)
		}
	}
	return nil
}

// Apply implements step.Control.
func (VPC) Apply(ctx context.Context, s *session.Session, t plan.Task, c plan.Change, o plan.Observation, intent step.Intent) (plan.Applied, error) {
	v := ec2.VPC{ID: o.ID, CIDR: o.Live["cidr"]}
	var err error
	switch c.Op {
	case plan.Create:
		intent("create the VPC " + t.Landing.Name)
		if v, err = ec2.MakeVPC(ctx, s, t.Landing); err != nil {
			return plan.Applied{}, err
		}
	case plan.Adopted:
		if err := ec2.Own(ctx, s, t.Landing, v.ID); err != nil {
			return plan.Applied{}, err
		}
	}
	done := plan.Applied{ID: v.ID, Facts: map[string]string{FactVPC: v.ID}}
	if o.Live["private subnets"] != yes && v.CIDR == t.Landing.Network.CIDR {
		if err := ec2.MakeSubnets(ctx, s, t, v.ID); err != nil {
			return plan.Applied{}, err
		}
	}
	subnets, err := ec2.Subnets(ctx, s, v.ID)
	if err != nil {
		return plan.Applied{}, err
	}
	if err := ec2.Withhold(ctx, s, subnets); err != nil {
		return plan.Applied{}, err
	}
	if o.Live["default security group"] != "closed" {
		if err := ec2.CloseDefaultGroup(ctx, s, v.ID); err != nil {
			return plan.Applied{}, err
		}
	}
	if o.Live["host names"] != on {
		return done, ec2.SetNames(ctx, s, v.ID, ec2.Naming{Resolves: true, Gives: true})
	}
	return done, nil
}

// Undo implements step.Undoer.
func (VPC) Undo(ctx context.Context, s *session.Session, t plan.Task, d plan.Deed, o plan.Observation) error {
	if d.Change.Op == plan.Create {
		return ec2.DropVPC(ctx, s, t.Landing, o.ID)
	}
	was, former := d.Receipt.Before, step.Former(d)
	restores := func(field string) bool { before, changed := former[field]; return changed && before != o.Live[field] }
	list := func(field string) []string {
		return strings.FieldsFunc(was[field], func(r rune) bool { return r == ',' })
	}
	if restores("private subnets") {
		if err := ec2.WithdrawSubnets(ctx, s, t.Landing, o.ID, list(allSubnets), list(ownTables)); err != nil {
			return err
		}
	}
	if restores("public addresses") {
		if err := ec2.GiveAddresses(ctx, s, list(publicSubnets)); err != nil {
			return err
		}
	}
	if restores("default security group") {
		if err := ec2.OpenDefaultGroup(ctx, s, o.ID, was[groupRules]); err != nil {
			return err
		}
	}
	if !restores("host names") {
		return nil
	}
	return ec2.SetNames(ctx, s, o.ID, ec2.Naming{Resolves: was[namesResolved] == on, Gives: was[namesGiven] == on})
}

// Owned implements step.Owned.
func (VPC) Owned() bool { return true }
