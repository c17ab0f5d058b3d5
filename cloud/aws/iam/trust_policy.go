package iam

import (
	"encoding/json"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/itbytes/landfall/fault"
)

// document is a trust policy as IAM keeps it. Every statement stays as somebody wrote it.
type document struct {
	Version   string
	ID        string `json:"Id,omitempty"`
	Statement statements
	// old says that an earlier version wrote it, whole and without ids: what is almost ours there is ours.
	old bool
}

// statements is one statement, or a list of them.
type statements []json.RawMessage

// UnmarshalJSON implements json.Unmarshaler.
func (s *statements) UnmarshalJSON(b []byte) error {
	if strings.HasPrefix(string(b), "{") {
		*s = statements{slices.Clone(b)}
		return nil
	}
	return json.Unmarshal(b, (*[]json.RawMessage)(s))
}

// parsed is a trust policy in plain JSON; owned says that the role is the plan's own. What cannot be read is a fault, so that it is
// not written over.
func parsed(policy string, owned bool) (document, error) {
	d := document{}
	if err := json.Unmarshal([]byte(policy), &d); err != nil {
		return d, fault.New(fault.Ambiguous, "See who may use the role, and write its trust policy anew, then resume.", "the role's trust policy is not what IAM keeps: %v", err)
	}
	d.old = owned && !slices.ContainsFunc(d.Statement, func(st json.RawMessage) bool { return strings.HasPrefix(read(st).Sid, sidPrefix) })
	return d, nil
}

func (d document) text() string {
	out, err := json.Marshal(d)
	if err != nil { // what was parsed, and texts and maps of texts, always marshal
		return ""
	}
	return string(out)
}

// with is a trust policy in which every wanted statement stands: each in the place of what somebody has made of it, or after the
// others. What the plan does not name stays.
func (d document) with(all []wanted) document {
	out := document{Version: d.Version, ID: d.ID, Statement: slices.Clone(d.Statement)}
	if out.Version == "" {
		out.Version = "2012-10-17"
	}
	at := d.places(all)
	for i, w := range all {
		switch {
		case at[i] < 0:
			out.Statement = append(out.Statement, w.raw())
		case clause(d.Statement[at[i]]) != clause(w.raw()):
			out.Statement[at[i]] = w.raw()
		}
	}
	return out
}

// without is a trust policy in which some wanted statements are again as they were in a former one, or gone where they were not
// there. What others have changed since stays.
func (d document) without(some []wanted, was document) document {
	out := document{Version: d.Version, ID: d.ID}
	at, before := d.places(some), was.places(some)
	for i, st := range d.Statement {
		switch w := slices.Index(at, i); {
		case w < 0:
			out.Statement = append(out.Statement, st)
		case before[w] >= 0:
			out.Statement = append(out.Statement, was.Statement[before[w]])
		}
	}
	return out
}

// places are where the wanted statements stand, -1 for one that does not: as they are wanted, else by their id, else, where an
// earlier version wrote none, as what they are without some of their conditions.
func (d document) places(all []wanted) []int {
	at, taken := make([]int, len(all)), map[int]bool{}
	for i, w := range all { // two of the plan's may be one
		at[i] = slices.IndexFunc(d.Statement, func(st json.RawMessage) bool { return clause(st) == clause(w.raw()) })
		taken[at[i]] = true
	}
	for _, is := range []func(st json.RawMessage, w wanted) bool{
		func(st json.RawMessage, w wanted) bool { return w.Sid != "" && read(st).Sid == w.Sid },
		func(st json.RawMessage, w wanted) bool { return d.old && loosened(st, w.raw()) },
	} {
		for i, w := range all {
			for j, st := range d.Statement {
				if at[i] < 0 && !taken[j] && is(st, w) {
					at[i], taken[j] = j, true
				}
			}
		}
	}
	return at
}

