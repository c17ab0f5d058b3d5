package plan

import (
	"cmp"
	"maps"
	"slices"
	"strings"
)

// thing is a node of the graph of what needs what.
type thing struct {
	kind, name string     // as a single point of failure is called
	says       string     // how it is named among what stops with another; empty: it is not
	goesOn     string     // how it is named among what goes on by another way
	needs      [][]string // by key: of each list one must go on, the first of them as a rule
	own        []string   // what stops with it that is no thing of its own
	holds      string     // the landing that it is: its stopping is no news
	minor      bool       // that it stops hurts nobody by itself: others have another way, or stop too
	why, mend  string
}

// web is the graph of what a plan's things need.
type web struct {
	plan     Plan
	landings []Landing
	order    []string // as things are told
	things   map[string]*thing
	needed   map[string][]string // by whom a thing is needed
	cloudOf  map[string]string   // of each landing
}

func newWeb(p Plan, landings []Landing) *web {
	w := &web{plan: p, landings: landings, things: map[string]*thing{}, needed: map[string][]string{}, cloudOf: map[string]string{}}
	for _, l := range landings {
		w.cloudOf[l.ID()] = string(l.Cloud)
		w.landing(l)
	}
	for _, name := range slices.Sorted(maps.Keys(p.Logins)) {
		w.login(name, p.Logins[name])
	}
	w.identities()
	w.exports()
	w.webhook()
	w.add("temporal", thing{
		kind: "temporal", name: "Temporal", why: "Every run, hold and timer is kept there; what stands in the clouds goes on without it.",
		mend: "Run it as a cluster on a replicated database, or use Temporal Cloud: what was begun goes on once it is back.",
	})
	w.vaults()
	for _, key := range w.order {
		for _, ways := range w.things[key].needs {
			for _, way := range ways {
				w.needed[way] = append(w.needed[way], key)
			}
		}
	}
	return w
}

func (w *web) add(key string, t thing) {
	if w.things[key] == nil {
		w.order = append(w.order, key)
		w.things[key] = &t
	}
}

// landing adds a landing, its container and what stands in it for others.
func (w *web) landing(l Landing) {
	id := l.ID()
	ways := []string{"login " + l.Login.Name}
	if l.Fallback != nil {
		ways = append(ways, "login "+l.Fallback.Name)
	}
	w.add(id, thing{says: id, goesOn: id, needs: [][]string{{"temporal"}, {"in " + id}, ways}})
	var stands, fields []string
	if l.Cloud == AWS && l.Environment == w.plan.Registry.Environment {
		w.tables(l)
		stands, fields = append(stands, "the registry", "the journal"), append(fields, "registry.environment")
	}
	if l.Zone != "" {
		w.zone(l)
		stands, fields = append(stands, "the zone "+l.Zone), append(fields, "dns.environment")
	}
	for _, i := range l.Identities {
		if i.Home == l.Environment && l.Cloud != AWS { // in AWS every account has its own
			w.add("identity "+i.Name, thing{says: "identity " + i.Name, needs: [][]string{{id}}})
			stands, fields = append(stands, i.Name), append(fields, "identities[].home")
		}
	}
	if l.Cloud == AWS && l.Management {
		stands = append(stands, "Identity Center")
	}
	t := thing{kind: l.Cloud.Container(), name: cmp.Or(l.Adopt.ID, l.Name), holds: id}
	if len(stands) > 0 {
		t.why = "It holds " + listed(stands) + " (" + id + ")."
	}
	if len(fields) > 0 {
		t.mend = "Keep in it only what belongs there: " + listed(slices.Compact(fields)) + " say where each stands."
	}
	w.add("in "+id, t)
}

