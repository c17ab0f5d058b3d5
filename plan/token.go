package plan

import "strings"

// What a cloud says in the tokens that it signs for an identity, as facts of the step that lets it: what another cloud must
// be told to trust.
const (
	factIssuer   = "issuer of "
	factSubject  = "subject of "
	factAudience = "audience of "
)

// FactIssuer is the fact that names who signs an identity's tokens: the iss, an https address.
func FactIssuer(id Identity) string { return factIssuer + strings.ToLower(id.Name) }

// FactSubject is the fact that names whom an identity's tokens are about: the sub.
func FactSubject(id Identity) string { return factSubject + strings.ToLower(id.Name) }

// FactAudience is the fact that names the only audience an identity's tokens can have: the aud. Where the cloud signs for any
// audience there is none, and TokenAudience says which to ask for.
func FactAudience(id Identity) string { return factAudience + strings.ToLower(id.Name) }

// TokenAudience is the aud that a token names by which an identity signs in to another cloud, where its own signs for any.
// Entra's is fixed for federated credentials (Microsoft Graph, federatedIdentityCredential), IAM's is the customary one, and
// Google's is the plan's own, so that a token made for one plan opens nothing of another's.
func TokenAudience(into Cloud, planName string) string {
	switch into {
	case AWS:
		return "sts.amazonaws.com"
	case Azure:
		return "api://AzureADTokenExchange"
	case GCP:
		return "landfall:" + planName
	}
	return ""
}

// TrustOf is how a cloud is told to trust an identity of another, by the facts that its own has told. It is false where they
// are not known.
func TrustOf(who Identity, into Cloud, planName string, facts map[string]string) (Trust, bool) {
	t := Trust{
		Name: strings.ToLower(who.Name), Issuer: facts[FactIssuer(who)], Subject: facts[FactSubject(who)], Audience: facts[FactAudience(who)],
	}
	if t.Audience == "" {
		t.Audience = TokenAudience(into, planName)
	}
	return t, t.Issuer != "" && t.Subject != ""
}
