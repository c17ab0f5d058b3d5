// Package gcp answers on the wire as Google Cloud does: tokens, projects, billing, services, identities, organisation
// policies, networks, zones, buckets and Security Command Center, with the errors, etags and long-running operations of the real one.
package gcp

import (
	"fmt"
	"strconv"
	"sync"
	"time"

	"github.com/itbytes/landfall/simulator/kernel"
)

// Cloud is one simulated Google Cloud: everything that every organisation of the scenario has in it.
type Cloud struct {
	k      *kernel.Kernel
	routes []route

	mu            sync.Mutex
	pageSize      int
	withheld      []estateWithheld
	sequence      int64
	organizations map[string]*organization // by name
	folders       map[string]*folder       // by name
	projects      map[string]*project      // by id
	taken         map[string]bool          // project ids that were ever used, here or elsewhere
	billing       map[string]*billingAccount
	accounts      map[string]*serviceAccount // by unique id, deleted ones too
	sessions      map[string]*session        // by refresh token
	tokens        map[string]*token          // by access token
	operations    map[string]*operation      // by API and name
	buckets       map[string]*bucket         // by name
	waiting       []*operation
}

// New returns the Cloud of a kernel's scenario.
func New(k *kernel.Kernel) (*Cloud, error) {
	c := &Cloud{
		k: k, organizations: map[string]*organization{}, folders: map[string]*folder{}, projects: map[string]*project{},
		taken: map[string]bool{}, billing: map[string]*billingAccount{}, accounts: map[string]*serviceAccount{},
		sessions: map[string]*session{}, tokens: map[string]*token{}, operations: map[string]*operation{}, buckets: map[string]*bucket{},
	}
	routes, err := compile(table())
	if err != nil {
		return nil, err
	}
	c.routes = routes
	var e estate
	if err := k.Scenario().Decode("gcp", &e); err != nil {
		return nil, err
	}
	if err := c.settleIn(e); err != nil {
		return nil, fmt.Errorf("estate of gcp: %w", err)
	}
	c.signIn(k.Logins("gcp"))
	k.Show("gcp", func() any { return c.show() })
	k.Hand("gcp", c.perform)
	return c, nil
}

// perform carries out what people do in a console or a shell, where no API can:
//   - signIn {login}: signs in anew with gcloud, which makes the login ok and leaves a new session;
//   - renameOrganization {organization, displayName};
//   - enforceTwoStepVerification {organization};
//   - raiseProjectQuota {organization, to}: what Google's quota people do;
//   - revokePermission {user, permission, on}: as the estate's withheld;
//   - suspendProject, reinstateProject {project}: what Google's trust and safety people do;
//   - recallKey {key, made, used}: what a service account's key had been through before the scenario began.
func (c *Cloud) perform(a kernel.Act) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch a.Do {
	case "signIn":
		return c.signInAgain(a.With["login"])
	case "recallKey":
		return c.recallKey(a.With["key"], a.With["made"], a.With["used"])
	case "revokePermission":
		if c.user(a.With["user"]) == nil {
			return fmt.Errorf("no user %q", a.With["user"])
		}
		c.withheld = append(c.withheld, estateWithheld{User: a.With["user"], Permission: a.With["permission"], On: a.With["on"]})
		return nil
	case "suspendProject", "reinstateProject":
		p := c.projects[a.With["project"]]
		if p == nil {
			return fmt.Errorf("no project %q", a.With["project"])
		}
		p.suspended = a.Do == "suspendProject"
		return nil
	}
	o, known := c.organizations[a.With["organization"]]
	if !known {
		return fmt.Errorf("no organisation %q", a.With["organization"])
	}
	switch a.Do {
	case "renameOrganization":
		if a.With["displayName"] == "" {
			return fmt.Errorf("renameOrganization needs a displayName")
		}
		o.displayName, o.updated, o.etag = a.With["displayName"], c.k.Now(), newEtag()
	case "raiseProjectQuota":
		n, err := strconv.Atoi(a.With["to"])
		if err != nil {
			return fmt.Errorf("raiseProjectQuota: %w", err)
		}
		o.quota = n
	case "enforceTwoStepVerification":
		for _, u := range o.users {
			u.enrolled, u.enforced = true, true
		}
	default:
		return fmt.Errorf("nobody here knows how to %q", a.Do)
	}
	return nil
}

// next numbers things in the order they were made.
func (c *Cloud) next() int64 {
	c.sequence++
	return c.sequence
}

func (c *Cloud) later(name string) time.Time { return c.k.Later(name) }
