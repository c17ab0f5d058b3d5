package aws

// estate is the part of a scenario that says what stands in AWS before anything begins.
type estate struct {
	Organization *estateOrganization `yaml:"organization"`
	Accounts     []estateAccount     `yaml:"accounts"`
	AccountLimit int                 `yaml:"accountLimit"` // of the organisation; 0: none
}

type estateOrganization struct {
	ID         string `yaml:"id"`
	Management string `yaml:"management"`
	// CentralRoot is whether root access is managed centrally: the root users of accounts made from then on have no password.
	CentralRoot bool                `yaml:"centralRoot"`
	Units       map[string][]string `yaml:"units"` // names under the root, with the ids of the accounts in them
}

type estateAccount struct {
	ID      string            `yaml:"id"`
	Name    string            `yaml:"name"`
	Email   string            `yaml:"email"`
	Status  string            `yaml:"status"` // ACTIVE (default), SUSPENDED or PENDING_CLOSURE
	Tags    map[string]string `yaml:"tags"`
	Outside bool              `yaml:"outside"` // not a member of the organisation
	// Unsubscribed are services whose sign-up AWS has not completed for the account: guardduty, securityhub.
	Unsubscribed []string `yaml:"unsubscribed"`
	RootMFA      bool     `yaml:"rootMFA"`
	// EntryRole is the role by which the management account enters; default OrganizationAccountAccessRole, "none" for none.
	EntryRole           string                  `yaml:"entryRole"`
	DefaultNetworks     bool                    `yaml:"defaultNetworks"` // each region begins with its default VPC
	S3PublicAccessBlock bool                    `yaml:"s3PublicAccessBlock"`
	Users               []estateUser            `yaml:"users"`
	OIDCProviders       map[string][]string     `yaml:"oidcProviders"` // clients by host
	SAMLProviders       []string                `yaml:"samlProviders"` // names
	Roles               []estateRole            `yaml:"roles"`
	Zones               []string                `yaml:"zones"`
	Buckets             []string                `yaml:"buckets"`
	Regions             map[string]estateRegion `yaml:"regions"`
}

type estateUser struct {
	Name     string            `yaml:"name"`
	Policies []string          `yaml:"policies"` // names of policies that AWS keeps
	Tags     map[string]string `yaml:"tags"`
	// DeliverTo is the op:// item that the user's access key is put into. Without it the user has no key.
	DeliverTo string `yaml:"deliverTo"`
}

type estateRole struct {
	Name     string            `yaml:"name"`
	Trusts   string            `yaml:"trusts"` // an account's id or a service's name
	Policies []string          `yaml:"policies"`
	Tags     map[string]string `yaml:"tags"`
}

type estateRegion struct {
	GuardDuty     string          `yaml:"guardDuty"` // enabled or disabled
	Config        *estateRecorder `yaml:"config"`
	SecurityHub   []string        `yaml:"securityHub"` // standards by the end of their ARN: cis-aws-foundations-benchmark/v/5.0.0
	WebACLs       []estateWebACL  `yaml:"webACLs"`
	EBSEncryption bool            `yaml:"ebsEncryption"`
	VPCs          []estateVPC     `yaml:"vpcs"`
	LogGroups     map[string]int  `yaml:"logGroups"` // retention by name, 0 for ever
}

type estateRecorder struct {
	Name    string `yaml:"name"`
	Bucket  string `yaml:"bucket"` // made with it; its policy lets AWS Config write
	Stopped bool   `yaml:"stopped"`
}

type estateWebACL struct {
	Name  string   `yaml:"name"`
	Rules []string `yaml:"rules"` // managed rule groups
}

type estateVPC struct {
	Name             string            `yaml:"name"`
	CIDR             string            `yaml:"cidr"`
	Tags             map[string]string `yaml:"tags"`
	DNSHostNames     bool              `yaml:"dnsHostNames"`
	OpenDefaultGroup bool              `yaml:"openDefaultGroup"`
	Subnets          []estateSubnet    `yaml:"subnets"` // private, with a route table of their own
	Endpoints        []string          `yaml:"endpoints"`
	FlowLogs         string            `yaml:"flowLogs"` // name of the log group they go to
}

type estateSubnet struct {
	Name string `yaml:"name"`
	CIDR string `yaml:"cidr"`
	Zone string `yaml:"zone"` // a, b or c
}
