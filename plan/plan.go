// Package plan holds the nouns of a migration: what is wanted, where it lands, what was seen, what was done.
//
// It reads no file and calls nothing; workflows, activities, clouds and the command line all speak in its words.
package plan

// Cloud names a cloud: aws, azure or gcp. The set is open; the worker says which it was built with.
type Cloud string

// The clouds of the first form.
const (
	AWS   Cloud = "aws"
	Azure Cloud = "azure"
	GCP   Cloud = "gcp"
)

// APIVersion and Kind are what a plan file must say it is.
const (
	APIVersion = "landfall/v1"
	KindPlan   = "Migration"
)

// Plan is the file that says what is wanted (design §7). Everything that can have a default may be left out.
type Plan struct {
	APIVersion   string           `json:"apiVersion"             yaml:"apiVersion"`
	Kind         string           `json:"kind"                   yaml:"kind"`
	Metadata     Metadata         `json:"metadata"               yaml:"metadata"`
	Organisation Organisation     `json:"organisation"           yaml:"organisation"`
	Clouds       map[Cloud]Home   `json:"clouds"                 yaml:"clouds"`
	Logins       map[string]Login `json:"logins"                 yaml:"logins"`
	Landings     []Exception      `json:"landings,omitempty"     yaml:"landings,omitempty"`
	Identities   []Identity       `json:"identities,omitempty"   yaml:"identities,omitempty"`
	Network      NetworkPlan      `json:"network,omitempty"      yaml:"network,omitempty"`
	Baseline     Baseline         `json:"baseline,omitempty"     yaml:"baseline,omitempty"`
	Registry     Registry         `json:"registry,omitempty"     yaml:"registry,omitempty"`
	DNS          DNS              `json:"dns,omitempty"          yaml:"dns,omitempty"`
	Journal      Journal          `json:"journal,omitempty"      yaml:"journal,omitempty"`
	Manual       []ManualStep     `json:"manual,omitempty"       yaml:"manual,omitempty"`
	Notify       Notify           `json:"notify,omitempty"       yaml:"notify,omitempty"`
	Rotation     Rotation         `json:"rotation,omitempty"     yaml:"rotation,omitempty"`
}

// Metadata names the plan and who answers for it.
type Metadata struct {
	Name   string `json:"name"             yaml:"name"`             // lower case, digits and hyphens; it is in every workflow id
	Owner  string `json:"owner"            yaml:"owner"`            // an e-mail address or a team
	Change string `json:"change,omitempty" yaml:"change,omitempty"` // the change ticket
}

// Organisation says what the same in every cloud is: the environments and how things are named.
type Organisation struct {
	Slug         string            `json:"slug"             yaml:"slug"`
	Environments []string          `json:"environments"     yaml:"environments"`
	Naming       map[Cloud]string  `json:"naming,omitempty" yaml:"naming,omitempty"` // template of the container's name: {slug} {env} {cloud}
	Tags         map[string]string `json:"tags,omitempty"   yaml:"tags,omitempty"`
}

// Home is where an organisation lives in one cloud.
type Home struct {
	Region string `json:"region" yaml:"region"`
	// Organization is the cloud's own id of the whole: o-… (AWS Organizations), the tenant id (Azure), organizations/… (GCP).
	Organization string `json:"organization,omitempty" yaml:"organization,omitempty"`
	// Parent is where containers are placed: an organizational unit's name, a management group's id, folders/… or organizations/….
	Parent  string `json:"parent,omitempty"  yaml:"parent,omitempty"`
	Billing string `json:"billing,omitempty" yaml:"billing,omitempty"` // Azure billing scope or GCP billingAccounts/…
	Email   string `json:"email,omitempty"   yaml:"email,omitempty"`   // AWS root e-mail template: aws+{env}@example.com
	Role    string `json:"role,omitempty"    yaml:"role,omitempty"`    // AWS role in each member; default OrganizationAccountAccessRole
	Login   string `json:"login"             yaml:"login"`
	// DisplayName is what the organisation should be called where only a person can rename it (GCP).
	DisplayName string `json:"displayName,omitempty" yaml:"displayName,omitempty"`
}

// Login is a way into a cloud. It is a reference; no value in it is secret.
type Login struct {
	Name string `json:"name,omitempty" yaml:"-"`
	// Type is aws-sso, aws-keys or aws-default; entra-user, azure-cli or azure-default; gcp-user or gcp-default.
	Type     string `json:"type"               yaml:"type"`
	StartURL string `json:"startUrl,omitempty" yaml:"startUrl,omitempty"` // aws-sso
	Account  string `json:"account,omitempty"  yaml:"account,omitempty"`  // aws-sso: the account signed in to; aws-keys: the account of the user
	Role     string `json:"role,omitempty"     yaml:"role,omitempty"`     // aws-sso: the permission set's role name
	Region   string `json:"region,omitempty"   yaml:"region,omitempty"`   // aws-sso: region of Identity Center
	User     string `json:"user,omitempty"     yaml:"user,omitempty"`     // aws-keys: the IAM user's name
	Item     string `json:"item,omitempty"     yaml:"item,omitempty"`     // aws-keys: op://vault/item that holds the access key
	Tenant   string `json:"tenant,omitempty"   yaml:"tenant,omitempty"`   // entra-user
	Client   string `json:"client,omitempty"   yaml:"client,omitempty"`   // entra-user: public client id; default the Azure CLI's
}

