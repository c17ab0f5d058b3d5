package workflows

import (
	"fmt"
	"strings"

	"go.temporal.io/sdk/workflow"

	"github.com/itbytes/landfall/activities"
	"github.com/itbytes/landfall/plan"
)

// batch is how many landings one preview activity looks at: few enough for one payload.
const batch = 20

// foresee makes the preview, where one is asked for or has to be approved: every landing is looked at and nothing written.
func (m *migration) foresee(ctx workflow.Context) error {
	if m.progress.Aborted != nil {
		return nil
	}
	if m.mode() == ModeApply && (m.in.Approval == ApprovalGiven || m.progress.Approved != nil) {
		return nil
	}
	byCloud := map[plan.Cloud][]plan.Landing{}
	for _, l := range m.landings {
		byCloud[l.Cloud] = append(byCloud[l.Cloud], l)
	}
	wg := workflow.NewWaitGroup(ctx)
	var failed error
	found := map[string]plan.Preview{}
	for _, cloud := range workflow.DeterministicKeys(byCloud) {
		for some := byCloud[cloud]; len(some) > 0; some = some[min(batch, len(some)):] {
			part := some[:min(batch, len(some))]
			wg.Add(1)
			workflow.Go(ctx, func(ctx workflow.Context) {
				defer wg.Done()
				got, err := do(ctx, steady(), CloudQueue(cloud), fmt.Sprintf("preview %s and %d more", part[0].ID(), len(part)-1),
					landings.PreviewLandings, activities.PreviewInput{Landings: part})
				if err != nil {
					failed = err
				}
				for _, p := range got.Previews {
					found[p.Landing] = p
				}
			})
		}
	}
	wg.Wait(ctx)
	if failed != nil {
		return failed
	}
	m.progress.Changes = map[plan.Op]int{}
	for _, l := range m.landings {
		p := found[l.ID()]
		m.previews = append(m.previews, p)
		for _, o := range p.Outcomes {
			m.progress.Changes[o.Change.Op]++
			if o.Fault != nil {
				m.progress.Unseen++
			}
		}
	}
	return m.foreseeRows(ctx)
}

// foreseenIn is what the previews were sure of, by landing and step.
func foreseenIn(previews []plan.Preview) map[string]map[string]string {
	out := map[string]map[string]string{}
	for _, p := range previews {
		sure := map[string]string{}
		for _, o := range p.Outcomes {
			if o.Stood != "" {
				sure[o.Step] = o.Stood
			}
		}
		if len(sure) > 0 {
			out[p.Landing] = sure
		}
	}
	return out
}

// foreseeRows counts the registry's rows that would be written. Where the registry's own account cannot be read yet, every
// row counts.
func (m *migration) foreseeRows(ctx workflow.Context) error {
	home, kept := m.registryHome()
	if !kept {
		return nil
	}
	var rows []plan.Row
	pending := 0
	for i, l := range m.landings {
		ids := map[string]string{}
		container := l.Adopt.ID
		for _, o := range m.previews[i].Outcomes {
			ids[strings.ToLower(o.Step)] = o.Receipt.ID
			if id := o.Facts[plan.FactContainer]; id != "" {
				container = id
			}
		}
		for _, r := range rowsOf(l, container, func(step string) string { return ids[step] }) {
			if r.ID == "" {
				pending++
				continue
			}
			rows = append(rows, r)
		}
		if l.ID() == home.ID() {
			home.Adopt.ID = container
		}
	}
	if home.Adopt.ID == "" {
		pending += len(rows) + 1
	} else {
		got, err := do(ctx, quick(), CloudQueue(plan.AWS), "preview the registry", register.PreviewRows,
			activities.RegisterInput{Home: home, Registry: m.plan.Registry, Rows: rows})
		if err != nil {
			m.progress.Unseen++
			m.progress.Registry.Why = note(named(err)).Message
		}
		pending += got.Written
	}
	if pending > 0 {
		m.progress.Changes[plan.Create] += pending
	}
	return nil
}

// pending counts the changes of a preview.
func (m *migration) pending() int {
	n := 0
	for _, op := range workflow.DeterministicKeys(m.progress.Changes) {
		if op != plan.None && op != plan.Skipped {
			n += m.progress.Changes[op]
		}
	}
	return n
}

func (m *migration) page(a Ask) []plan.Preview {
	from := min(max(a.From, 0), len(m.previews))
	count := a.Count
	if count <= 0 {
		count = batch
	}
	return m.previews[from:min(from+count, len(m.previews))]
}

// tell shows the state where people list and look at runs.
func (m *migration) tell(ctx workflow.Context, state plan.LandingState) {
	show(ctx, state, m.holds.by())
	workflow.SetCurrentDetails(ctx, m.details(state))
}

// details is the matrix of landings for the Temporal UI, short enough for a screen.
func (m *migration) details(state plan.LandingState) string {
	var b strings.Builder
	fmt.Fprintf(&b, "**%s** %s, %s\n\n", m.plan.Metadata.Name, m.mode(), state)
	if m.awaiting {
		fmt.Fprintf(&b, "%d changes are foreseen. To approve them send the update `approve` with `{\"digest\": \"%s\", \"operator\": \"you\"}`.\n\n",
			m.pending(), m.digest)
	}
	for i, l := range m.landings {
		if i == 60 {
			fmt.Fprintf(&b, "- and %d more: query `status`\n", len(m.landings)-i)
			break
		}
		s := m.progress.Landings[l.ID()]
		fmt.Fprintf(&b, "- %s: %s", l.ID(), m.stateOf(l))
		if s.Why != "" {
			fmt.Fprintf(&b, " – %s", s.Why)
		}
		b.WriteString("\n")
	}
	if r := m.progress.Registry; r.State != "" {
		fmt.Fprintf(&b, "- registry %s: %s", r.Table, r.State)
		if r.Why != "" {
			fmt.Fprintf(&b, " – %s", r.Why)
		}
		b.WriteString("\n")
	}
	if len(m.holds.open) > 0 {
		b.WriteString("\nTo go on once it is mended, send the update `resume` with `{\"decision\": \"retry\", \"operator\": \"you\", \"reason\": \"why\"}`.\n")
	}
	return clip(b.String(), 12000)
}
