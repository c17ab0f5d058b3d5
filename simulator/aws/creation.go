package aws

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/itbytes/landfall/simulator/aws/wire"
)

// creation is an order for an account, which takes minutes and may fail.
type creation struct {
	id, name, email, role, account string
	tags                           map[string]string
	state, failure                 string
	asked, ready, done             time.Time
}

func createAccount(q *request) (wire.Map, error) {
	var in struct {
		Email, AccountName, RoleName, IamUserAccessToBilling string
		Tags                                                 []tag
	}
	if err := q.read(&in); err != nil {
		return nil, err
	}
	switch {
	case !emailForm(in.Email):
		return nil, invalidOrg("INVALID_EMAIL_ADDRESS_TARGET", "You provided a value that isn't valid: Email")
	case in.AccountName == "" || len(in.AccountName) > 50:
		return nil, invalidOrg("MIN_LENGTH_EXCEEDED", "You provided a value that isn't valid: AccountName")
	}
	if in.RoleName == "" {
		in.RoleName = "OrganizationAccountAccessRole"
	}
	n := &creation{
		id: "car-" + strings.ToLower(randomID(32)), name: in.AccountName, email: in.Email, role: in.RoleName,
		tags: tagMap(in.Tags), state: "IN_PROGRESS", asked: q.now, ready: q.k.Later("aws.organizations.CreateAccount"),
	}
	q.org.creations = append(q.org.creations, n)
	return wire.Map{"CreateAccountStatus": n.wire()}, nil
}

// finish makes the account, or says why it cannot be.
func (c *Cloud) finish(n *creation) {
	n.done = n.ready
	members := 0
	for _, id := range sorted(c.accounts) {
		a := c.accounts[id]
		if c.member(id) {
			members++
		}
		if strings.EqualFold(a.email, n.email) {
			n.state, n.failure = "FAILED", "EMAIL_ALREADY_EXISTS"
			return
		}
	}
	if c.limit > 0 && members >= c.limit {
		n.state, n.failure = "FAILED", "ACCOUNT_LIMIT_EXCEEDED"
		return
	}
	a := newAccount(c.accountID(), n.name, n.email, n.done)
	a.parent, a.network, a.rootless = c.org.root, true, c.org.centralRoot
	maps.Copy(a.tags, n.tags)
	a.enterable = n.done.Add(c.k.Takes("aws.organizations.role"))
	c.accounts[a.id] = a
	c.org.freed(a.id)
	c.entryRole(a, n.role, n.done)
	n.state, n.account = "SUCCEEDED", a.id
}

// accountID is twelve digits that no account has yet.
func (c *Cloud) accountID() string {
	for {
		digits := strings.Map(func(r rune) rune {
			if r >= 'a' {
				return r - 'a' + '1'
			}
			return r
		}, "4"+strings.ToLower(randomID(11)))
		if c.accounts[digits] == nil {
			return digits
		}
	}
}

// entryRole makes the role by which the management account enters a member.
func (c *Cloud) entryRole(a *account, name string, now time.Time) {
	r := a.newRole(name, "/", trustAccount(c.org.management), now)
	r.inline["AdministratorAccess"] = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`
}

func (n *creation) wire() wire.Map {
	out := wire.Map{
		"Id": n.id, "AccountName": n.name, "State": n.state, "RequestedTimestamp": n.asked,
		"AccountId": wire.Or(n.account), "FailureReason": wire.Or(n.failure),
	}
	if n.state != "IN_PROGRESS" {
		out["CompletedTimestamp"] = n.done
	}
	return out
}

func describeCreateAccountStatus(q *request) (wire.Map, error) {
	var in struct{ CreateAccountRequestId string }
	if err := q.read(&in); err != nil {
		return nil, err
	}
	for _, n := range q.org.creations {
		if n.id == in.CreateAccountRequestId {
			return wire.Map{"CreateAccountStatus": n.wire()}, nil
		}
	}
	return nil, bad("CreateAccountStatusNotFoundException", "You specified a request ID that doesn't exist.")
}

func listCreateAccountStatus(q *request) (wire.Map, error) {
	var in struct {
		States     []string
		NextToken  string
		MaxResults int
	}
	if err := q.read(&in); err != nil {
		return nil, err
	}
	var all []wire.Map
	for _, n := range q.org.creations {
		if len(in.States) == 0 || slices.Contains(in.States, n.state) {
			all = append(all, n.wire())
		}
	}
	some, next, ours := page(all, in.NextToken, in.MaxResults, 20)
	if !ours {
		return nil, badToken()
	}
	return wire.Map{"CreateAccountStatuses": some, "NextToken": wire.Or(next)}, nil
}

func closeAccount(q *request) (wire.Map, error) {
	var in struct{ AccountId string }
	if err := q.read(&in); err != nil {
		return nil, err
	}
	a := q.accounts[in.AccountId]
	switch {
	case a == nil || !q.member(a.id):
		return nil, accountNotFound()
	case a.id == q.org.management:
		return nil, &wire.Error{
			Code: "ConstraintViolationException", Message: "You can't close the management account.",
			Fields: wire.Map{"Reason": "CANNOT_CLOSE_MANAGEMENT_ACCOUNT"},
		}
	case a.status != "ACTIVE":
		return nil, bad("AccountAlreadyClosedException", "You attempted to close an account that is already closed.")
	}
	a.status = "SUSPENDED"
	return nil, nil
}

func accountNotFound() error {
	return bad("AccountNotFoundException", "You specified an account that doesn't exist.")
}
