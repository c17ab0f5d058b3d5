package plan

import (
	"slices"
	"strings"
	"time"
	_ "time/tzdata" // so that a plan is as sound on a machine that has no time zones as on one that has
)

// rotation says what is wrong with how credentials are renewed.
func (c *check) rotation() {
	r := c.written.Rotation
	all, wrong := c.kept(), len(c.out) > 0
	ids := c.credentialIDs(all)
	c.length("rotation.maxAge", r.MaxAge, day)
	c.length("rotation.grace", r.Grace, 0)
	c.length("rotation.observe", r.Observe, 0)
	c.schedules(r.Schedules, ids, wrong)
	for i, f := range r.Freeze {
		c.freeze(item("rotation.freeze", i), f)
	}
	first := map[string]int{}
	for i, rule := range r.Credentials {
		path, id := item("rotation.credentials", i), strings.ToLower(rule.ID)
		own := id == ConnectTokenID
		if id == "" || !own && !c.credentialNamed(path+".id", rule.ID, ids, wrong) {
			continue
		}
		if j, twice := first[id]; twice {
			c.add(path+".id", "Write one entry for it.", "%s is %s already", quoted(rule.ID), item("rotation.credentials", j))
			continue
		}
		first[id] = i
		if own {
			c.tokenRule(path, rule)
			continue
		}
		c.credentialRule(path, rule, all[slices.Index(ids, id)].kind)
	}
}

// credentialIDs are the ids of the plan's credentials, and says which two of them, or which and a cloud, are called the same.
func (c *check) credentialIDs(all []kept) []string {
	ids := make([]string, 0, len(all))
	for _, k := range all {
		path := c.keptAt(k)
		switch {
		case slices.Contains(ids, k.id):
			c.add(path, "Name them apart.", "another credential of this plan is called %s too", quoted(k.id))
		case slices.Contains(c.clouds, Cloud(k.id)):
			c.add(path, "Name it otherwise.", "a credential called as a cloud could not be told from all of that cloud's")
		case k.id == ConnectTokenID:
			c.add(path, "Name it otherwise.", "%s is the token by which 1Password Connect is asked, in every plan", quoted(k.id))
		}
		ids = append(ids, k.id)
	}
	return ids
}

// keptAt is where the plan says what a credential is called.
func (c *check) keptAt(k kept) string {
	if k.login != nil {
		return under("logins", k.login.Name)
	}
	i := slices.IndexFunc(c.written.Identities, func(w Identity) bool { return w.Cloud == k.at.cloud && w.Name == k.identity.Name })
	return item("identities", i) + ".name"
}

// credentialNamed says what is wrong with a word that should be one of the plan's credentials. Where the plan is wrong
// elsewhere, one that may be none for that reason is passed over.
func (c *check) credentialNamed(path, word string, ids []string, wrong bool) bool {
	id := strings.ToLower(word)
	_, login := c.written.Logins[word]
	identity := slices.ContainsFunc(c.written.Identities, func(i Identity) bool { return strings.EqualFold(i.Name, id) })
	switch {
	case slices.Contains(ids, id):
		return true
	case len(c.all()) == 0, (login || identity) && wrong:
	case login && c.written.Logins[word].Type == "aws-keys" && !slices.Contains(ids, id+"-aws"):
		c.add(path, "Name it as a landing's login or fallback, or leave it out.", "no landing signs in by the login %s", quoted(word))
	case len(ids) == 0:
		c.add(path, "Leave it out, or say where a credential is kept.", "this plan has no credential that could be rotated")
	default:
		c.oneOf(path, id, "credential in this plan called", ids)
	}
	return false
}

func (c *check) schedules(all []Schedule, ids []string, wrong bool) {
	first := map[string]int{}
	for i, s := range all {
		path := item("rotation.schedules", i)
		c.form(path+".name", s.Name, calledForm)
		if s.Name == PostureSchedule {
			c.add(path+".name", "Name it otherwise.", "%s is the schedule by which every plan's credentials are looked at each night", quoted(s.Name))
		}
		if j, twice := first[s.Name]; twice && s.Name != "" {
			c.add(path+".name", "Name them apart.", "%s is the name of %s already", quoted(s.Name), item("rotation.schedules", j))
		} else {
			first[s.Name] = i
		}
		for j, w := range s.Credentials {
			if !slices.Contains(c.clouds, Cloud(w)) {
				c.credentialNamed(item(path+".credentials", j), w, slices.Concat(ids, c.cloudNames()), wrong)
			}
		}
		c.when(path, s)
	}
}

// when says what is wrong with when a schedule begins.
func (c *check) when(path string, s Schedule) {
	var gap time.Duration
	switch {
	case s.Every == "" && s.Calendar == "":
		c.add(path, "Write every: 30d, or calendar: 0 3 1 * *.", "this schedule does not say when")
	case s.Every != "" && s.Calendar != "":
		c.add(path+".calendar", "Make two schedules of it.", "a schedule is by every or by calendar, not both")
	case s.Every != "":
		c.length(path+".every", s.Every, time.Minute)
		gap, _ = Duration(s.Every) // said already
		if s.TimeZone != "" {
			c.add(path+".timeZone", "Leave it out.", "a time zone belongs to a calendar, and an interval has none")
		}
	default:
		gap = c.calendar(path+".calendar", s.Calendar)
		c.timeZone(path+".timeZone", s.TimeZone)
	}
	c.length(path+".jitter", s.Jitter, 0)
	if j, err := Duration(s.Jitter); err == nil && gap > 0 && j > gap {
		c.add(path+".jitter", "Write "+lengthText(gap)+" or less.", "this schedule could begin after the next of its own times")
	}
}

