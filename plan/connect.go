package plan

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// ConnectToken is the kind of the one credential that Landfall cannot rotate: the token by which its workers ask 1Password
// Connect. Connect's interface makes none, so that people are reminded of it in time.
const ConnectToken CredentialKind = "connect-token"

// What the token is called where credentials are: its id in every plan, what keeps it, and whose it is.
const (
	ConnectTokenID        = "connect-token"
	ConnectVariable       = "OP_CONNECT_TOKEN"
	OnePassword     Cloud = "onepassword" // no cloud of a plan's
)

// TokenClaims are what a Connect token says of itself, without the token.
type TokenClaims struct {
	ID      string    `json:"id"`               // its own, or sha256:… of it where it tells none
	Server  string    `json:"server,omitempty"` // the id of the Connect server that it is for
	Issued  time.Time `json:"issued,omitzero"`  // zero: it does not say
	Expires time.Time `json:"expires,omitzero"` // zero: it does not say
	// Opaque is set where it is no JSON web token, so that it says nothing at all.
	Opaque bool `json:"opaque,omitempty"`
}

// Connect is the token by which a plan's vaults are asked, as the plan sees it.
type Connect struct {
	Plan   string
	Owner  string // who answers for it
	MaxAge time.Duration
	Vaults []string // by the names or ids that the plan has for them
}

// Connect is the token by which the plan's vaults are asked. A plan that keeps nothing in a vault needs none.
func (p Plan) Connect() (Connect, bool) {
	vaults := p.vaults()
	rule := p.Rotation.rule(ConnectTokenID)
	return Connect{
		Plan: p.Metadata.Name, Owner: cmp.Or(rule.Owner, p.Metadata.Owner), Vaults: vaults,
		MaxAge: firstLength(DefaultMaxAge, rule.MaxAge, p.Rotation.MaxAge),
	}, len(vaults) > 0
}

// vaults are the vaults that the plan's items are in, by name.
func (p Plan) vaults() []string {
	p = p.WithDefaults()
	refs := []string{p.Registry.SigningKey, p.Notify.Key}
	for _, l := range p.Logins {
		refs = append(refs, l.Item)
	}
	for _, id := range p.Identities {
		refs = append(refs, id.Credential)
	}
	for _, r := range p.Rotation.Credentials {
		for _, con := range r.Consumers {
			refs = append(refs, con.Key)
		}
	}
	var out []string
	for _, ref := range refs {
		if ref != "" {
			out = append(out, vaultOf(ref))
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// Report is the token as it stands, and what is wrong with it. It is pure.
func (c Connect) Report(t TokenClaims, now time.Time) CredentialReport {
	r := c.Unread()
	k := Key{ID: t.ID, Slot: Current, State: KeyActive, Created: t.Issued, Expires: t.Expires}
	if c.ended(t, now) {
		k.State = KeyExpired
	}
	r.Keys, r.Expires = append(r.Keys, k), t.Expires
	if !t.Issued.IsZero() {
		r.Age = now.Sub(t.Issued)
	}
	r.Found(c.Plan, c.findings(t, now)...)
	return r
}

// Unread is the token's report before anything is known of it.
func (c Connect) Unread() CredentialReport {
	return CredentialReport{
		ID: ConnectTokenID, Cloud: OnePassword, Kind: ConnectToken, Owner: c.Owner, Item: ConnectVariable, Keys: []Key{}, Findings: []Finding{},
	}
}

func (c Connect) ended(t TokenClaims, now time.Time) bool {
	return !t.Expires.IsZero() && !t.Expires.After(now)
}

// findings are what somebody should know of the token. What it does not say is said to be unknown, and never guessed.
func (c Connect) findings(t TokenClaims, now time.Time) []Finding {
	f := finder{Credential: Credential{ID: ConnectTokenID, Plan: c.Plan, Owner: c.Owner, Kind: ConnectToken, MaxAge: c.MaxAge}, now: now}
	do, name := c.renew(t, now), "the token "+t.ID+" by which the workers ask 1Password Connect"
	left, most := t.Expires.Sub(now), days(int(c.MaxAge/day))
	switch mark := markOf(left); {
	case t.Opaque:
		f.add(Untold, t.ID, do, "%s is no JSON web token: when it was issued and when it expires is unknown", name)
	case t.Expires.IsZero():
		f.add(Untold, t.ID, do, "%s does not say when it expires, so that nobody can be reminded of it", name)
	case left <= 0:
		f.add(Expired, t.ID, do, "%s has expired on %s: nothing is read from the vaults of %s or kept there", name, t.Expires.UTC().Format(time.DateOnly), c.Plan)
	case mark > 0:
		f.add(Expiring, t.ID, do, "%s expires on %s, within %s; without it nothing is read from the vaults of %s or kept there", name, t.Expires.UTC().Format(time.DateOnly), days(mark), c.Plan)
		f.out[len(f.out)-1].Mark = mark
	}
	switch {
	case t.Opaque:
	case t.Issued.IsZero():
		f.add(Untold, t.ID, do, "%s does not say when it was issued, so that its age is unknown", name)
	case f.past(t.Issued, c.MaxAge):
		f.add(OverAge, t.ID, do, "%s is %s old, and %s are allowed", name, f.days(t.Issued), most)
	case f.past(t.Issued, c.MaxAge/6*5) && (t.Expires.IsZero() || t.Expires.After(t.Issued.Add(c.MaxAge))): // else its end is said
		f.add(DueSoon, t.ID, do, "%s is %s old and will be over age at %s", name, f.days(t.Issued), most)
	}
	return f.out
}

// renew is how the token is replaced: by people, since there is no interface for it. It names the very vaults, server and
// token wherever they are known.
func (c Connect) renew(t TokenClaims, now time.Time) string {
	server := cmp.Or(t.Server, "SERVER")
	create := "op connect token create landfall-" + now.UTC().Format(time.DateOnly) + " --server " + server
	for _, v := range c.Vaults {
		create += " --vault " + worded(v)
	}
	create += " --expires-in " + strconv.Itoa(max(int(c.MaxAge/day), 1)) + "d"
	old := t.ID
	if strings.HasPrefix(old, "sha256:") {
		old = "TOKEN"
	}
	return "Make another, " + create + ", set it as " + ConnectVariable + " of every worker and start them again one by one; when landfall credentials list " +
		c.Plan + " shows its id, revoke this one: op connect token delete " + old + " --server " + server + ". docs/connect-token.md has the steps."
}

// worded is a name as a shell takes it.
func worded(name string) string {
	if strings.Trim(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.") == "" {
		return name
	}
	return "'" + strings.ReplaceAll(name, "'", `'\''`) + "'"
}
