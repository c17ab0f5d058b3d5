package activities

import (
	"context"

	"github.com/itbytes/landfall/plan"
)

// Teller tells somebody outside of a run.
type Teller interface {
	// Tell tells a notice to whoever the plan names. It may be called again with the same notice: whoever hears it twice
	// knows by its id. An error carries a *fault.Fault.
	Tell(ctx context.Context, to plan.Notify, n plan.Notice) error
}

// Notices are the activities that tell people of a run. They need the vault and no cloud.
type Notices struct{ Teller Teller }

// TellInput is the input of TellNotice.
type TellInput struct {
	Notify plan.Notify `json:"notify"`
	Notice plan.Notice `json:"notice"`
}

// TellNotice tells one notice.
func (a *Notices) TellNotice(ctx context.Context, in TellInput) (Checked, error) {
	return Checked{}, a.Teller.Tell(ctx, in.Notify, in.Notice)
}
