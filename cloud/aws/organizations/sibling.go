package organizations

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/organizations/types"

	"github.com/itbytes/landfall/cloud/aws/session"
	"github.com/itbytes/landfall/plan"
)

// sibling is one of the plan's AWS landings with its account, as far as it is there.
type sibling struct {
	plan.Sibling
	account string // empty where it is not there yet
	closed  string // why it is left as it is: AWS's word for an account that is suspended or being closed, or in quarantine
}

// adopted reports whether the plan says that the account stood before.
func (s sibling) adopted() bool { return s.ID != "" || s.Called != "" }

// look finds the accounts of all siblings in one list. An organisation that is not there yet has none.
func look(ctx context.Context, s *session.Session, t plan.Task) ([]sibling, error) {
	if t.Again {
		s.Forget() // the world may have been mended just now
	}
	all, err := session.Ask(s, "accounts", func() ([]types.Account, error) { return accounts(ctx, s) })
	if err != nil && !session.Is(err, "AWSOrganizationsNotInUseException") {
		return nil, err
	}
	byID := map[string]*types.Account{}
	for i, a := range all {
		byID[aws.ToString(a.Id)] = &all[i]
	}
	in := map[string]bool{}
	if len(all) > 0 {
		if in, err = confined(ctx, s); err != nil {
			return nil, err
		}
	}
	out := make([]sibling, 0, len(t.Landing.Siblings))
	for _, want := range t.Landing.Siblings {
		sib := sibling{Sibling: want}
		a := byID[idOf(t, want)]
		if a == nil && want.ID == "" {
			a, _ = pick(all, want.Email, want.Called)
		}
		if a == nil && want.ID == "" && want.Called == "" {
			l := tagged(t.Landing, want)
			l.Name = want.Name
			if a, err = byTag(ctx, s, all, l); err != nil {
				return nil, err
			}
		}
		if a != nil {
			sib.take(*a)
		}
		if in[sib.account] {
			sib.closed = "in quarantine"
		}
		out = append(out, sib)
	}
	return out, nil
}

// take takes in what AWS says of the account. One that AWS still activates is not there yet.
func (s *sibling) take(a types.Account) {
	switch state := types.AccountState(stateOf(a)); state {
	case types.AccountStatePendingActivation:
		return
	case types.AccountStateActive:
	default:
		s.closed = string(state)
	}
	s.account = aws.ToString(a.Id)
}

// idOf is the sibling's account as far as the plan or, for the landing itself, an earlier step names it.
func idOf(t plan.Task, s plan.Sibling) string {
	if s.Environment == t.Landing.Environment {
		return accountOf(t)
	}
	return s.ID
}

// roll is what was found of all siblings, one field a sibling.
type roll struct {
	want, live plan.Fields
	missing    []string // environments whose account is not there yet
	evidence   []string
}

// call takes the roll: see is asked of each account that stands, and says what is to be shown for it.
func call(siblings []sibling, want plan.Fields, see func(sib sibling) (live, said string, err error)) (roll, error) {
	r := roll{want: want, live: plan.Fields{}}
	for _, sib := range siblings {
		wanted, concerned := want[sib.Environment]
		switch {
		case !concerned:
			continue
		case sib.account == "":
			r.missing = append(r.missing, sib.Environment)
			continue
		case sib.closed != "":
			r.live[sib.Environment], r.live[closedField(sib.Environment)] = wanted, sib.closed
			r.evidence = append(r.evidence, fmt.Sprintf("ListAccounts: %s (%s) is %s and is left as it is", sib.account, sib.Environment, sib.closed))
			continue
		}
		live, said, err := see(sib)
		if err != nil {
			return roll{}, err
		}
		r.live[sib.Environment] = live
		r.evidence = append(r.evidence, said)
	}
	if len(r.missing) > 0 {
		r.evidence = append(r.evidence, "ListAccounts: no account yet of "+strings.Join(r.missing, ", "))
	}
	return r, nil
}

// closedField is the field that says why an environment's account is left as it is.
func closedField(environment string) string { return environment + " is closed" }

// idle reports whether nothing is to be done now for any account that is there.
func (r roll) idle() bool {
	for env, live := range r.live {
		if wanted, concerned := r.want[env]; concerned && live != wanted {
			return false
		}
	}
	return true
}

// observed is the roll as an observation: pending where the step has begun and only accounts are awaited that other
// landings make. Before that, in a preview or a first entry, what is awaited counts as to be done.
func (r roll) observed(t plan.Task) plan.Observation {
	o := plan.Observation{State: plan.Present, Match: plan.ByPlan, Live: r.live, Evidence: r.evidence}
	switch {
	case len(r.missing) > 0 && r.idle() && t.Begun != nil:
		o.State, o.Why = plan.Pending, "waits for the accounts of "+strings.Join(r.missing, ", ")
		o.Behind = plan.Landing{Cloud: t.Landing.Cloud, Environment: r.missing[0]}.ID()
	case len(r.live) == 0 && len(r.missing) > 0:
		o.State = plan.Absent
	}
	return o
}

// tagged is a sibling's landing as far as its tags go.
func tagged(l plan.Landing, s plan.Sibling) plan.Landing {
	l.Environment, l.Tags = s.Environment, maps.Clone(l.Tags)
	if len(s.Tags) > 0 && l.Tags == nil {
		l.Tags = map[string]string{}
	}
	maps.Copy(l.Tags, s.Tags)
	return l
}

// text is the wanted of an account's tags as one field: name=value, sorted, joined by commas.
func text(tags, want map[string]string) string {
	var out []string
	for name := range want {
		if v, there := tags[name]; there {
			out = append(out, name+"="+v)
		}
	}
	slices.Sort(out)
	return strings.Join(out, ",")
}

// untext reads such a field again; names are those it may tell of. A value may hold commas.
func untext(field string, names []string) map[string]string {
	out, last := map[string]string{}, ""
	for piece := range strings.SplitSeq(field, ",") {
		name, value, cut := strings.Cut(piece, "=")
		switch {
		case cut && slices.Contains(names, name):
			out[name], last = value, name
		case last != "":
			out[last] += "," + piece
		}
	}
	return out
}