// others are the statements that the plan does not name, in canonical words.
func (d document) others(all []wanted) []string {
	at, out := d.places(all), []string{}
	for j, st := range d.Statement {
		if !slices.Contains(at, j) {
			out = append(out, clause(st))
		}
	}
	return out
}

// same reports whether two trust policies let the same in, in the same statements.
func (d document) same(other document) bool {
	return slices.Equal(slices.Sorted(maps.Keys(d.named())), slices.Sorted(maps.Keys(other.named()))) && len(d.Statement) == len(other.Statement)
}

func (d document) named() map[string]bool {
	out := map[string]bool{}
	for _, st := range d.Statement {
		out[read(st).Sid+": "+clause(st)] = true
	}
	return out
}

func (w wanted) raw() json.RawMessage {
	out, err := json.Marshal(w.statement)
	if err != nil { // texts and maps of texts always marshal
		return nil
	}
	return out
}

// anyStatement is a statement of somebody's.
type anyStatement struct {
	Sid, Effect       string
	Principal, Action any
	Condition         map[string]map[string]any
}

func read(st json.RawMessage) anyStatement {
	out := anyStatement{}
	if json.Unmarshal(st, &out) != nil {
		return anyStatement{}
	}
	return out
}

// whom says who is meant, and with what effect.
func (s anyStatement) whom() []string {
	out := []string{s.Effect, texts(s.Action)}
	kinds, several := s.Principal.(map[string]any)
	if !several {
		return append(out, texts(s.Principal))
	}
	for _, kind := range slices.Sorted(maps.Keys(kinds)) {
		out = append(out, texts(kinds[kind]))
	}
	return out
}

// on are the conditions.
func (s anyStatement) on() []string {
	var out []string
	for _, op := range slices.Sorted(maps.Keys(s.Condition)) {
		for _, key := range slices.Sorted(maps.Keys(s.Condition[op])) {
			out = append(out, op+" "+key+"="+texts(s.Condition[op][key]))
		}
	}
	return out
}

// loosened reports whether a statement is another without some of its conditions.
func loosened(st, full json.RawMessage) bool {
	a, b := read(st), read(full)
	if !slices.Equal(a.whom(), b.whom()) || len(a.on()) >= len(b.on()) || further(st) != "" {
		return false
	}
	for _, c := range a.on() {
		if !slices.Contains(b.on(), c) {
			return false
		}
	}
	return true
}

// clause is a statement in canonical words, without its id.
func clause(st json.RawMessage) string {
	s := read(st)
	return strings.Join(append(s.whom(), s.on()...), " ") + further(st)
}

// further are the elements of a statement that ours never have: NotPrincipal, NotAction.
func further(st json.RawMessage) string {
	all, out := map[string]json.RawMessage{}, ""
	if json.Unmarshal(st, &all) != nil || json.Unmarshal(st, &anyStatement{}) != nil {
		return " as " + string(st)
	}
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if !slices.Contains([]string{"Sid", "Effect", "Principal", "Action", "Condition"}, name) {
			out += " " + name + "=" + string(all[name])
		}
	}
	return out
}

// plain leaves what differs from account to account and from partition to partition out of a statement's words.
func plain(words, partition, account string) string {
	if account != "" {
		words = strings.ReplaceAll(words, ":iam::"+account+":", ":iam:::")
	}
	return strings.ReplaceAll(words, "arn:"+partition+":", "arn:aws:")
}

// decoded is a policy in plain JSON.
func decoded(policy string) string {
	if plain, err := url.PathUnescape(policy); err == nil {
		return plain
	}
	return policy
}

// texts is a JSON text or list of texts, sorted and joined.
func texts(v any) string {
	switch x := v.(type) {
	case string:
		return x
	case []any:
		out := make([]string, 0, len(x))
		for _, e := range x {
			out = append(out, texts(e))
		}
		slices.Sort(out)
		return strings.Join(out, ",")
	}
	out, err := json.Marshal(v)
	if err != nil {
		return ""
	}
	return string(out)
}
