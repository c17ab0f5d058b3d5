package activities

import (
	"context"

	"github.com/itbytes/landfall/plan"
)

// Book is the registry of what stands where.
type Book interface {
	// Prepare makes the table if it is missing and mends what is not as it should be; wrote says whether it had to.
	Prepare(ctx context.Context, home plan.Landing, reg plan.Registry) (wrote bool, err error)
	// Enter enters rows by conditional writes; a row that is already so is not written. It never overwrites another plan's.
	Enter(ctx context.Context, home plan.Landing, reg plan.Registry, rows []plan.Row) (written int, err error)
	// Preview counts what Prepare and Enter would write. It reads only.
	Preview(ctx context.Context, home plan.Landing, reg plan.Registry, rows []plan.Row) (pending int, err error)
	// List reads every row.
	List(ctx context.Context, home plan.Landing, reg plan.Registry) ([]plan.Row, error)
}

// Register are the activities of the chapter "register". They run on the AWS task queue, where its credentials are.
type Register struct{ Book Book }

// RegisterInput is the input of the registry's activities: where the table is and what to enter.
type RegisterInput struct {
	Home     plan.Landing  `json:"home"` // the AWS landing the table lives in
	Registry plan.Registry `json:"registry"`
	Rows     []plan.Row    `json:"rows,omitempty"`
}

// Registered is what the registry's activities did.
type Registered struct {
	Written int        `json:"written"` // rows (and the table) that had to be written, or would have to be
	Rows    []plan.Row `json:"rows,omitempty"`
}

// PrepareRegistry makes the table if it is missing.
func (a *Register) PrepareRegistry(ctx context.Context, in RegisterInput) (Registered, error) {
	wrote, err := a.Book.Prepare(ctx, in.Home, in.Registry)
	if wrote {
		return Registered{Written: 1}, err
	}
	return Registered{}, err
}

// EnterRows enters rows in the registry.
func (a *Register) EnterRows(ctx context.Context, in RegisterInput) (Registered, error) {
	n, err := a.Book.Enter(ctx, in.Home, in.Registry, in.Rows)
	return Registered{Written: n}, err
}

// PreviewRows counts what entering the rows would write.
func (a *Register) PreviewRows(ctx context.Context, in RegisterInput) (Registered, error) {
	n, err := a.Book.Preview(ctx, in.Home, in.Registry, in.Rows)
	return Registered{Written: n}, err
}

// ListRows reads the registry.
func (a *Register) ListRows(ctx context.Context, in RegisterInput) (Registered, error) {
	rows, err := a.Book.List(ctx, in.Home, in.Registry)
	return Registered{Rows: rows}, err
}
