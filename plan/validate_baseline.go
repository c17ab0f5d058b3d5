package plan

import (
	"maps"
	"reflect"
	"slices"
	"strings"
)

func (c *check) baseline() {
	b := c.written.Baseline
	if b.Catalogue != "" && b.Catalogue != DefaultCatalogue {
		c.add("baseline.catalogue", "Write "+DefaultCatalogue+" or leave it out.", "there is no catalogue %s in this version", quoted(b.Catalogue))
	}
	c.mode("baseline.default", b.Default)
	for _, k := range slices.Sorted(maps.Keys(b.Controls)) {
		path := under("baseline.controls", k)
		c.control(path, k)
		if b.Controls[k] == "" {
			c.add(path, "Write enforce, propose or report.", "this says nothing of what is done about the control")
		}
		c.mode(path, b.Controls[k])
	}
	for i, w := range b.Waivers {
		c.waiver(item("baseline.waivers", i), w)
	}
}

func (c *check) mode(path string, m Mode) {
	c.oneOf(path, string(m), "mode", []string{string(Enforce), string(Propose), string(ReportM)})
}

// controlPrefixes are how a cloud's controls begin.
func controlPrefixes() map[string]Cloud { return map[string]Cloud{"AWS": AWS, "AZ": Azure, "GC": GCP} }

// control says what is wrong with the name of a control or objective.
func (c *check) control(path, name string) bool {
	if name == "" || !c.form(path, name, controlForm) {
		return false
	}
	prefix, _, cut := strings.Cut(name, "-")
	if _, known := controlPrefixes()[prefix]; cut && !known && c.firstFormOnly() {
		c.oneOf(path, prefix, "cloud whose controls begin with", keys(controlPrefixes()))
		return false
	}
	return true
}

func (c *check) waiver(path string, w Waiver) {
	known := c.control(path+".control", w.Control)
	if c.form(path+".scope", w.Scope, scopeForm) && w.Scope != "" {
		cloud, env, _ := strings.Cut(w.Scope, "/")
		if cloud != "*" {
			c.cloud(path+".scope", Cloud(cloud))
		}
		if env != "*" {
			c.environment(path+".scope", env)
		}
		prefix, _, _ := strings.Cut(w.Control, "-")
		if of, named := controlPrefixes()[prefix]; known && named && cloud != "*" && Cloud(cloud) != of {
			c.add(path+".scope", "Write "+string(of)+"/"+env+".", "%s is a control of %s and excuses nobody in %s", w.Control, of, quoted(cloud))
		}
	}
	switch {
	case w.Expires == "":
	case !isDay(w.Expires):
		c.add(path+".expires", "Write it as YYYY-MM-DD.", "this is not a day")
	case c.day != "" && w.Expires < c.day:
		c.add(path+".expires", "Mend what it excuses, or have its owner give it a new day.", "the waiver of %s ran out on %s", quoted(w.Control), w.Expires)
	}
}

func (c *check) registry() {
	r := c.written.Registry
	_, aws := c.written.Clouds[AWS]
	if !aws {
		if !reflect.ValueOf(r).IsZero() || c.written.Journal != (Journal{}) {
			c.add("registry", "Leave it out, or add clouds.aws.", "the registry and the journal are tables of AWS, and the plan has no AWS")
		}
		return
	}
	c.form("registry.table", r.Table, tableForm)
	c.form("registry.region", r.Region, regionForms[AWS])
	c.form("journal.table", c.written.Journal.Table, tableForm)
	if c.plan.Journal.Table == c.plan.Registry.Table {
		c.add("journal.table", "Name them apart.", "the journal and the registry are two tables")
	}
	c.exports(r)
	if c.environment("registry.environment", r.Environment) {
		if s := (square{AWS, c.plan.Registry.Environment}); c.has(s) && !c.lands(s) {
			c.add("registry.environment", "Name an AWS landing that is not skipped.", "the registry lives in %s, which is skipped", s.id())
		}
	}
}

// exports says what is wrong with where the registry is exported to.
func (c *check) exports(r Registry) {
	c.form("registry.signingKey", r.SigningKey, opForm)
	if len(r.ExportTo) > 0 && r.SigningKey == "" {
		c.add("registry.exportTo", "Add registry.signingKey: op://vault/item.", "an export is signed, and the plan names no key to sign it by")
	}
	for i, to := range r.ExportTo {
		path := item("registry.exportTo", i)
		if !c.form(path, to, landingForm) {
			continue
		}
		cloud, env, _ := strings.Cut(to, "/")
		s := square{Cloud(cloud), env}
		switch {
		case !c.cloud(path, s.cloud) || !c.environment(path, env):
		case s.cloud == AWS:
			c.add(path, "Name landings of the other clouds.", "the registry itself is in AWS: an export there would be lost with it")
		case c.has(s) && !c.lands(s):
			c.add(path, "Name a landing that is not skipped.", "the plan skips %s", s.id())
		}
	}
}

func (c *check) dns() {
	d := c.written.DNS
	known := c.environment("dns.environment", d.Environment)
	first := map[string]Cloud{}
	for _, cloud := range slices.Sorted(maps.Keys(d.Zones)) {
		path, zone := under("dns.zones", string(cloud)), d.Zones[cloud]
		if !c.cloud(path, cloud) {
			continue
		}
		if zone == "" {
			c.add(path, domainForm.hint, "the zone has no name")
			continue
		}
		if len(zone) > 253 {
			c.add(path, domainForm.hint, "a domain name has at most 253 characters")
		}
		c.form(path, zone, domainForm)
		if other, twice := first[zone]; twice {
			c.add(path, "Give each cloud a zone of its own, so that none depends on another for names.", "%s is the zone of %s already", quoted(zone), other)
		}
		first[zone] = cloud
		if s := (square{cloud, c.plan.DNS.Environment}); known && c.has(s) && !c.lands(s) {
			c.add(path, "Choose dns.environment so that its landings are not skipped.", "the zone lives in %s, which is skipped", s.id())
		}
	}
}
