package aws

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/itbytes/landfall/simulator/aws/wire"
)

// oidcProvider is an identity provider that the account trusts by OpenID Connect.
type oidcProvider struct {
	arn, url             string
	clients, thumbprints []string
	made, known          time.Time            // when it was made, and when STS knows it
	since                map[string]time.Time // when STS knows a client that was added later
	tags                 map[string]string
}

type providerInput struct {
	OpenIDConnectProviderArn, Url, ClientID string
	ClientIDList, ThumbprintList, TagKeys   []string
	Tags                                    []tag
	Marker                                  string
	MaxItems                                int
}

// provider reads the input and finds the provider it names.
func (q *request) provider() (*oidcProvider, providerInput, error) {
	var in providerInput
	if err := q.read(&in); err != nil {
		return nil, in, err
	}
	p := q.account.providers[in.OpenIDConnectProviderArn]
	if p == nil {
		return nil, in, noEntity("OpenIDConnect Provider not found for arn %s", in.OpenIDConnectProviderArn)
	}
	return p, in, nil
}

func listProviders(q *request) (wire.Map, error) {
	if err := q.read(&struct{}{}); err != nil {
		return nil, err
	}
	all := []wire.Map{}
	for _, arn := range sorted(q.account.providers) {
		all = append(all, wire.Map{"Arn": arn})
	}
	return wire.Map{"OpenIDConnectProviderList": all}, nil
}

func getProvider(q *request) (wire.Map, error) {
	p, _, err := q.provider()
	if err != nil {
		return nil, err
	}
	return wire.Map{
		"Url": p.url, "ClientIDList": p.clients, "ThumbprintList": p.thumbprints, "CreateDate": p.made, "Tags": tagList(p.tags),
	}, nil
}

func createProvider(q *request) (wire.Map, error) {
	var in providerInput
	if err := q.read(&in); err != nil {
		return nil, err
	}
	host, ok := strings.CutPrefix(in.Url, "https://")
	if !ok || host == "" {
		return nil, bad("InvalidInput", "The OpenID Connect provider URL must begin with https://")
	}
	p, err := q.account.newProvider(host, in.ClientIDList, q.now)
	if err != nil {
		return nil, err
	}
	p.thumbprints, p.tags, p.known = in.ThumbprintList, tagMap(in.Tags), q.k.Later("aws.iam.propagation")
	if len(p.thumbprints) == 0 {
		p.thumbprints = []string{"2b18947a6a9fc7764fd8b5fb18a863b0c6dac24f"}
	}
	out := wire.Map{"OpenIDConnectProviderArn": p.arn}
	if len(p.tags) > 0 {
		out["Tags"] = tagList(p.tags)
	}
	return out, nil
}

func (a *account) newProvider(host string, clients []string, now time.Time) (*oidcProvider, error) {
	p := &oidcProvider{arn: arn("iam", "", a.id, "oidc-provider/"+host), url: host, clients: clients, made: now, since: map[string]time.Time{}, tags: map[string]string{}}
	if a.providers[p.arn] != nil {
		return nil, exists("Provider with url https://%s already exists.", host)
	}
	a.providers[p.arn] = p
	return p, nil
}

func deleteProvider(q *request) (wire.Map, error) {
	p, _, err := q.provider()
	if err == nil {
		delete(q.account.providers, p.arn)
	}
	return nil, err
}

func addClient(q *request) (wire.Map, error) {
	p, in, err := q.provider()
	switch {
	case err != nil:
		return nil, err
	case slices.Contains(p.clients, in.ClientID):
		return nil, nil
	case len(p.clients) >= 100:
		return nil, wire.Errorf(http.StatusConflict, "LimitExceeded", "Cannot exceed quota for ClientIdsPerOpenIdConnectProvider: 100")
	}
	p.clients, p.since[in.ClientID] = append(p.clients, in.ClientID), q.k.Later("aws.iam.propagation")
	return nil, nil
}

func removeClient(q *request) (wire.Map, error) {
	p, in, err := q.provider()
	if err == nil {
		p.clients = slices.DeleteFunc(p.clients, func(c string) bool { return c == in.ClientID })
	}
	return nil, err
}

func updateThumbprint(q *request) (wire.Map, error) {
	p, in, err := q.provider()
	if err == nil {
		p.thumbprints = in.ThumbprintList
	}
	return nil, err
}

func tagProvider(q *request) (wire.Map, error) {
	p, in, err := q.provider()
	if err == nil {
		maps.Copy(p.tags, tagMap(in.Tags))
	}
	return nil, err
}

func untagProvider(q *request) (wire.Map, error) {
	p, in, err := q.provider()
	if err != nil {
		return nil, err
	}
	for _, k := range in.TagKeys {
		delete(p.tags, k)
	}
	return nil, nil
}

func listProviderTags(q *request) (wire.Map, error) {
	p, in, err := q.provider()
	if err != nil {
		return nil, err
	}
	return marked(wire.Map{}, "Tags", tagList(p.tags), paging{in.Marker, in.MaxItems})
}

func listSAMLProviders(q *request) (wire.Map, error) {
	if err := q.read(&struct{}{}); err != nil {
		return nil, err
	}
	all := []wire.Map{}
	for _, arn := range q.account.saml {
		all = append(all, wire.Map{"Arn": arn, "CreateDate": q.account.joined})
	}
	return wire.Map{"SAMLProviderList": all}, nil
}
