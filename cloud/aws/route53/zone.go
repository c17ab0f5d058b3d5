// Package route53 holds the step that gives a landing a DNS zone of its own.
package route53

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/route53"
	"github.com/aws/aws-sdk-go-v2/service/route53/types"

	"github.com/itbytes/landfall/cloud/aws/iam"
	"github.com/itbytes/landfall/cloud/aws/session"
	"github.com/itbytes/landfall/cloud/step"
	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// Controls lists the steps of the chapter "dns".
func Controls() []step.Control[*session.Session] {
	return []step.Control[*session.Session]{
		Zone{},
	}
}

// Zone is the landing's public hosted zone. Route 53 makes a second one of the same name without a word, so it is looked
// for first.
type Zone struct{}

// Describe implements step.Control.
func (Zone) Describe(l plan.Landing) (plan.Step, bool) {
	return plan.Step{
		Name: "dns-zone", Title: "the DNS zone " + l.Zone, Chapter: plan.Name, After: []string{"account"},
		Inverse: plan.Revert, Usual: time.Minute,
	}, l.Zone != ""
}

// Want implements step.Control.
func (Zone) Want(t plan.Task) plan.Fields { return plan.Fields{"zone": bare(t.Landing.Zone)} }

// Observe implements step.Control.
func (Zone) Observe(ctx context.Context, s *session.Session, t plan.Task) (plan.Observation, error) {
	c, zone := route53.NewFromConfig(s.Config), bare(t.Landing.Zone)
	ids, err := find(ctx, c, zone)
	if err != nil {
		return plan.Observation{}, err
	}
	switch len(ids) {
	case 0:
		return plan.Observation{State: plan.Absent, Evidence: []string{"ListHostedZonesByName: no public zone " + zone + " in " + s.Account}}, nil
	case 1:
	default:
		return plan.Observation{}, fault.New(fault.Ambiguous, "Delete the ones that nothing delegates to, then resume.",
			"the account %s has several public zones named %s: %s", s.Account, zone, strings.Join(ids, ", "))
	}
	got, err := c.GetHostedZone(ctx, &route53.GetHostedZoneInput{Id: &ids[0]})
	if err != nil {
		return plan.Observation{}, err
	}
	tags, err := c.ListTagsForResource(ctx, &route53.ListTagsForResourceInput{ResourceType: types.TagResourceTypeHostedzone, ResourceId: &ids[0]})
	if err != nil {
		return plan.Observation{}, err
	}
	var servers []string
	if got.DelegationSet != nil {
		servers = slices.Sorted(slices.Values(got.DelegationSet.NameServers))
	}
	o := plan.Observation{
		State: plan.Present, ID: ids[0], Match: plan.ByKey, Live: plan.Fields{"zone": bare(aws.ToString(got.HostedZone.Name))},
		Facts:    map[string]string{"zone": ids[0], "name-servers": strings.Join(servers, ",")},
		Evidence: []string{fmt.Sprintf("GetHostedZone: %s %s, name servers %s", ids[0], zone, strings.Join(servers, " "))},
	}
	for _, tag := range tags.ResourceTagSet.Tags {
		if aws.ToString(tag.Key) == session.PlanTag {
			o.Owner = aws.ToString(tag.Value)
		}
	}
	return o, nil
}

// find lists the ids of the account's public zones of a name. Names are answered in order, the wanted one first.
func find(ctx context.Context, c *route53.Client, zone string) ([]string, error) {
	var ids []string
	in := &route53.ListHostedZonesByNameInput{DNSName: aws.String(zone + ".")}
	for {
		page, err := c.ListHostedZonesByName(ctx, in)
		if err != nil {
			return nil, err
		}
		for _, z := range page.HostedZones {
			if bare(aws.ToString(z.Name)) != zone {
				return ids, nil
			}
			if z.Config == nil || !z.Config.PrivateZone {
				ids = append(ids, strings.TrimPrefix(aws.ToString(z.Id), "/hostedzone/"))
			}
		}
		if !page.IsTruncated {
			return ids, nil
		}
		in.DNSName, in.HostedZoneId = page.NextDNSName, page.NextHostedZoneId
	}
}

