package organizations

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/organizations/types"

	"github.com/itbytes/landfall/cloud/aws/iam"
	"github.com/itbytes/landfall/cloud/aws/session"
	"github.com/itbytes/landfall/cloud/step"
	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// Account is the landing's account: there, active, and open to the landing's role. Its natural key is the root e-mail.
type Account struct{}

// Describe implements step.Control.
func (Account) Describe(l plan.Landing) (plan.Step, bool) {
	return plan.Step{
		Name: "account", Title: "the account " + l.Name, Chapter: plan.Container, After: after(l),
		Outside: true, Inverse: plan.Quarantine, Usual: 5 * time.Minute,
	}, true
}

// Want implements step.Control.
func (Account) Want(plan.Task) plan.Fields {
	return plan.Fields{"state": string(types.AccountStateActive), "entered": "yes"}
}

// Observe implements step.Control.
func (Account) Observe(ctx context.Context, s *session.Session, t plan.Task) (plan.Observation, error) {
	id, byKey := accountOf(t), t.Landing.Login.Type == "aws-keys"
	if id != "" && id == s.Home {
		return enter(ctx, s, t, types.Account{Id: &id, State: types.AccountStateActive}, plan.ByPlan, unasked(t, byKey))
	}
	if byKey && id == "" {
		return byUser(ctx, s, t)
	}
	if byKey {
		return plan.Observation{}, fault.New(fault.Denied, "Use a login of the organisation's management account, or name the key's account in adopt.id; then resume.",
			"the login %q is a user of the account %s, and %s is another", t.Landing.Login.Name, s.Home, t.Landing.ID())
	}
	a, match, o, err := find(ctx, s, t, id)
	if err != nil || a == nil {
		return o, err
	}
	in, err := confined(ctx, s)
	if err != nil {
		return plan.Observation{}, err
	}
	if in[aws.ToString(a.Id)] {
		return inQuarantine(ctx, s, aws.ToString(a.Id))
	}
	return enter(ctx, s, t, *a, match, o.Evidence)
}

// unasked says why AWS Organizations is not asked where a key of the account's own proves it.
func unasked(t plan.Task, byKey bool) []string {
	if !byKey {
		return nil
	}
	return []string{"AWS Organizations is not asked: the login " + t.Landing.Login.Name + " is a user of the account itself"}
}

// byUser takes the account of the key's user for the landing's where the plan names none and the user bears the landing's
// tags: it was made in the landing's account by an earlier run.
func byUser(ctx context.Context, s *session.Session, t plan.Task) (plan.Observation, error) {
	user, err := iam.Made(ctx, s.Login, t.Landing, t.Landing.Login)
	if err != nil {
		return plan.Observation{}, err
	}
	return enter(ctx, s, t, types.Account{Id: &s.Home, State: types.AccountStateActive}, plan.ByTag,
		append(unasked(t, true), "ListUserTags: "+user+" was made for "+t.Landing.ID()))
}

// enter proves that the account can be entered.
func enter(ctx context.Context, s *session.Session, t plan.Task, a types.Account, match plan.Match, evidence []string) (plan.Observation, error) {
	id, state := aws.ToString(a.Id), stateOf(a)
	o := plan.Observation{
		State: plan.Present, ID: id, Match: match, Evidence: evidence,
		Live:  plan.Fields{"state": state, "entered": "no"},
		Facts: map[string]string{plan.FactContainer: id},
	}
	switch {
	case shut(state):
		o.State, o.Why = plan.Suspended, "AWS says "+state
		return o, nil
	case types.AccountState(state) == types.AccountStatePendingActivation:
		o.State, o.Why = plan.Pending, "AWS activates the account "+id
		return o, nil
	}
	account, arn, err := session.Caller(ctx, s.In(id))
	switch kind := fault.KindOf(err); {
	case kind == fault.Propagating, kind == fault.Denied && (t.Begun != nil || young(a)):
		o.State, o.Why = plan.Pending, "the role "+session.Role(t.Landing)+" is not yet in the new account "+id
		return o, nil
	case err != nil:
		return plan.Observation{}, err
	case account != id:
		return plan.Observation{}, fault.New(fault.Invalid, "Correct the login's account or adopt.id in the plan.",
			"the login %q signs in to the account %s, and the plan says %s", t.Landing.Login.Name, account, id)
	}
	o.Live["entered"] = "yes"
	o.Evidence = append(o.Evidence, fmt.Sprintf("GetCallerIdentity: account %s as %s", account, arn))
	return o, nil
}

// Preflight implements step.Control. An account that is made beyond the organisation's quota fails minutes later, and one
// that is made cannot be unmade: both the quota and the right to make it are read first.
func (Account) Preflight(ctx context.Context, s *session.Session, t plan.Task, c plan.Change) error {
	switch {
	case c.Op != plan.Create:
		return nil
	case t.Landing.Email == "" || t.Landing.Name == "":
		return fault.New(fault.Invalid, "Give clouds.aws.email in the plan, such as aws+{env}@example.com.", "a new account needs a root e-mail address of its own")
	}
	if err := iam.May(ctx, s.AsLogin(), "*", "organizations:CreateAccount"); err != nil {
		return err
	}
	return roomFor(ctx, s, map[string]string{t.Landing.Name: t.Landing.ID()})
}

// Apply implements step.Control.
func (Account) Apply(ctx context.Context, s *session.Session, t plan.Task, c plan.Change, o plan.Observation, intent step.Intent) (plan.Applied, error) {
	if c.Op != plan.Create {
		return plan.Applied{}, fault.New(fault.Locked, "See what the organisation's owner has done to the account, then resume.",
			"the account %s is %s and cannot be made otherwise by program", o.ID, o.Live["state"])
	}
	l := t.Landing
	intent("create the account of " + l.Email)
	out, err := client(s).CreateAccount(ctx, &organizations.CreateAccountInput{
		AccountName: &l.Name, Email: &l.Email, RoleName: aws.String(session.Role(l)), IamUserAccessToBilling: types.IAMUserAccessToBillingAllow,
	})
	s.Forget()
	if err != nil {
		return plan.Applied{}, err
	}
	return plan.Applied{Operation: aws.ToString(out.CreateAccountStatus.Id), ID: aws.ToString(out.CreateAccountStatus.AccountId)}, nil
}

// Undo implements step.Undoer. An account is never closed: for ninety days it could not be made again under its e-mail, and it
// would count against the organisation's quota.
func (Account) Undo(ctx context.Context, s *session.Session, t plan.Task, _ plan.Deed, o plan.Observation) error {
	return confine(ctx, s, t.Landing, o.ID)
}

// Neutral implements step.Neutral: the account is in quarantine, or closed by its owner.
func (Account) Neutral(_ plan.Task, o plan.Observation) bool { return o.State == plan.Suspended }
