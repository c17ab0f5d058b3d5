package kernel

// Words says how a cloud words a way of failing in its answer to one call, as a Fault without a kind. It reports false where
// the cloud never answers that call so: the fault passes it by. It must not call the Kernel.
type Words func(c Call, kind string) (Fault, bool)

// Speak registers how the clouds word the kinds of failing that a Fault may name.
func (k *Kernel) Speak(words Words) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.words = words
}
