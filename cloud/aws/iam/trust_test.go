package iam

import (
	"encoding/json"
	"maps"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/itbytes/landfall/plan"
)

func ci() plan.Identity {
	return plan.Identity{Name: "itManagesAWS", Cloud: plan.AWS, Trust: []plan.Trust{
		{Name: "ci", Issuer: "https://token.actions.githubusercontent.com", Subject: "repo:it4bytes/platform:environment:prod"},
		{Name: "any", Issuer: "https://token.actions.githubusercontent.com/", Subject: "repo:it4bytes/*", Audience: "other"},
		{Name: "idp", SAML: "entra"},
	}}
}

// seen are the fields of an identity's trusts in a policy of the account 862973411383.
func seen(t *testing.T, id plan.Identity, policy string) map[string]string {
	t.Helper()
	d, err := parsed(decoded(policy), true)
	if err != nil {
		t.Fatal(err)
	}
	all, out := trusts("aws", "862973411383", id), map[string]string{}
	for i, at := range d.places(all) {
		if at >= 0 {
			out[all[i].field] = plain(clause(d.Statement[at]), "aws", "862973411383")
		}
	}
	return out
}

// asked are the fields that the plan asks of an identity's trusts.
func asked(id plan.Identity) map[string]string {
	out := map[string]string{}
	for name, v := range (Identity{id}).Want(plan.Task{}) {
		if strings.HasPrefix(name, "trust ") {
			out[name] = v
		}
	}
	return out
}

func written(id plan.Identity) string {
	return document{}.with(trusts("aws", "862973411383", id)).text()
}

