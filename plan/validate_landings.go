package plan

import (
	"maps"
	"slices"
	"strings"
)

func (c *check) landingList() {
	seen, adopted := map[square]int{}, map[string]int{}
	for i, e := range c.written.Landings {
		path, s := item("landings", i), square{e.Cloud, e.Environment}
		if known := c.cloud(path+".cloud", e.Cloud); !c.environment(path+".environment", e.Environment) || !known || !c.has(s) {
			continue
		}
		if j, twice := seen[s]; twice {
			c.add(path, "Write one entry for it.", "%s is %s already", s.id(), item("landings", j))
			continue
		}
		seen[s] = i
		c.exception(path, e)
		if id := strings.ToLower(e.Adopt.ID); id != "" {
			key := string(e.Cloud) + " " + id
			if j, twice := adopted[key]; twice {
				c.add(path+".adopt.id", "Give each landing a container of its own.", "%s is adopted by %s already", quoted(e.Adopt.ID), item("landings", j))
			} else {
				adopted[key] = i
			}
		}
	}
}

func (c *check) exception(path string, e Exception) {
	if e.Name != "" && e.Cloud == GCP && e.Adopt.ID != "" && e.Name != e.Adopt.ID {
		c.add(path+".name", "Leave it out, or name the project that is adopted.", "a GCP project's id cannot be changed")
	}
	if e.Email != "" && e.Cloud != AWS {
		c.add(path+".email", "Leave it out.", "only AWS accounts have a root e-mail")
	}
	c.form(path+".adopt.id", e.Adopt.ID, containerForms[e.Cloud])
	for _, k := range slices.Sorted(maps.Keys(e.Adopt.Resources)) {
		p := under(path+".adopt.resources", k)
		c.form(p, k, kindForm)
		if strings.TrimSpace(e.Adopt.Resources[k]) == "" {
			c.add(p, "Write its present name or id.", "this says nothing of which %s is meant", quoted(k))
		}
	}
	c.form(path+".region", e.Region, regionForms[e.Cloud])
	c.loginOf(path+".login", e.Login, e.Cloud)
	c.loginOf(path+".fallback", e.Fallback, e.Cloud)
	login := e.Login
	if login == "" {
		login = c.written.Clouds[e.Cloud].Login
	}
	if e.Fallback != "" && e.Fallback == login {
		c.add(path+".fallback", "Name another login, or leave it out.", "a login cannot be its own fallback")
	}
	c.ownAccount(path+".login", e.Login, e)
	c.ownAccount(path+".fallback", e.Fallback, e)
	c.skip(path, e)
}

// ownAccount says where a landing is to be entered with the keys of another account.
func (c *check) ownAccount(path, name string, e Exception) {
	l, known := c.written.Logins[name]
	if known && l.Type == "aws-keys" && l.Account != "" && accountForm.expr.MatchString(e.Adopt.ID) && l.Account != e.Adopt.ID {
		c.add(path, "Name keys of a user in the landing's own account.", "the login %s holds keys of another account than the one adopted", quoted(name))
	}
}

func (c *check) skip(path string, e Exception) {
	switch {
	case !e.Skip && (e.Reason != "" || e.Until != ""):
		c.add(path, "Write skip: true, or leave reason and until out.", "a reason and a date belong to a landing that is skipped")
	case !e.Skip:
	case strings.TrimSpace(e.Reason) == "":
		c.add(path+".reason", "Write why, in a few words.", "a landing is skipped for a reason")
	}
	if !e.Skip {
		return
	}
	switch {
	case e.Until == "":
		c.add(path+".until", "Write the day as YYYY-MM-DD.", "a landing is skipped until a day")
	case !isDay(e.Until):
		c.add(path+".until", "Write it as YYYY-MM-DD.", "this is not a day")
	case c.day != "" && e.Until < c.day:
		c.add(path+".until", "Give a new day, or land it.", "%s was to be skipped until %s, which is past", square{e.Cloud, e.Environment}.id(), e.Until)
	}
}

// skips says what cannot do without a landing that is skipped.
func (c *check) skips() {
	if len(c.all()) > 0 && !slices.ContainsFunc(c.all(), c.lands) {
		c.add("landings", "Leave one of them in.", "every landing is skipped")
	}
}

// containers says which names break a limit of their cloud, and which landings would share one.
func (c *check) containers() {
	first := map[string]square{}
	said := map[string]int{}
	for _, s := range c.all() {
		path, name := c.namePath(s), c.name(s)
		if !c.lands(s) || strings.ContainsAny(name, "{}") || name == "" {
			continue // said already
		}
		if what := nameProblem(s.cloud, name); what != "" && c.exceptions[s].Adopt.ID != name {
			said[path+what]++
			if said[path+what] == 1 {
				c.add(path, "Shorten or change the name.", "%s would be named %s, but %s", s.id(), quoted(name), what)
			}
		}
		key := string(s.cloud) + " " + strings.ToLower(name)
		if other, twice := first[key]; twice {
			said[path]++
			if said[path] == 1 {
				c.add(path, "Write {env} in the template, or give one of them a name.", "%s and %s would both be named %s", other.id(), s.id(), quoted(name))
			}
			continue
		}
		first[key] = s
	}
}

// namePath is where the plan says how a landing's container is named.
func (c *check) namePath(s square) string {
	if i := c.index(s); i >= 0 && c.written.Landings[i].Name != "" {
		return item("landings", i) + ".name"
	}
	if _, named := c.written.Organisation.Naming[s.cloud]; named {
		return under("organisation.naming", string(s.cloud))
	}
	return "organisation.slug"
}

// index is where the plan's list has an entry for a landing, or -1.
func (c *check) index(s square) int {
	i, listed := c.places[s]
	if !listed {
		return -1
	}
	return i
}

// emails says which root e-mails are missing, wrong or used twice. AWS takes each address once.
func (c *check) emails() {
	first := map[string]square{}
	for _, env := range c.names {
		s := square{AWS, env}
		if !c.lands(s) {
			continue
		}
		path, email := "clouds.aws.email", c.email(s)
		if i := c.index(s); i >= 0 && c.written.Landings[i].Email != "" {
			path = item("landings", i) + ".email"
		}
		adopt := c.exceptions[s].Adopt
		switch {
		case strings.ContainsAny(email, "{}"):
		case email == "" && adopt.ID == "" && adopt.Name == "":
			c.add(path, "Write a template: aws+{env}@example.com.", "%s is to be made, and an AWS account needs a root e-mail of its own", s.id())
		case email == "":
		case len(email) > 64 || !emailForm.expr.MatchString(email):
			c.add(path, emailForm.hint, "the root e-mail of %s is not an e-mail address of up to 64 characters", s.id())
		default:
			if other, twice := first[strings.ToLower(email)]; twice {
				c.add(path, "Write {env} in the template, or give one of them an address.", "%s and %s would have the same root e-mail", other.id(), s.id())
			}
			first[strings.ToLower(email)] = s
		}
	}
}

// tagRules says which tags break a limit of a cloud of the plan.
func (c *check) tagRules() {
	for _, k := range slices.Sorted(maps.Keys(c.written.Organisation.Tags)) {
		if what, _ := templateProblem(c.written.Organisation.Tags[k]); what != "" {
			continue
		}
		for _, cloud := range c.clouds {
			for _, env := range c.names {
				if what := tagProblem(cloud, k, c.fill(c.written.Organisation.Tags[k], square{cloud, env})); what != "" {
					c.add(under("organisation.tags", k), "Every cloud of the plan is given the same tags; change it for all.", "%s", what)
					break
				}
			}
		}
	}
}
