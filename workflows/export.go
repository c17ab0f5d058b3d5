package workflows

import (
	"go.temporal.io/sdk/workflow"

	"github.com/itbytes/landfall/activities"
	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// The activities of this chapter; as in doc.go, Temporal takes only their names.
var (
	seals   *activities.Seals
	exports *activities.Exports
)

// export leaves the whole registry, signed, in the object storage of landings of other clouds, so that it can be read while
// AWS is away. It says what became of each; one that fails stops no other. Rows are those that this run has entered.
func export(ctx workflow.Context, home plan.Landing, reg plan.Registry, to []plan.Landing, rows []plan.Row) []plan.Export {
	out := make([]plan.Export, len(to))
	in := activities.SealInput{Home: home, Registry: reg}
	for _, r := range rows {
		in.Entered = append(in.Entered, activities.RowKey(r))
	}
	sealed, err := do(ctx, steadyUnmarked(), CloudQueue(home.Cloud), "sign what the registry says", seals.SealRegistry, in)
	if err != nil {
		for i, l := range to {
			out[i] = unexported(l, home.Login.Name, err)
		}
		return out
	}
	wg := workflow.NewWaitGroup(ctx)
	for i, l := range to {
		wg.Add(1)
		workflow.Go(ctx, func(ctx workflow.Context) {
			defer wg.Done()
			l := contained(l, rows)
			done, err := do(ctx, steadyUnmarked(), CloudQueue(l.Cloud), "export the registry to "+l.ID(), exports.ExportRegistry,
				activities.ExportInput{Landing: l, Registry: reg, Sealed: sealed})
			if out[i] = done; err != nil {
				out[i] = unexported(l, l.Login.Name, err)
			}
		})
	}
	wg.Wait(ctx)
	return out
}

// contained is a landing as an export needs it: alone, and in the container that this run has found or made for it.
func contained(l plan.Landing, rows []plan.Row) plan.Landing {
	l.Siblings = nil
	for _, r := range rows {
		if l.Adopt.ID == "" && r.Kind == "landing" && r.Cloud == l.Cloud && r.Environment == l.Environment {
			l.Adopt.ID = r.ID
		}
	}
	return l
}

// unexported says why an export is not there.
func unexported(l plan.Landing, login string, err error) plan.Export {
	f := named(err)
	return plan.Export{Landing: l.ID(), State: plan.ExportFailed, Why: fault.Clip(f.Error() + " " + f.Hint), Login: first(f.Login, login), Fault: note(f)}
}
