package iam

import (
	"encoding/json"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/itbytes/landfall/plan"
)

// document is a trust policy as IAM keeps it.
type document struct {
	Version   string
	Statement []statement
}

type statement struct {
	Effect    string
	Principal map[string]any
	Action    any
	Condition map[string]map[string]any `json:",omitempty"`
}

// host is an OIDC issuer as IAM names its provider: without the scheme.
func host(issuer string) string {
	return strings.TrimSuffix(strings.TrimPrefix(issuer, "https://"), "/")
}

// audience is the token's aud that a trust asks for; AWS's own where the plan names none.
func audience(t plan.Trust) string {
	if t.Audience == "" {
		return "sts.amazonaws.com"
	}
	return t.Audience
}

// trustPolicy is who may use an identity, in IAM's words. Without any trust it is the account itself: whoever there may
// assume roles.
func trustPolicy(partition, account string, id plan.Identity) string {
	prefix := "arn:" + partition + ":iam::" + account + ":"
	d := document{Version: "2012-10-17"}
	for _, t := range id.Trust {
		st := statement{Effect: "Allow", Action: "sts:AssumeRoleWithWebIdentity"}
		if t.SAML != "" {
			st.Action = "sts:AssumeRoleWithSAML"
			st.Principal = map[string]any{"Federated": prefix + "saml-provider/" + t.SAML}
			st.Condition = map[string]map[string]any{"StringEquals": {"SAML:aud": "https://signin.aws.amazon.com/saml"}}
			d.Statement = append(d.Statement, st)
			continue
		}
		h := host(t.Issuer)
		st.Principal = map[string]any{"Federated": prefix + "oidc-provider/" + h}
		st.Condition = map[string]map[string]any{"StringEquals": {h + ":aud": audience(t)}}
		switch {
		case strings.ContainsAny(t.Subject, "*?"):
			st.Condition["StringLike"] = map[string]any{h + ":sub": t.Subject}
		case t.Subject != "":
			st.Condition["StringEquals"][h+":sub"] = t.Subject
		}
		d.Statement = append(d.Statement, st)
	}
	if len(d.Statement) == 0 {
		d.Statement = []statement{{Effect: "Allow", Principal: map[string]any{"AWS": prefix + "root"}, Action: "sts:AssumeRole"}}
	}
	out, err := json.Marshal(d)
	if err != nil { // texts and maps of texts always marshal
		return ""
	}
	return string(out)
}

// canonical is a trust policy as a field: one clause a statement, sorted, the account left out. IAM answers it
// percent-encoded.
func canonical(policy, account string) string {
	var d document
	if err := json.Unmarshal([]byte(decoded(policy)), &d); err != nil {
		return "another policy"
	}
	clauses := make([]string, 0, len(d.Statement))
	for _, st := range d.Statement {
		c := []string{st.Effect, texts(st.Action)}
		for _, kind := range slices.Sorted(maps.Keys(st.Principal)) {
			c = append(c, strings.ReplaceAll(texts(st.Principal[kind]), account, ""))
		}
		for _, op := range slices.Sorted(maps.Keys(st.Condition)) {
			for _, key := range slices.Sorted(maps.Keys(st.Condition[op])) {
				c = append(c, op+" "+key+"="+texts(st.Condition[op][key]))
			}
		}
		clauses = append(clauses, strings.Join(c, " "))
	}
	slices.Sort(clauses)
	return strings.Join(clauses, "; ")
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
