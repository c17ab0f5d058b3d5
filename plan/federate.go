package plan

import (
	"cmp"
	"slices"
	"strings"
)

// Federation is how a credential could become none at all: its consumers sign in by a token of their own instead of a key.
type Federation struct {
	Credential string          `json:"credential"`
	Cloud      Cloud           `json:"cloud"`
	Kind       CredentialKind  `json:"kind"`
	Item       string          `json:"item"`
	Owner      string          `json:"owner,omitempty"`
	State      FederationState `json:"state"`
	Why        string          `json:"why"`
	Ways       []FederationWay `json:"ways"`
	// Preview, Apply and Retire are the commands that do it, in their order: the key is taken away last, by the same states as an old
	// one. Empty where it is not to be.
	Preview string `json:"preview,omitempty"`
	Apply   string `json:"apply,omitempty"`
	Retire  string `json:"retire,omitempty"`
}

// FederationState says whether a credential could be done without.
type FederationState string

// States of a federation.
const (
	FederationStands   FederationState = "stands"   // somebody is trusted without the key already; the key is only still there
	FederationPossible FederationState = "possible" // the plan knows the consumers, and their cloud gives them tokens
	FederationUnknown  FederationState = "unknown"  // the plan does not say who uses it
	FederationNever    FederationState = "never"    // it is there for when federation is down
)

// FederationWay is how one consumer could do without the key.
type FederationWay struct {
	Who   string `json:"who"`
	First string `json:"first,omitempty"` // what must be so before
	Lines string `json:"lines,omitempty"` // of the plan
	Proof string `json:"proof"`           // what shows that it works
}

// Federations say of each credential of the plan whether and how it could be done without. It is pure.
func (p Plan) Federations() ([]Federation, error) {
	all, err := p.Credentials()
	if err != nil {
		return nil, err
	}
	p = p.WithDefaults()
	out := []Federation{}
	for _, c := range all {
		out = append(out, p.federation(c))
	}
	return out, nil
}

func (p Plan) federation(c Credential) Federation {
	f := Federation{Credential: c.ID, Cloud: c.Cloud, Kind: c.Kind, Item: c.Item, Owner: c.Owner, Ways: []FederationWay{}}
	command := func(verb string) string {
		return "landfall federate " + verb + " " + c.Plan + " --credential " + c.ID + " --reason \"…\""
	}
	if c.Login != nil && p.isFallback(c.Login.Name) {
		f.State, f.Why = FederationNever, "it is the way in for when the landing's own login is down: it is rotated, and stays"
		return f
	}
	m := newMatrix(p, "")
	opens, _, known := m.opens(c, square{c.Cloud, c.Landing.Environment})
	missing := false
	for _, who := range m.consumers(c) {
		f.Ways = append(f.Ways, p.way(c, who))
		missing = missing || !slices.ContainsFunc(opens.Trust, func(t Trust) bool { return strings.EqualFold(t.Name, who.Name) })
	}
	switch {
	case known && len(opens.Trust) > 0 && !missing:
		f.State, f.Retire = FederationStands, command("retire")
		f.Why = "the plan trusts its consumers without the key already, by " + strings.Join(trusted(opens.Trust), ", ") + "; the key is only still there"
		if len(f.Ways) == 0 {
			for _, t := range opens.Trust {
				f.Ways = append(f.Ways, FederationWay{Who: cmp.Or(t.Name, t.Subject), Proof: proofOf(c.Cloud)})
			}
		}
	case known && len(f.Ways) > 0:
		f.State, f.Preview, f.Apply, f.Retire = FederationPossible, "landfall federate preview "+c.Plan+" --credential "+c.ID, command("apply"), command("retire")
		f.Why = "its consumers are identities of this plan, and their cloud gives them tokens"
	case len(f.Ways) > 0:
		f.State = FederationUnknown
		f.Why = "its consumers are identities of this plan, and the plan does not say which role they take without the key; name it under rotation.credentials, instead"
	case c.Login != nil:
		f.State = FederationUnknown
		f.Why = "it is a login by key; sign in by aws-sso, or run the worker where aws-default finds a role, and it has nothing left to do"
	default:
		f.State = FederationUnknown
		f.Why = "the plan does not say who uses it; name them under rotation.credentials, consumers, or trust their issuer under identities, trust"
	}
	return f
}

