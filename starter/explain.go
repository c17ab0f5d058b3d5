package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/temporal"

	"github.com/itbytes/landfall/workflows"
)

// refused says what Temporal refuses, and what a person does about it.
func refused(err error) (what, hint string, known bool) {
	if err == nil {
		return "", "", false
	}
	var nowhere *serviceerror.NamespaceNotFound
	var invalid *serviceerror.InvalidArgument
	var denied *serviceerror.PermissionDenied
	switch {
	case errors.As(err, &nowhere):
		return fmt.Sprintf("the Temporal server has no namespace %q", nowhere.Namespace),
			"Set TEMPORAL_NAMESPACE, or make it: temporal operator namespace create --retention 90d " + nowhere.Namespace, true
	case errors.As(err, &invalid) && strings.Contains(strings.ToLower(err.Error()), "search attribute"):
		return "the Temporal namespace lacks Landfall's search attributes", "Make them (make up's server has them): " + attributes(), true
	case errors.As(err, &denied), serviceerror.ToStatus(err).Code().String() == "Unauthenticated":
		return "the Temporal server refuses who you are: " + err.Error(),
			"Set TEMPORAL_API_KEY or TEMPORAL_TLS_*, or the TEMPORAL_PROFILE that has them.", true
	}
	return "", "", false
}

// attributes is the line that makes Landfall's search attributes in a namespace.
func attributes() string {
	line := "temporal operator search-attribute create"
	for _, name := range workflows.SearchAttributes() {
		line += " --name " + name + " --type Keyword"
	}
	return line
}

// ended says why a run ended otherwise than well, in its own words.
func ended(err error, what string) error {
	var app *temporal.ApplicationError
	if errors.As(err, &app) {
		hint := "See the run in the Temporal UI."
		var f struct {
			Hint string `json:"hint"`
		}
		if app.HasDetails() && app.Details(&f) == nil && f.Hint != "" {
			hint = f.Hint
		}
		return failed(err, hint, "the %s was refused: %s", what, app.Message())
	}
	var missing *serviceerror.NotFound
	if errors.As(err, &missing) {
		return failed(err, "Start it again.", "the %s is not there any more", what)
	}
	return failed(err, "See the run in the Temporal UI, and that the Temporal server answers.", "the %s did not end well: %v", what, err)
}

// stopped reports whether an error is only that a person has stopped the command.
func stopped(err error) bool {
	var canceled *serviceerror.Canceled
	return errors.Is(err, context.Canceled) || errors.As(err, &canceled)
}
