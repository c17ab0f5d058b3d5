package aws

import (
	"encoding/json"
	"path"
	"slices"
	"strings"

	"github.com/itbytes/landfall/simulator/aws/wire"
)

// guardrail is a service control policy of the organisation: it gives nothing, and takes from every principal of the
// accounts that it is attached to, or that lie below.
type guardrail struct {
	id, name, about, content string
	kept                     bool // by AWS: FullAWSAccess
	tags                     map[string]string
	rules                    []bound
	targets                  []string // the root, units, accounts
}

// bound is one statement of a service control policy.
type bound struct {
	Effect            string
	Action, NotAction texts
	Resource          texts
	Condition         map[string]map[string]texts
}

const fullAccess = "p-FullAWSAccess"

func fullAWSAccess() *guardrail {
	return &guardrail{
		id: fullAccess, name: "FullAWSAccess", about: "Allows access to every operation", kept: true, tags: map[string]string{},
		content: `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`,
		rules:   []bound{{Effect: "Allow", Action: texts{"*"}, Resource: texts{"*"}}},
	}
}

// bounds reads a service control policy. A condition that this simulator cannot weigh is refused, never overlooked.
func bounds(content string) ([]bound, error) {
	var d struct {
		Version   string
		Statement listed
	}
	if err := json.Unmarshal([]byte(content), &d); err != nil || len(d.Statement) == 0 {
		return nil, malformedGuardrail("The provided policy document does not meet the requirements of the specified policy type.")
	}
	for _, s := range d.Statement {
		if s.Effect != "Allow" && s.Effect != "Deny" || len(s.Action)+len(s.NotAction) == 0 || !slices.Equal(s.Resource, texts{"*"}) {
			return nil, malformedGuardrail("The provided policy document does not meet the requirements of the specified policy type.")
		}
		for op, keys := range s.Condition {
			if _, known := weighed()[op]; !known {
				return nil, malformedGuardrail("This simulator weighs no condition " + op + ".")
			}
			for key := range keys {
				if !strings.EqualFold(key, "aws:PrincipalArn") {
					return nil, malformedGuardrail("This simulator weighs no condition on " + key + ".")
				}
			}
		}
	}
	return d.Statement, nil
}

// listed is one statement or a list of them.
type listed []bound

// UnmarshalJSON implements json.Unmarshaler.
func (l *listed) UnmarshalJSON(b []byte) error {
	if strings.HasPrefix(string(b), "{") {
		var one bound
		err := json.Unmarshal(b, &one)
		*l = listed{one}
		return err
	}
	return json.Unmarshal(b, (*[]bound)(l))
}

// weighed are the conditions that are weighed, and whether each asks for a likeness or for none.
func weighed() map[string]bool {
	return map[string]bool{"ArnLike": true, "StringLike": true, "ArnNotLike": false, "StringNotLike": false}
}

func malformedGuardrail(message string) error {
	return bad("MalformedPolicyDocumentException", "%s", message)
}

// concerns reports whether a statement is about an action of a principal.
func (b bound) concerns(action, principal string) bool {
	about := slices.ContainsFunc(b.Action, func(glob string) bool { return covers(glob, action) }) ||
		len(b.NotAction) > 0 && !slices.ContainsFunc(b.NotAction, func(glob string) bool { return covers(glob, action) })
	for op, keys := range b.Condition {
		for _, patterns := range keys {
			about = about && weighed()[op] == slices.ContainsFunc(patterns, func(p string) bool { return like(p, principal) })
		}
	}
	return about
}

// like compares ARNs part by part, as the conditions of IAM do.
func like(pattern, arn string) bool {
	want, got := strings.SplitN(pattern, ":", 6), strings.SplitN(arn, ":", 6)
	if len(want) != len(got) {
		return false
	}
	for i := range want {
		fits, err := path.Match(strings.ReplaceAll(want[i], "/", "|"), strings.ReplaceAll(got[i], "/", "|"))
		if err != nil || !fits {
			return false
		}
	}
	return true
}

// barred reports whether the organisation's service control policies keep an action from the caller: on every level from
// the root to its account one must allow it, and none on any level may deny it.
func (q *request) barred(action string) (denied, barred bool) {
	o := q.org
	if o == nil || !o.guarded || !q.member(q.account.id) || q.account.id == o.management {
		return false, false
	}
	principal := q.who.arn
	if r := q.account.roles[q.who.role]; r != nil {
		if strings.HasPrefix(r.path, "/aws-service-role/") {
			return false, false
		}
		principal = r.arn
	}
	levels := []string{q.account.id}
	for at := q.account.parent; at != ""; {
		levels = append(levels, at)
		if u := o.units[at]; u != nil {
			at = u.parent
			continue
		}
		break
	}
	for _, level := range levels {
		allowed := false
		for _, g := range o.guardrails {
			if !slices.Contains(g.targets, level) {
				continue
			}
			for _, b := range g.rules {
				switch {
				case !b.concerns(action, principal):
				case b.Effect == "Deny":
					return true, true
				default:
					allowed = true
				}
			}
		}
		barred = barred || !allowed
	}
	return false, barred
}

// guard attaches the policy that AWS keeps to everything there is, as enabling the type does.
func (c *Cloud) guard() {
	c.org.guarded = true
	targets := []string{c.org.root}
	targets = append(targets, sorted(c.org.units)...)
	for _, id := range sorted(c.accounts) {
		if c.member(id) {
			targets = append(targets, id)
		}
	}
	c.org.guardrails[fullAccess].targets = targets
}

// freed attaches it to something that was just made.
func (o *organization) freed(target string) {
	if o.guarded {
		g := o.guardrails[fullAccess]
		g.targets = append(g.targets, target)
	}
}

func (c *Cloud) showGuardrails() wire.Map {
	out := wire.Map{}
	for _, g := range values(c.org.guardrails) {
		if g.kept {
			continue
		}
		targets := []string{}
		for _, t := range g.targets {
			name := c.place(t)
			if c.accounts[t] != nil {
				name = t
			}
			targets = append(targets, name)
		}
		out[g.name] = wire.Map{"id": g.id, "targets": targets, "content": g.content, "tags": g.tags}
	}
	return out
}
