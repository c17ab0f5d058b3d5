package ocsf

import (
	"cmp"

	"github.com/itbytes/landfall/plan"
)

// The classes that are used: one of the category Findings, the others of Identity & Access Management.
const (
	complianceFinding = 2003
	accountChange     = 3001
	authentication    = 3002
	entityManagement  = 3004
)

func className(class int) string {
	return map[int]string{
		complianceFinding: "Compliance Finding", accountChange: "Account Change", authentication: "Authentication", entityManagement: "Entity Management",
	}[class]
}

func categoryName(class int) string {
	return map[int]string{2: "Findings", 3: "Identity & Access Management"}[class/1000]
}

// deed is an activity of a class, by the id and the caption that the schema gives it.
type deed struct {
	class, id int
	name      string
}

func created() deed { return deed{complianceFinding, 1, "Create"} }

func accountSwitch() deed { return deed{authentication, 7, "Account Switch"} }

// doneIn is the activity that an entry tells of.
func doneIn(e plan.Entry) deed {
	switch e.Kind {
	case plan.EntryStep:
		return stepped(e)
	case plan.EntryUndo:
		return undone(e)
	case plan.EntryLogin:
		return loggedIn(e)
	case plan.EntryHold:
		return deed{entityManagement, 12, "Suspend"}
	case plan.EntryRelease:
		return deed{entityManagement, 13, "Resume"}
	case plan.EntryFallback:
		return accountSwitch()
	case plan.EntryApproval:
		return deed{entityManagement, 10, "Activate"}
	case plan.EntryAbort:
		return deed{entityManagement, 11, "Deactivate"}
	case plan.EntryRotation:
		return deed{entityManagement, 3, "Update"}
	case plan.EntryFinding:
		if e.State == plan.FindingEnded {
			return deed{complianceFinding, 3, "Close"}
		}
		return created()
	case plan.EntryWord:
		return deed{entityManagement, other, "Attest"}
	}
	return deed{entityManagement, other, cmp.Or(string(e.Kind), "Other")}
}

// stepped is what a step did.
func stepped(e plan.Entry) deed {
	switch e.Change {
	case plan.Create:
		return deed{entityManagement, 1, "Create"}
	case plan.None:
		return deed{entityManagement, 2, "Read"}
	case plan.Update, plan.Manual:
		return deed{entityManagement, 3, "Update"}
	case plan.Adopted:
		return deed{entityManagement, 6, "Enroll"}
	}
	return deed{entityManagement, other, cmp.Or(string(e.Change), e.State, "Step")}
}

// undone is what the undo of a step did, or tried to.
func undone(e plan.Entry) deed {
	switch plan.UndoState(e.State) {
	case plan.Neutralised:
		return deed{entityManagement, 9, "Disable"}
	case plan.Quarantined:
		return deed{entityManagement, 12, "Suspend"}
	case plan.Left:
		return deed{entityManagement, other, "Leave"}
	}
	switch e.Change {
	case plan.Create:
		return deed{entityManagement, 4, "Delete"}
	case plan.Update:
		return deed{entityManagement, 3, "Update"}
	}
	return deed{entityManagement, other, "Undo"}
}

// loggedIn is what became of a login. A lock is the account's; an ended session is not.
func loggedIn(e plan.Entry) deed {
	switch plan.LoginState(e.State) {
	case plan.LoginLocked:
		return deed{accountChange, 9, "Lock"}
	case plan.LoginNeeded:
		return deed{authentication, 2, "Logoff"}
	case plan.LoginOK:
		if plan.LoginState(e.Before["state"]) == plan.LoginLocked {
			return deed{accountChange, 12, "Unlock"}
		}
		return deed{authentication, 1, "Logon"}
	}
	return deed{authentication, other, cmp.Or(e.State, "Login")}
}

// severity is how much an entry asks of whoever reads it: nothing (1), to decide (2), to act (3), to act at once (4).
func severity(e plan.Entry) int {
	switch {
	case e.Kind == plan.EntryFinding && e.State != plan.FindingEnded:
		return gravity(plan.FindingKind(e.After["kind"]))
	case e.Kind == plan.EntryLogin && e.State == string(plan.LoginLocked):
		return 4
	case failed(e), e.Kind == plan.EntryFallback, e.Kind == plan.EntryLogin && e.State == string(plan.LoginNeeded):
		return 3
	case e.Kind == plan.EntryHold, e.Kind == plan.EntryAbort:
		return 2
	}
	return 1
}

// status is what an entry came to.
func status(e plan.Entry) (id int, name string) {
	switch {
	case failed(e):
		return 2, "Failure"
	case e.Kind == plan.EntryStep && (e.State == string(plan.StepSkipped) || e.State == string(plan.StepGap)),
		e.Kind == plan.EntryUndo && e.State == string(plan.Left):
		return other, e.State
	}
	return 1, "Success"
}

func failed(e plan.Entry) bool {
	return e.Kind == plan.EntryStep && e.State == string(plan.StepFailed) || e.Kind == plan.EntryUndo && e.State == string(plan.UndoFailed)
}
