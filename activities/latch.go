package activities

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// Latch keeps a locked login from being tried: each attempt can lengthen the lock. It is a file beside the login's session,
// so that it outlives the worker and holds for all workers that share the folder. It holds no secret.
type Latch struct{ Folder string }

// latched is what the file of a latched login says.
type latched struct {
	Since time.Time   `json:"since"`
	Fault fault.Fault `json:"fault"`
	Until time.Time   `json:"until,omitzero"` // when the lock ends by itself, where the cloud has said so
}

// Holds is the fault of a login that is latched, or nil. A lock whose own time is over holds nobody any more.
func (l *Latch) Holds(login string) *fault.Fault {
	b, err := os.ReadFile(l.file(login))
	if err != nil {
		return nil // nothing latches it; a file that cannot be read is told by Learn, which could not have written it
	}
	var kept latched
	if json.Unmarshal(b, &kept) != nil || kept.Fault.Kind != fault.Locked {
		kept.Fault = fault.Fault{Kind: fault.Locked, Login: login, Message: "the login is latched, and its latch cannot be read"}
	}
	if !kept.Until.IsZero() && time.Now().After(kept.Until) {
		return nil
	}
	f := kept.Fault
	if !kept.Since.IsZero() {
		f.Message += " (since " + kept.Since.UTC().Format(time.RFC3339) + "; nothing was tried with it now)"
	}
	return &f
}

// Learn latches the login that an error says is locked, and returns the error.
func (l *Latch) Learn(err error) error {
	f := fault.As(err)
	if f == nil || f.Kind != fault.Locked || !f.OfLogin() || l.Holds(f.Login) != nil {
		return err
	}
	kept := latched{Since: time.Now().UTC(), Fault: *f}
	kept.Fault.Err = nil
	if f.After > 0 {
		kept.Until = kept.Since.Add(f.After)
	}
	b, bad := json.Marshal(kept)
	if bad == nil {
		bad = os.MkdirAll(l.Folder, 0o700)
	}
	if bad == nil {
		bad = os.WriteFile(l.file(f.Login), b, 0o600)
	}
	if bad != nil {
		return errors.Join(err, bad)
	}
	return err
}

// Release lets a login be tried again.
func (l *Latch) Release(login string) error {
	if err := os.Remove(l.file(login)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return &fault.Fault{Kind: fault.Invalid, Login: login, Message: err.Error(), Hint: "Remove the file by hand, then resume.", Err: err}
	}
	return nil
}

// LoginOf is the login that a task is carried by.
func LoginOf(t plan.Task) string {
	if t.Step.Login != "" {
		return t.Step.Login
	}
	return t.Landing.Login.Name
}

func (l *Latch) file(login string) string {
	return filepath.Join(l.Folder, filepath.Base(login)+".locked")
}
