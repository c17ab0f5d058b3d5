package azure

import (
	"context"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/subscription/armsubscription"

	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// Probe signs in with a login as a step would, past whatever is kept, and reads who that is. Entra does not say beforehand when a
// session ends: need is not judged.
func (c *Cloud) Probe(ctx context.Context, l plan.Login, _ time.Duration) (plan.Pass, error) {
	pass, err := c.door.probe(ctx, l)
	return pass, name(err, entering(l))
}

// SignIn signs a person in at another screen and leaves the session where steps look for it.
func (c *Cloud) SignIn(ctx context.Context, l plan.Login, show func(plan.Challenge)) error {
	return name(c.door.signIn(ctx, l, show), entering(l))
}

// entering is a task that does nothing but to enter with a login.
func entering(l plan.Login) plan.Task {
	return plan.Task{Landing: plan.Landing{Cloud: plan.Azure, Login: l}}
}

// probe asks the resource manager which tenants the login may enter: anybody may ask that of themselves, whatever their roles.
func (d *door) probe(ctx context.Context, l plan.Login) (plan.Pass, error) {
	d.anew(l.Name)
	s, err := d.open(ctx, entering(l))
	if err != nil {
		return plan.Pass{}, err
	}
	tenants, err := armsubscription.NewTenantsClient(s.Cred, s.ARM)
	if err != nil {
		return plan.Pass{}, err
	}
	if _, err := tenants.NewListPager(nil).NextPage(ctx); err != nil {
		return plan.Pass{}, err
	}
	who, err := s.Bearer(ctx)
	return plan.Pass{Who: who.Who}, err
}

// signIn chooses how a login of a type is signed in to.
func (d *door) signIn(ctx context.Context, l plan.Login, show func(plan.Challenge)) error {
	switch l.Type {
	case "entra-user":
		if err := d.device(ctx, l, show); err != nil {
			return err
		}
		d.anew(l.Name)
		return nil
	case "azure-cli":
		command := "az login"
		if l.Tenant != "" {
			command += " --tenant " + l.Tenant
		}
		return fault.New(fault.Invalid, "Run "+command+" as the user that the worker runs as.", "the login %s is the Azure command line's own session", l.Name)
	}
	return fault.New(fault.Invalid, "Give the worker a workload identity (AZURE_CLIENT_ID, AZURE_TENANT_ID, AZURE_FEDERATED_TOKEN_FILE), or run az login as its user.",
		"nobody signs in to the login %s: it is of type %s", l.Name, l.Type)
}

// anew forgets what is kept of a login: its tokens, and that it was locked.
func (d *door) anew(login string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for l, t := range d.logins {
		if l.Name == login {
			t.forget()
			t.source.relent()
		}
	}
}
