package kernel

import "time"

// Person is somebody outside the program who does, some time after a call is first seen, what no API can: renames an
// organisation, approves a preview, enforces 2-Step Verification.
type Person struct {
	On    Match    `yaml:"on"`    // the first call that matches wakes them
	After Duration `yaml:"after"` // how long they take
	Act   Act      `yaml:"act"`
	woken bool
}

// Act is what a person does; the cloud it names carries it out.
type Act struct {
	Cloud string            `yaml:"cloud" json:"cloud"`
	Do    string            `yaml:"do" json:"do"` // the provider's own word: renameOrganization, enforceTwoStepVerification
	With  map[string]string `yaml:"with" json:"with"`
}

// Hand registers who carries out what people do in a cloud.
func (k *Kernel) Hand(cloud string, do func(Act) error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.hands[cloud] = do
}

// Perform carries out an act at once.
func (k *Kernel) Perform(a Act) error {
	k.mu.Lock()
	do := k.hands[a.Cloud]
	k.mu.Unlock()
	if do == nil {
		return errNobody(a.Cloud)
	}
	return do(a)
}

type errNobody string

func (e errNobody) Error() string {
	return "no cloud named " + string(e) + " carries out what people do"
}

// wake sets those people going whom the call concerns.
func (k *Kernel) wake(c Call) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, p := range k.people {
		if p.woken || !p.On.hits(c) {
			continue
		}
		p.woken = true
		time.AfterFunc(time.Duration(p.After), func() { _ = k.Perform(p.Act) }) // an act nobody can carry out changes nothing
	}
}