// Preflight implements step.Control.
func (Zone) Preflight(ctx context.Context, s *session.Session, _ plan.Task, c plan.Change) error {
	if c.Op != plan.Create {
		return iam.May(ctx, s, "arn:"+session.Partition(s.Config.Region)+":route53:::hostedzone/*", "route53:ChangeTagsForResource")
	}
	return iam.May(ctx, s, "*", "route53:CreateHostedZone")
}

// Apply implements step.Control.
func (Zone) Apply(ctx context.Context, s *session.Session, t plan.Task, c plan.Change, o plan.Observation, _ step.Intent) (plan.Applied, error) {
	api, id := route53.NewFromConfig(s.Config), o.ID
	if c.Op == plan.Create {
		var err error
		if id, err = create(ctx, s, t); err != nil {
			return plan.Applied{}, err
		}
	}
	in := &route53.ChangeTagsForResourceInput{ResourceType: types.TagResourceTypeHostedzone, ResourceId: &id}
	tags := session.Tags(t.Landing)
	for _, k := range session.TagNames(tags) {
		in.AddTags = append(in.AddTags, types.Tag{Key: aws.String(k), Value: aws.String(tags[k])})
	}
	_, err := api.ChangeTagsForResource(ctx, in)
	return plan.Applied{ID: id}, err
}

// create makes the zone. The reference is the step's own, so that a second attempt makes no second zone; Route 53 takes each
// reference only once, also after the zone was deleted. Where it is spent and the account has no such zone, an earlier run
// was undone and the next one counts, unless an attempt just now may have made a zone that is not listed yet.
func create(ctx context.Context, s *session.Session, t plan.Task) (string, error) {
	for n := range session.Undone {
		made, err := route53.NewFromConfig(s.Config).CreateHostedZone(ctx, &route53.CreateHostedZoneInput{
			Name: aws.String(bare(t.Landing.Zone)), CallerReference: aws.String(session.NthToken(t, n, s.Account)),
			HostedZoneConfig: &types.HostedZoneConfig{Comment: aws.String("Landfall: plan " + t.Landing.Plan)},
		})
		switch {
		case err == nil:
			return strings.TrimPrefix(aws.ToString(made.HostedZone.Id), "/hostedzone/"), nil
		case !session.Is(err, "HostedZoneAlreadyExists"):
			return "", err
		case t.Again:
			return "", fault.New(fault.Ambiguous, "If the account has no zone "+bare(t.Landing.Zone)+", create it by hand; it is adopted when you resume.",
				"a zone %s was made by this step and is not listed: by the attempt before, or by a run that was undone", t.Landing.Zone)
		}
	}
	return "", fault.New(fault.Conflict, "Create the zone by hand: it is adopted when you resume.",
		"the zone %s was made by this step and deleted since %d times; Route 53 takes a reference only once", t.Landing.Zone, session.Undone)
}

// Undo implements step.Undoer. A zone that others have put records into is left.
func (Zone) Undo(ctx context.Context, s *session.Session, t plan.Task, _ plan.Deed, o plan.Observation) error {
	_, err := route53.NewFromConfig(s.Config).DeleteHostedZone(ctx, &route53.DeleteHostedZoneInput{Id: &o.ID})
	switch {
	case session.Is(err, "NoSuchHostedZone"):
		return nil
	case session.Is(err, "HostedZoneNotEmpty"):
		return fault.New(fault.Conflict, "Move its records, or keep the zone; then resume.", "the zone %s (%s), which this run made, has records of others", t.Landing.Zone, o.ID)
	}
	return err
}

// Owned implements step.Owned.
func (Zone) Owned() bool { return true }

// bare is a zone's name without the final dot, in lower case.
func bare(zone string) string { return strings.ToLower(strings.TrimSuffix(zone, ".")) }
