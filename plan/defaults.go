package plan

import (
	"cmp"
	"maps"
	"slices"
)

// What a plan that says nothing else means.
const (
	DefaultCIDR      = "10.64.0.0/12"
	DefaultPrefix    = 20
	DefaultCatalogue = "foundation@1"
	DefaultTable     = "itinfra-connections"
	DefaultJournal   = "itinfra-journal"
	DefaultRemind    = "4h"
	DefaultRole      = "OrganizationAccountAccessRole"
	// AzureCLIClient is the public client of Microsoft's own command line.
	AzureCLIClient = "04b07795-8ddb-461a-bbee-02f9e1bf7b46"
)

// WithDefaults is the plan with everything said that it leaves unsaid, but for rotation, whose defaults depend on the
// credential: see Credentials. It changes nothing that is written, writes to nothing that p holds, and is the same when
// applied again.
func (p Plan) WithDefaults() Plan {
	p.Clouds, p.Logins = defaultHomes(p), defaultLogins(p)
	naming := map[Cloud]string{}
	for _, c := range p.CloudNames() {
		naming[c] = defaultTemplate(c)
	}
	maps.Copy(naming, p.Organisation.Naming)
	p.Organisation.Naming = naming

	p.Identities = slices.Clone(p.Identities)
	for i, id := range p.Identities {
		p.Identities[i] = id.withDefaults(p.Management())
	}
	p.Network.CIDR = cmp.Or(p.Network.CIDR, DefaultCIDR)
	p.Network.Prefix = cmp.Or(p.Network.Prefix, DefaultPrefix)
	p.Baseline.Catalogue = cmp.Or(p.Baseline.Catalogue, DefaultCatalogue)
	p.Baseline.Default = cmp.Or(p.Baseline.Default, Enforce)
	if aws, used := p.Clouds[AWS]; used {
		p.Registry.Environment = cmp.Or(p.Registry.Environment, p.Management())
		p.Registry.Table = cmp.Or(p.Registry.Table, DefaultTable)
		p.Registry.Region = cmp.Or(p.Registry.Region, aws.Region)
		if p.Registry.SigningKey != "" && len(p.Registry.ExportTo) == 0 {
			p.Registry.ExportTo = p.elsewhere()
		}
		p.Journal.Table = cmp.Or(p.Journal.Table, DefaultJournal)
	}
	p.Notify.Remind = cmp.Or(p.Notify.Remind, DefaultRemind)
	if len(p.DNS.Zones) > 0 {
		p.DNS.Environment = cmp.Or(p.DNS.Environment, p.Management())
	}
	return p
}

// Management is the environment where what exists once in a cloud is looked after: the one named mgmt or management, else
// the last one named.
func (p Plan) Management() string {
	envs := p.Organisation.Environments
	for _, e := range envs {
		if e == "mgmt" || e == "management" {
			return e
		}
	}
	if len(envs) == 0 {
		return ""
	}
	return envs[len(envs)-1]
}

// elsewhere are the management landings of the clouds other than AWS that the plan does not skip.
func (p Plan) elsewhere() []string {
	skipped := map[string]bool{}
	for _, e := range p.Landings {
		skipped[string(e.Cloud)+"/"+e.Environment] = e.Skip
	}
	var out []string
	for _, c := range p.CloudNames() {
		if id := string(c) + "/" + p.Management(); c != AWS && !skipped[id] {
			out = append(out, id)
		}
	}
	return out
}

// CloudNames are the clouds of the plan in their order: aws, azure, gcp, then others by name.
func (p Plan) CloudNames() []Cloud {
	return slices.SortedFunc(maps.Keys(p.Clouds), func(a, b Cloud) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(a, b))
	})
}

// firstClouds are the clouds of the first form, in their order.
func firstClouds() []Cloud { return []Cloud{AWS, Azure, GCP} }

func rank(c Cloud) int {
	if i := slices.Index(firstClouds(), c); i >= 0 {
		return i
	}
	return len(firstClouds())
}

func defaultHomes(p Plan) map[Cloud]Home {
	out := map[Cloud]Home{}
	for _, c := range p.CloudNames() {
		h := p.Clouds[c]
		switch c {
		case AWS:
			h.Role = cmp.Or(h.Role, DefaultRole)
		case GCP:
			h.Parent = cmp.Or(h.Parent, h.Organization)
		}
		out[c] = h
	}
	return out
}

func defaultLogins(p Plan) map[string]Login {
	out := map[string]Login{}
	for _, name := range slices.Sorted(maps.Keys(p.Logins)) {
		l := p.Logins[name]
		switch l.Type {
		case "aws-sso":
			l.Region = cmp.Or(l.Region, p.Clouds[AWS].Region)
		case "entra-user":
			l.Tenant = cmp.Or(l.Tenant, p.Clouds[Azure].Organization)
			l.Client = cmp.Or(l.Client, AzureCLIClient)
		}
		out[name] = l
	}
	return out
}

// withDefaults is an identity whose home, roles and credential are settled.
func (id Identity) withDefaults(management string) Identity {
	id.Home = cmp.Or(id.Home, management)
	if len(id.Roles) == 0 {
		id.Roles = map[Cloud][]string{AWS: {"ReadOnlyAccess"}, Azure: {"Reader"}, GCP: {"roles/viewer"}}[id.Cloud]
	}
	if id.Credential != "" {
		id.CredentialType = cmp.Or(id.CredentialType, map[Cloud]string{Azure: "certificate", GCP: "key"}[id.Cloud])
		id.CredentialDays = cmp.Or(id.CredentialDays, 90)
	}
	audience := map[Cloud]string{AWS: "sts.amazonaws.com", Azure: "api://AzureADTokenExchange"}[id.Cloud]
	id.Trust = slices.Clone(id.Trust)
	for i, t := range id.Trust {
		if t.Issuer != "" {
			id.Trust[i].Audience = cmp.Or(t.Audience, audience)
		}
	}
	return id
}
