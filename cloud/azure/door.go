package azure

import (
	"context"
	"net/url"
	"strings"
	"sync"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/arm"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/cloud"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"

	"github.com/itbytes/landfall/cloud/azure/graph"
	"github.com/itbytes/landfall/cloud/azure/session"
	"github.com/itbytes/landfall/cloud/step/pace"
	"github.com/itbytes/landfall/plan"
)

// door opens sessions: it knows the addresses and keeps each login's tokens.
type door struct {
	options Options
	cloud   cloud.Configuration
	graph   string
	entra   string
	turns   *pace.Turns
	told    sync.Map
	gates   sync.Map

	mu     sync.Mutex
	logins map[plan.Login]*tokens
}

func newDoor(o Options) *door {
	d := &door{
		options: o, cloud: cloud.AzurePublic, turns: pace.New(string(plan.Azure), o.Haste, limits()), logins: map[plan.Login]*tokens{},
		graph: "https://graph.microsoft.com/v1.0", entra: "https://login.microsoftonline.com",
	}
	if o.Endpoint != "" {
		base := strings.TrimSuffix(o.Endpoint, "/")
		d.graph, d.entra = base+"/graph/v1.0", base+"/entra"
		d.cloud = cloud.Configuration{
			ActiveDirectoryAuthorityHost: d.entra,
			Services: map[cloud.ServiceName]cloud.ServiceConfiguration{
				cloud.ResourceManager: {Audience: "https://management.azure.com", Endpoint: base},
			},
		}
	}
	return d
}

// queue is where calls of Graph wait, whatever its version.
func (d *door) queue() queue { return queue{d.turns, strings.TrimSuffix(d.graph, "v1.0")} }

// open opens a session for a task: the credential of its login, in the landing's subscription where it is known.
func (d *door) open(_ context.Context, t plan.Task) (*session.Session, error) {
	l := loginOf(t)
	tenant := l.Tenant
	if tenant == "" {
		tenant = t.Landing.Organization
	}
	cred, err := d.credential(l, tenant)
	if err != nil {
		return nil, name(err, t)
	}
	o := policy.ClientOptions{
		Cloud:                           d.cloud,
		Transport:                       d.options.HTTP,
		Retry:                           policy.RetryOptions{MaxRetries: -1}, // Temporal retries, and slows down for everybody
		PerRetryPolicies:                []policy.Policy{d.queue(), agent{}, meter{}, refused{cred}},
		InsecureAllowCredentialWithHTTP: d.options.Insecure || onThisMachine(d.options.Endpoint),
	}
	id := t.Fact(plan.FactContainer)
	if id == "" {
		id = t.Landing.Adopt.ID
	}
	return &session.Session{
		Tenant: tenant, Subscription: id, Cred: cred,
		ARM:    &arm.ClientOptions{ClientOptions: o, DisableRPRegistration: true},
		Graph:  graph.New(d.graph, cred, o),
		Keeper: d.options.Keeper, Told: &d.told, Previews: &d.gates,
		Bearer: func(ctx context.Context) (session.Bearer, error) { return d.bearer(ctx, cred) },
		SignIn: d.redeem, Grant: d.grant,
	}, nil
}

// credential is the login's tokens, the same for all who use the login.
func (d *door) credential(l plan.Login, tenant string) (*tokens, error) {
	l.Tenant = tenant
	d.mu.Lock()
	defer d.mu.Unlock()
	if c, known := d.logins[l]; known {
		return c, nil
	}
	source, err := d.source(l)
	if err != nil {
		return nil, err
	}
	c := &tokens{source: &wary{source: source}, kept: map[string]*token{}}
	d.logins[l] = c
	return c, nil
}

// loginOf is the login that a task uses: its landing's, or the fallback where the step names it.
func loginOf(t plan.Task) plan.Login {
	if f := t.Landing.Fallback; f != nil && t.Step.Login != "" && t.Step.Login == f.Name {
		return *f
	}
	return t.Landing.Login
}

// onThisMachine reports whether plain http to an endpoint never leaves the machine.
func onThisMachine(endpoint string) bool {
	u, err := url.Parse(endpoint)
	if err != nil || u.Scheme != "http" {
		return false
	}
	h := u.Hostname()
	return h == "localhost" || h == "127.0.0.1" || h == "::1"
}
