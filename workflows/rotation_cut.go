package workflows

import "go.temporal.io/sdk/workflow"

// cutOff takes a compromised key from whoever has it, at once.
func (r *rotation) cutOff(ctx workflow.Context) error {
	if !r.Cut.IsZero() {
		return nil
	}
	in := r.input()
	in.Key = r.Old
	deed := rotations.DisableKey
	if !r.in.Credential.Kind.Disables() {
		deed = rotations.DeleteKey
	}
	if _, err := ask(ctx, r, "take "+r.Old+" from whoever has it", deed, in); err != nil {
		return err
	}
	out, err := ask(ctx, r, "end the sessions of "+r.in.Credential.ID, rotations.EvictSessions, in)
	if err != nil {
		return err
	}
	r.Left, r.Cut = out.Left, workflow.Now(ctx)
	r.scribe.write(ctx, r.entry(r.Old+" was compromised: it is off, and its sessions are ended", first(out.Left, r.in.Reason)))
	return nil
}
