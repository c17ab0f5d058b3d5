// Package workflows is the runbook: each file is a chapter, each call a step. It does no I/O; what it asks of the world it
// asks through activities, and what people see of a run in the Temporal UI it says here.
package workflows

import "github.com/itbytes/landfall/activities"

// The activities, by the chapter that owns them. They are never called here: Temporal takes only their names.
var (
	landings  *activities.Landings
	register  *activities.Register
	journals  *activities.Journals
	plans     *activities.Plans
	vaults    *activities.Vaults
	logins    *activities.Logins
	runs      *activities.Runs
	rotations *activities.Rotations

	federations *activities.Federations
)
