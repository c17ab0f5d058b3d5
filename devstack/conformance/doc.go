// Package conformance judges the built binaries by an emulator of AWS that others wrote: conformance/run starts it.
package conformance
