package wire

import (
	"fmt"
	"net/http"
	"strings"
)

// Evidence says what was read, in one line.
func Evidence(operation, format string, a ...any) string {
	return operation + ": " + strings.TrimSpace(fmt.Sprintf(format, a...))
}

// NotFound reports whether an API said that a thing is not there. A 404 that no API worded, as of a path that none of them
// has, says nothing of the thing.
func NotFound(err error) bool {
	a, ok := read(err)
	return ok && (a.status == "NOT_FOUND" || a.reason == "notFound")
}

// Exists reports whether Google said that a thing is there already.
func Exists(err error) bool {
	a, ok := read(err)
	return ok && (a.status == "ALREADY_EXISTS" || a.reason == "alreadyExists")
}

// Taken reports whether a name is taken, in the words of Cloud Storage, whose names are everybody's.
func Taken(err error) bool {
	a, ok := read(err)
	return ok && a.http == http.StatusConflict && a.reason == "conflict"
}

// Changed reports whether somebody else changed a thing between our reading and our writing of it.
func Changed(err error) bool {
	a, ok := read(err)
	return ok && (a.status == "ABORTED" || a.reason == "conditionNotMet" || a.http == http.StatusPreconditionFailed)
}

// Forbidden reports whether Google refused to say.
func Forbidden(err error) bool {
	a, ok := read(err)
	return ok && a.status == "PERMISSION_DENIED"
}