// zone adds a landing's zone, and the domain above, from which it is delegated.
func (w *web) zone(l Landing) {
	above := l.Zone
	if _, parent, _ := strings.Cut(l.Zone, "."); strings.Contains(parent, ".") {
		above = parent
	}
	w.add("zone "+l.Zone, thing{says: "zone " + l.Zone, needs: [][]string{{l.ID()}, {"domain " + above}}})
	w.add("domain "+above, thing{
		kind: "domain", name: above, why: "It is delegated by a registrar or a zone outside of the plan, and so the names below it are reached.",
		mend: "Have its registration locked against transfer and renewed ahead; dns.zones may name zones under several domains.",
	})
}

// tables adds the registry and the journal.
func (w *web) tables(l Landing) {
	r := w.plan.Registry
	at := "It is one table in the " + l.Cloud.Container() + " " + cmp.Or(l.Adopt.ID, l.Name) + " (" + l.ID() + ")"
	t := thing{
		kind: "registry", name: r.Table, says: "registry", needs: [][]string{{l.ID()}}, own: []string{"entering of rows", "reading of rows"},
		why: at + ", and nothing of it is kept elsewhere.", mend: "Set registry.signingKey: each run then leaves a signed export in the other clouds.",
	}
	if len(r.ExportTo) > 0 {
		t.own = t.own[:1]
		t.why = at + "; signed exports of it are in " + listed(r.ExportTo) + "."
		t.mend = "Rows wait in their run until it is back; read the newest export meanwhile."
	}
	w.add("registry", t)
	w.add("journal", thing{
		kind: "journal", name: w.plan.Journal.Table, says: "journal", needs: [][]string{{l.ID()}}, own: []string{"sealing of entries"},
		why: at + ".", mend: "Entries wait in their run until it is back; keep a copy elsewhere with landfall audit export.",
	})
}

// exports adds the registry's exports, and that it can be read by either.
func (w *web) exports() {
	r := w.plan.Registry
	ways := []string{"registry"}
	for _, to := range r.ExportTo {
		cloud, _, _ := strings.Cut(to, "/")
		key := "export " + to
		w.add(key, thing{name: "landfall registry list --from " + cloud, needs: [][]string{{to}, {"key " + r.SigningKey}}, minor: true})
		ways = append(ways, key)
	}
	if len(r.ExportTo) > 0 {
		w.add("exports", thing{says: "exports of the registry", needs: [][]string{ways[1:]}})
		w.key(r.SigningKey, "An export is believed only by the key that is kept there.",
			"Take both its fields out of the item after a loss: the next run makes another key and signs the exports anew.")
	}
	if w.things["registry"] != nil {
		w.add("reading", thing{goesOn: "reading of rows", needs: [][]string{ways}, minor: true})
	}
}

// webhook adds who is told of holds.
func (w *web) webhook() {
	n := w.plan.Notify
	if n.Webhook == "" {
		return
	}
	w.add("webhook", thing{
		kind: "webhook", name: n.Webhook, says: "notices", needs: [][]string{{"key " + n.Key}}, own: []string{"notices of holds"},
		why: "Nobody is told in any other way.", mend: "Look with landfall status, or at the search attribute LandfallState in the Temporal UI.",
	})
	w.key(n.Key, "A notice is signed by the secret that is kept there.", "Put another secret into the item, and give it to whoever takes the notices.")
}

// key adds an item of the vault.
func (w *web) key(ref, why, mend string) {
	w.add("key "+ref, thing{kind: "key", name: ref, needs: [][]string{{"vault " + vaultOf(ref)}}, minor: true, why: why, mend: mend})
}

// vaults adds the vaults that the plan's items are in.
func (w *web) vaults() {
	for _, key := range slices.Clone(w.order) {
		if t := w.things[key]; t.kind == "key" {
			v := vaultOf(t.name)
			w.add("vault "+v, thing{
				kind: "vault", name: v, why: "What the plan names as op://" + v + "/… is kept there alone.",
				mend: "Run 1Password Connect on two hosts; steps that keep or need a credential wait until the vault is back.",
			})
		}
	}
}

// vaultOf is the vault of an item.
func vaultOf(ref string) string {
	vault, _, _ := strings.Cut(strings.TrimPrefix(ref, "op://"), "/")
	return vault
}