func TestATrustReadsTheSameInEveryAccountAndAsIAMAnswersIt(t *testing.T) {
	want := asked(ci())
	answered := strings.ReplaceAll(url.QueryEscape(written(ci())), "+", "%20")
	if got := seen(t, ci(), answered); !maps.Equal(got, want) || len(want) != 3 {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	for field, parts := range map[string][]string{
		"trust ci": {
			"oidc-provider/token.actions.githubusercontent.com StringEquals token.actions.githubusercontent.com:aud=sts.amazonaws.com",
			"StringEquals token.actions.githubusercontent.com:sub=repo:it4bytes/platform:environment:prod",
		},
		"trust any": {"StringLike token.actions.githubusercontent.com:sub=repo:it4bytes/*"},
		"trust idp": {"sts:AssumeRoleWithSAML arn:aws:iam:::saml-provider/entra"},
	} {
		for _, part := range parts {
			if !strings.Contains(want[field], part) {
				t.Errorf("%s: %q lacks %q", field, want[field], part)
			}
		}
	}
}

func TestWhatSomebodyHasMadeOfATrustIsSeenAndMendedAndTheOthersStay(t *testing.T) {
	whole := written(ci())
	theirs := `{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::862973411383:role/ops"},"Action":["sts:AssumeRole","sts:TagSession"],"Condition":{"Bool":{"aws:MultiFactorAuthPresent":true}}}`
	noIDs := strings.NewReplacer(`"Sid":"LandfallCi",`, "", `"Sid":"LandfallAny",`, "", `"Sid":"LandfallIdp",`, "")
	subject := `,"token.actions.githubusercontent.com:sub":"repo:it4bytes/platform:environment:prod"`
	for name, c := range map[string]struct{ policy, differs string }{
		"its subject is gone":                         {strings.Replace(whole, subject, "", 1), "trust ci"},
		"its subject is gone, and it never had an id": {noIDs.Replace(strings.Replace(whole, subject, "", 1)), "trust ci"},
		"everybody's subject":                         {strings.Replace(whole, subject, `,"token.actions.githubusercontent.com:sub":["repo:it4bytes/platform:environment:prod","repo:evil/x"]`, 1), "trust ci"},
		"another principal":                           {strings.Replace(whole, "saml-provider/entra", "saml-provider/evil", 1), "trust idp"},
		"a statement more":                            {strings.Replace(whole, `"Statement":[`, `"Statement":[`+theirs+`,`, 1), ""},
		"ours without ids, by an earlier version":     {noIDs.Replace(whole), ""},
		"everybody":                                   {`{"Version":"2012-10-17","Statement":{"Sid":"LandfallAny","Effect":"Allow","Principal":"*","Action":"sts:AssumeRole"}}`, "trust any"},
		"with a NotAction":                            {strings.Replace(whole, `"Sid":"LandfallIdp","Effect":"Allow",`, `"Sid":"LandfallIdp","Effect":"Allow","NotAction":"sts:TagSession",`, 1), "trust idp"},
	} {
		if c.differs != "" && c.policy == whole {
			t.Fatalf("%s: nothing was changed", name)
		}
		got, want := seen(t, ci(), c.policy), asked(ci())
		if c.differs == "" && !maps.Equal(got, want) {
			t.Errorf("%s: got %v, want it as the plan asks", name, got)
		}
		if c.differs != "" && (got[c.differs] == "" || got[c.differs] == want[c.differs]) {
			t.Errorf("%s: got %q, want it seen in %s", name, got[c.differs], c.differs)
		}
		d, err := parsed(c.policy, true)
		if err != nil {
			t.Fatal(err)
		}
		mended := d.with(trusts("aws", "862973411383", ci()))
		if got := seen(t, ci(), mended.text()); !maps.Equal(got, want) {
			t.Errorf("%s: mended to %v, want %v", name, got, want)
		}
		if strings.Contains(c.policy, theirs) != slices.ContainsFunc(mended.Statement, func(st json.RawMessage) bool { return string(st) == theirs }) {
			t.Errorf("%s: somebody else's statement was not kept as it is: %s", name, mended.text())
		}
		if n, others := len(mended.Statement), mended.others(trusts("aws", "862973411383", ci())); n != 3+len(others) {
			t.Errorf("%s: got %d statements with %v of others, want each of ours once", name, n, others)
		}
	}
}

func TestWhatIsAlmostOursIsSomebodyElsesWhereWeHaveWrittenIdsOrTheRoleIsNotOurs(t *testing.T) {
	broad := `{"Effect":"Allow","Principal":{"Federated":"arn:aws:iam::862973411383:oidc-provider/token.actions.githubusercontent.com"},"Action":"sts:AssumeRoleWithWebIdentity","Condition":{"StringEquals":{"token.actions.githubusercontent.com:aud":"sts.amazonaws.com"}}}`
	for name, c := range map[string]struct {
		policy string
		owned  bool
	}{
		"beside a statement with our id": {`{"Version":"2012-10-17","Statement":[{"Sid":"Landfall","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::862973411383:root"},"Action":"sts:AssumeRole"},` + broad + `]}`, true},
		"in a role that is adopted":      {`{"Version":"2012-10-17","Statement":` + broad + `}`, false},
	} {
		d, err := parsed(c.policy, c.owned)
		if err != nil {
			t.Fatal(err)
		}
		mended := d.with(trusts("aws", "862973411383", ci()))
		if !strings.Contains(mended.text(), broad) || len(mended.Statement) != len(d.Statement)+3 {
			t.Errorf("%s: got %s, want it kept beside our three", name, mended.text())
		}
	}
}

func TestWhatTheRunLetInIsTakenOutAgainAndNothingElse(t *testing.T) {
	all := trusts("aws", "862973411383", ci())
	was, err := parsed(`{"Version":"2008-10-17","Id":"x","Statement":[{"Sid":"Mine","Effect":"Deny","Principal":{"AWS":"*"},"NotAction":"sts:AssumeRole"},`+
		`{"Sid":"LandfallCi","Effect":"Allow","Principal":{"Federated":"arn:aws:iam::862973411383:oidc-provider/other"},"Action":"sts:AssumeRoleWithWebIdentity"}]}`, true)
	if err != nil {
		t.Fatal(err)
	}
	now := was.with(all)
	if !now.same(was.with(all)) || now.same(was) {
		t.Errorf("a policy is not told from what it was: %s and %s", now.text(), was.text())
	}
	if got := now.without(all, was); !got.same(was) || got.Version != "2008-10-17" || got.ID != "x" {
		t.Errorf("got %s, want %s", got.text(), was.text())
	}
	now.Statement = append(now.Statement, []byte(`{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}`))
	if got := now.without(all[1:], was); len(got.Statement) != 3 || !strings.Contains(got.text(), "ec2.amazonaws.com") || !strings.Contains(got.text(), "environment:prod") {
		t.Errorf("got %s, want the two of that run gone, and the others there", got.text())
	}
}

func TestAnIdentityThatTrustsNobodyIsTheAccountsOwnAndStaysSo(t *testing.T) {
	nobody := plan.Identity{Name: "x"}
	got := document{}.with(trusts("aws-cn", "862973411383", nobody))
	if !strings.Contains(got.text(), `"AWS":"arn:aws-cn:iam::862973411383:root"`) {
		t.Errorf("got %s, want the account's root as the principal", got.text())
	}
	got = got.with(trusts("aws-cn", "862973411383", ci()))
	if len(got.Statement) != 4 || !strings.Contains(got.text(), "root") {
		t.Errorf("got %s, want the account's statement beside the three of the plan", got.text())
	}
}

func TestGoogleIsTheIssuerThatIAMKnowsByItself(t *testing.T) {
	id := plan.Identity{Name: "x", Trust: []plan.Trust{{Name: "robot", Issuer: "https://accounts.google.com", Subject: "104", Audience: "sts.amazonaws.com"}}}
	want := map[string]string{"trust robot": "Allow sts:AssumeRoleWithWebIdentity accounts.google.com StringEquals accounts.google.com:oaud=sts.amazonaws.com StringEquals accounts.google.com:sub=104"}
	if got := asked(id); !maps.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	for name := range (Identity{id}).Want(plan.Task{}) {
		if strings.Contains(name, "provider") {
			t.Errorf("got the field %q, want no provider of its own for Google", name)
		}
	}
}

func TestTheSlashThatEndsAnIssuersPathIsPartOfItsName(t *testing.T) {
	for issuer, want := range map[string]string{
		"https://sts.windows.net/33e01921-4d64-4f8c-a055-5bdaffd5e33d/": "sts.windows.net/33e01921-4d64-4f8c-a055-5bdaffd5e33d/",
		"https://token.actions.githubusercontent.com/":                  "token.actions.githubusercontent.com",
		"https://oidc.eks.us-east-1.amazonaws.com/id/X":                 "oidc.eks.us-east-1.amazonaws.com/id/X",
	} {
		if got := host(issuer); got != want {
			t.Errorf("host(%s): got %s, want %s", issuer, got, want)
		}
	}
}

func TestTheIdOfAStatementIsItsOwnTrusts(t *testing.T) {
	for name, want := range map[string]string{"ci": "LandfallCi", "ci-x": "LandfallCi2Dx", "ci2dx": "LandfallCi2dx", "a.b": "LandfallA2Eb", "": ""} {
		if got := sid(name); got != want {
			t.Errorf("sid(%q): got %s, want %s", name, got, want)
		}
	}
}

func TestManagedPoliciesAreFoundWhereAWSKeepsThem(t *testing.T) {
	for name, want := range map[string]string{
		"ReadOnlyAccess":               "arn:aws:iam::aws:policy/ReadOnlyAccess",
		"ViewOnlyAccess":               "arn:aws:iam::aws:policy/job-function/ViewOnlyAccess",
		"arn:aws:iam::1:policy/custom": "arn:aws:iam::1:policy/custom",
	} {
		if got := policyARN("us-east-1", name); got != want {
			t.Errorf("policyARN(%s): got %s, want %s", name, got, want)
		}
	}
}
