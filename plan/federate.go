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
	// Retire is the last step: the key is taken away by the same states as an old one. Empty where it is not to be.
	Retire string `json:"retire,omitempty"`
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
	retire := "landfall federate " + c.Plan + " --credential " + c.ID + " --retire --reason \"…\""
	if c.Login != nil && p.isFallback(c.Login.Name) {
		f.State, f.Why = FederationNever, "it is the way in for when the landing's own login is down: it is rotated, and stays"
		return f
	}
	for _, con := range c.Consumers {
		i := slices.IndexFunc(p.Identities, func(id Identity) bool { return strings.EqualFold(id.Name, con.Name) && id.Cloud != c.Cloud })
		if i >= 0 {
			f.Ways = append(f.Ways, p.way(c, p.Identities[i]))
		}
	}
	switch {
	case c.Identity != nil && len(c.Identity.Trust) > 0:
		f.State, f.Retire = FederationStands, retire
		f.Why = "it is trusted without the key already, by " + strings.Join(trusted(c.Identity.Trust), ", ") + "; the key is only still there"
		for _, t := range c.Identity.Trust {
			f.Ways = append(f.Ways, FederationWay{Who: cmp.Or(t.Name, t.Subject), Proof: proofOf(c.Cloud)})
		}
	case len(f.Ways) > 0:
		f.State, f.Retire = FederationPossible, retire
		f.Why = "its consumers are identities of this plan, and their cloud gives them tokens"
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

// way is how an identity of another cloud could use what a credential opens, by its own cloud's tokens.
func (p Plan) way(c Credential, who Identity) FederationWay {
	w := FederationWay{Who: who.Name, Proof: proofOf(c.Cloud)}
	var issuer, subject, audience string
	switch who.Cloud {
	case AWS: // IAM's outbound federation: sts:GetWebIdentityToken gives the role a signed token
		w.First = "the account of " + who.Name + " gives tokens to other clouds (iam:EnableOutboundWebIdentityFederation), and the role may ask for them (sts:GetWebIdentityToken); " +
			"iam:GetOutboundWebIdentityFederationInfo says the issuer"
		issuer, subject = "https://ISSUER.tokens.sts.global.api.aws", "arn:aws:iam::"+cmp.Or(p.adopted(AWS, who.Home), "ACCOUNT")+":role/"+who.Name
	case Azure: // a token of the tenant for the application itself; its subject is the service principal
		w.First = "the application " + who.Name + " has an identifier URI api://APPLICATION, and OBJECT is the object id of its service principal; landfall registry show " +
			strings.ToLower(who.Name) + " says APPLICATION"
		issuer, subject, audience = "https://sts.windows.net/"+cmp.Or(p.Clouds[Azure].Organization, "TENANT")+"/", "OBJECT", "api://APPLICATION"
	case GCP: // the metadata server gives the service account a signed token for any audience
		w.First = "the consumer runs where the metadata server gives it tokens of " + who.Name + ", and UNIQUE is that account's uniqueId"
		issuer, subject = "https://accounts.google.com", "UNIQUE"
	default:
		w.First = "its cloud issues tokens by OpenID Connect"
		issuer, subject = "https://ISSUER", "SUBJECT"
	}
	if c.Cloud != AWS && who.Cloud != Azure {
		audience = "" // the cloud's own
	}
	trust := "trust: [{name: " + strings.ToLower(who.Name) + ", issuer: \"" + issuer + "\", subject: \"" + subject + "\""
	if audience != "" {
		trust += ", audience: \"" + audience + "\""
	}
	trust += "}]"
	name := c.ID
	if c.Identity != nil {
		name = c.Identity.Name
	}
	w.Lines = "identities: [{name: " + name + ", cloud: " + string(c.Cloud) + ", " + trust + "}]"
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
