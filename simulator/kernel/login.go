package kernel

import "fmt"

// Login is a way into a cloud that the scenario knows.
type Login struct {
	Cloud string `yaml:"cloud"`
	State string `yaml:"state"` // ok (default), expired or locked
	// Details are the provider's: for AWS account, role, startUrl or accessKeyId; for Azure tenant and user; for GCP user.
	Details map[string]string `yaml:"details"`
}

type login struct {
	Login
	state string
}

// Logins lists the scenario's logins of one cloud, by name.
func (k *Kernel) Logins(cloud string) map[string]Login {
	k.mu.Lock()
	defer k.mu.Unlock()
	out := map[string]Login{}
	for n, l := range k.logins {
		if l.Cloud == cloud {
			out[n] = l.Login
		}
	}
	return out
}

// LoginState is ok, expired or locked; ok for a login the scenario does not know.
func (k *Kernel) LoginState(name string) string {
	k.mu.Lock()
	defer k.mu.Unlock()
	if l, known := k.logins[name]; known {
		return l.state
	}
	return LoginOK
}

// SetLogin changes a login's state, as a person, a policy or an attacker would.
func (k *Kernel) SetLogin(name, state string) error {
	if state != LoginOK && state != LoginExpired && state != LoginLocked {
		return fmt.Errorf("a login's state is ok, expired or locked, not %q", state)
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	l, known := k.logins[name]
	if !known {
		return fmt.Errorf("no login named %q in this scenario", name)
	}
	l.state = state
	return nil
}

// login says whether the call's login keeps it out.
func (k *Kernel) login(c Call) (Refusal, bool) {
	if c.Login == "" {
		return Refusal{}, false
	}
	switch s := k.LoginState(c.Login); s {
	case LoginExpired, LoginLocked:
		return Refusal{Reason: s, Login: c.Login}, true
	}
	return Refusal{}, false
}

func stateOr(s, other string) string {
	if s == "" {
		return other
	}
	return s
}
