// Package aws is Amazon Web Services as its callers see it: signed requests, its protocols, its errors and its delays,
// over an organisation of accounts that a scenario describes.
package aws

import (
	"encoding/json"
	"net/http"
	"sync"
	"time"

	"github.com/itbytes/landfall/simulator/kernel"
)

// Cloud is the simulated provider: one organisation, its accounts, and the credentials that were ever given out.
type Cloud struct {
	k        *kernel.Kernel
	services map[string]*service // by signing name

	mu       sync.Mutex
	org      *organization
	accounts map[string]*account
	keys     map[string]*credential // by access key id
	tokens   map[string]string      // SSO access tokens, to their logins

	clients   map[string]*registered // programs that sign people in, by id
	devices   map[string]*device     // by device code
	refreshes map[string]string      // SSO refresh tokens, to their logins

	buckets map[string]*bucket // bucket names are taken worldwide
	limit   int                // of accounts in the organisation
}

// New builds the estate of the kernel's scenario and shows it at /sim/state.
func New(k *kernel.Kernel) (*Cloud, error) {
	c := &Cloud{
		k: k, accounts: map[string]*account{}, keys: map[string]*credential{}, tokens: map[string]string{},
		buckets: map[string]*bucket{}, clients: map[string]*registered{}, devices: map[string]*device{}, refreshes: map[string]string{},
	}
	c.services = known()
	var e estate
	if err := k.Scenario().Decode("aws", &e); err != nil {
		return nil, err
	}
	if err := c.build(e); err != nil {
		return nil, err
	}
	k.Show("aws", c.show)
	k.Hand("aws", c.act)
	return c, nil
}

// known lists the services, by signing name; S3 and S3 Control share one.
func known() map[string]*service {
	out := map[string]*service{}
	for _, s := range []*service{
		organizationsService(), iamService(), stsService(), ssoService(), oidcService(), quotasService(), guarddutyService(), configService(), securityhubService(),
		ec2Service(), logsService(), wafService(), s3Service(), s3controlService(), route53Service(), dynamodbService(),
	} {
		out[s.name] = s
	}
	return out
}

// Handler answers every service of the cloud at one address.
func (c *Cloud) Handler() http.Handler { return http.HandlerFunc(c.serve) }

// Session signs a person in by SSO: it is what the AWS command line keeps in its cache afterwards. It reports whether the
// login is one of SSO.
func (c *Cloud) Session(login string) (kernel.Session, bool) {
	l, named := c.k.Logins("aws")[login]
	if !named || l.Details["startUrl"] == "" {
		return kernel.Session{}, false
	}
	c.mu.Lock()
	token := c.token(login)
	c.mu.Unlock()
	region := l.Details["region"]
	if region == "" {
		region = homeRegion
	}
	content, err := json.Marshal(map[string]any{
		"startUrl": l.Details["startUrl"], "region": region, "accessToken": token,
		"expiresAt": c.k.Now().Add(365 * 24 * time.Hour).Format(time.RFC3339), "clientId": kernel.Random(16),
	})
	return kernel.Session{Login: login, Content: content}, err == nil
}

// token makes an access token of single sign-on.
func (c *Cloud) token(login string) string {
	token := "aoaAAAA" + kernel.Random(96)
	c.k.Mint(kernel.Secret{Cloud: "aws", Scope: c.k.Logins("aws")[login].Details["account"], ID: "sso/" + login, Value: token})
	c.tokens[token] = login
	return token
}

const homeRegion = "us-east-1"
