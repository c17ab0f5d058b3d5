package plan

// Landing is one environment in one cloud with every default settled: all that a cloud needs to know of the plan.
type Landing struct {
	Plan        string `json:"plan"`
	Owner       string `json:"owner,omitempty"`
	Slug        string `json:"slug"`
	Cloud       Cloud  `json:"cloud"`
	Environment string `json:"environment"`
	// Name is the container's: the AWS account's name, the Azure subscription's display name, the GCP project's id.
	Name  string `json:"name"`
	Adopt Adopt  `json:"adopt,omitzero"`
	Email string `json:"email,omitempty"` // AWS root e-mail

	Region       string `json:"region"`
	Organization string `json:"organization,omitempty"` // as in Home
	OrgName      string `json:"orgName,omitempty"`      // Home.DisplayName, on the landing that checks it (the management environment)
	Parent       string `json:"parent,omitempty"`       // as in Home
	Billing      string `json:"billing,omitempty"`      // as in Home
	Role         string `json:"role,omitempty"`         // as in Home

	Login    Login  `json:"login"`
	Fallback *Login `json:"fallback,omitempty"`

	Tags       map[string]string `json:"tags,omitempty"`
	Network    Network           `json:"network"`
	Identities []Identity        `json:"identities,omitempty"` // of this cloud; Home tells which are made here
	Zone       string            `json:"zone,omitempty"`       // DNS zone that this landing holds, or empty
	// Management reports whether this is the management environment, where what exists once in a cloud is looked after.
	Management bool `json:"management,omitempty"`
	// Siblings are all landings of the cloud that the plan does not skip, this one too, on a management landing that looks
	// after their containers: that of AWS.
	Siblings []Sibling `json:"siblings,omitempty"`

	// Environments are all of the plan's, so that the name of one landing is not taken for a slip in another's.
	Environments []string `json:"environments,omitempty"`

	Mode     Mode            `json:"mode"`               // of controls that Controls does not name
	Controls map[string]Mode `json:"controls,omitempty"` // by control or objective
	Waived   []Waiver        `json:"waived,omitempty"`   // those in force for this landing
}

// ID names a landing: "aws/prod".
func (l Landing) ID() string { return string(l.Cloud) + "/" + l.Environment }

// ModeOf is what is done about a control of an objective in this landing.
func (l Landing) ModeOf(control, objective string) Mode {
	for _, k := range []string{control, objective} {
		if m, named := l.Controls[k]; named {
			return m
		}
	}
	return l.Mode
}

// WaiverOf is the waiver in force for a control of an objective, or nil.
func (l Landing) WaiverOf(control, objective string) *Waiver {
	for i, w := range l.Waived {
		if w.Control == control || w.Control == objective {
			return &l.Waived[i]
		}
	}
	return nil
}

// Adopted is the present name or id of the existing resource that the plan gives this landing for a kind (vnet, nsg,
// resource-group, vpc …), or other where it names none.
func (l Landing) Adopted(kind, other string) string {
	if name, named := l.Adopt.Resources[kind]; named {
		return name
	}
	return other
}

// Sibling is a landing of the same cloud as far as the management landing needs to know it.
type Sibling struct {
	Environment string `json:"environment"`
	Name        string `json:"name"`             // the container's, as Landing.Name
	Email       string `json:"email,omitempty"`  // AWS root e-mail
	ID          string `json:"id,omitempty"`     // the account's id, where the plan adopts it by that
	Called      string `json:"called,omitempty"` // the account's present name, where the plan adopts it by that
	// Tags are those whose value is another than the management landing's own.
	Tags map[string]string `json:"tags,omitempty"`
}

// Network is a landing's private network.
type Network struct {
	CIDR    string   `json:"cidr"`
	Subnets []Subnet `json:"subnets"`
}

// Subnet is one private subnet of a landing's network.
type Subnet struct {
	Name string `json:"name"`
	CIDR string `json:"cidr"`
	Zone string `json:"zone,omitempty"` // suffix of the availability zone, where the cloud places subnets in zones: a, b
}