// isFallback reports whether a login is some landing's second way in.
func (p Plan) isFallback(login string) bool {
	return slices.ContainsFunc(p.Landings, func(e Exception) bool { return e.Fallback == login && !e.Skip })
}

func trusted(all []Trust) []string {
	out := make([]string, 0, len(all))
	for _, t := range all {
		out = append(out, cmp.Or(t.Name, t.Subject, t.SAML))
	}
	return out
}

// way is how an identity of another cloud could use what a credential opens, by its own cloud's tokens. What only that cloud can
// tell stands in capitals until landfall federate preview or apply has asked it.
func (p Plan) way(c Credential, who Identity) FederationWay {
	w := FederationWay{Who: who.Name, Proof: proofOf(c.Cloud)}
	t := Trust{Name: strings.ToLower(who.Name), Audience: TokenAudience(c.Cloud, c.Plan)}
	switch who.Cloud {
	case AWS: // IAM's outbound federation: sts:GetWebIdentityToken gives the role a signed token
		w.First = "the account of " + who.Name + " signs tokens for other clouds (iam:EnableOutboundWebIdentityFederation), and the role may ask for them (sts:GetWebIdentityToken)"
		t.Issuer, t.Subject = "https://ISSUER.tokens.sts.global.api.aws", "arn:aws:iam::"+cmp.Or(p.adopted(AWS, who.Home), "ACCOUNT")+":role/"+who.Name
	case Azure: // a token of the tenant for the application itself; its subject is the service principal
		w.First = "the application " + who.Name + " has an identifier URI of its own, so that Entra signs tokens which name it"
		t.Issuer, t.Subject, t.Audience = "https://sts.windows.net/"+cmp.Or(p.Clouds[Azure].Organization, "TENANT")+"/", "OBJECT", "api://APPLICATION"
	case GCP: // the metadata server gives the service account a signed token for any audience
		w.First = "the consumer runs where the metadata server gives it tokens of " + who.Name
		t.Issuer, t.Subject = "https://accounts.google.com", "UNIQUE"
	}
	if who.Cloud != Azure && c.Cloud != GCP {
		t.Audience = "" // the cloud's own
	}
	name := c.ID
	if opens, _, known := newMatrix(p, "").opens(c, square{c.Cloud, c.Landing.Environment}); known {
		name = opens.Name
	}
	w.Lines = "identities: [{name: " + who.Name + ", cloud: " + string(who.Cloud) + ", tokensFor: [" + string(c.Cloud) + "]}, {name: " + name +
		", cloud: " + string(c.Cloud) + ", trust: [" + t.Lines() + "]}]"
	return w
}

// adopted is the id of the account that an environment's landing adopts, where the plan says one.
func (p Plan) adopted(cloud Cloud, env string) string {
	for _, e := range p.Landings {
		if e.Cloud == cloud && e.Environment == env {
			return e.Adopt.ID
		}
	}
	return ""
}

// proofOf is what shows that a sign-in came by federation and not by key.
func proofOf(c Cloud) string {
	switch c {
	case AWS:
		return "CloudTrail has AssumeRoleWithWebIdentity by it, and the access key's last use stays where it is"
	case Azure:
		return "its sign-ins have a federatedCredentialId and no servicePrincipalCredentialKeyId"
	case GCP:
		return "the audit log has its calls under the pool's principal, and the key's authentications stay where they are"
	}
	return "its cloud shows sign-ins without the key"
}
