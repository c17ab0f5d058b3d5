package aws

import (
	"github.com/itbytes/landfall/simulator/aws/wire"
)

func (c *Cloud) accountMap(a *account) wire.Map {
	return wire.Map{
		"Id": a.id, "Arn": c.accountARN(a), "Email": a.email, "Name": a.name, "Status": a.status, "State": a.state(),
		"JoinedMethod": a.joinedMethod, "JoinedTimestamp": a.joined,
	}
}

// state is the newer name of an account's status.
func (a *account) state() string {
	if a.status == "SUSPENDED" {
		return "CLOSED"
	}
	return a.status
}

func (c *Cloud) members(parent string) []wire.Map {
	all := []wire.Map{}
	for _, a := range values(c.accounts) {
		if c.member(a.id) && (parent == "" || a.parent == parent) {
			all = append(all, c.accountMap(a))
		}
	}
	return all
}

func listAccounts(q *request) (wire.Map, error) {
	var in struct {
		NextToken  string
		MaxResults int
	}
	if err := q.read(&in); err != nil {
		return nil, err
	}
	some, next, ours := page(q.members(""), in.NextToken, in.MaxResults, 20)
	if !ours {
		return nil, badToken()
	}
	return wire.Map{"Accounts": some, "NextToken": wire.Or(next)}, nil
}

func listAccountsForParent(q *request) (wire.Map, error) {
	var in struct {
		ParentId, NextToken string
		MaxResults          int
	}
	if err := q.read(&in); err != nil {
		return nil, err
	}
	if !q.org.holds(in.ParentId) {
		return nil, noParent()
	}
	some, next, ours := page(q.members(in.ParentId), in.NextToken, in.MaxResults, 20)
	if !ours {
		return nil, badToken()
	}
	return wire.Map{"Accounts": some, "NextToken": wire.Or(next)}, nil
}

func describeAccount(q *request) (wire.Map, error) {
	var in struct{ AccountId string }
	if err := q.read(&in); err != nil {
		return nil, err
	}
	a := q.accounts[in.AccountId]
	if a == nil || !q.member(a.id) {
		return nil, accountNotFound()
	}
	return wire.Map{"Account": q.accountMap(a)}, nil
}

func moveAccount(q *request) (wire.Map, error) {
	var in struct{ AccountId, SourceParentId, DestinationParentId string }
	if err := q.read(&in); err != nil {
		return nil, err
	}
	a := q.accounts[in.AccountId]
	switch {
	case a == nil || !q.member(a.id):
		return nil, accountNotFound()
	case !q.org.holds(in.SourceParentId) || a.parent != in.SourceParentId:
		return nil, bad("SourceParentNotFoundException", "We can't find a source root or OU with the ParentId that you specified.")
	case !q.org.holds(in.DestinationParentId):
		return nil, bad("DestinationParentNotFoundException", "We can't find the destination container (a root or OU) with the ParentId that you specified.")
	case in.SourceParentId == in.DestinationParentId:
		return nil, bad("DuplicateAccountException", "That account is already present in the specified destination.")
	}
	a.parent = in.DestinationParentId
	return nil, nil
}