// calendar says what is wrong with a cron expression, and is the shortest time between two of its moments.
func (c *check) calendar(path, text string) time.Duration {
	cal, what, hint := parseCron(text)
	if what != "" {
		c.add(path, hint, "%s", what)
		return 0
	}
	gap, comes := cal.shortest()
	if !comes {
		c.add(path, "Look at its day of month, month and day of week.", "no day fits this calendar")
		return 0
	}
	return gap
}

// timeZone says what is wrong with the name of a time zone. Local is some machine's own, and no name.
func (c *check) timeZone(path, name string) {
	if name == "" || isZone(name) {
		return
	}
	words := strings.FieldsFunc(strings.ToLower(name), func(r rune) bool { return r == ' ' || r == '_' })
	for i, w := range words {
		parts := strings.Split(w, "/")
		for j, p := range parts {
			if p != "" {
				parts[j] = strings.ToUpper(p[:1]) + p[1:]
			}
		}
		words[i] = strings.Join(parts, "/")
	}
	hint := "Write it as in the IANA database, such as Europe/Berlin or UTC."
	for _, meant := range []string{strings.Join(words, "_"), strings.ToUpper(name)} {
		if shows(meant) && isZone(meant) {
			hint = "Did you mean " + quoted(meant) + "?"
			break
		}
	}
	c.add(path, hint, "there is no time zone %s", quoted(name))
}

func isZone(name string) bool {
	_, err := time.LoadLocation(name)
	return err == nil && name != "Local"
}

func (c *check) freeze(path string, f Freeze) {
	for _, d := range []struct{ name, value string }{{"from", f.From}, {"to", f.To}} {
		if d.value != "" && !isDay(d.value) {
			c.add(path+"."+d.name, "Write it as YYYY-MM-DD.", "this is not a day")
		}
	}
	if isDay(f.From) && isDay(f.To) && f.To < f.From {
		c.add(path+".to", "Write the first day under from and the last under to.", "this freeze ends before it begins")
	}
	if f.Reason != "" && strings.TrimSpace(f.Reason) == "" {
		c.add(path+".reason", "Write why, in a few words.", "rotation is frozen for a reason")
	}
}

// tokenRule says what is wrong with a rule of the token that people renew: it has no grace and no consumers but the workers.
func (c *check) tokenRule(path string, r CredentialRule) {
	if strings.Contains(r.Owner, "@") {
		c.form(path+".owner", r.Owner, emailForm)
	}
	c.length(path+".maxAge", r.MaxAge, day)
	for _, f := range []struct {
		name string
		said bool
	}{{"grace", r.Grace != ""}, {"observe", r.Observe != ""}, {"consumers", len(r.Consumers) > 0}} {
		if f.said {
			c.add(path+"."+f.name, "Leave it out: of this one owner and maxAge may be said.", "people renew the token of 1Password Connect, and Landfall reminds them of it")
		}
	}
}

func (c *check) credentialRule(path string, r CredentialRule, kind CredentialKind) {
	if strings.Contains(r.Owner, "@") {
		c.form(path+".owner", r.Owner, emailForm)
	}
	c.length(path+".maxAge", r.MaxAge, day)
	c.length(path+".grace", r.Grace, 0)
	c.length(path+".observe", r.Observe, 0)
	if r.Observe != "" && !kind.Disables() {
		c.add(path+".observe", "Leave it out, and write a longer grace.", "Entra cannot disable a key before it is deleted, so there is nothing to observe")
	}
	c.instead(path+".instead", r.Instead, kind)
	var names []string
	for i, con := range r.Consumers {
		p := item(path+".consumers", i)
		c.form(p+".name", con.Name, calledForm)
		if con.Name != "" && slices.Contains(names, con.Name) {
			c.add(p+".name", "Name them apart.", "%s is the name of another consumer of this credential", quoted(con.Name))
		}
		names = append(names, con.Name)
		c.hook(p, con.Webhook, con.Key)
		c.length(p+".ttl", con.TTL, 0)
	}
}

// instead says what is wrong with the role that is to be taken instead of an access key.
func (c *check) instead(path, role string, kind CredentialKind) {
	var roles []string
	for _, id := range c.written.Identities {
		if id.Cloud == AWS {
			roles = append(roles, id.Name)
		}
	}
	switch {
	case role == "":
	case kind != AccessKey:
		c.add(path, "Leave it out: its consumers become the identity itself.", "only an access key has a role instead of it")
	case len(roles) == 0:
		c.add(path, "Name the role under identities first, with cloud: aws.", "this plan has no role that could be taken instead")
	default:
		c.oneOf(path, role, "role among the identities called", roles)
	}
}

// hook says what is wrong with where somebody is told of something, and by which secret what is told is signed.
func (c *check) hook(path, webhook, key string) {
	c.form(path+".webhook", webhook, webhookForm)
	c.form(path+".key", key, opForm)
	switch {
	case webhook != "" && key == "":
		c.add(path+".key", "Add it: the op:// item that keeps the webhook's signing secret.", "a notice is signed, and the plan names no secret to sign it by")
	case webhook == "" && key != "":
		c.add(path+".webhook", "Add the address, or leave the key out.", "there is no address to tell notices to")
	}
}
