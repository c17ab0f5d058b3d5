package iam

import (
	"fmt"
	"strings"

	"github.com/itbytes/landfall/plan"
)

// statement is what somebody is let in by, as it is written into a trust policy.
type statement struct {
	Sid       string `json:",omitempty"`
	Effect    string
	Principal map[string]any
	Action    string
	Condition map[string]map[string]any `json:",omitempty"`
}

// wanted is a statement of the plan's, and the field that tells of it.
type wanted struct {
	field string
	statement
}

// fieldAccount is the field of the statement that lets the account itself in.
const fieldAccount = "trust of the account"

// google is the issuer that IAM knows by itself: it is the principal as it stands, and no provider is made for it ("If you are
// using an OIDC identity provider from either Google, Facebook, or Amazon Cognito, do not create a separate IAM identity
// provider", IAM User Guide).
const google = "accounts.google.com"

// host is an OIDC issuer as IAM names its provider: without the scheme. The slash that ends a path is part of the name, as it is
// of the tokens' iss: Entra's is https://sts.windows.net/<tenant>/.
func host(issuer string) string {
	h := strings.TrimPrefix(issuer, "https://")
	if strings.Count(h, "/") == 1 {
		h = strings.TrimSuffix(h, "/")
	}
	return h
}

// builtIn reports whether IAM knows an issuer by itself.
func builtIn(issuer string) bool { return host(issuer) == google }

// audience is the token's aud that a trust asks for; AWS's own where the plan names none.
func audience(t plan.Trust) string {
	if t.Audience == "" {
		return "sts.amazonaws.com"
	}
	return t.Audience
}

// trusts are the statements by which an identity may be used. Where the plan names nobody it is the account itself: whoever there
// may assume roles. Once it stands it stays when the plan names somebody later: by it the landing's login speaks for the role
// where it proves a federation, and to take it away is for a person.
func trusts(partition, account string, id plan.Identity) []wanted {
	prefix := "arn:" + partition + ":iam::" + account + ":"
	if len(id.Trust) == 0 {
		return []wanted{{fieldAccount, statement{Sid: sidPrefix, Effect: "Allow", Principal: map[string]any{"AWS": prefix + "root"}, Action: "sts:AssumeRole"}}}
	}
	out := make([]wanted, 0, len(id.Trust))
	for _, t := range id.Trust {
		st := statement{Sid: sid(t.Name), Effect: "Allow", Action: "sts:AssumeRoleWithWebIdentity"}
		if t.SAML != "" {
			st.Action = "sts:AssumeRoleWithSAML"
			st.Principal = map[string]any{"Federated": prefix + "saml-provider/" + t.SAML}
			st.Condition = map[string]map[string]any{"StringEquals": {"SAML:aud": "https://signin.aws.amazon.com/saml"}}
			out = append(out, wanted{trustField(t), st})
			continue
		}
		h, aud := host(t.Issuer), ":aud"
		st.Principal = map[string]any{"Federated": prefix + "oidc-provider/" + h}
		if builtIn(t.Issuer) {
			// Of a token with an azp, as a service account's is, IAM's key aud is the azp, and oaud is the aud (IAM User Guide, "IAM
			// and AWS STS condition context keys").
			st.Principal, aud = map[string]any{"Federated": h}, ":oaud"
		}
		st.Condition = map[string]map[string]any{"StringEquals": {h + aud: audience(t)}}
		switch {
		case strings.ContainsAny(t.Subject, "*?"):
			st.Condition["StringLike"] = map[string]any{h + ":sub": t.Subject}
		case t.Subject != "":
			st.Condition["StringEquals"][h+":sub"] = t.Subject
		}
		out = append(out, wanted{trustField(t), st})
	}
	return out
}

// trustField is the field of one of the plan's trusts.
func trustField(t plan.Trust) string {
	if t.Name != "" {
		return "trust " + t.Name
	}
	return strings.TrimRight("trust in "+t.SAML+host(t.Issuer)+" "+t.Subject, " ")
}

// sidPrefix begins the id of every statement of ours.
const sidPrefix = "Landfall"

// sid is the id by which a statement of ours is known again, whatever somebody has made of it: letters and digits, as IAM takes
// them. A trust without a name has none.
func sid(name string) string {
	if name == "" {
		return ""
	}
	b := strings.Builder{}
	for i, r := range []byte(name) {
		switch {
		case r >= 'a' && r <= 'z' && i == 0:
			b.WriteByte(r - 'a' + 'A')
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			b.WriteByte(r)
		default: // in capitals, of which no name has any
			fmt.Fprintf(&b, "%02X", r)
		}
	}
	return sidPrefix + b.String()
}
