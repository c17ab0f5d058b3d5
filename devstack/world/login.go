package world

import "github.com/itbytes/landfall/simulator/kernel"

// login is a way into a simulated cloud, with its details in pairs.
func login(cloud string, details ...string) kernel.Login {
	l := kernel.Login{Cloud: cloud, Details: map[string]string{}}
	for i := 0; i+1 < len(details); i += 2 {
		l.Details[details[i]] = details[i+1]
	}
	return l
}