// Exception says where a landing differs from the matrix of environments and clouds.
type Exception struct {
	Cloud       Cloud  `json:"cloud"              yaml:"cloud"`
	Environment string `json:"environment"        yaml:"environment"`
	Name        string `json:"name,omitempty"     yaml:"name,omitempty"`  // the container's name, where the template does not give it
	Email       string `json:"email,omitempty"    yaml:"email,omitempty"` // AWS root e-mail
	Adopt       Adopt  `json:"adopt,omitempty"    yaml:"adopt,omitempty"`
	Login       string `json:"login,omitempty"    yaml:"login,omitempty"`
	Fallback    string `json:"fallback,omitempty" yaml:"fallback,omitempty"`
	Region      string `json:"region,omitempty"   yaml:"region,omitempty"`
	CIDR        string `json:"cidr,omitempty"     yaml:"cidr,omitempty"`
	Skip        bool   `json:"skip,omitempty"     yaml:"skip,omitempty"`
	Reason      string `json:"reason,omitempty"   yaml:"reason,omitempty"` // with skip
	Until       string `json:"until,omitempty"    yaml:"until,omitempty"`  // with skip: YYYY-MM-DD
}

// Adopt says which existing things are the landing's own.
type Adopt struct {
	ID        string            `json:"id,omitempty"        yaml:"id,omitempty"`        // account id, subscription id or project id
	Name      string            `json:"name,omitempty"      yaml:"name,omitempty"`      // by present name, where it differs from the one wanted
	Resources map[string]string `json:"resources,omitempty" yaml:"resources,omitempty"` // by kind: vnet, resource-group, nsg, vpc …: its present name or id
}

// Empty reports whether nothing is to be adopted.
func (a Adopt) Empty() bool { return a.ID == "" && a.Name == "" && len(a.Resources) == 0 }

// Identity is a service identity: an IAM role, an Entra app registration, a GCP service account.
type Identity struct {
	Name  string `json:"name"  yaml:"name"`
	Cloud Cloud  `json:"cloud" yaml:"cloud"`
	// Home is the environment in whose container it is made; default the management environment (the last one named).
	Home string `json:"home,omitempty" yaml:"home,omitempty"`
	// Roles it holds in every landing of its cloud: managed policy names (AWS), role names (Azure, GCP). Default: a reader's.
	Roles []string `json:"roles,omitempty" yaml:"roles,omitempty"`
	// Credential is the op:// item its long-lived credential is kept in; empty where there is none (federation only).
	Credential string `json:"credential,omitempty" yaml:"credential,omitempty"`
	// CredentialType is certificate or secret (Azure), key (GCP). Default certificate or key: the private half of a certificate
	// is ours before anybody is shown the public one, so that no crash can lose it.
	CredentialType string `json:"credentialType,omitempty" yaml:"credentialType,omitempty"`
	// CredentialDays is how long the credential is valid. Default 90.
	CredentialDays int `json:"credentialDays,omitempty" yaml:"credentialDays,omitempty"`
	// Trust is who may use it without any credential.
	Trust []Trust `json:"trust,omitempty" yaml:"trust,omitempty"`
	// TokensFor are the other clouds that it signs in to by tokens which its own cloud signs for it, instead of by a key there.
	TokensFor []Cloud `json:"tokensFor,omitempty" yaml:"tokensFor,omitempty"`
}

// Trust lets somebody in by a token or an assertion instead of a key.
type Trust struct {
	Name     string `json:"name"               yaml:"name"`
	Issuer   string `json:"issuer,omitempty"   yaml:"issuer,omitempty"`   // OIDC issuer, https://…
	Subject  string `json:"subject,omitempty"  yaml:"subject,omitempty"`  // the token's sub
	Audience string `json:"audience,omitempty" yaml:"audience,omitempty"` // the token's aud; default the cloud's own
	SAML     string `json:"saml,omitempty"     yaml:"saml,omitempty"`     // AWS: name of an existing SAML provider, instead of an issuer
}

