package activities

import (
	"context"
	"sync/atomic"
	"time"

	"go.temporal.io/sdk/activity"

	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// Smith makes and unmakes the keys of one cloud. Errors carry a *fault.Fault; no method returns a secret.
type Smith interface {
	// Keys reads every key that stands for the credential's identity, the newest first; which slot of the vault holds each is
	// said too. It reads only.
	Keys(ctx context.Context, c plan.Credential) ([]plan.Key, error)
	// Mint makes a key and stages it in the vault as pending, under the rotation's id. It may be called again at any time and
	// begins by looking: a key that is staged under this id already is returned; one that stands and is neither in baseline nor
	// in the vault was made by an earlier attempt whose answer was lost, and is removed before another is made. Where the cloud
	// takes a key pair of ours the private half is staged before the public one is shown. mark is called before the deed.
	Mint(ctx context.Context, c plan.Credential, rotation string, baseline []string, mark func(what string)) (plan.Key, error)
	// Prove signs in once with the key that a slot of the vault holds, past every cache.
	Prove(ctx context.Context, c plan.Credential, slot plan.Slot) (plan.Proof, error)
	// Disable switches a key off, Enable on again: only kinds whose Disables is true. Both are no-ops where it is so.
	Disable(ctx context.Context, c plan.Credential, key string) error
	Enable(ctx context.Context, c plan.Credential, key string) error
	// Delete deletes a key; one that is gone is no fault.
	Delete(ctx context.Context, c plan.Credential, key string) error
	// Evict ends, as far as the cloud can, the sessions that the identity's keys have begun before now; what it cannot end is
	// said, with until when they last.
	Evict(ctx context.Context, c plan.Credential, mark func(what string)) (string, error)
}

// Slots moves keys between the slots of the vault's items.
type Slots interface {
	// Slots says which keys an item holds, without secrets. An item that is not there holds none.
	Slots(ctx context.Context, item string) (plan.Slotted, error)
	// Promote makes the pending key of a rotation the current one, and the current one the previous, in one write. What is so
	// already is left.
	Promote(ctx context.Context, item, rotation string) error
	// Revert makes the previous key current again and drops the other, in one write.
	Revert(ctx context.Context, item, rotation string) error
	// Drop empties a slot's secret; the key's id stays, for the record.
	Drop(ctx context.Context, item string, slot plan.Slot) error
	// Probe writes what changes nothing for consumers, to be sure that the item can be written before a key is made.
	Probe(ctx context.Context, item string) error
}

// Rotations are the activities of the chapter "rotation". They run on the credential's cloud's task queue.
type Rotations struct {
	Smiths map[plan.Cloud]Smith
	Vault  Slots
	Latch  *Latch
}

// KeyInput is the input of the activities that touch one key.
type KeyInput struct {
	Credential plan.Credential `json:"credential"`
	Rotation   string          `json:"rotation,omitempty"`
	Baseline   []string        `json:"baseline,omitempty"` // the ids of the keys that stood before the rotation
	Key        string          `json:"key,omitempty"`
	Slot       plan.Slot       `json:"slot,omitempty"`
	// Times and Over are how often a key must be seen to work, and over how long.
	Times int           `json:"times,omitempty"`
	Over  time.Duration `json:"over,omitempty"`
}

// Keyring is what stands of a credential.
type Keyring struct {
	Keys  []plan.Key   `json:"keys"`
	Vault plan.Slotted `json:"vault"`
}

// ReadKeys reads what stands of a credential, in the cloud and in the vault.
func (a *Rotations) ReadKeys(ctx context.Context, in KeyInput) (Keyring, error) {
	s, err := a.smith(in)
	if err != nil {
		return Keyring{}, err
	}
	held, err := a.Vault.Slots(ctx, in.Credential.Item)
	if err != nil {
		return Keyring{}, err
	}
	keys, err := s.Keys(ctx, in.Credential)
	return Keyring{Keys: keys, Vault: held}, a.Latch.Learn(err)
}

// ProbeVault makes sure that the credential's item can be written, before a key is made whose secret is shown once.
func (a *Rotations) ProbeVault(ctx context.Context, in KeyInput) (Checked, error) {
	return Checked{}, a.Vault.Probe(ctx, in.Credential.Item)
}

// MintKey makes a key and stages it, in one activity.
func (a *Rotations) MintKey(ctx context.Context, in KeyInput) (plan.Key, error) {
	s, err := a.smith(in)
	if err != nil {
		return plan.Key{}, err
	}
	pulse := beat(ctx)
	defer pulse.stop()
	k, err := s.Mint(ctx, in.Credential, in.Rotation, in.Baseline, pulse.mark)
	return k, a.Latch.Learn(err)
}

// Proven is what proving a key came to.
type Proven struct {
	Key   string        `json:"key"`
	Who   string        `json:"who"`
	Times int           `json:"times"` // successes in a row
	Over  time.Duration `json:"over"`
	Tries int           `json:"tries"`
}

// ProveKey signs in with a key until it has worked so many times in a row over so long: one success proves nothing where a
// new key is known here and not yet there. It gives up when the activity's time is over.
func (a *Rotations) ProveKey(ctx context.Context, in KeyInput) (Proven, error) {
	s, err := a.smith(in)
	if err != nil {
		return Proven{}, err
	}
	pulse := beat(ctx)
	defer pulse.stop()
	return repeat(ctx, in.Times, in.Over, func() (plan.Proof, error) { return s.Prove(ctx, in.Credential, in.Slot) })
}

// repeat signs in until it has worked so many times in a row over so long. What is not known everywhere yet, and what passes, is
// tried again.
func repeat(ctx context.Context, times int, over time.Duration, signIn func() (plan.Proof, error)) (Proven, error) {
	out, began := Proven{}, time.Time{}
	gap := max(over/time.Duration(max(times-1, 1)), 50*time.Millisecond)
	for {
		out.Tries++
		wait := gap
		p, err := signIn()
		switch kind := fault.KindOf(err); {
		case err == nil:
			if out.Times == 0 {
				began = time.Now()
			}
			out.Key, out.Who, out.Over = p.Key, p.Who, time.Since(began)
			if out.Times++; out.Times >= times && out.Over >= over {
				return out, nil
			}
		case kind == fault.Throttled: // it says nothing of the key
			wait = max(gap, fault.As(err).After)
		case kind == fault.Propagating, kind == fault.Transient:
			out.Times = 0
		default:
			return out, err
		}
		select {
		case <-ctx.Done():
			if err == nil {
				err = ctx.Err()
			}
			return out, err
		case <-time.After(wait):
		}
	}
}

// PromoteKey makes the pending key current, in one write of the vault.
func (a *Rotations) PromoteKey(ctx context.Context, in KeyInput) (Checked, error) {
	return Checked{}, a.Vault.Promote(ctx, in.Credential.Item, in.Rotation)
}

// RevertKey makes the previous key current again.
func (a *Rotations) RevertKey(ctx context.Context, in KeyInput) (Checked, error) {
	return Checked{}, a.Vault.Revert(ctx, in.Credential.Item, in.Rotation)
}

// DropSlot empties a slot's secret.
func (a *Rotations) DropSlot(ctx context.Context, in KeyInput) (Checked, error) {
	return Checked{}, a.Vault.Drop(ctx, in.Credential.Item, in.Slot)
}

// DisableKey switches a key off.
func (a *Rotations) DisableKey(ctx context.Context, in KeyInput) (Checked, error) {
	return a.turn(in, func(s Smith) error { return s.Disable(ctx, in.Credential, in.Key) })
}

// EnableKey switches a key on again.
func (a *Rotations) EnableKey(ctx context.Context, in KeyInput) (Checked, error) {
	return a.turn(in, func(s Smith) error { return s.Enable(ctx, in.Credential, in.Key) })
}

// DeleteKey deletes a key.
func (a *Rotations) DeleteKey(ctx context.Context, in KeyInput) (Checked, error) {
	return a.turn(in, func(s Smith) error { return s.Delete(ctx, in.Credential, in.Key) })
}

// Evicted is what ending sessions came to.
type Evicted struct {
	Left string `json:"left,omitempty"` // what could not be ended, and until when it lasts
}

// EvictSessions ends the sessions that a credential's keys have begun.
func (a *Rotations) EvictSessions(ctx context.Context, in KeyInput) (Evicted, error) {
	s, err := a.smith(in)
	if err != nil {
		return Evicted{}, err
	}
	pulse := beat(ctx)
	defer pulse.stop()
	left, err := s.Evict(ctx, in.Credential, pulse.mark)
	return Evicted{Left: left}, a.Latch.Learn(err)
}

func (a *Rotations) turn(in KeyInput, deed func(Smith) error) (Checked, error) {
	s, err := a.smith(in)
	if err != nil {
		return Checked{}, err
	}
	return Checked{}, a.Latch.Learn(deed(s))
}

// smith is the cloud's, where the login by which it is reached is not locked.
func (a *Rotations) smith(in KeyInput) (Smith, error) {
	if f := a.Latch.Holds(in.Credential.Landing.Login.Name); f != nil {
		return nil, f
	}
	s, built := a.Smiths[in.Credential.Cloud]
	if !built {
		return nil, fault.New(fault.Invalid, "Start a worker with --clouds "+string(in.Credential.Cloud)+".", "this worker was not built or started for the cloud %q", in.Credential.Cloud)
	}
	return s, nil
}

// WatchInput is the input of WatchKey.
type WatchInput struct {
	Credential plan.Credential `json:"credential"`
	Every      time.Duration   `json:"every"`
	For        time.Duration   `json:"for"`
}

// WatchKey signs in with the vault's current key again and again, as a consumer would, and counts. A sign-in that was one too
// many for the cloud says nothing of the key, and is not counted. Cut short by a cancellation it tells what it has seen so far;
// its heartbeats tell it too, for when its worker dies.
func (a *Rotations) WatchKey(ctx context.Context, in WatchInput) (plan.Canary, error) {
	s, err := a.smith(KeyInput{Credential: in.Credential})
	if err != nil {
		return plan.Canary{}, err
	}
	var seen atomic.Value
	out, began := plan.Canary{}, time.Now()
	seen.Store(out)
	defer tellSeen(ctx, &seen)()
	last := began
	for turns := time.NewTicker(in.Every); ; {
		_, err := s.Prove(ctx, in.Credential, plan.Current)
		if ctx.Err() != nil {
			turns.Stop()
			return out, nil //nolint:nilerr // it was cut short, and has seen what it has seen
		}
		if fault.KindOf(err) != fault.Throttled {
			out.Probes++
			out.MaxGap = max(out.MaxGap, time.Since(last).Seconds())
		}
		switch {
		case fault.KindOf(err) == fault.Throttled:
		case err != nil:
			out.Failures++
			out.Last = fault.Clip(err.Error())
		default:
			last = time.Now()
		}
		seen.Store(out)
		if time.Since(began) > in.For {
			turns.Stop()
			return out, nil
		}
		select {
		case <-ctx.Done():
		case <-turns.C:
		}
	}
}

// tellSeen tells in heartbeats what was last seen, until it is stopped.
func tellSeen(ctx context.Context, seen *atomic.Value) (stop func()) {
	ctx, stop = context.WithCancel(ctx)
	go func() {
		for t := time.NewTicker(beatEvery); ; {
			select {
			case <-ctx.Done():
				t.Stop()
				return
			case <-t.C:
				activity.RecordHeartbeat(ctx, seen.Load())
			}
		}
	}()
	return stop
}
