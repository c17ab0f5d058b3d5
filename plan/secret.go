package plan

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
)

// Secret is a value that no log, payload, report or error may hold. It prints as •••• and refuses to be marshalled.
type Secret struct{ value string }

// NewSecret wraps a value.
func NewSecret(value string) Secret { return Secret{value} }

// Reveal returns the value; call it only where it is handed to the one who needs it.
func (s Secret) Reveal() string { return s.value }

// Empty reports whether there is no value.
func (s Secret) Empty() bool { return s.value == "" }

// String implements fmt.Stringer.
func (s Secret) String() string { return "••••" }

// GoString implements fmt.GoStringer.
func (s Secret) GoString() string { return "••••" }

// Format implements fmt.Formatter, so that no verb prints the value.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte("••••")) } // fmt.State never fails

// LogValue implements slog.LogValuer.
func (s Secret) LogValue() slog.Value { return slog.StringValue("••••") }

// MarshalJSON refuses: a secret that reaches a payload is a bug.
func (s Secret) MarshalJSON() ([]byte, error) {
	return nil, errors.New("a secret must not be marshalled")
}

var _ json.Marshaler = Secret{}

// Item is what a vault holds under an op:// reference, without its secrets.
type Item struct {
	Exists  bool
	ID      string
	Version int
	Fields  map[string]string // the fields that are not secret: key ids, expiry, owner
	Holds   map[string]bool   // the secret fields that have a value
}

// ItemFields is what to keep in a vault's item: fields that may be read by people, and secrets.
type ItemFields struct {
	Plain  map[string]string
	Secret map[string]Secret
}
