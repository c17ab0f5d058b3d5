package plan

import (
	"maps"
	"slices"
	"strings"
)

func (c *check) header() {
	p := c.written
	if p.APIVersion != "" && p.APIVersion != APIVersion {
		c.add("apiVersion", "Write "+APIVersion+".", "this version of Landfall does not read %s", quoted(p.APIVersion))
	}
	if p.Kind != "" && p.Kind != KindPlan {
		c.add("kind", "Write "+KindPlan+".", "there is no kind %s", quoted(p.Kind))
	}
	c.form("metadata.name", p.Metadata.Name, planName)
	if strings.Contains(p.Metadata.Owner, "@") {
		c.form("metadata.owner", p.Metadata.Owner, emailForm)
	}
}

func (c *check) organisation() {
	o := c.written.Organisation
	c.form("organisation.slug", o.Slug, slugForm)
	first := map[string]int{}
	for i, e := range o.Environments {
		path := item("organisation.environments", i)
		if e == "" {
			c.add(path, envForm.hint, "this environment has no name")
			continue
		}
		c.form(path, e, envForm)
		if j, twice := first[e]; twice {
			c.add(path, "Keep one of the two.", "the environment %s is %s already", quoted(e), item("organisation.environments", j))
		} else {
			first[e] = i
		}
	}
	for _, cloud := range slices.Sorted(maps.Keys(o.Naming)) {
		path := under("organisation.naming", string(cloud))
		c.cloud(path, cloud)
		if what, hint := templateProblem(o.Naming[cloud]); what != "" {
			c.add(path, hint, "%s", what)
		}
	}
	for _, k := range slices.Sorted(maps.Keys(o.Tags)) {
		path := under("organisation.tags", k)
		if what, hint := templateProblem(o.Tags[k]); what != "" {
			c.add(path, hint, "%s", what)
		}
		if strings.HasPrefix(k, "landfall-") {
			c.add(path, "Name it otherwise.", "tags that begin with landfall- are Landfall's own")
		}
	}
}

// cloud says what is wrong with a word that should be one of the plan's clouds.
func (c *check) cloud(path string, cloud Cloud) bool {
	if _, meant := c.misspelt[cloud]; meant {
		return false // it is right here, and said where it is not
	}
	return c.oneOf(path, string(cloud), "cloud in this plan called", c.cloudNames())
}

// environment says what is wrong with a word that should be one of the plan's environments.
func (c *check) environment(path, env string) bool {
	return c.oneOf(path, env, "environment in this plan called", c.written.Organisation.Environments)
}

func (c *check) homes() {
	for _, cloud := range c.written.CloudNames() {
		h, path := c.written.Clouds[cloud], under("clouds", string(cloud))
		if meant := meantCloud(c.written, cloud); meant != "" {
			c.add(path, "Did you mean "+quoted(string(meant))+"?", "there is no cloud called %s", quoted(string(cloud)))
			continue
		}
		if !c.form(path, string(cloud), cloudForm) || !cloudForm.fits(string(cloud)) {
			continue
		}
		c.form(path+".region", h.Region, regionForms[cloud])
		c.form(path+".organization", h.Organization, organizationForms[cloud])
		c.form(path+".parent", h.Parent, parentForms[cloud])
		c.form(path+".billing", h.Billing, billingForms[cloud])
		c.homeFields(path, cloud, h)
		c.loginOf(path+".login", h.Login, cloud)
		c.whatCreatingNeeds(path, cloud)
	}
}

// meantCloud is the cloud of the first form that a cloud's name is a slip of, or "".
func meantCloud(p Plan, cloud Cloud) Cloud {
	if rank(cloud) < len(firstClouds()) {
		return ""
	}
	for _, c := range firstClouds() {
		if _, there := p.Clouds[c]; !there && distance(string(c), strings.ToLower(string(cloud))) < 2 {
			return c
		}
	}
	return ""
}

// misspelt are the clouds that the plan writes otherwise than they are called.
func misspelt(p Plan) map[Cloud]Cloud {
	out := map[Cloud]Cloud{}
	for _, written := range p.CloudNames() {
		if meant := meantCloud(p, written); meant != "" {
			out[meant] = written
		}
	}
	return out
}

// homeFields says which fields a cloud has no use for.
func (c *check) homeFields(path string, cloud Cloud, h Home) {
	if rank(cloud) == len(firstClouds()) {
		return // a cloud we do not know knows its own fields
	}
	for _, f := range []struct {
		name, value string
		of          []Cloud
		why         string
	}{
		{"email", h.Email, []Cloud{AWS}, "only AWS accounts have a root e-mail"},
		{"role", h.Role, []Cloud{AWS}, "only AWS accounts are entered by a role"},
		{"billing", h.Billing, []Cloud{Azure, GCP}, "AWS accounts are paid for by their organisation"},
		{"displayName", h.DisplayName, []Cloud{GCP}, "only a GCP organisation's display name is looked after"},
	} {
		if f.value != "" && !slices.Contains(f.of, cloud) {
			c.add(path+"."+f.name, "Leave it out.", "%s", f.why)
		}
	}
	if cloud == AWS && h.Role != "" {
		c.form(path+".role", h.Role, roleForm)
	}
	if what, hint := templateProblem(h.Email); what != "" {
		c.add(path+".email", hint, "%s", what)
	}
}

// whatCreatingNeeds says what a cloud must be told before something can be made in it: who pays, and where it belongs.
func (c *check) whatCreatingNeeds(path string, cloud Cloud) {
	s, creates := c.firstMade(cloud)
	if !creates {
		return
	}
	h := c.plan.Clouds[cloud]
	if h.Billing == "" && (cloud == Azure || cloud == GCP) {
		c.add(path+".billing", billingForms[cloud].hint, "%s is to be made, and nothing says who pays for it", s.id())
	}
	if h.Parent == "" && cloud == GCP {
		c.add(path+".organization", organizationForms[cloud].hint, "%s is to be made, and nothing says in which organisation or folder", s.id())
	}
}

// firstMade is the first landing of a cloud that adopts nothing by id, where there is one.
func (c *check) firstMade(cloud Cloud) (square, bool) {
	for _, e := range c.names {
		if s := (square{cloud, e}); c.lands(s) && c.exceptions[s].Adopt.ID == "" {
			return s, true
		}
	}
	return square{}, false
}
