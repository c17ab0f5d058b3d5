// Package uicheck looks at a run as people do: in the Temporal UI, with a browser, by what the pages say.
package uicheck
