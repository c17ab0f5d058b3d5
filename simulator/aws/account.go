package aws

import (
	"maps"
	"slices"
	"time"
)

// account is one AWS account with everything that stands in it.
type account struct {
	id, name, email string
	status          string // ACTIVE, SUSPENDED or PENDING_CLOSURE
	joinedMethod    string // INVITED or CREATED
	joined          time.Time
	parent          string // root or organizational unit
	tags            map[string]string
	enterable       time.Time       // when the organisation's role can first be assumed
	unsubscribed    map[string]bool // services whose sign-up AWS has not completed

	users     map[string]*user
	roles     map[string]*role
	policies  map[string]*customerPolicy // by ARN
	providers map[string]*oidcProvider   // by ARN
	saml      []string                   // ARNs
	aliases   []string
	rootMFA   bool
	rootless  bool // the root user has no password, as in organisations that manage root access centrally
	passwords *passwordPolicy
	outbound  outbound

	zones       map[string]*hostedZone // by id
	references  map[string]bool        // caller references ever used for zones
	changes     map[string]time.Time   // DNS changes, and when they are in sync
	publicBlock *publicAccessBlock

	regions map[string]*region
	network bool // whether a region begins with a default VPC
}

// region is what stands in one region of an account.
type region struct {
	account *account
	name    string

	detectors map[string]*detector
	recorder  *recorder
	channel   *channel
	hub       *hub

	vpcs       map[string]*vpc
	subnets    map[string]*subnet
	tables     map[string]*routeTable
	groups     map[string]*securityGroup
	endpoints  map[string]*endpoint
	flows      map[string]*flowLog
	ec2Tags    map[string]map[string]string // by resource id
	ec2Tokens  map[string]string            // client tokens, to what they made
	ebsDefault bool

	logGroups map[string]*logGroup
	acls      map[string]*webACL // by id
	dynamo    map[string]*table
}

func newAccount(id, name, email string, now time.Time) *account {
	return &account{
		id: id, name: name, email: email, status: "ACTIVE", joinedMethod: "CREATED", joined: now, tags: map[string]string{},
		users: map[string]*user{}, roles: map[string]*role{}, policies: map[string]*customerPolicy{}, providers: map[string]*oidcProvider{},
		zones: map[string]*hostedZone{}, references: map[string]bool{}, changes: map[string]time.Time{}, regions: map[string]*region{},
		unsubscribed: map[string]bool{},
	}
}

// in is the account's part in a region; it begins empty, but for a default VPC where the account has them.
func (a *account) in(name string) *region {
	if r, there := a.regions[name]; there {
		return r
	}
	r := &region{
		account: a, name: name, detectors: map[string]*detector{},
		vpcs: map[string]*vpc{}, subnets: map[string]*subnet{}, tables: map[string]*routeTable{}, groups: map[string]*securityGroup{},
		endpoints: map[string]*endpoint{}, flows: map[string]*flowLog{}, ec2Tags: map[string]map[string]string{}, ec2Tokens: map[string]string{},
		logGroups: map[string]*logGroup{}, acls: map[string]*webACL{}, dynamo: map[string]*table{},
	}
	a.regions[name] = r
	if a.network {
		r.defaultVPC()
	}
	return r
}

func sorted[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// values are a map's values in the order of their keys.
func values[V any](m map[string]V) []V {
	out := make([]V, 0, len(m))
	for _, k := range sorted(m) {
		out = append(out, m[k])
	}
	return out
}

// tag is a key and a value as most services write them.
type tag struct {
	Key   string `json:"Key"   xml:"Key"`
	Value string `json:"Value" xml:"Value"`
}

func tagMap(tags []tag) map[string]string {
	out := map[string]string{}
	for _, t := range tags {
		out[t.Key] = t.Value
	}
	return out
}
