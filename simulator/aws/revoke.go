package aws

import (
	"slices"
	"time"
)

// issuedBefore is the one condition on which a policy's denial is weighed: the way in which AWS itself revokes the sessions of
// a role (AWSRevokeOlderSessions). A long-lived key has no such time, and is never meant by it (IAM User Guide, "AWS global
// condition context keys", aws:TokenIssueTime).
const issuedBefore = "aws:TokenIssueTime"

// denies reports whether a policy of a user or a role denies it an action, whatever another allows.
func (a *account) denies(who *credential, action string, in shown) bool {
	h := a.holder(who)
	texts := []string{}
	for _, text := range h.inline {
		texts = append(texts, text)
	}
	for _, p := range h.attached {
		if own, made := a.policies[p]; made {
			texts = append(texts, own.document)
		}
	}
	return slices.ContainsFunc(texts, func(text string) bool {
		d, err := parsePolicy(text)
		return err == nil && slices.ContainsFunc(d.Statement, func(s statement) bool { return s.denies(who, action, in) })
	})
}

func (s statement) denies(who *credential, action string, in shown) bool {
	if s.Effect != "Deny" || !slices.ContainsFunc(s.Action, func(glob string) bool { return covers(glob, action) }) {
		return false
	}
	return len(s.Condition) == 0 || s.issued(who) || s.holds(in)
}

// issued reports whether a statement's only condition is that the caller's session was begun before some time, and it was.
func (s statement) issued(who *credential) bool {
	on, is := s.Condition["DateLessThan"].(map[string]any)
	if !is || len(s.Condition) != 1 || len(on) != 1 || who.token == "" {
		return false
	}
	text, _ := on[issuedBefore].(string)
	before, err := time.Parse(time.RFC3339, text)
	return err == nil && who.made.Before(before)
}
