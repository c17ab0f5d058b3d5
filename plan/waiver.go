package plan

// String is a waiver as a report shows it: its reason, its owner and its last day.
func (w Waiver) String() string { return w.Reason + " (" + w.Owner + ", until " + w.Expires + ")" }