// NetworkPlan gives each landing a range that overlaps no other.
type NetworkPlan struct {
	// CIDR is cut into one range a landing, in the order of clouds and environments. Default 10.64.0.0/12.
	CIDR string `json:"cidr,omitempty" yaml:"cidr,omitempty"`
	// Prefix is the size of a landing's range. Default 20.
	Prefix int `json:"prefix,omitempty" yaml:"prefix,omitempty"`
	// Reserved ranges are used elsewhere (offices, the old network) and must not be overlapped.
	Reserved []string `json:"reserved,omitempty" yaml:"reserved,omitempty"`
}

// Mode is what is done about a control that does not hold.
type Mode string

// Modes of a control.
const (
	Enforce Mode = "enforce" // make it hold
	Propose Mode = "propose" // say what would be done
	ReportM Mode = "report"  // say that it does not hold
)

// Baseline is the catalogue of controls and what is done about each.
type Baseline struct {
	Catalogue string          `json:"catalogue,omitempty" yaml:"catalogue,omitempty"` // default foundation@1
	Default   Mode            `json:"default,omitempty"   yaml:"default,omitempty"`   // default enforce
	Controls  map[string]Mode `json:"controls,omitempty"  yaml:"controls,omitempty"`  // by control (AWS-O01) or objective (O01)
	Waivers   []Waiver        `json:"waivers,omitempty"   yaml:"waivers,omitempty"`
}

// Waiver excuses a landing from a control, for a reason, by somebody, until a day.
type Waiver struct {
	Control string `json:"control" yaml:"control"`
	Scope   string `json:"scope"   yaml:"scope"` // cloud/environment, either may be *
	Reason  string `json:"reason"  yaml:"reason"`
	Owner   string `json:"owner"   yaml:"owner"`
	Expires string `json:"expires" yaml:"expires"` // YYYY-MM-DD
}

// Registry is the table of what stands where.
type Registry struct {
	Environment string `json:"environment,omitempty" yaml:"environment,omitempty"` // the AWS landing it lives in; default the management environment
	Table       string `json:"table,omitempty"       yaml:"table,omitempty"`       // default itinfra-connections
	Region      string `json:"region,omitempty"      yaml:"region,omitempty"`      // default the AWS home region
	// SigningKey is the op:// item that keeps the Ed25519 key by which the registry's exports are signed; it is made where it
	// is missing. Without it the registry is not exported, and AWS is a single point of failure of it.
	SigningKey string `json:"signingKey,omitempty" yaml:"signingKey,omitempty"`
	// ExportTo are the landings, cloud/environment, whose object storage takes a signed export after each run that changed
	// the registry. Default the management environments of the other clouds.
	ExportTo []string `json:"exportTo,omitempty" yaml:"exportTo,omitempty"`
}

// Journal is the append-only record of what was done, hash-chained, in a table beside the registry.
type Journal struct {
	Table string `json:"table,omitempty" yaml:"table,omitempty"` // default itinfra-journal
}

// DNS gives each cloud a zone of its own, so that none depends on another for names.
type DNS struct {
	Environment string           `json:"environment,omitempty" yaml:"environment,omitempty"` // the landing of each cloud that holds its zone; default the management environment
	Zones       map[Cloud]string `json:"zones,omitempty"       yaml:"zones,omitempty"`
}

// ManualStep is something that only a person can do and no cloud's API can prove: the run waits for a named operator's word.
type ManualStep struct {
	Name        string `json:"name"            yaml:"name"` // lower case, digits and hyphens; unique in its landing
	Cloud       Cloud  `json:"cloud"           yaml:"cloud"`
	Environment string `json:"environment"     yaml:"environment"`
	Outcome     string `json:"outcome"         yaml:"outcome"` // what must be so, in one sentence; never how to get there
	// After are the steps of the landing that must be done first.
	After []string `json:"after,omitempty" yaml:"after,omitempty"`
	// Confirmed is somebody's word that it is so; later runs ask nobody again.
	Confirmed Word `json:"confirmed,omitempty" yaml:"confirmed,omitempty"`
}

// Word is somebody's word for what no API can prove.
type Word struct {
	By string `json:"by,omitempty" yaml:"by,omitempty"`
	On string `json:"on,omitempty" yaml:"on,omitempty"` // YYYY-MM-DD
}

// Notify is who is told, outside, of holds and of what releases them.
type Notify struct {
	// Webhook is an https address that takes notices as JSON, signed by the Standard Webhooks scheme (standardwebhooks.com).
	Webhook string `json:"webhook,omitempty" yaml:"webhook,omitempty"`
	// Key is the op:// item that keeps the webhook's signing secret (whsec_…) in its field "signing secret".
	Key string `json:"key,omitempty" yaml:"key,omitempty"`
	// Remind is how long a hold lasts before whoever answers for it is reminded, and then twice as long each time: 4h.
	// Default 4h; a day at the most between two.
	Remind string `json:"remind,omitempty" yaml:"remind,omitempty"`
}
